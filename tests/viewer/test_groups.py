"""Groups of what took points: one list of cases holds for the server and for the page that is one file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.viewer.browser import Tab, address_of, needs_browser, tab
from tool_sandbox.errors import UsageError
from tool_sandbox.runs.run_explanation import RunExplanation
from tool_sandbox.viewer.data.rows import COLUMNS, row_data
from tool_sandbox.viewer.groups import groups
from tool_sandbox.viewer.pages import asset
from tool_sandbox.viewer.report import report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tool_sandbox import RunResult

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "group_cases.json").read_text("utf-8"))


def told(found: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Groups as the cases write them."""
    return [
        [each["name"], each["points"], each["samples"], [one["name"] for one in each["examples"]]] for each in found
    ]


@pytest.mark.parametrize(("by", "expected"), CASES["groups"].items())
def test_points_are_counted_by_group_the_costliest_first(by: str, expected: list[Any]) -> None:
    assert told(groups(CASES["rows"], CASES["columns"], by)) == expected


def test_an_unknown_grouping_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="samples are not grouped by 'reasons'; did you mean 'reason'"):
        groups(CASES["rows"], CASES["columns"], "reasons")


def test_groups_by_reason_are_those_of_explain(runs: dict[str, RunResult]) -> None:
    run = runs["saboteur"]
    found = groups([row_data("saboteur", sample) for sample in run], list(COLUMNS), "reason")
    expected = RunExplanation.of(run.samples).by_reason
    assert {each["name"]: each["samples"] for each in found} == {each.name: each.samples for each in expected}
    assert [each["points"] for each in found] == pytest.approx([each.points for each in expected], abs=1e-4)


@pytest.fixture(scope="module")
def told_by_the_page(browser: Browser) -> Iterator[dict[str, Any]]:
    """What the page's own groups are, of every case."""
    script = """async ([code, cases]) => {
      const { groups } = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
      return Object.fromEntries(Object.keys(cases.groups).map((by) => [by, groups(cases.rows, cases.columns, by)]));
    }"""
    with tab(browser) as found:
        yield found.page.evaluate(script, [asset("groups.js"), CASES])


@needs_browser
@pytest.mark.parametrize("by", CASES["groups"])
def test_the_page_that_is_one_file_finds_the_same_groups(told_by_the_page: dict[str, Any], by: str) -> None:
    assert told_by_the_page[by] == groups(CASES["rows"], CASES["columns"], by)


@needs_browser
def test_a_list_in_groups_opens_to_examples_and_to_all_of_a_group(
    runs: dict[str, RunResult], offline: Tab, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(report(runs, title="Runs").html, encoding="utf-8")
    offline.open(address_of(file, "#/samples?where=run%20%3D%20saboteur"))
    offline.page.select_option("select[name=group]", "scenario")
    offline.page.wait_for_selector(".losses")
    offline.settle()
    assert "group=scenario" in offline.page.evaluate("location.hash")
    groups_shown = offline.page.locator(".losses details")
    assert [" ".join(text.split()) for text in groups_shown.locator("summary").all_inner_texts()] == [
        "−0.500 switch_wifi_off 1 sample",
        "−0.500 text_boss_by_relationship 1 sample",
    ]
    groups_shown.nth(1).locator("summary").click()
    groups_shown.nth(1).locator("p a").click()
    offline.page.wait_for_selector(".rows")
    offline.settle()
    assert offline.text(".count") == "1 sample"
    assert offline.complaints == []


@needs_browser
def test_what_took_no_points_has_no_sign(runs: dict[str, RunResult], offline: Tab, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(report({"saboteur": runs["saboteur"]}, title="One").html, encoding="utf-8")
    offline.open(address_of(path, "#/samples?group=reason"))
    shown = offline.page.locator(".losses summary").all_inner_texts()
    (nothing,) = (each for each in shown if "forbidden: wrong_person" in each)
    assert nothing.strip().startswith("0.000")
    assert any(each.startswith("−0.") for each in shown)
