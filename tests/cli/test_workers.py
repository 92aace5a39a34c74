"""Runs that several processes play, against a server in a process of its own that counts what it is asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.command import call_here, openai_server, run_directory, spawn
from tests.processes import is_alive
from tests.waiting import HANG, until
from tool_sandbox.cli.app import exit_code

PATIENT = ("--timeout", f"{HANG:.0f}")
"""A call that is given up counts at its worst case, and on a busy machine an answer may take long."""
SCENARIOS = ("switch_wifi_off*", "--tag", "no_distraction_tools", "three_distraction_tools")
PRICES = "prices={input_per_million: 0, output_per_million: 250}"


def asked(url: str, path: str = "/calls") -> dict[str, Any]:
    """What the server was asked so far."""
    told: dict[str, Any] = httpx.get(url.removesuffix("/v1") + path).json()
    return told


def arguments(url: str, base: Path, *more: str) -> list[str]:
    roles = ("-a", f"direct:{url}/m", "-u", "oracle", *PATIENT)
    return ["run", *roles, "-s", *SCENARIOS, "-o", str(base), "--workers", "2", *more]


def results(directory: Path) -> dict[tuple[str, int], float]:
    lines = (directory / "results.jsonl").read_text().splitlines()
    every = [(record["name"], record["trial"], record["similarity"]) for record in map(json.loads, lines)]
    scores = {(name, trial): score for name, trial, score in every}
    assert len(scores) == len(every), "a sample is there twice"
    return scores


def journaled(directory: Path) -> list[dict[str, Any]]:
    files = [directory / "calls.jsonl", *(directory / "calls").glob("*.jsonl")]
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def children(process: subprocess.Popen[str]) -> list[int]:
    """The workers of a run, as the system knows them."""
    listed = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)  # noqa: S607
    return [int(pid) for pid in listed.stdout.split()]


def held(url: str, process: subprocess.Popen[str], calls: int) -> None:
    """Wait until the server holds calls that it does not answer."""
    until(lambda: asked(url)["calls"] >= calls or process.poll() is not None)
    assert process.poll() is None, process.communicate()


def test_a_killed_worker_costs_no_more_than_its_calls_in_flight(tmp_path: Path) -> None:
    with openai_server("--hold-after", "6") as url:
        process = spawn(*arguments(url, tmp_path, "--trials", "4", "-p", "4"))
        held(url, process, 8)
        os.kill(children(process)[0], signal.SIGKILL)
        asked(url, "/release")
        out, err = process.communicate(timeout=HANG)
        calls = asked(url)["calls"]
    directory = run_directory(tmp_path)

    assert process.returncode == 0, out + err
    played = results(directory)
    assert len(played) == len(journaled(directory)), "each sample is one call"
    assert len(played) <= calls <= len(played) + 4, "four were in flight"
    assert json.loads((directory / "run.json").read_text())["workers"] == 2


def test_when_the_controller_is_killed_its_workers_end_and_the_run_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with openai_server("--hold-after", "6") as url:
        process = spawn(*arguments(url, tmp_path, "--trials", "4", "-p", "4"))
        held(url, process, 8)
        workers = children(process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        asked(url, "/release")
        until(lambda: not any(map(is_alive, workers)))
        resumed = call_here(capsys, "resume", str(run_directory(tmp_path)), "--workers", "1")
        calls = asked(url)["calls"]

    assert resumed.returncode == 0, resumed.stderr
    played = results(run_directory(tmp_path))
    assert len(played) <= calls <= len(played) + 4


def test_ctrl_c_ends_the_workers_and_says_how_to_go_on(tmp_path: Path) -> None:
    with openai_server("--hold-after", "3") as url:
        process = spawn(*arguments(url, tmp_path, "-p", "2"))
        held(url, process, 5)
        workers = children(process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=HANG)

    assert process.returncode == 130
    assert "tool_sandbox resume" in err
    until(lambda: not any(map(is_alive, workers)))


def test_four_workers_stay_under_one_cap_and_use_nearly_all_of_it(tmp_path: Path) -> None:
    """By the count of the server: a call costs a quarter of a cent, and twice as much at most."""
    limits = ("--budget", "0.50", "--param", PRICES, "--max-tokens", "20")
    with openai_server() as url:
        given = arguments(url, tmp_path, "--trials", "40", "-p", "128", "--workers", "4", *limits)
        assert exit_code(given) == 3
        paid = asked(url)["completion_tokens"] * 250 / 1e6

    assert 0.95 * 0.50 <= paid <= 0.50


def test_workers_together_keep_a_cap_per_minute_and_may_use_all_of_it(tmp_path: Path) -> None:
    with openai_server() as url:
        assert exit_code(arguments(url, tmp_path / ".first", "-p", "4")) == 0
        samples = asked(url)["calls"]
        assert exit_code(arguments(url, tmp_path, "-p", "4", "--rpm", str(samples))) == 0

        assert asked(url)["calls"] == 2 * samples
    assert len(results(run_directory(tmp_path))) == samples


def test_a_person_at_the_terminal_plays_in_one_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["run", "-a", "human", "-u", "oracle", "-s", "switch_wifi_off", "-o", str(tmp_path), "--workers", "2"]
    assert exit_code(given) == 2
    assert "--workers 2: a person plays at this terminal" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
