"""What is lost when a process of a run is killed, again and again.

``python benchmarks/kills.py [--kills N] [--victims …] [--json FILE]`` kills runs against a loopback server with
``SIGKILL`` at random points and resumes them until they are over. *Equal* are runs whose results are those of a run
that nobody killed. *Asked again* are requests that the server got more than once; nothing but calls that were in flight
may be, so none of them may be *written down* already. It fails where one of these does not hold. Rows on Ray need the
extra ``ray``; they have a cluster of two nodes on this machine.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from attrs import asdict, define, frozen
from command_line import directory_in, start
from one_run import CALLS, SIX_CALLS
from own_server import own_server, requests_at
from processes import children, command, kill
from record import Record
from two_nodes import TwoNodes, has_ray, two_nodes

import tool_sandbox

TRIALS = 4
IN_FLIGHT = 16
LATENCY_MS = 100
PACKAGES = ("aiohttp",)
LONGEST = 300.0
"""Seconds after which a run that does not end is taken to hang."""
LOOK = 0.02
"""Seconds between two looks at how far a run is."""


@frozen
class Victim:
    """What is killed."""

    strike: Callable[[Place, int], bool]
    """Kills it, of the run of this process; whether there was anything to kill."""
    share: int
    """So many of 20 kills are of this kind."""
    workers: int = 2
    on_ray: bool = False
    ends_run: bool = False
    """Whether the run ends with it."""


@frozen
class Place:
    """Where runs are killed."""

    root: str
    """The server."""
    cluster: TwoNodes | None
    chance: random.Random


def strike_run(_place: Place, run: int) -> bool:
    """Kill the process that was started."""
    return kill(run)


def strike_worker(place: Place, run: int) -> bool:
    """Kill one of its processes that play samples."""
    workers = [each for each in children(run) if "tool_sandbox" in command(each)]
    return bool(workers) and kill(place.chance.choice(workers))


def strike_actor(place: Place, _run: int) -> bool:
    """Kill the process of an actor, on one of the nodes."""
    actors = place.cluster.actors() if place.cluster else []
    return bool(actors) and kill(place.chance.choice(actors))


def strike_node(place: Place, _run: int) -> bool:
    """Kill all of a node that plays samples; another one comes in its place."""
    if place.cluster is None or not place.cluster.actors(second=True):
        return False
    place.cluster.lose()
    return True


VICTIMS = {
    "single process": Victim(strike_run, 6, workers=1, ends_run=True),
    "worker of 2": Victim(strike_worker, 5),
    "controller of 2": Victim(strike_run, 4, ends_run=True),
    "actor of 2 on Ray": Victim(strike_actor, 2, on_ray=True),
    "node of 2 on Ray": Victim(strike_node, 2, on_ray=True),
    "controller of 2 on Ray": Victim(strike_run, 1, on_ray=True, ends_run=True),
}
SHARES = sum(victim.share for victim in VICTIMS.values())
PER_RUN = {True: 8, False: 2}
"""Kills of one run, by whether it ends with each: a sample that three workers do not survive is void."""


@define
class Counted:
    """A row of the table."""

    killed: str
    in_flight: int = IN_FLIGHT
    kills: int = 0
    runs: int = 0
    equal: int = 0
    calls: int = 0
    repeated: int = 0
    """Requests that the server got again."""
    written: int = 0
    """How many of them had been written down."""
    most_repeated: float = 0.0
    """By one kill, on average over the kills of a run."""

    @property
    def holds(self) -> bool:
        """Whether nothing was lost and nothing paid twice but what was in flight."""
        return self.equal == self.runs and not self.written and self.most_repeated <= self.in_flight


def run_arguments(place: Place, victim: Victim, folder: str) -> list[str]:
    """The run that is killed."""
    settings = {"api_base": f"{place.root}/{LATENCY_MS}/v1", "timeout": "600"}
    given = [part for name, value in settings.items() for part in ("--param", f"{name}={value}")]
    shown = ["--trials", str(TRIALS), "-p", str(IN_FLIGHT), "-o", folder, "-q", *executor_arguments(place, victim)]
    return ["run", "-a", "direct:gpt-4o", "-u", "oracle", "-s", *SIX_CALLS, *given, *shown]


def executor_arguments(place: Place, victim: Victim) -> list[str]:
    """Who plays it."""
    on_ray = ["--executor", "ray", "--ray-address", place.cluster.address] if victim.on_ray and place.cluster else []
    return ["--workers", str(victim.workers), *on_ray]


def results_in(directory: Path) -> dict[Any, Any]:
    """What each sample came to."""
    return {
        (each.name, each.trial): (each.status, each.similarity, each.outcome, each.milestone_mapping, each.turn_count)
        for each in tool_sandbox.open_run(directory).samples
    }


def calls_written(directory: Path) -> int:
    """How many calls a run has written down."""
    files = [directory / "calls.jsonl", *(directory / "calls").glob("*.jsonl")]
    return sum(map(is_call, (line for file in files if file.exists() for line in file.open("rb"))))


def is_call(line: bytes) -> bool:
    """Whether a line is whole: the last one may have been torn."""
    try:
        return bool(json.loads(line))
    except ValueError:
        return False


def struck(process: subprocess.Popen[bytes], victim: Victim, place: Place, requests: int) -> bool:
    """Kill as soon as the server has got so many requests; whether there was still anything to kill."""
    deadline = time.monotonic() + LONGEST
    is_due = False
    while process.poll() is None and time.monotonic() < deadline:
        if is_due and victim.strike(place, process.pid):
            return True
        is_due = is_due or requests_at(place.root) >= requests
        time.sleep(place.chance.uniform(0, LATENCY_MS / 1000) if is_due else LOOK)
    return False


def killed_run(victim: Victim, place: Place, kills: int, wanted: dict[Any, Any], counted: Counted) -> None:
    """One run that is killed up to so many times, and what it cost."""
    before, calls, made = requests_at(place.root), len(wanted) * CALLS, 0
    points = sorted(place.chance.sample(range(1, calls), kills))
    with tempfile.TemporaryDirectory() as folder:
        process = start(*run_arguments(place, victim, folder))
        for point in points:
            if not struck(process, victim, place, before + point):
                break
            made += 1
            if victim.ends_run:
                process.wait()
                process = resumed(folder, place, victim)
        code, directory = process.wait(LONGEST), directory_in(folder)
        repeated = requests_at(place.root) - before - calls
        counted.runs += 1
        counted.kills += made
        counted.equal += code == 0 and results_in(directory) == wanted
        counted.calls += calls
        counted.repeated += repeated
        counted.written += calls_written(directory) - calls
        counted.most_repeated = max(counted.most_repeated, repeated / max(1, made))


def resumed(folder: str, place: Place, victim: Victim) -> subprocess.Popen[bytes]:
    """The same run, gone on with."""
    return start("resume", str(directory_in(folder)), "-q", *executor_arguments(place, victim))


def measured(options: argparse.Namespace) -> Iterator[list[Counted]]:
    """All rows, after each run."""
    rows = {name: Counted(name) for name in options.victims}
    chance = random.Random(options.seed)
    with ExitStack() as stack:
        root = stack.enter_context(own_server("scripted_server.py", *SIX_CALLS))
        on_ray = any(VICTIMS[name].on_ray for name in rows)
        place = Place(root, stack.enter_context(two_nodes()) if on_ray else None, chance)
        with tempfile.TemporaryDirectory() as folder:
            start(*run_arguments(place, VICTIMS["single process"], folder)).wait(LONGEST)
            wanted = results_in(directory_in(folder))
        for name, kills in runs_for(options.kills, options.victims, chance):
            killed_run(VICTIMS[name], place, kills, wanted, rows[name])
            yield list(rows.values())


def runs_for(kills: int, victims: list[str], chance: random.Random) -> list[tuple[str, int]]:
    """Runs of all kinds in a random order, each with the number of its kills."""
    runs: list[tuple[str, int]] = []
    for name in victims:
        most, each = max(1, kills * VICTIMS[name].share // SHARES), PER_RUN[VICTIMS[name].ends_run]
        runs += [(name, min(each, most - first)) for first in range(0, most, each)]
    chance.shuffle(runs)
    return runs


def table(rows: list[Counted]) -> str:
    """The rows as people read them."""
    heads = ("kills", "runs", "equal", "calls", "asked again", "written down", "again per kill, at most")
    lines = ["  ".join([f"{'killed':22}", *heads])]
    for row in rows:
        cells = (row.kills, row.runs, row.equal, row.calls, row.repeated, row.written)
        shown = [*map(str, cells), f"{row.most_repeated:.1f}"]
        padded = [cell.rjust(len(head)) for cell, head in zip(shown, heads, strict=True)]
        lines.append("  ".join([f"{row.killed:22}", *padded]))
    return "\n".join(lines)


def main() -> int:
    is_there = has_ray()
    possible = [name for name, victim in VICTIMS.items() if is_there or not victim.on_ray]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=60, help="of all kinds together (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="of the points at which is killed (default 1)")
    parser.add_argument("--victims", nargs="*", choices=possible, default=possible, help="default: all")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    options = parser.parse_args()
    record = Record(options.json, PACKAGES)
    rows: list[Counted] = []
    for rows in measured(options):
        record.write([asdict(row) for row in rows])
        print(f"\r{sum(row.kills for row in rows)} kills", end="", file=sys.stderr, flush=True)
    print(f"\r{table(rows)}")
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
