from __future__ import annotations

import json
from pathlib import Path

import pytest

from tool_sandbox import run
from tool_sandbox.cli.assistant.places import RunPlaces
from tool_sandbox.cli.assistant.results import ResultTools
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.store import RESULTS, SUMMARY


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder with the run ``first``, and beside it another folder with the run ``other``."""
    for folder, name in (("runs", "first"), ("elsewhere", "other")):
        run("oracle", scenarios="switch_wifi_off", output=tmp_path / folder, name=name)
    return tmp_path / "runs"


def only(runs: Path) -> RunPlaces:
    return RunPlaces(output=str(runs), is_only=True)


def test_a_run_is_found_by_name_by_path_and_as_the_latest(runs: Path) -> None:
    found = [only(runs).directory(given).resolve() for given in ("first", str(runs / "first"), "latest")]
    assert found == [runs / "first"] * 3


@pytest.mark.parametrize("given", ["../elsewhere/other", "{}/elsewhere/other", "..", "/"])
def test_nothing_outside_of_the_only_directory_is_read(runs: Path, given: str) -> None:
    with pytest.raises(SettingsError, match="nothing else is read here"):
        only(runs).open(given.format(runs.parent))


def test_a_link_that_leads_out_is_not_followed(runs: Path) -> None:
    (runs / "inside").symlink_to(runs.parent / "elsewhere" / "other", target_is_directory=True)
    with pytest.raises(SettingsError, match="nothing else is read here"):
        only(runs).open("inside")


def test_without_that_any_run_is_read(runs: Path) -> None:
    places = RunPlaces(output=str(runs), is_only=False)
    assert places.open(str(runs.parent / "elsewhere" / "other")).score == 1.0


def test_a_name_that_is_none_says_where_to_look(runs: Path) -> None:
    with pytest.raises(SettingsError, match=r"there is no run 'firsd' in .*; list_runs shows what is there"):
        RunPlaces(output=str(runs), is_only=False).open("firsd")


def test_a_conversation_that_is_said_to_lie_outside_is_not_read(runs: Path) -> None:
    (lines,) = [json.loads(line) for line in (runs / "first" / RESULTS).read_text("utf-8").splitlines()]
    lines["trajectory"] = str(runs.parent / "elsewhere" / "other" / lines["trajectory"])
    (runs / "first" / RESULTS).write_text(f"{json.dumps(lines)}\n", encoding="utf-8")
    (runs / "first" / SUMMARY).unlink()
    tools = ResultTools(only(runs))
    assert tools.summarise_run("first").data["ending"] == "not over, or killed"
    assert "1.000" in tools.explain_sample("first", "switch_wifi_off").text
    with pytest.raises(SettingsError, match="which is not in its run"):
        tools.explain_sample("first", "switch_wifi_off", conversation=True)


def test_runs_are_listed_newest_first_and_one_without_samples_is_there_too(runs: Path) -> None:
    run("nop", scenarios="switch_wifi_off", output=runs, name="another")
    (runs / "begun").mkdir()
    (runs / "begun" / "run.json").write_text("{}", encoding="utf-8")
    answer = ResultTools(only(runs)).list_runs(count=2)
    assert [each["run"] for each in answer.data["runs"]] == ["begun", "another"]
    assert answer.text.splitlines()[0] == "begun: no sample is over yet"
    assert answer.data["runs"][1]["ending"] == "done"
    assert answer.text.endswith(f"2 of 3 runs in {runs}.")
