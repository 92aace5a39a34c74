"""A report: one file that opens anywhere, and holds every conversation."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tool_sandbox
from tests.viewer.browser import Tab, address_of, needs_browser
from tests.viewer.conftest import ASKED, PLAYED, AskedRun
from tool_sandbox.viewer.report import report

if TYPE_CHECKING:
    from tool_sandbox import RunResult


@pytest.fixture(scope="module")
def file(runs: dict[str, RunResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report(runs, title="Two agents").html, encoding="utf-8")
    return path


def test_a_report_asks_nobody_for_anything(file: Path) -> None:
    assert re.findall(r"""(?:src|href)=["'](?!#|data:)[^"']+""", file.read_text("utf-8")) == []


def test_of_what_is_too_much_perfect_samples_are_left_out_first(runs: dict[str, RunResult]) -> None:
    whole = report(runs, title="all")
    assert whole.left_out == 0
    empty = report(runs, title="none", largest=10)
    assert empty.left_out == empty.samples == whole.samples
    assert "are left out" in empty.html


@needs_browser
def test_a_report_shows_scores_samples_and_conversations_without_a_network(file: Path, offline: Tab) -> None:
    offline.open(address_of(file))
    assert offline.text("h1") == "Two agents"
    assert "1.000" in offline.text(".card >> nth=0")
    offline.open(address_of(file, "#/samples?where=run%20%3D%20saboteur"))
    assert offline.text(".count") == f"{len(PLAYED)} samples"
    offline.page.click("text=text_boss_by_relationship")
    offline.settle()
    assert "search_contacts(" in offline.text(".conversation")
    assert offline.complaints == []
    assert {url.split("#")[0] for url in offline.requests if not url.startswith("data:")} == {address_of(file)}


@needs_browser
def test_a_report_says_which_command_gives_a_sample_as_a_scenario(file: Path, offline: Tab) -> None:
    offline.open(address_of(file, "#/sample/oracle/switch_wifi_off/0"))
    offline.page.click("text=Copy as a scenario")
    offline.page.wait_for_selector(".scenario pre:visible")
    assert offline.text(".scenario pre") == "tool_sandbox view DIR 'switch_wifi_off#0' --as-scenario"


@needs_browser
def test_an_answer_of_a_model_opens_to_its_call(asked_run: AskedRun, tmp_path: Path, offline: Tab) -> None:
    path = tmp_path / "asked.html"
    path.write_text(report({"asked": asked_run.run}, title="Asked").html, encoding="utf-8")
    offline.open(address_of(path, f"#/sample/asked/{ASKED}/0"))
    assert offline.text(".turn-facts").startswith("This turn · 2 calls · ")
    offline.page.click("summary:has-text('2 tries')")
    offline.page.wait_for_selector(".answered[open] ol")
    request = json.loads(offline.text(".answered[open] pre >> nth=0"))
    assert request == asked_run.bodies[2]
    refused, answered = offline.text(".answered[open] ol").splitlines()
    assert "HTTP 500" in refused
    assert "after a wait of" in answered
    assert offline.complaints == []


@needs_browser
def test_the_call_of_an_answer_is_found_behind_those_of_an_earlier_beginning(
    asked_run: AskedRun, tmp_path: Path, offline: Tab
) -> None:
    copied = shutil.copytree(asked_run.run.directory or "", tmp_path / "run")
    (journal,) = copied.glob("calls.jsonl")
    first, *_ = journal.read_text("utf-8").splitlines(keepends=True)
    before = json.loads(first)
    before["request"], before["response"]["latency"] = "another", 99.0
    journal.write_text(json.dumps(before, separators=(",", ":")) + "\n" + journal.read_text("utf-8"), encoding="utf-8")
    path = tmp_path / "asked.html"
    path.write_text(report({"asked": tool_sandbox.open_run(copied)}, title="Asked").html, encoding="utf-8")
    offline.open(address_of(path, f"#/sample/asked/{ASKED}/0"))
    offline.page.click("summary:has-text('2 tries')")
    offline.page.wait_for_selector(".answered[open] ol")
    assert json.loads(offline.text(".answered[open] pre >> nth=0")) == asked_run.bodies[2]


@needs_browser
def test_a_sample_that_was_left_out_says_so(runs: dict[str, RunResult], tmp_path: Path, offline: Tab) -> None:
    path = tmp_path / "small.html"
    path.write_text(report(runs, title="Small", largest=10).html, encoding="utf-8")
    offline.open(address_of(path, "#/sample/saboteur/switch_wifi_off/0"))
    assert "0.000" in offline.text("h1")
    assert "is left out" in offline.text(".problem")
    assert offline.complaints == []
