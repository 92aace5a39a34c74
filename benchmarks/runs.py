"""What whole runs cost: samples of six calls each, played, journaled, judged and written, against a loopback server.

    python benchmarks/runs.py                       # the whole table, about 40 minutes
    python benchmarks/runs.py --quick               # each row with a few samples, 3 minutes
    python benchmarks/runs.py --minutes 20          # no row is begun later
    python benchmarks/runs.py --ways direct: "direct:, 2 workers" "Inspect AI" --latencies 500 -p 256

Each row is a process of its own and the server another one, whose time is not counted. *ideal* is the time in which
the samples are over if nothing but the server's latency counts; *efficiency* is the part of the wall time that it is.
CPU milliseconds are those of a call with everything that belongs to it; beside them stands what the same requests cost
by a client alone, and by Inspect AI (``inspect_run.py``), which is installed for the time being unless ``--inspect``
names an interpreter that has it. Rows on Ray have a cluster of two nodes on this machine, where the extra ``ray`` is
installed. *peak MB* is the memory of the first process, *of a worker* that of the worker that held most. On a machine
with other work only the CPU and the memory mean something. ``--json FILE`` writes the numbers with the versions they
belong to.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from attrs import frozen
from foreign import interpreter_with
from one_run import CALLS, SIX_CALLS, WAYS, recorded
from own_server import own_server
from record import Record
from two_nodes import has_ray, two_nodes

HERE = Path(__file__).parent
GROWTH = "oracle"
INSPECT = "Inspect AI"
MOST = {INSPECT: 300}
"""So many samples of a way that takes far longer: it has no rows with more in flight."""
LONGER = {("direct:", 256, 500): 4000}
"""Samples of a second row of the same: a run of a few seconds is mostly its beginning and its end."""
QUICK = 20
"""Samples of a row of ``--quick``."""
LONGEST = 7200.0
"""Seconds after which a row that does not end is taken to hang."""
PACKAGES = ("litellm", "aiohttp", "httpx")
HEADS = (
    *("samples", "-p", "latency", "wall s", "ideal s", "efficiency"),
    *("CPU ms/call", "peak MB", "of a worker", "solved"),
)


@frozen
class Foreign:
    """What another project needs to make the same calls."""

    python: str
    conversations: Path
    """What is asked: a list of requests for each scenario."""


def row(way: str, samples: int, concurrency: int, latency: int, root: str, foreign: Foreign) -> dict[str, Any] | None:
    """One way measured in a process of its own; ``None`` when it cannot run here."""
    ours = [sys.executable, str(HERE / "one_run.py"), way]
    theirs = [foreign.python, str(HERE / "inspect_run.py"), str(foreign.conversations)]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(theirs if way == INSPECT else ours),
            str(samples),
            str(concurrency),
            f"{root}/{latency}/v1",
            folder,
        ]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=LONGEST)  # noqa: S603  (our own script)
        except subprocess.SubprocessError as error:
            print(f"{way}: left out; {error}", file=sys.stderr)
            return None
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    ideal = math.ceil(samples / concurrency) * CALLS * latency / 1000
    return {
        "way": way,
        "samples": samples,
        "concurrency": concurrency,
        "latency_ms": latency,
        **measured,
        "ideal_s": ideal,
        "efficiency": ideal / measured["wall_s"] if ideal else None,
        "cpu_ms": 1000 * measured["cpu_s"] / samples / CALLS,
    }


def line(measured: dict[str, Any]) -> str:
    """A row as people read it."""
    efficiency = "" if measured["efficiency"] is None else f"{measured['efficiency']:.2f}"
    cells = [
        *(str(measured["samples"]), str(measured["concurrency"]), f"{measured['latency_ms']} ms"),
        *(f"{measured['wall_s']:.1f}", f"{measured['ideal_s']:.1f}" if efficiency else "", efficiency),
        *(f"{measured['cpu_ms']:.2f}", f"{measured['peak_mb']:.0f}"),
        *(f"{measured['peak_worker_mb']:.0f}" if measured.get("peak_worker_mb") else "", str(measured["solved"])),
    ]
    padded = [cell.rjust(max(7, len(head))) for cell, head in zip(cells, HEADS, strict=True)]
    return "  ".join([f"{measured['way']:23}", *padded])


def whole_rounds(samples: int) -> int:
    """So many samples, or a few more: every scenario equally often."""
    return math.ceil(samples / len(SIX_CALLS)) * len(SIX_CALLS)


def measured_rows(options: argparse.Namespace) -> Iterator[dict[str, Any] | None]:
    """Every row that was asked for, as it is measured."""
    given = options.inspect or (None if INSPECT in options.ways and options.latencies else sys.executable)
    until = time.monotonic() + 60 * options.minutes
    with ExitStack() as stack:
        root = stack.enter_context(own_server("scripted_server.py", *SIX_CALLS))
        python = stack.enter_context(interpreter_with(["inspect-ai", "openai"], given))
        foreign = Foreign(python, Path(stack.enter_context(tempfile.TemporaryDirectory()), "conversations.json"))
        asked = [[{"messages": [*one.messages], "tools": [*one.tools]} for one in each] for each in recorded()]
        foreign.conversations.write_text(json.dumps(asked), encoding="utf-8")
        if options.latencies and any(map(on_ray, options.ways)):
            os.environ["RAY_ADDRESS"] = stack.enter_context(two_nodes()).address
        for way, samples, concurrency, latency in rows_of(options):
            if time.monotonic() > until:
                print(f"{way}, -p {concurrency}, {latency} ms: left out; the time is over", file=sys.stderr)
                continue
            yield row(way, samples, concurrency, latency, root, foreign)


def rows_of(options: argparse.Namespace) -> Iterator[tuple[str, int, int, int]]:
    """Way, samples, samples in flight and milliseconds of each row."""
    for latency in options.latencies:
        for concurrency in options.concurrency:
            for way in options.ways:
                samples = min(options.samples, MOST.get(way, options.samples))
                if samples == options.samples or samples >= concurrency:
                    yield way, whole_rounds(samples), concurrency, latency
                if longer := LONGER.get((way, concurrency, latency)):
                    yield way, longer, concurrency, latency
    for growing in options.growth:
        yield GROWTH, whole_rounds(growing), 16, 0


def on_ray(way: str) -> bool:
    """Whether a row needs a cluster."""
    return "Ray" in way


def asked_for() -> argparse.Namespace:
    """What the command line says."""
    is_there = has_ray()
    names = [way for way in WAYS if way != GROWTH and (is_there or not on_ray(way))] + [INSPECT]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1000, help="samples of a row (default 1000)")
    parser.add_argument("--latencies", type=int, nargs="*", default=[500, 0], help="milliseconds (default 500 0)")
    in_flight = "samples in flight (default 256 1024 64)"
    parser.add_argument("-p", "--concurrency", type=int, nargs="*", default=[256, 1024, 64], help=in_flight)
    parser.add_argument("--ways", nargs="*", choices=names, default=names, help="default: all")
    growth = "also: so many samples of the oracle (default 1000 10000 100000)"
    parser.add_argument("--growth", type=int, nargs="*", default=[1_000, 10_000, 100_000], help=growth)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} samples a row, to see whether each works")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no row after so many minutes")
    parser.add_argument("--inspect", metavar="PYTHON", help="an interpreter that has inspect-ai")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    options = parser.parse_args()
    if options.quick:
        options.samples, options.concurrency, options.growth = QUICK, [QUICK], [QUICK] if options.growth else []
    return options


def main() -> None:
    options = asked_for()
    print("  ".join([f"{'':23}", *(head.rjust(7) for head in HEADS)]), flush=True)
    record = Record(options.json, PACKAGES)
    for measured in filter(None, measured_rows(options)):
        record.add(measured)
        print(line(measured), flush=True)


if __name__ == "__main__":
    main()
