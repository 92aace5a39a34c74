"""Runs as frames, and the files that are made of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import tool_sandbox as ts
from tool_sandbox import analysis
from tool_sandbox.analysis.frames import COLUMNS, FRAMES
from tool_sandbox.cli.app import exit_code
from tool_sandbox.runs.run_result import RunResult

PAGE = Path(__file__).resolve().parents[2] / "docs" / "python.md"
NAMES = ["switch_wifi_off", "switch_wifi_off_all_tools"]


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return ts.run("oracle", scenarios=NAMES, output=tmp_path_factory.mktemp("runs"), name="solved")


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_has_the_columns_that_are_described(name: str, solved: RunResult) -> None:
    frame = FRAMES[name](solved)

    assert frame.columns == list(COLUMNS[name])
    assert frame["run"].unique().to_list() == ["solved"]
    page = PAGE.read_text("utf-8")
    assert [column for column in frame.columns if f"`{column}`" not in page] == []


def test_samples_of_several_runs_stand_in_one_frame(solved: RunResult) -> None:
    nothing = ts.run("nop", scenarios=NAMES, trials=2)
    frame = analysis.samples(solved, nothing)

    assert frame.select("agent", "base", "presentation", "trial", "similarity").rows() == [
        ("oracle", "switch_wifi_off", "plain", 0, 1.0),
        ("oracle", "switch_wifi_off", "all_tools", 0, 1.0),
        *[("nop", "switch_wifi_off", shown, trial, 0.0) for trial in (0, 1) for shown in ("plain", "all_tools")],
    ]
    assert frame["digest"].n_unique() == 2
    assert frame["tags"].to_list()[0] == ["smoke"]


def test_a_run_is_given_by_its_directory_too(solved: RunResult) -> None:
    assert solved.directory is not None
    assert analysis.calls(solved.directory).equals(analysis.calls(Path(solved.directory)))


def test_a_call_stands_beside_its_answer(solved: RunResult) -> None:
    frame = analysis.calls(solved).filter(pl.col("name") == NAMES[0])

    assert frame.select("caller", "tool", "arguments", "result", "exception").rows() == [
        ("AGENT", "set_wifi_status", '{"on": false}', "None", None),
        ("USER", "end_conversation", "{}", "None", None),
    ]
    asked, answered = frame["message"].to_list(), frame["answer"].to_list()
    log = analysis.messages(solved).filter(pl.col("name") == NAMES[0])
    senders = dict(log.select("message", "sender").rows())
    assert [senders[index] for index in asked + answered] == ["AGENT", "USER", *["EXECUTION_ENVIRONMENT"] * 2]


def test_a_call_that_failed_has_the_error_of_its_answer() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "set_wifi_status", "arguments": '{"off": 1}'}}

    def agent(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Any:
        return "No." if messages[-1]["role"] == "tool" else {"role": "assistant", "tool_calls": [call]}

    frame = analysis.calls(ts.run(agent, "oracle", scenarios=NAMES[0])).filter(pl.col("caller") == "AGENT")
    assert frame["tool"].to_list() == ["set_wifi_status"]
    assert frame["exception"].to_list() == ["TypeError: missing a required argument: 'on'"]


def test_milestones_and_minefields_have_what_they_were_matched_to(solved: RunResult) -> None:
    frame = analysis.milestones(solved).filter(pl.col("name") == NAMES[0])

    sample = solved[NAMES[0]]
    rows = frame.filter(pl.col("kind") == "milestone").select("number", "message", "similarity").rows()
    assert {number: (message, similarity) for number, message, similarity in rows} == sample.milestone_mapping
    assert frame.filter(pl.col("kind") == "minefield")["similarity"].to_list() == [0.0]


def test_milestones_say_what_took_points() -> None:
    frame = analysis.milestones(ts.run("nop", "oracle", scenarios="switch_wifi_off"))

    assert frame.select("kind", "id", "reason", "where", "fault").rows() == [
        ("milestone", "off", "column", "setting.wifi", "agent"),
        ("milestone", "told_user", "fact", "said", "agent"),
        ("minefield", None, None, None, None),
    ]


def test_a_hit_minefield_is_told_by_its_id_and_reason() -> None:
    frame = analysis.milestones(ts.run("saboteur", "oracle", scenarios="remove_friend_from_contacts"))

    hit = frame.filter(pl.col("kind") == "minefield").select("id", "reason").rows()
    assert hit == [("wrong_person", "forbidden")]


def test_a_void_sample_has_no_milestones() -> None:
    result = ts.run("tests.cli.terminal_roles:Broken", "oracle", scenarios=NAMES[0])

    assert analysis.samples(result)["status"].to_list() == ["void"]
    assert analysis.milestones(result).is_empty()
    assert analysis.calls(result).columns == list(COLUMNS["calls"])


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".ndjson", ".JSONL"])
def test_runs_are_exported_in_the_format_of_the_suffix(suffix: str, solved: RunResult, tmp_path: Path) -> None:
    file = tmp_path / "new" / f"samples{suffix}"
    assert exit_code(["export", str(solved.directory), "-o", str(file)]) == 0

    read: Any = {".parquet": pl.read_parquet, ".csv": pl.read_csv}.get(suffix, pl.read_ndjson)
    frame = read(file)
    assert frame.columns == list(COLUMNS["samples"])
    assert frame["similarity"].to_list() == [1.0] * 2
    categories = frame["category"].to_list()[0]
    assert "SINGLE_TOOL_CALL" in (categories.split() if suffix == ".csv" else categories)


def test_another_table_is_exported_by_name(
    solved: RunResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "calls.jsonl"
    assert exit_code(["export", str(solved.directory), "--output", str(file), "--table", "calls"]) == 0

    assert capsys.readouterr().out == f"4 rows in {file}\n"
    assert json.loads(file.read_text().splitlines()[0])["tool"] == "set_wifi_status"


def test_a_run_that_is_named_twice_is_exported_once(
    solved: RunResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = [str(solved.directory), f"{solved.directory}/"]
    assert exit_code(["export", *twice, "-o", str(tmp_path / "x.csv")]) == 0

    assert capsys.readouterr().out.startswith("2 rows")


@pytest.fixture
def stripped(solved: RunResult, tmp_path: Path) -> Path:
    """A copy of the run without trajectories."""
    copy = tmp_path / "stripped"
    shutil.copytree(str(solved.directory), copy, ignore=shutil.ignore_patterns("trajectories"))
    return copy


@pytest.mark.parametrize("table", ["messages", "calls"])
def test_conversations_that_are_all_gone_are_refused_and_nothing_is_written(
    table: str, stripped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.csv"
    assert exit_code(["export", str(stripped), "-o", str(file), "--table", table]) == 2

    assert f"there are no {table} to export: 2 conversations of 2 samples are gone, such as" in capsys.readouterr().err
    assert not file.exists()
    for other in ("samples", "milestones"):
        assert exit_code(["export", str(stripped), "-o", str(file), "--table", other]) == 0
    assert capsys.readouterr().err == ""


def test_conversations_of_which_some_are_gone_are_exported_with_a_note(
    solved: RunResult, stripped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = [str(stripped), str(solved.directory)]
    assert exit_code(["export", *both, "-o", str(tmp_path / "x.csv"), "--table", "calls"]) == 0

    printed = capsys.readouterr()
    assert printed.out.startswith("4 rows")
    assert "note: without 2 conversations of 4 samples, which are gone from the run directories" in printed.err
    assert f"such as that of {NAMES[0]!r} in {str(stripped)!r}" in printed.err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["-o", "x.xls"], "'x.xls' must end in .parquet, .csv"),
        (["-o", "x.csv", "--table", "call"], "there is no table 'call'; did you mean 'calls'"),
        (["-o", "/dev/null/x.csv"], "cannot write to '/dev/null/x.csv'"),
    ],
)
def test_what_cannot_be_exported_is_told(
    arguments: list[str], problem: str, solved: RunResult, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["export", str(solved.directory), *arguments]) == 2

    assert problem in capsys.readouterr().err


def test_a_directory_without_a_run_is_not_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["export", str(tmp_path), "-o", str(tmp_path / "x.csv")]) == 2

    assert "holds no results" in capsys.readouterr().err
