"""tool_sandbox explain: why a run, or one sample of it, lost points."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run_directory
from tool_sandbox.cli.app import exit_code

SUITE = """
- name: wifi_off
  categories: [single_tool_call, single_user_turn]
  user: {says: Turn off the wifi, knows: You want it off.}
  milestones:
    - {id: switched, state: {setting: {wifi: false}}}
    - {id: told, said: It is off., facts: [{off: wi-fi}]}
  solution:
    - set_wifi_status: {"on": false}
    - say: Wi-Fi is off.
"""


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Two trials of an agent that does nothing."""
    (tmp_path / "mine.yaml").write_text(SUITE, encoding="utf-8")
    where = ["--scenarios-from", str(tmp_path / "mine.yaml"), "-o", str(tmp_path / "runs")]
    assert exit_code(["run", "-a", "nop", "-s", "wifi_off", "--trials", "2", *where]) == 0
    capsys.readouterr()
    return run_directory(tmp_path / "runs")


def without_explanations(run: Path) -> None:
    """The run as an earlier version left it."""
    lines = [json.loads(line) for line in (run / "results.jsonl").read_text("utf-8").splitlines()]
    summary: dict[str, Any] = json.loads((run / "result_summary.json").read_text("utf-8"))
    for record in [*lines, *summary["per_scenario_results"]]:
        for key in ("explanation", "ending", "tools_called", "tools_wanted"):
            del record[key]
    (run / "results.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    (run / "result_summary.json").write_text(json.dumps(summary), "utf-8")


def test_results_say_what_became_of_each_milestone(run: Path) -> None:
    record = json.loads((run / "results.jsonl").read_text("utf-8").splitlines()[0])
    switched, told = record["explanation"]
    assert (switched["id"], switched["reason"], switched["where"]) == ("switched", "column", "setting.wifi")
    assert (switched["similarity"], switched["message"]) == (0, None)
    assert (told["id"], told["reason"]) == ("told", "fact")


def test_a_run_is_explained_by_what_took_most(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["explain", str(run)]) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        "1.000 of 1 lost over 2 scored samples\n  2 ended because the user ended the conversation\n"
        "  2 talked and called no tool\n"
    )
    assert "-0.500  column: setting.wifi (2 samples)" in told
    assert "wifi_off #1 switched: setting.wifi: wanted false, was true after every message" in told


def test_a_run_of_an_earlier_version_is_explained_too(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code(["explain", str(run)])
    told = capsys.readouterr().out
    without_explanations(run)
    assert exit_code(["explain", str(run)]) == 0
    assert capsys.readouterr().out == told


def test_every_trial_of_a_scenario_is_explained_or_one(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["explain", str(run), "wifi_off"]) == 0
    both = capsys.readouterr().out
    assert exit_code(["explain", str(run), "wifi_off#1"]) == 0
    one = capsys.readouterr().out
    assert [line for line in both.splitlines() if "#" in line] == [
        f"wifi_off #{trial}   0.000   talked, 0 of 1 tools called; "
        "switched: setting.wifi: wanted false, was true after every message"
        for trial in (0, 1)
    ]
    assert both.endswith(one)


def test_conversations_name_milestones_by_their_ids(run: Path) -> None:
    conversation = (run / "trajectories" / "wifi_off" / "trial_0" / "conversation.json").read_text("utf-8")
    assert '"milestone_id": "switched"' in conversation
