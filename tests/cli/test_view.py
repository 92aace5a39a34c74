"""tool_sandbox view: a conversation of a run, with what became of its milestones."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.cli.command import run_directory
from tests.cli.test_explain import SUITE
from tool_sandbox.cli.app import exit_code
from tool_sandbox.cli.view import Looked
from tool_sandbox.runs.run_result import open_run


def played(agent: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> Path:
    (tmp_path / "mine.yaml").write_text(SUITE, encoding="utf-8")
    where = ["--scenarios-from", str(tmp_path / "mine.yaml"), "-o", str(tmp_path / "runs")]
    assert exit_code(["run", "-a", agent, "-s", "wifi_off", *where, *more]) in {0, 1}
    capsys.readouterr()
    return run_directory(tmp_path / "runs")


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Two trials of the solution."""
    return played("oracle", tmp_path, capsys, "--trials", "2")


@pytest.fixture
def poor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """One trial of an agent that does nothing."""
    return played("nop", tmp_path, capsys)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert exit_code(["view", *arguments]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    return told.out


def change(run: Path, **values: Any) -> None:
    """Change what is recorded of every sample."""
    lines = [json.loads(line) | values for line in (run / "results.jsonl").read_text("utf-8").splitlines()]
    summary: dict[str, Any] = json.loads((run / "result_summary.json").read_text("utf-8"))
    summary["per_scenario_results"] = [record | values for record in summary["per_scenario_results"]]
    (run / "results.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    (run / "result_summary.json").write_text(json.dumps(summary), "utf-8")


def test_a_conversation_is_shown_with_its_milestones_and_its_score(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(capsys, str(run), "wifi_off#1").splitlines()
    assert [line[5:] for line in lines[1:]] == [
        "user    Turn off the wifi",
        "agent     set_wifi_status(on=False)",
        "        → None          ✓ switched 1.00",
        "agent   Wi-Fi is off.   ✓ told 1.00",
        "user      end_conversation()",
        "score   1.000   mean of 2 milestones   outcome 1.00   highest floor 0.00",
        "ended   the user ended the conversation; 1 of 1 tools called",
    ]
    assert lines[0] == "wifi_off #1"


def test_every_trial_of_a_scenario_is_shown_or_one(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both, one = shown(capsys, str(run), "wifi_off"), shown(capsys, str(run), "wifi_off#1")
    assert both.endswith(f"\n\n{one}")
    assert [line for line in both.splitlines() if "#" in line] == ["wifi_off #0", "wifi_off #1"]


def test_the_file_of_the_run_is_the_whole_conversation_of_the_same_form(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = (run / "trajectories" / "wifi_off" / "trial_0" / "pretty_print.txt").read_text("utf-8")
    assert written == shown(capsys, str(run), "wifi_off#0", "--full")
    assert str(open_run(run)["wifi_off"].conversation) == written


def test_lost_points_stand_below_with_the_reasons(poor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(capsys, str(poor), "wifi_off")
    assert "✗ switched 0.00  setting.wifi: wanted false, was true after every message" in told
    assert "talked, 0 of 1 tools called" in told


def test_without_a_name_the_samples_are_listed_worst_first(poor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(capsys, str(poor))
    assert "wifi_off   0.000   switched: setting.wifi: wanted false" in told
    assert f"See one of them: tool_sandbox view {poor} wifi_off" in told


def test_scenarios_that_are_gone_leave_what_the_run_recorded(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.yaml").unlink()
    told = shown(capsys, str(run), "wifi_off#0")
    assert "✓ switched 1.00" in told
    assert "score   1.000" in told
    assert "note    This is what the run recorded:" in told


def test_a_run_of_an_earlier_version_or_the_original_has_numbers_for_milestones(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.yaml").unlink()
    change(run, explanation=[], ending="", tools_called=[], tools_wanted=[])
    told = shown(capsys, str(run), "wifi_off#0")
    assert "→ None          ✓ 0 1.00" in told
    assert "ended" not in told


def test_a_score_that_is_another_one_today_is_said_to_be_so(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(run, similarity=0.25)
    told = " ".join(shown(capsys, str(run), "wifi_off#0").split())
    assert "score 1.000" in told
    assert "The run recorded 0.250; its scenario or the rules have changed since." in told


def test_a_void_sample_says_why_and_shows_what_there_is(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(run, status="void", cause="provider", similarity=None, error={"message": "no answer \x1b[2J"})
    told = shown(capsys, str(run), "wifi_off#0")
    assert r"void    provider: no answer \x1b[2J" in told
    assert "user    Turn off the wifi" in told
    assert "score" not in told


def test_a_run_without_a_score_has_nothing_to_explain(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(run, status="void", cause="provider", similarity=None, error={"message": "no answer"})
    assert exit_code(["explain", str(run)]) == 2
    assert f"no sample of {str(run)!r} has a score; void: 2 provider." in capsys.readouterr().err
    assert exit_code(["explain", str(run), "wifi_off#0"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert (told[0], told[-1]) == ("wifi_off #0   void, provider: no answer", "  ended: it was stopped")


def test_what_was_recorded_of_a_model_cannot_act_on_a_terminal(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost = {"id": "told", "similarity": 0, "credit": 0, "message": 18, "where": "said", "text": "says \x1b[2J\u202e"}
    change(run, similarity=0.5, explanation=[lost | {"reason": "fact"}])
    for arguments in (["explain", str(run)], ["view", str(run)], ["view", str(run), "wifi_\x1b[2J"]):
        exit_code(arguments)
        told = capsys.readouterr()
        assert r"\x1b[2J" in told.out + told.err
        assert not {"\x1b", "\u202e"} & set(told.out + told.err)


def test_names_may_be_globs_or_copied_from_what_was_printed(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = shown(capsys, str(run), "wifi_off#1")
    assert shown(capsys, str(run), "wifi_*#1") == one
    assert shown(capsys, str(run), "wifi_off #1") == one


@pytest.mark.parametrize("command", ["view", "explain"])
def test_a_run_of_which_nothing_is_over_says_how_to_go_on(
    run: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (run / "result_summary.json").unlink()
    (run / "results.jsonl").write_text("", "utf-8")
    assert exit_code([command, str(run)]) == 2
    assert f"no sample of {str(run)!r} is over yet; 'tool_sandbox resume {run}' plays them." in capsys.readouterr().err


@pytest.mark.parametrize("command", ["view", "explain"])
def test_a_directory_of_runs_names_the_newest(run: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert exit_code([command, str(run.parent)]) == 2
    assert f"Give one of the runs in it, such as {str(run)!r}." in capsys.readouterr().err


def test_conversations_that_are_all_gone_are_no_answer(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(run / "trajectories")
    assert exit_code(["view", str(run), "wifi_off"]) == 2
    assert "execution_context.json' cannot be read" in capsys.readouterr().err


def test_a_broken_record_of_where_scenarios_are_is_named(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads((run / "run.json").read_text("utf-8"))
    (run / "run.json").write_text(json.dumps(record | {"settings": {"scenarios_from": 5}}), "utf-8")
    assert "✓ told 1.00" in shown(capsys, str(run), "wifi_off#0")
    assert exit_code(["explain", str(run), "wifi_off#0"]) == 2
    assert "run.json says that scenarios_from is 5; expected a list of texts." in capsys.readouterr().err


def test_a_void_sample_that_is_played_again_has_its_new_conversation(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = run / "trajectories" / "wifi_off" / "trial_0" / "pretty_print.txt"
    written = place.read_text("utf-8")
    place.write_text("of a try that was stopped", "utf-8")
    change(run, status="void", cause="provider", similarity=None)
    assert exit_code(["resume", str(run), "-q", "--retry-void"]) == 0
    capsys.readouterr()
    assert place.read_text("utf-8") == written == shown(capsys, str(run), "wifi_off#0", "--full")
    assert exit_code(["rescore", str(run)]) == 0
    assert place.read_text("utf-8") == written


@pytest.mark.parametrize("command", ["view", "explain"])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("wifi_on", "'wifi_on' is not a scenario of this run; did you mean 'wifi_off'?"),
        ("wifi_off#7", "'wifi_off' has no trial 7; this run has 0, 1."),
    ],
)
def test_a_sample_that_is_not_there_is_said_to_be_so(
    run: Path, capsys: pytest.CaptureFixture[str], command: str, name: str, told: str
) -> None:
    assert exit_code([command, str(run), name]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", "[]", '{"_dbs": 1}', ""])
def test_a_torn_file_is_named(run: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    file = run / "trajectories" / "wifi_off" / "trial_0" / "execution_context.json"
    file.write_text(content, "utf-8")
    assert exit_code(["view", str(run), "wifi_off#0"]) == 2
    told = capsys.readouterr().err
    assert "execution_context.json" in told
    assert "fault in tool_sandbox" not in told
    assert exit_code(["view", str(run), "wifi_off"]) == 0
    assert "✓ told 1.00" in capsys.readouterr().out


def test_a_terminal_gets_colours_in_its_own_width(
    run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def screen(width: int) -> str:
        console = Console(
            file=io.StringIO(), force_terminal=True, color_system="standard", width=width, highlight=False
        )
        Looked.at([str(run), "wifi_off#0"]).show(console=console)
        written = console.file
        assert isinstance(written, io.StringIO)
        return written.getvalue()

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[32m✓ told 1.00\x1b[0m" in screen(60)
    assert "\x1b" not in shown(capsys, str(run), "wifi_off#0")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "[32m" not in screen(60)


def test_a_conversation_is_printed_as_a_scenario_that_holds(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(capsys, str(run), "wifi_off#1", "--as-scenario")
    assert "# It holds as it is." in text
    (tmp_path / "played.yaml").write_text(text, encoding="utf-8")
    assert exit_code(["check", "--scenarios-from", str(tmp_path / "played.yaml")]) == 0


@pytest.mark.parametrize(
    ("sample", "said"), [((), "needs a conversation"), (("wifi_off",), "'wifi_off' means 2; choose of wifi_off#0")]
)
def test_a_scenario_is_made_of_one_conversation(
    run: Path, capsys: pytest.CaptureFixture[str], sample: tuple[str, ...], said: str
) -> None:
    assert exit_code(["view", str(run), *sample, "--as-scenario"]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
