"""tool_sandbox rescore: a run is judged by what it was played with, and says when it could not be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import run_directory
from tests.scenarios.writing import COMPLETE
from tool_sandbox.cli.app import exit_code

LONG = "x" * 120
SUITE = "".join(
    f"""
- name: turn_off_{LONG}_{service}
  categories: [single_tool_call, single_user_turn]
  user: {{says: Turn off {service}, knows: You want one service off.}}
  milestones:
    - {{id: switched, state: {{setting: {{{service}: false}}}}}}
  solution:
    - {tool}: {{"on": false}}
    - say: It is off.
"""
    for service, tool in (("wifi", "set_wifi_status"), ("cellular", "set_cellular_service_status"))
)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A finished run of scenarios of one's own, with names that were once cut to the same."""
    (tmp_path / "mine.yaml").write_text(SUITE, encoding="utf-8")
    arguments = ["--scenarios-from", str(tmp_path / "mine.yaml"), "-o", str(tmp_path / "runs")]
    assert (
        exit_code(["run", "-a", "oracle", "-s", f"turn_off_{LONG}_wifi", "-s", f"turn_off_{LONG}_cellular", *arguments])
        == 0
    )
    capsys.readouterr()
    return run_directory(tmp_path / "runs")


def change_record(run: Path, **settings: object) -> None:
    path = run / "run.json"
    record = json.loads(path.read_text("utf-8"))
    record["settings"] |= settings
    path.write_text(json.dumps(record), "utf-8")


def test_a_run_is_judged_by_the_scenarios_it_recorded(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["rescore", str(run)]) == 0
    told = capsys.readouterr()
    assert "2 judged, 0 changed, 0 not judged" in told.out
    assert told.err == ""


def test_a_run_of_an_earlier_scoring_version_is_judged_by_todays_rules_but_not_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = tmp_path / "mine.yaml"
    send = next(line for line in COMPLETE.splitlines(keepends=True) if "- send_message" in line)
    claiming = COMPLETE.replace(send, "").replace("  user:", "  tools: [send_message_with_phone_number]\n  user:", 1)
    suite.write_text(claiming.replace("  user:", "  scoring: original\n  user:", 1), encoding="utf-8")
    command = ["run", "-a", "oracle", "-s", "call_a_taxi", "-o", str(tmp_path / "runs")]
    assert exit_code([*command, "--scenarios-from", str(suite)]) == 0
    run = run_directory(tmp_path / "runs")
    record = json.loads((run / "run.json").read_text("utf-8"))
    assert record["scoring_version"] == 3
    (run / "run.json").write_text(json.dumps(record | {"scoring_version": 1}), "utf-8")
    suite.write_text(claiming, "utf-8")
    capsys.readouterr()
    assert exit_code(["rescore", str(run)]) == 0
    assert "1 judged, 1 changed, 0 not judged" in capsys.readouterr().out
    assert exit_code(["resume", str(run)]) == 2
    assert "the run has scoring_version 1, this version of tool_sandbox 3; start a new run." in capsys.readouterr().err


def test_other_scenarios_may_be_named(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.yaml").write_text(
        SUITE.replace("{cellular: false}", "{low_battery_mode: true}"), encoding="utf-8"
    )
    assert exit_code(["rescore", str(run), "--scenarios-from", str(tmp_path / "other.yaml")]) == 0
    assert "2 judged, 1 changed, 0 not judged" in capsys.readouterr().out


def test_when_some_could_not_be_judged_the_exit_code_is_1(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.yaml").write_text(SUITE.replace("_cellular\n", "_mobile\n"), encoding="utf-8")
    assert exit_code(["rescore", str(run)]) == 1
    told = capsys.readouterr().out
    assert f"not judged: turn_off_{LONG}_cellular: there is no scenario of this name any more" in told
    assert "1 judged, 0 changed, 1 not judged" in told


def test_when_nothing_could_be_judged_that_is_an_error_with_the_reason(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other.yaml").write_text(COMPLETE, encoding="utf-8")
    assert exit_code(["rescore", str(run), "--scenarios-from", str(tmp_path / "other.yaml")]) == 2
    complaint = capsys.readouterr().err
    assert "no sample of" in complaint
    assert "there is no scenario of this name any more (2 of 2 samples)" in complaint


def test_recorded_scenarios_that_are_gone_are_asked_for(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.yaml").rename(tmp_path / "moved.yaml")
    assert exit_code(["rescore", str(run)]) == 2
    complaint = capsys.readouterr().err
    assert "mine.yaml" in complaint
    assert "say where that is with --scenarios-from" in complaint
    assert exit_code(["rescore", str(run), "--scenarios-from", str(tmp_path / "moved.yaml")]) == 0


def test_the_tools_and_the_rules_of_the_run_are_used(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules.py").write_text(
        "from pathlib import Path\n"
        "from tool_sandbox.common.tool import register_as_tool\n"
        "@register_as_tool()\ndef look_around() -> str:\n    'Look.'\n    return ''\n"
        "from tool_sandbox.common.compatibility import original_rules\n"
        f"Path({str(tmp_path / 'seen')!r}).write_text(str(original_rules()))\n",
        encoding="utf-8",
    )
    change_record(run, compat="original", tools_from=[str(tmp_path / "rules.py")])
    assert exit_code(["rescore", str(run)]) == 0
    assert (tmp_path / "seen").read_text() == "True"
    change_record(run, compat=None)
    assert exit_code(["rescore", str(run)]) == 0
    assert (tmp_path / "seen").read_text() == "False"
