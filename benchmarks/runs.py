"""What whole runs cost: samples of six calls each, played, journaled, judged and written, against a loopback server.

    python benchmarks/runs.py                       # 200 samples a row
    python benchmarks/runs.py --samples 1000 --growth 1000 10000 100000
    python benchmarks/runs.py --ways direct: "direct:, 2 workers" "Inspect AI" --latencies 500 -p 256

Each row is a process of its own and the server another one, whose time is not counted. *ideal* is the time in which
the samples are over if nothing but the server's latency counts; *efficiency* is the part of the wall time that it is.
CPU milliseconds are those of a call with everything that belongs to it; beside them stands what the same requests cost
by a client alone, and by Inspect AI (``inspect_run.py``), which is installed for the time being unless ``--inspect``
names an interpreter that has it. On a machine with other work only the CPU and the memory mean something.
``--json FILE`` writes the numbers with the versions they belong to.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen
from foreign import interpreter_with
from one_run import CALLS, SIX_CALLS, WAYS, recorded
from own_server import own_server
from surroundings import surroundings

HERE = Path(__file__).parent
GROWTH = "oracle"
INSPECT = "Inspect AI"
PACKAGES = ("litellm", "aiohttp", "httpx")
HEADS = ("samples", "-p", "latency", "wall s", "ideal s", "efficiency", "CPU ms/call", "peak MB", "solved")


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
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603  (our own script)
    if done.returncode:
        print(f"{way}: left out; it ended with {done.returncode}", file=sys.stderr)
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
        *(f"{measured['cpu_ms']:.2f}", f"{measured['peak_mb']:.0f}", str(measured["solved"])),
    ]
    padded = [cell.rjust(max(7, len(head))) for cell, head in zip(cells, HEADS, strict=True)]
    return "  ".join([f"{measured['way']:20}", *padded])


def whole_rounds(samples: int) -> int:
    """So many samples, or a few more: every scenario equally often."""
    return math.ceil(samples / len(SIX_CALLS)) * len(SIX_CALLS)


def measured_rows(options: argparse.Namespace) -> Iterator[dict[str, Any] | None]:
    """Every row that was asked for, as it is measured."""
    given = options.inspect or (None if INSPECT in options.ways and options.latencies else sys.executable)
    with (
        own_server("scripted_server.py", *SIX_CALLS) as root,
        interpreter_with(["inspect-ai", "openai"], given) as python,
        tempfile.TemporaryDirectory() as folder,
    ):
        foreign = Foreign(python, Path(folder, "conversations.json"))
        asked = [[{"messages": [*one.messages], "tools": [*one.tools]} for one in each] for each in recorded()]
        foreign.conversations.write_text(json.dumps(asked), encoding="utf-8")
        samples = whole_rounds(options.samples)
        for latency in options.latencies:
            for concurrency in options.concurrency:
                for way in options.ways:
                    yield row(way, samples, concurrency, latency, root, foreign)
        for growing in options.growth:
            yield row(GROWTH, whole_rounds(growing), 16, 0, root, foreign)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=200, help="samples of a row (default 200)")
    parser.add_argument("--latencies", type=int, nargs="*", default=[0, 500], help="milliseconds (default 0 500)")
    parser.add_argument("-p", "--concurrency", type=int, nargs="*", default=[64, 256], help="samples in flight")
    names = [*(way for way in WAYS if way != GROWTH), INSPECT]
    parser.add_argument("--ways", nargs="*", choices=names, default=names, help="default: all")
    parser.add_argument("--growth", type=int, nargs="*", default=[], help="also: so many samples of the oracle")
    parser.add_argument("--inspect", metavar="PYTHON", help="an interpreter that has inspect-ai")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    options = parser.parse_args()
    print("  ".join([f"{'':20}", *(head.rjust(7) for head in HEADS)]), flush=True)
    rows = []
    for measured in filter(None, measured_rows(options)):
        rows.append(measured)
        print(line(measured), flush=True)
    if options.json:
        report = {"surroundings": surroundings(*PACKAGES), "rows": rows}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
