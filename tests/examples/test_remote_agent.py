"""The clients of the example play a run that is served."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import tool_sandbox as ts
from tests.cli.command import ROOT, run_directory
from tool_sandbox.cli.app import exit_code

EXAMPLE = ROOT / "examples" / "remote-agent"


def test_the_client_in_python_plays_all_that_is_left(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    served = ["serve", "-u", "oracle", "-s", "switch_wifi_off", "--trials", "3", "-o", str(tmp_path), "--as", "mine"]
    assert exit_code([*served, "--", sys.executable, str(EXAMPLE / "agent.py")]) == 0
    told = capfd.readouterr().out.splitlines()
    assert [line for line in told if line.startswith("switch")] == [f"switch_wifi_off {n} scored 1.0" for n in range(3)]
    run = ts.open_run(run_directory(tmp_path))
    assert (run.score, [each.agent for each in run.samples]) == (1.0, ["remote:mine"] * 3)
