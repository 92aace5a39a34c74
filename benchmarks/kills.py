"""What is lost when a process of a run is killed, again and again.

``python benchmarks/kills.py [--kills N] [--json FILE]`` kills runs against a loopback server with ``SIGKILL`` at random
moments and resumes them until they are over. *Repeated* are requests that the server got more than once; nothing but
calls that were in flight may be. *Equal* are runs whose results are those of a run that nobody killed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import asdict, define, frozen
from one_run import CALLS, SIX_CALLS
from own_server import own_server
from surroundings import surroundings

import tool_sandbox

TRIALS = 4
IN_FLIGHT = 16
LATENCY_MS = 100
PACKAGES = ("aiohttp",)
LONGEST = 300.0
"""Seconds after which a run that does not end is taken to hang."""


@frozen
class Victim:
    """What is killed."""

    workers: int
    pick: Callable[[int], int]
    """Which process, of the run's own."""
    ends_run: bool
    """Whether the run ends with it."""


def children(process: int) -> list[int]:
    """The processes that a process started; none where the system does not say."""
    try:
        return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def workers_of(process: int) -> list[int]:
    """Processes that play samples."""
    return [each for each in children(process) if b"tool_sandbox" in _command(each)]


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


VICTIMS = {
    "single process": Victim(1, lambda run: run, ends_run=True),
    "worker of 2": Victim(2, lambda run: random.choice(workers_of(run) or [0]), ends_run=False),
    "controller of 2": Victim(2, lambda run: run, ends_run=True),
}


@define
class Counted:
    """A row of the table."""

    kills: int = 0
    runs: int = 0
    equal: int = 0
    calls: int = 0
    repeated: int = 0
    most_repeated: float = 0.0
    """By one kill, on average over the kills of a run."""


def requests_at(root: str) -> int:
    """How many requests the server has got."""
    with urllib.request.urlopen(f"{root}/count") as answer:  # noqa: S310  (the server above)
        return int(answer.read())


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """A command of the package in a process of its own."""
    command = [sys.executable, "-m", "tool_sandbox", *arguments]
    environment = {**os.environ, "OPENAI_API_KEY": "x"}  # which no run directory keeps
    return subprocess.Popen(  # noqa: S603  (our own)
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def run_arguments(root: str, workers: int, folder: str) -> list[str]:
    """The run that is killed."""
    settings = {"api_base": f"{root}/{LATENCY_MS}/v1", "timeout": "600"}
    given = [part for name, value in settings.items() for part in ("--param", f"{name}={value}")]
    shown = ["--trials", str(TRIALS), "-p", str(IN_FLIGHT), "--workers", str(workers), "-o", folder, "-q"]
    return ["run", "-a", "direct:gpt-4o", "-u", "oracle", "-s", *SIX_CALLS, *given, *shown]


def results_in(directory: Path) -> dict[Any, Any]:
    """What each sample came to."""
    return {
        (each.name, each.trial): (each.status, each.similarity, each.outcome, each.milestone_mapping, each.turn_count)
        for each in tool_sandbox.open_run(directory).samples
    }


def kill(process: subprocess.Popen[bytes], victim: Victim, root: str, before: int) -> bool:
    """Kill at a random moment after the first new request; whether there was anything left to kill."""
    deadline = time.monotonic() + LONGEST
    while requests_at(root) == before and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(random.uniform(0, 2 * CALLS * LATENCY_MS / 1000))
    target = victim.pick(process.pid)
    if process.poll() is not None or not target:
        return False
    try:
        os.kill(target, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def killed_run(victim: Victim, root: str, kills: int, wanted: dict[Any, Any], counted: Counted) -> None:
    """One run that is killed up to so many times, and what it cost."""
    before, made = requests_at(root), 0
    with tempfile.TemporaryDirectory() as folder:
        process = start(*run_arguments(root, victim.workers, folder))
        while made < kills and kill(process, victim, root, requests_at(root)):
            made += 1
            if victim.ends_run:
                process.wait()
                process = start("resume", str(directory_in(folder)))
        process.wait(LONGEST)
        process = start("resume", str(directory_in(folder)))  # what is over is left alone
        process.wait(LONGEST)
        calls = len(wanted) * CALLS
        repeated = requests_at(root) - before - calls
        counted.runs += 1
        counted.kills += made
        counted.equal += results_in(directory_in(folder)) == wanted
        counted.calls += calls
        counted.repeated += repeated
        counted.most_repeated = max(counted.most_repeated, repeated / max(1, made))


def directory_in(folder: str) -> Path:
    """The run directory in a folder."""
    return next(each for each in Path(folder).iterdir() if not each.is_symlink())


def measured(options: argparse.Namespace) -> Iterator[tuple[str, Counted]]:
    """Every row, as it is measured."""
    with own_server("scripted_server.py", *SIX_CALLS) as root:
        with tempfile.TemporaryDirectory() as folder:
            start(*run_arguments(root, 1, folder)).wait(LONGEST)
            wanted = results_in(directory_in(folder))
        for name in options.victims:
            counted = Counted()
            idle = 0
            while counted.kills < options.kills and idle < options.kills:
                had = counted.kills
                killed_run(VICTIMS[name], root, min(options.per_run, options.kills - had), wanted, counted)
                idle += counted.kills == had
            yield name, counted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10, help="of each kind (default 10)")
    parser.add_argument("--per-run", type=int, default=4, help="kills of one run (default 4)")
    parser.add_argument("--victims", nargs="*", choices=VICTIMS, default=[*VICTIMS], help="default: all")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    options = parser.parse_args()
    heads = ("kills", "runs", "equal", "calls", "repeated", "repeated per kill, at most")
    print("  ".join([f"{'killed':18}", *heads]), flush=True)
    rows = []
    for name, counted in measured(options):
        cells = (counted.kills, counted.runs, counted.equal, counted.calls, counted.repeated)
        shown = [*map(str, cells), f"{counted.most_repeated:.1f}"]
        padded = [cell.rjust(len(head)) for cell, head in zip(shown, heads, strict=True)]
        print("  ".join([f"{name:18}", *padded]), flush=True)
        rows.append({"killed": name, "in_flight": IN_FLIGHT, **asdict(counted)})
    if options.json:
        report = {"surroundings": surroundings(*PACKAGES), "rows": rows}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
