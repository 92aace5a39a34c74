"""What a run leaves for programs: one JSON object, a name, ``latest``, tests in XML and a page in Markdown."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import tool_sandbox as ts
from tests.cli.command import EASY, call, call_here, run_directories, run_directory
from tests.runs.samples import scored, void
from tool_sandbox.cli.app import exit_code
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.runs.junit import junit_xml
from tool_sandbox.runs.latest import mark_latest
from tool_sandbox.runs.markdown import markdown
from tool_sandbox.runs.run import Report
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import RunStore
from tool_sandbox.runs.summary import summarise


def report(*results: Any, pass_at: float = 1.0, **facts: Any) -> Report:
    facts = {"agent": "good|bad", "user": "oracle", "below": [], "below_coverage": None, **facts}
    summary = summarise(results, git_sha=None, run=facts, pass_at=pass_at)
    return Report(results=results, summary=summary, ending=Ending.DONE, directory="runs/x")


def test_standard_output_is_one_json_object_and_people_read_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["-s", EASY[0], "-o", str(tmp_path), "--fail-under", "0.5", "--json"]
    done = call_here(capsys, "run", "-a", "nop", "oracle", *flags)

    told = json.loads(done.stdout)
    assert (done.returncode, told["exit_code"]) == (4, 4)
    assert [(run["run"]["agent"], run["score"]["similarity"]) for run in told["runs"]] == [
        ("nop", 0.0),
        ("oracle", 1.0),
    ]
    assert told["runs"][0]["run"]["below"] == ["score 0.000, wanted 0.5"]
    assert sorted(run["directory"] for run in told["runs"]) == list(map(str, run_directories(tmp_path)))
    assert "Score 1.000 over 1 of 1 samples" in done.stderr


def test_what_an_agent_prints_is_not_in_the_json(tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(
        "from tool_sandbox.roles.unhelpful_agent import UnhelpfulAgent\n"
        "class Loud(UnhelpfulAgent):\n"
        "    def __init__(self, *args, **more):\n        print('LOUD')\n        super().__init__(*args, **more)\n"
    )
    flags = ["-u", "oracle", "-s", EASY[0], "-o", str(tmp_path / "runs"), "--json"]
    done = call("run", "-a", f"{tmp_path / 'loud.py'}:Loud", *flags)

    assert json.loads(done.stdout)["exit_code"] == 0
    assert "LOUD" in done.stderr


def test_a_quiet_run_shows_the_last_lines_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = call_here(capsys, "run", "-a", "oracle", "-s", *EASY, "-o", str(tmp_path), "-q")

    directory = run_directory(tmp_path)
    found = ts.open_run(directory).interval
    assert found is not None
    interval = f"{found.low:.3f}–{found.high:.3f}"
    assert (done.stdout.splitlines(), done.stderr) == (
        [f"Score 1.000 over 2 of 2 samples; 95% interval {interval}", f"Run directory {directory}"],
        "",
    )


def test_a_run_directory_has_the_name_it_is_given_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", "-a", "oracle", "-s", EASY[0], "-o", str(tmp_path), "--name", "nightly"]
    assert exit_code(arguments) == 0
    assert run_directory(tmp_path) == tmp_path / "nightly"

    assert exit_code(arguments) == 2
    assert "nightly' is there already; choose another --name" in capsys.readouterr().err


def test_the_directories_of_several_agents_have_the_agents_behind_the_name(tmp_path: Path) -> None:
    arguments = ["run", "-a", "oracle", "nop", "-s", EASY[0], "-o", str(tmp_path), "--name", "nightly"]
    assert exit_code(arguments) == 0

    assert [path.name for path in run_directories(tmp_path)] == ["nightly_nop", "nightly_oracle"]


@pytest.mark.parametrize("name", ["", "a/b", "a\\b", "..", "latest", " x"])
def test_a_name_that_is_no_name_of_a_folder_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="must be the name of a folder"):
        ts.run("oracle", scenarios=EASY[0], name=name, output="runs")


def test_a_name_without_a_directory_is_refused() -> None:
    with pytest.raises(UsageError, match=r"name would have no effect.* with output\."):
        ts.run("oracle", scenarios=EASY[0], name="nightly")


def test_latest_leads_to_the_run_that_was_played_last(tmp_path: Path) -> None:
    for name in ("one", "two"):
        ts.run("oracle", scenarios=EASY[0], output=tmp_path, name=name)

    assert (tmp_path / "latest" / "result_summary.json").samefile(tmp_path / "two" / "result_summary.json")
    assert ts.open_run(tmp_path / "latest").directory == str(tmp_path / "two")
    ts.resume(tmp_path / "one")
    assert ts.open_run(tmp_path / "latest").directory == str(tmp_path / "one")


def test_latest_is_a_file_where_there_are_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_more: Any) -> None:
        raise OSError

    monkeypatch.setattr(os, "symlink", refuse)
    for name in ("one", "two"):
        store = RunStore.create(str(tmp_path), called=name)
        mark_latest(store.directory)

    assert (tmp_path / "latest").read_text() == "two\n"
    assert RunStore.open(tmp_path / "latest").directory == tmp_path / "two"


def test_a_folder_of_ones_own_that_is_called_latest_stays(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    mark_latest(RunStore.create(str(tmp_path), called="one").directory)

    assert (tmp_path / "latest").is_dir()
    assert not (tmp_path / "latest").is_symlink()


def test_the_originals_flags_leave_nothing_but_run_directories(tmp_path: Path) -> None:
    flags = ["--agent", "oracle", "--user", "oracle", "--scenarios", EASY[0], "--output_dir", str(tmp_path)]
    assert exit_code(flags) == 0

    assert [path.is_symlink() for path in tmp_path.iterdir()] == [False]


def test_every_sample_is_a_test_in_xml(tmp_path: Path) -> None:
    file = tmp_path / "build" / "junit.xml"
    arguments = ["run", "-a", "nop", "oracle", "-s", *EASY, "-o", str(tmp_path / "runs"), "--junit", str(file)]
    assert exit_code(arguments) == 0

    suites = ET.parse(file).getroot().findall("testsuite")  # noqa: S314 -- written above
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in suites] == [
        ("nop", "2", "2"),
        ("oracle", "2", "0"),
    ]
    failed = suites[0].findall("testcase/failure")
    lost = "off 0.000: setting.wifi: wanted false, was true after every message"
    assert [test for test in failed if lost in str(test.text)]
    assert [test.get("message", "").partition(",")[0] for test in failed] == ["score 0.000"] * 2


def test_void_samples_are_errors_and_odd_characters_are_no_harm() -> None:
    error = {"type": "ProviderUnavailableError", "message": "down \x00 <&>"}
    told = "".join(junit_xml([report(scored("a", 1.0), scored("b", 0.25, trial=1), void("c", error=error))]))

    (suite,) = ET.fromstring(told).findall("testsuite")  # noqa: S314 -- written above
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    found = suite.find("testcase/error")
    assert found is not None
    assert found.get("message") == "void, provider: down \ufffd <&>"
    assert [test.get("name") for test in suite] == ["a #0", "b #1", "c #0"]


def test_the_xml_of_a_long_run_comes_sample_by_sample() -> None:
    error = {"type": "ProviderUnavailableError", "message": "down"}
    told = list(junit_xml([report(scored("a", 1.0), void("b", duration=1.5, error=error))]))

    assert [part.count("<testcase") for part in told] == [0, 0, 1, 1, 0, 0]
    assert "".join(told) == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<testsuites name="tool_sandbox">\n'
        '  <testsuite name="good|bad" tests="2" failures="0" errors="1" time="1.500">\n'
        '    <testcase classname="good|bad" name="a" time="0.000" />\n'
        '    <testcase classname="good|bad" name="b" time="1.500">\n'
        '      <error type="ProviderUnavailableError" message="void, provider: down">runs/x</error>\n'
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def test_a_test_passes_with_the_score_from_which_a_sample_is_a_success() -> None:
    told = "".join(junit_xml([report(scored("a", 0.75), scored("b", 0.25), pass_at=0.5)]))

    (suite,) = ET.fromstring(told)  # noqa: S314 -- written above
    assert [test.get("name") for test in suite if test.find("failure") is not None] == ["b"]
    assert suite.get("failures") == "1"


def test_commands_read_directories_whose_summary_has_the_keys_of_earlier_versions(tmp_path: Path) -> None:
    assert exit_code(["run", "-a", "nop", "-s", *EASY, "-o", str(tmp_path), "--name", "old"]) == 0
    run, summary = tmp_path / "old" / "run.json", tmp_path / "old" / "result_summary.json"
    content, record = json.loads(summary.read_text()), json.loads(run.read_text())
    for name in ("presentations", "tags", "tools"):
        del content[name]
    old = {"similarity": 0.0, "lower": 0.0, "upper": 0.0}
    content |= {"score": old, "categories": {"ALL_CATEGORIES": old}}
    del record["settings"]["pass_at"], record["settings"]["min_coverage"]
    summary.write_text(json.dumps(content))
    run.write_text(json.dumps(record))

    for command in (["explain"], ["rescore"], ["export", "-o", str(tmp_path / "x.csv")], ["resume"]):
        assert exit_code([command[0], str(summary.parent), *command[1:]]) == 0
    assert "score_if_void_failed" in json.loads(summary.read_text())["score"]


def test_a_page_has_the_score_what_is_missing_and_the_lowest_samples() -> None:
    error = {"type": "ProviderUnavailableError", "message": "down"}
    text = markdown(
        [report(scored("a", 1.0), scored("b", 0.25), void("c", error=error), below=["score 0.6, wanted 1"])]
    )

    lines = text.splitlines()
    assert lines[0] == r"### good\|bad: score 0.625"
    assert "**Below what is enough**: score 0.6, wanted 1." in lines
    assert any(re.fullmatch(r"\| all \| 3 \| 1 \| 0.625 \| 0.\d{3}–\d.\d{3} \| – \| 0.000 \|", line) for line in lines)
    assert r"| b \#0 | 0.250 | – |" in lines
    assert "1 void, provider: down" in lines


def test_a_page_says_how_steady_the_agent_is_and_that_too_few_samples_are_scored() -> None:
    missed = "1 of 3 samples are scored (0.333), wanted 0.95"
    lost = {"id": "a", "credit": 0.0, "reason": "fact", "fault": "user"}
    results = [scored("a", 1.0), scored("a", 0.0, trial=1, explanation=(lost,)), void("b")]
    text = markdown([report(*results, below_coverage=missed)])

    lines = text.splitlines()
    assert r"**Below what is enough**: 1 of 3 samples are scored (0.333), wanted 0.95." in lines
    assert "A trial succeeds with score 1. Flip rate of two trials: 1.000." in lines
    assert "| 2 | 0.000 | 1.000 |" in lines
    assert "Lost 0.500, of which 0.500 by the user." in lines


def test_a_page_has_no_interval_where_one_scenario_says_nothing() -> None:
    assert "| all | 1 | 0 | 1.000 | – | – | 0.000 |" in markdown([report(scored("a", 1.0))]).splitlines()


def test_pages_are_written_to_a_file_and_added_to_that_of_a_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, file = tmp_path / "page.md", tmp_path / "summary.md"
    page.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    arguments = ["run", "-a", "nop", "oracle", "-s", EASY[0], "-o", str(tmp_path / "runs"), "--summary", str(file)]
    assert exit_code(arguments) == 0

    assert [line for line in file.read_text().splitlines() if line.startswith("#")] == [
        "### nop: score 0.000",
        "### oracle: score 1.000",
        "### Comparison",
    ]
    assert "- nop − oracle −1.000, 95% interval " in file.read_text()
    assert page.read_text() == "before\n" + file.read_text()


def test_python_writes_the_same_files(tmp_path: Path) -> None:
    ts.run("oracle", scenarios=EASY[0], junit=str(tmp_path / "x.xml"), summary=str(tmp_path / "x.md"))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.md", "x.xml"]


@pytest.mark.parametrize("flag", ["--junit", "--summary"])
def test_a_file_that_cannot_be_written_is_refused_before_the_first_sample(
    flag: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["run", "-a", "oracle", "-s", EASY[0], "-o", str(tmp_path / "runs"), flag, str(tmp_path)]
    assert exit_code(arguments) == 2

    assert f"{flag} {str(tmp_path)!r} cannot be written: it is a directory" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
