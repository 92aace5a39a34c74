"""The pages are for everybody: seen or heard, by keyboard or finger, on paper, on any width of a screen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.viewer.browser import Tab, address_of, needs_browser, tab
from tests.viewer.screenshots import kept_in, pages_of, screenshots
from tool_sandbox.viewer.report import report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tool_sandbox import RunResult

pytestmark = needs_browser
LANDMARKS: tuple[Literal["banner", "navigation", "main", "contentinfo"], ...] = (
    "banner",
    "navigation",
    "main",
    "contentinfo",
)
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def start(runs: dict[str, RunResult], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report of two runs."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report(runs, title="Two agents").html, encoding="utf-8")
    return address_of(path)


@pytest.fixture(scope="module")
def pages(browser: Browser, start: str) -> Iterator[tuple[Tab, dict[str, str]]]:
    """One tab, and every kind of page."""
    with tab(browser, offline=True, viewport={"width": 1280, "height": 900}) as found:
        yield found, pages_of(found, start)


@pytest.mark.parametrize("name", ["overview", "list", "sample", "pair"])
def test_no_page_shuts_anybody_out(name: str, pages: tuple[Tab, dict[str, str]]) -> None:
    found, addresses = pages
    found.page.set_viewport_size({"width": 1280, "height": 900})
    found.page.emulate_media(color_scheme="light")
    found.open(addresses[name])
    assert findings(found) == {}
    found.page.emulate_media(color_scheme="dark")
    assert findings(found, {"runOnly": ["color-contrast"]}) == {}


def findings(found: Tab, options: dict[str, Any] | None = None) -> dict[str, Any]:
    """Rule → the elements that break it, of rules that matter."""
    broken = Axe().run(found.page, options=options or {"resultTypes": ["violations"]}).response["violations"]
    return {each["id"]: [node["html"] for node in each["nodes"]] for each in broken if each["impact"] in GRAVE}


@pytest.mark.parametrize("name", ["overview", "list", "sample", "pair"])
def test_no_page_is_wider_than_the_screen(name: str, pages: tuple[Tab, dict[str, str]]) -> None:
    found, addresses = pages
    found.open(addresses[name])
    for width in (360, 480, 768, 1024, 1600):  # of text, that is 45 to 200 columns
        found.page.set_viewport_size({"width": width, "height": 800})
        assert found.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["overview", "list", "sample", "pair"])
def test_a_page_is_in_parts_that_are_named(name: str, pages: tuple[Tab, dict[str, str]]) -> None:
    found, addresses = pages
    found.open(addresses[name])
    for landmark in LANDMARKS:
        assert found.page.get_by_role(landmark).first.is_visible()
    assert found.page.get_by_role("heading", level=1).count() == 1
    levels = found.page.eval_on_selector_all(
        "main :is(h1, h2, h3)", "all => all.map((each) => Number(each.tagName[1]))"
    )
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_fields_and_buttons_of_the_list_are_in_line(start: str, offline: Tab) -> None:
    offline.page.set_viewport_size({"width": 1280, "height": 900})
    offline.open(f"{start}#/samples")
    boxes = [each.bounding_box() for each in offline.page.locator(".filter :is(input, select, button)").all()]
    assert len({(box["y"], box["height"]) for box in boxes if box}) == 1


def test_on_a_phone_the_list_says_which_run_a_sample_is_of(start: str, offline: Tab) -> None:
    offline.page.set_viewport_size({"width": 390, "height": 800})
    offline.open(f"{start}#/samples?sort=run")
    assert not offline.page.locator(".rows td.run").first.is_visible()
    below = offline.page.locator(".rows .run-below")
    assert below.all_inner_texts() == ["oracle", "oracle", "saboteur", "saboteur"]
    assert all(each.is_visible() for each in below.all())


def test_both_sides_of_a_pair_are_as_wide(pages: tuple[Tab, dict[str, str]]) -> None:
    found, addresses = pages
    found.open(addresses["pair"])
    for width in (390, 1280):
        found.page.set_viewport_size({"width": width, "height": 900})
        one, other = (each.bounding_box() for each in found.page.locator(".results thead th").all())
        assert one is not None
        assert other is not None
        assert one["width"] == pytest.approx(other["width"], abs=1)


def test_the_scores_of_four_runs_are_in_view(runs: dict[str, RunResult], offline: Tab, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    four = {**runs, "oracle again": runs["oracle"], "saboteur again": runs["saboteur"]}
    path.write_text(report(four, title="Four").html, encoding="utf-8")
    offline.page.set_viewport_size({"width": 1280, "height": 900})
    offline.open(address_of(path))
    assert offline.page.locator(".groups .wide").count() > 0
    assert offline.page.eval_on_selector_all(
        ".groups .wide", "all => all.every((each) => each.scrollWidth <= each.clientWidth)"
    )


def focused(found: Tab) -> str:
    return str(found.page.evaluate("document.activeElement.innerText || document.activeElement.name"))


def press(found: Tab, *keys: str) -> None:
    for key in keys:
        found.page.keyboard.press(key)
        found.settle()


def test_the_list_needs_no_mouse(start: str, offline: Tab) -> None:
    offline.open(start)
    press(offline, "/")
    offline.page.wait_for_selector(".rows")
    offline.settle()
    press(offline, "/")
    assert focused(offline) == "where"
    offline.page.keyboard.type("score < 1")
    press(offline, "Enter")
    offline.page.wait_for_function("document.querySelector('.count')?.textContent === '2 samples'")
    offline.settle()
    assert focused(offline) == "where"  # it stays where somebody writes
    press(offline, "Tab", "Tab", "Tab")
    assert focused(offline) == "Show"
    press(offline, "Tab")
    assert focused(offline) == "Clear the filter"
    press(offline, "Tab", "Tab")
    assert focused(offline).startswith("Score")
    assert offline.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    press(offline, "Enter")
    offline.page.wait_for_selector("[aria-sort=ascending]")
    offline.settle()
    assert focused(offline).startswith("Score")


def test_samples_need_no_mouse(start: str, offline: Tab) -> None:
    offline.open(f"{start}#/samples?sort=name")
    names = offline.page.locator(".rows td.name a").all_inner_texts()
    press(offline, "j", "j", "k")
    assert focused(offline) == names[0]
    press(offline, "Enter")
    offline.page.wait_for_selector(".conversation")
    offline.settle()
    assert names[0] in focused(offline)
    place = offline.page.url
    press(offline, "j")
    offline.page.wait_for_url(lambda url: url != place)
    offline.settle()
    press(offline, "k")
    offline.page.wait_for_url(place)
    offline.settle()
    press(offline, "n")
    offline.page.wait_for_url(lambda url: url != place)
    offline.settle()
    assert "0.000" in offline.text("h1")
    press(offline, "Alt+ArrowDown", "Alt+ArrowDown", "Alt+ArrowUp")
    assert offline.page.locator(".message.chosen").get_attribute("data-number") == offline.page.locator(
        ".messages .message"
    ).first.get_attribute("data-number")
    opened = offline.page.url.partition("#")[2]
    press(offline, "Escape")
    offline.page.wait_for_selector(".rows")
    offline.settle()
    assert offline.page.evaluate("document.activeElement.getAttribute('href')") == f"#{opened}"


def test_the_filter_is_left_by_escape_and_cleared_by_a_link(start: str, offline: Tab) -> None:
    offline.open(f"{start}#/samples?where=score%20%3E%202")
    assert offline.text(".count") == "No sample matches."
    offline.page.click("text=Clear the filter")
    offline.page.wait_for_selector(".rows")
    offline.settle()
    assert offline.text(".count") == "4 samples"
    press(offline, "/", "Escape")
    assert offline.page.evaluate("document.activeElement.className") == "rows"


def test_an_address_that_was_cut_off_says_what_is_missing(start: str, offline: Tab) -> None:
    offline.open(f"{start}#/sample/oracle/%E0%A4%A")
    assert offline.text("[role=alert]").startswith("There is no sample")
    assert offline.complaints == []


def test_paper_holds_the_whole_list_and_the_whole_conversation(start: str, offline: Tab) -> None:
    offline.page.set_viewport_size({"width": 800, "height": 300})
    offline.open(f"{start}#/samples")
    offline.page.emulate_media(media="print")
    offline.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert offline.page.locator(".rows td.name a").count() == 4
    box = offline.page.locator(".rows").bounding_box()
    assert box is not None
    assert box["height"] >= 4 * 20
    assert not offline.page.locator(".filter").is_visible()
    offline.page.click(".rows td.name a >> nth=1")
    offline.page.wait_for_selector(".conversation")
    offline.settle()
    assert all(each.is_visible() for each in offline.page.locator(".messages .message").all())


def test_paper_is_white_where_the_screen_is_dark(start: str, offline: Tab) -> None:
    colours = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    offline.open(start)
    offline.page.emulate_media(color_scheme="dark")
    dark = offline.page.evaluate(colours)
    offline.page.emulate_media(media="print", color_scheme="dark")
    on_paper = offline.page.evaluate(colours)
    offline.page.emulate_media(media="screen", color_scheme="light")
    assert on_paper == offline.page.evaluate(colours) != dark


def test_pictures_of_every_page_are_kept(start: str, browser: Browser) -> None:
    made = list(screenshots(browser, start, kept_in()))
    assert len(made) == 16
    assert {path.stem.split("-")[0] for path in made} == {"overview", "list", "sample", "pair"}
    assert all(path.stat().st_size > 5000 for path in made)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TOOL_SANDBOX_SCREENSHOTS", str(tmp_path))
    return tmp_path


def test_a_variable_says_where_pictures_are_kept(kept: Path) -> None:
    assert kept_in() == kept
