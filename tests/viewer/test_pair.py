"""Two samples side by side: what they came to, and where they differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tool_sandbox
from tests.viewer.browser import Tab, address_of, needs_browser
from tool_sandbox.viewer.report import report

if TYPE_CHECKING:
    from tool_sandbox import RunResult

pytestmark = needs_browser
NAME = "text_boss_by_relationship"
PAIR = f"#/pair/oracle/saboteur/{NAME}/0"


@pytest.fixture(scope="module")
def file(runs: dict[str, RunResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of two runs, one of which has two trials."""
    where = tmp_path_factory.mktemp("pair")
    played = tool_sandbox.run("oracle", scenarios=[NAME], presentations=["plain"], trials=2, output=where / "runs")
    path = where / "report.html"
    path.write_text(report({**runs, "twice": played}, title="Runs").html, encoding="utf-8")
    return path


def test_scores_and_milestones_of_both_stand_on_top(file: Path, offline: Tab) -> None:
    offline.open(address_of(file, PAIR))
    rows = [row.split("\t") for row in offline.text(".results").splitlines() if "\t" in row]
    assert [row for row in rows if row[0] == "Score"] == [["Score", "1.000", "0.000"]]
    assert {"sent", "told_user", "Minefield: wrong_person"} <= {row[0] for row in rows}
    assert offline.complaints == []


def test_what_is_the_same_is_shown_once_and_what_differs_side_by_side(file: Path, offline: Tab) -> None:
    offline.open(address_of(file, PAIR))
    assert offline.page.locator(".row.same >> text='Tell my boss the elevator is broken'").count() == 1
    calls = offline.page.locator(".row.differs", has_text="send_message_with_phone_number")
    assert calls.locator("article").count() == 2
    assert calls.locator("mark").all_inner_texts() == ["12065550150", "12065550127"]


def test_a_key_goes_from_one_difference_to_the_next_and_around(file: Path, offline: Tab) -> None:
    offline.open(address_of(file, PAIR))
    differing = offline.page.locator(".row.differs").count()
    chosen = []
    for _ in range(differing + 1):
        offline.page.keyboard.press("n")
        chosen.append(offline.page.locator(".row.chosen.differs").inner_text())
    assert chosen[0] == chosen[-1]
    assert len(set(chosen)) == differing
    offline.page.keyboard.press("p")
    assert offline.page.locator(".row.chosen").inner_text() == chosen[-2]


def test_a_page_of_a_sample_leads_to_another_trial_and_another_run_side_by_side(file: Path, offline: Tab) -> None:
    offline.open(address_of(file, f"#/sample/twice/{NAME}/0"))
    others = offline.page.locator(".others li").all_inner_texts()
    assert [" ".join(other.split()) for other in others] == [
        "oracle #0 1.000 side by side with oracle #0",
        "saboteur #0 0.000 side by side with saboteur #0",
        "trial 1 1.000 side by side with trial 1",
    ]
    offline.page.click(".others li:last-child a:last-child")
    offline.page.wait_for_selector("section.pair")
    offline.settle()
    assert offline.page.evaluate("location.hash") == f"#/pair/twice/twice/{NAME}/0/1"
    assert offline.text(".count") == "Both conversations are the same."


def test_a_number_of_a_message_leads_to_it_in_its_own_conversation(file: Path, offline: Tab) -> None:
    offline.open(address_of(file, PAIR))
    link = offline.page.locator(".message.side-2 a").first
    number = link.inner_text()
    link.click()
    offline.page.wait_for_selector(f"#message-{number}.chosen")
    offline.settle()
    assert offline.page.evaluate("location.hash").startswith(f"#/sample/saboteur/{NAME}/0")


def test_on_a_phone_both_stand_one_above_the_other_and_nothing_is_too_wide(file: Path, offline: Tab) -> None:
    offline.page.set_viewport_size({"width": 390, "height": 800})
    offline.open(address_of(file, PAIR))
    one, other = (each.bounding_box() for each in offline.page.locator(".row.differs").first.locator("article").all())
    assert one is not None
    assert other is not None
    assert one["y"] + one["height"] <= other["y"]
    assert offline.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_sample_that_is_not_there_is_named(file: Path, offline: Tab) -> None:
    offline.open(address_of(file, f"#/pair/oracle/saboteur/{NAME}/7"))
    assert offline.text(".problem") == f"There is no sample {NAME} #7 in oracle."
