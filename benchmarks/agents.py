"""What the agent costs: against the SDKs it replaces and against bare HTTP, on the same loopback server.

``python benchmarks/agents.py [--json FILE] [--seconds N] [--sdks PYTHON]`` prints a table. Each client runs in a
process of its own, the server in another one. The SDKs are no dependencies of this project: ``--sdks`` names an
interpreter that has them, and without it they are installed for the time being. A row that cannot run is left out.
Last comes what was booked for calls whose tokens are known, beside price times tokens.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from clients import CLIENTS, CONCURRENCIES
from foreign import interpreter_with
from own_server import own_server
from surroundings import surroundings, versions

HERE = Path(__file__).parent
CLIENT_SECONDS = 60
PACKAGES = ("litellm", "openai", "httpx", "aiohttp")
SDKS = {
    "anthropic SDK": "anthropic",
    "mistral SDK": "mistralai",
    "cohere SDK": "cohere",
    "google SDK": "google-genai",
}
"""The package that a client needs and this project does not have."""


def run_client(python: str, *arguments: str) -> dict[str, Any] | None:
    """What a client measured in its own process, or ``None`` when it cannot run here."""
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(  # noqa: S603  (our own script)
        [python, str(HERE / "clients.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=CLIENT_SECONDS,
        check=False,
        env=environment,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        print(f"{arguments[0]}: left out ({reason})", file=sys.stderr)
        return None
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def requests_to(root: str, mode: str) -> int:
    """How many requests the server got in a mode since it was asked last."""
    with urllib.request.urlopen(f"{root}/{mode}/count") as answer:  # noqa: S310  (the server above)
        return int(json.load(answer)["requests"])


def measure(seconds: float, limit: float, sdks: str) -> dict[str, Any]:
    """Every client's numbers, as far as the time allows."""
    results: dict[str, Any] = {}
    end = time.monotonic() + limit
    with own_server("loopback_server.py") as root:
        for name in CLIENTS:
            if time.monotonic() > end:
                print(f"{name}: left out (the time of --limit is up)", file=sys.stderr)
                continue
            python = sdks if name in SDKS else sys.executable
            requests_to(root, "faulty")
            if measured := run_client(python, name, root, str(seconds)):
                measured["faulty"]["requests"] = requests_to(root, "faulty")
                results[name] = measured
        results["fallback"] = run_client(sys.executable, "fallback", root, str(seconds))
        with tempfile.TemporaryDirectory() as directory:
            results["cache"] = run_client(sys.executable, "cache", root, str(seconds), directory)
        results["prices"] = run_client(sys.executable, "prices", root, str(seconds))
    return results


def table(results: dict[str, Any]) -> str:
    """The numbers as people read them."""
    base = results["aiohttp"]["1"]["median_ms"]
    widths = list(map(str, CONCURRENCIES))
    heads = ["client", "added ms", "CPU ms", *(f"calls/s at {width}" for width in widths)]
    heads += ["start CPU s", "peak MB", "lost", "requests per call"]
    lines = ["  ".join([f"{heads[0]:17}", *heads[1:]])]
    for name in CLIENTS:
        if (row := results.get(name)) is None:
            continue
        cells = [row["1"]["median_ms"] - base, row["1"]["cpu_ms"], *(row[width]["per_second"] for width in widths)]
        shown = [f"{cells[0]:.2f}", f"{cells[1]:.2f}", *(f"{cell:.0f}" for cell in cells[2:])]
        shown += [f"{row['start_cpu_s']:.2f}", f"{row['peak_mb']:.0f}"]
        shown += [f"{row['faulty']['lost']:.0%}", f"{row['faulty']['requests'] / row['faulty']['calls']:.2f}"]
        padded = [cell.rjust(len(head)) for cell, head in zip(shown, heads[1:], strict=True)]
        lines.append("  ".join([f"{name:17}", *padded]))
    lines.append("lost: calls that failed in the end when the server fails every fifth request")
    return "\n".join([*lines, *extras(results)])


def extras(results: dict[str, Any]) -> Iterator[str]:
    """Lines about fallbacks and the cache."""
    if fallback := results.get("fallback"):
        yield (
            f"fallback: {fallback['fallback_ms']:.2f} ms per call when the first deployment is down, "
            f"{fallback['healthy_ms']:.2f} ms when it is not"
        )
    if cache := results.get("cache"):
        yield f"cache hit: {cache['memory_ms']:.2f} ms from memory, {cache['disk_ms']:.2f} ms from disk"
    for model, each in (results.get("prices") or {}).items():
        booked, owed = (f"{Decimal(each[key]).normalize()} USD" for key in ("booked", "owed"))
        yield f"{model}: {each['calls']} calls, {booked} booked; price × tokens is {owed}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, help="file for the numbers")
    parser.add_argument("--seconds", type=float, default=1.5, help="longest time of one measurement (default 1.5)")
    parser.add_argument("--limit", type=float, default=240, help="seconds after which no client is begun (default 240)")
    parser.add_argument("--sdks", help="an interpreter that has the SDKs")
    arguments = parser.parse_args()
    with interpreter_with(SDKS.values(), arguments.sdks) as sdks:
        found = surroundings(*PACKAGES)
        found["packages"] |= versions(sdks, tuple(SDKS.values()))
        report = {"surroundings": found, "results": measure(arguments.seconds, arguments.limit, sdks)}
    print(table(report["results"]))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
