"""Measure, and write ``docs/benchmarks.md`` from the numbers: ``python3 dev.py bench [NAME…]``.

Each benchmark runs in a process of its own and leaves its numbers in ``benchmarks/measured/NAME.json``; the page is
made of these files and ``page.md.j2``. Without names all are measured. ``--page`` measures nothing; ``--check`` writes
nothing either, and fails where the page is not what the numbers say.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
MEASURED = HERE / "measured"
COMMANDS = {
    "harness": ("harness.py", "--recordings", "400"),
    "agents": ("agents.py",),
    "matching": ("matching.py",),
    "runs": ("runs.py", "--growth"),
    "growth": ("runs.py", "--latencies"),
    "limits": ("limits.py",),
    "caps": ("caps.py",),
    "kills": ("kills.py", "--kills", "200"),
}


def measure(name: str) -> int:
    """Run one benchmark in the foreground; its exit code."""
    script, *options = COMMANDS[name]
    print(f"== {name}", flush=True)
    MEASURED.mkdir(exist_ok=True)
    command = [sys.executable, str(HERE / script), *options, "--json", str(MEASURED / f"{name}.json")]
    return subprocess.run(command, check=False).returncode  # noqa: S603  (our own script)


def page() -> str:
    """The page as the numbers are."""
    numbers = {name: json.loads((MEASURED / f"{name}.json").read_text(encoding="utf-8")) for name in COMMANDS}
    environment = Environment(
        loader=FileSystemLoader(HERE),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- Markdown of our own numbers
    )
    environment.filters |= {"cell": cell, "plain": lambda amount: f"{Decimal(amount).normalize():f}"}
    return environment.get_template("page.md.j2").render(numbers, numbers=numbers, **ratios(numbers))


def ratios(numbers: dict[str, Any]) -> dict[str, Any]:
    """What is said first: how many times as much, or which part of."""
    clients = numbers["agents"]["results"]
    cpu = {name: clients[name]["1"]["cpu_ms"] for name in clients if "1" in (clients[name] or {})}
    judged = numbers["harness"]["recordings"]
    prices = clients["prices"].values()
    return {
        "cpu": cpu,
        "exact_calls": sum(each["calls"] for each in prices if Decimal(each["booked"]) == Decimal(each["owed"])),
        "priced_calls": sum(each["calls"] for each in prices),
        "times_faster": judged["reference_seconds"] / judged["evaluator_seconds"],
    }


def cell(value: float | None, decimals: int = 2) -> str:
    """A number in a table; nothing where there is none."""
    return "" if value is None else f"{value:,.{decimals}f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(COMMANDS)} (default: all)"
    )
    parser.add_argument("--page", action="store_true", help="measure nothing, write the page")
    parser.add_argument("--check", action="store_true", help="only see whether the page is what was measured")
    options = parser.parse_args()
    if unknown := set(options.names) - set(COMMANDS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(COMMANDS)}")
    if options.check:
        same = PAGE.read_text(encoding="utf-8") == page()
        print("The page is what was measured." if same else "The page is not what was measured: dev.py bench --page")
        return 0 if same else 1
    failed = [name for name in ([] if options.page else options.names or COMMANDS) if measure(name)]
    PAGE.write_text(page(), encoding="utf-8")
    print(f"failed: {', '.join(failed)}" if failed else f"wrote {PAGE}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
