"""How much of a budget many workers use, and whether they pass it, by the count of the server.

``python benchmarks/caps.py [--json FILE]`` plays runs that need more than their budget with 128 samples in flight: in
one process, by four on this machine, and by four actors on a Ray cluster of two nodes, where the extra ``ray`` is
installed. Half a minute. It fails where a cap is passed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from command_line import start
from one_run import SIX_CALLS
from own_server import own_server, requests_at
from record import Record
from two_nodes import has_ray, two_nodes

CAP = 0.50
IN_FLIGHT = 128
TRIALS = 20
LATENCY_MS = 100
OUTPUT_PER_MILLION = 50
TOKENS = 30
"""Of each answer; a call is reserved at twice as many."""
STOPPED_BY_BUDGET = 3
HEADS = ("cap, USD", "in flight", "calls", "paid, USD", "part of it")


def paid(root: str, options: list[str]) -> dict[str, Any]:
    """One run up to its cap."""
    before = requests_at(root)
    prices = f"prices={{input_per_million: 0, output_per_million: {OUTPUT_PER_MILLION}}}"
    given = ["--param", f"api_base={root}/{LATENCY_MS}/v1", "--param", prices, "--max-tokens", str(2 * TOKENS)]
    shown = ["--trials", str(TRIALS), "-p", str(IN_FLIGHT), "--budget", str(CAP), "-q"]
    with tempfile.TemporaryDirectory() as folder:
        run = start(
            "run", "-a", "direct:gpt-4o", "-u", "oracle", "-s", *SIX_CALLS, *given, *shown, *options, "-o", folder
        )
        code = run.wait()
    if code != STOPPED_BY_BUDGET:
        message = f"the run was to be stopped by its budget and ended with {code}"
        raise SystemExit(message)
    calls = requests_at(root) - before
    return {"cap": CAP, "in_flight": IN_FLIGHT, "calls": calls, "paid": calls * TOKENS * OUTPUT_PER_MILLION / 1e6}


def measured() -> Iterator[dict[str, Any]]:
    """Every row, as it is measured."""
    with ExitStack() as stack:
        root = stack.enter_context(own_server("scripted_server.py", *SIX_CALLS))
        yield {"workers": "1 process", **paid(root, ["--workers", "1"])}
        yield {"workers": "4 processes", **paid(root, ["--workers", "4"])}
        if has_ray():
            cluster = stack.enter_context(two_nodes())
            on_ray = ["--workers", "4", "--executor", "ray", "--ray-address", cluster.address]
            yield {"workers": "4 actors on Ray, 2 nodes", **paid(root, on_ray)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="file for the numbers")
    record = Record(parser.parse_args().json, ("aiohttp",))
    print("  ".join([f"{'':24}", *HEADS]), flush=True)
    for row in measured():
        cells = (f"{CAP:.2f}", str(IN_FLIGHT), str(row["calls"]), f"{row['paid']:.4f}", f"{row['paid'] / CAP:.1%}")
        padded = [cell.rjust(len(head)) for cell, head in zip(cells, HEADS, strict=True)]
        print("  ".join([f"{row['workers']:24}", *padded]), flush=True)
        record.add(row)
    return 0 if all(row["paid"] <= CAP for row in record.rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
