"""A run whose every text is hostile is readable and harmless: in a report, served, and on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.viewer.browser import Tab, address_of, needs_browser
from tests.viewer.hostile import CALLS, EVIL, SAMPLES, TURNS, hostile_run
from tests.viewer.serving import served
from tool_sandbox.cli.app import exit_code
from tool_sandbox.common.visible_text import visible
from tool_sandbox.viewer.report import report

if TYPE_CHECKING:
    from tool_sandbox import RunResult

SHOWN = visible(EVIL)
KEPT = SHOWN.replace(visible("\ud800"), "?")
"""As the world of a scenario keeps it, which holds no halves of characters."""


@pytest.fixture(scope="module")
def hostile(runs: dict[str, RunResult], tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return hostile_run(Path(str(runs["saboteur"].directory)), tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def report_address(hostile: RunResult, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report({EVIL: hostile}, title=EVIL).html, encoding="utf-8")
    return address_of(path)


@pytest.fixture(scope="module")
def served_address(hostile: RunResult) -> Iterator[str]:
    with served([str(hostile.directory)], title=EVIL) as found:
        yield found


def assert_harmless(found: Tab, start: str) -> None:
    """Nothing ran, was asked for, or was complained about; what stands there is text."""
    assert found.page.evaluate("window.ran") is None
    assert found.page.query_selector("img, iframe, object, main script") is None
    assert found.complaints == []
    assert [url for url in found.requests if not url.startswith((start, "data:", "about:"))] == []


def open_sample(found: Tab, start: str, name: str) -> None:
    """Through the list, as a person comes to it."""
    found.open(f"{start}#/samples")
    found.page.click(f".rows a[title^='{name} ']")
    found.page.wait_for_selector(".sample .conversation")
    found.settle()


@needs_browser
@pytest.mark.parametrize("where", ["report_address", "served_address"])
def test_pages_show_hostile_texts_as_what_they_are(where: str, online: Tab, request: pytest.FixtureRequest) -> None:
    start = request.getfixturevalue(where)
    online.open(start)
    assert online.text("h1") == SHOWN
    online.page.click("#overview td a[href*=category]")
    online.settle()
    assert online.text(".count") == f"{len(SAMPLES)} samples"
    open_sample(online, start, "short")
    assert online.text(".conversation .user .text >> nth=0") == KEPT
    assert "<script>window.ran" in online.text(".message.call")
    open_sample(online, start, "void")
    assert "void" in online.text("h1")
    assert_harmless(online, start)


@needs_browser
@pytest.mark.parametrize("where", ["report_address", "served_address"])
def test_a_very_long_answer_is_shown_in_steps(where: str, online: Tab, request: pytest.FixtureRequest) -> None:
    start = request.getfixturevalue(where)
    open_sample(online, start, "long answer")
    button = online.page.get_by_role("button", name=re.compile(r"^Show 200,000 of 10,000,0\d\d characters$"))
    assert len(online.text("main")) < 50_000
    button.click()
    assert 200_000 < len(online.text("main")) < 250_000
    assert online.page.get_by_role("button", name="Show 400,000 of").is_visible()
    assert_harmless(online, start)


@needs_browser
@pytest.mark.parametrize(
    ("name", "kind", "count"), [("many calls", ".call", CALLS), ("many turns", ".agent.text", TURNS)]
)
def test_very_long_conversations_are_whole_and_can_be_walked_through(
    name: str, kind: str, count: int, report_address: str, offline: Tab
) -> None:
    open_sample(offline, report_address, name)
    assert offline.page.locator(f"article{kind}").count() == count
    offline.page.locator(".message").last.focus()
    offline.page.keyboard.press("Alt+ArrowUp")
    assert offline.page.locator(".message.chosen").count() == 1
    assert_harmless(offline, report_address)


@pytest.mark.parametrize("name", SAMPLES)
def test_on_a_terminal_nothing_acts(name: str, hostile: RunResult, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["view", str(hostile.directory), f"{name} *", *(["--full"] if name == "short" else [])]) == 0
    shown = capsys.readouterr().out
    assert "<script>" in shown
    assert [each for each in shown if each in "\x1b\x00\u202e\u2066\ud800"] == []


def test_lists_on_a_terminal_hold_nothing_that_acts(hostile: RunResult, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["view", str(hostile.directory), "--list"]) == 0
    shown = capsys.readouterr().out
    assert len(shown) < 20_000
    assert [each for each in shown if each in "\x1b\x00\u202e\u2066\ud800"] == []
