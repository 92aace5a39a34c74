"""What looking at a large run costs: served pages, and a report as one file.

    python benchmarks/viewer.py                    # 10,000 samples
    python benchmarks/viewer.py --samples 1000

Makes a run of so many samples out of ones that were played, serves it from a process of its own, and asks as a browser
does. With Chromium on the machine it also opens the report. Prints a table of what was measured and what it should be;
``--json FILE`` writes the numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from attrs import frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

import tool_sandbox
from tool_sandbox.runs.store import RESULTS, SUMMARY, TRAJECTORIES

TIMES = 5
"""How often each request is made; the median counts."""
LONGEST_WAIT = 600.0
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@frozen
class Line:
    """One line of the table."""

    what: str
    measured: float
    unit: str
    aim: float | None

    def __str__(self) -> str:
        aim = "" if self.aim is None else f"{self.aim:>10g} {self.unit}"
        missed = " missed" if self.aim is not None and self.measured > self.aim else ""
        return f"{self.what:<48}{self.measured:>10.2f} {self.unit:<3}{aim}{missed}"


def made_run(where: Path, samples: int) -> Path:
    """A run directory with so many samples, each with a conversation of its own on disk."""
    played = tool_sandbox.run("saboteur", scenarios="text_*", output=where / "played")
    directory = Path(str(played.directory))
    records = [json.loads(line) for line in (directory / RESULTS).read_text("utf-8").splitlines()]
    large = where / "large"
    large.mkdir()
    shutil.copy(directory / "run.json", large)
    with (large / RESULTS).open("w", encoding="utf-8") as file:
        for trial, record in enumerate(islice(cycle(records), samples)):
            place = f"{TRAJECTORIES}/{record['name']}/trial_{trial}"
            (large / place).mkdir(parents=True)
            for source in (directory / record["trajectory"]).iterdir():
                os.link(source, large / place / source.name)
            file.write(json.dumps({**record, "trial": trial, "trajectory": place}) + "\n")
    (large / SUMMARY).unlink(missing_ok=True)
    return large


# -- the server ------------------------------------------------------------------------------------------------------


@contextmanager
def served(run: Path) -> Iterator[tuple[str, int]]:
    """The address at which a run is served, and the process that serves it."""
    command = [sys.executable, "-m", "tool_sandbox", "view", str(run), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 -- our own command
        assert process.stdout is not None
        said = process.stdout.readline()
        yield said.split(" at ")[1].split()[0], process.pid
        process.terminate()


def of_server(run: Path) -> Iterator[Line]:
    """What the server takes to answer, once it has read the run."""
    began = time.perf_counter()
    with served(run) as (address, pid):
        asked(address, "api/samples", limit=1)
        yield Line("from the command to the first answer", time.perf_counter() - began, "s", 2)
        yield Line("the first page, at once", timed(lambda: asked_text(address, ""), 1), "ms", 300)
        yield Line(
            "what the run came to, the first time", timed(lambda: asked_text(address, "overview"), 1), "ms", None
        )
        first = rows(asked(address, "api/samples", limit=200))[0]
        which = {name: first[name] for name in ("run", "name", "trial")}
        asked(address, "api/sample", **which)  # what was played is loaded once
        began = time.perf_counter()
        while not indexed(run):
            time.sleep(0.2)
        yield Line("indexing every conversation, once", time.perf_counter() - began, "s", None)
        questions: list[tuple[str, str, dict[str, Any], float]] = [
            ("the list", "api/samples", {"limit": 200}, 300),
            ("the list, filtered and sorted", "api/samples", {"where": "score < 0.5", "sort": "-turns"}, 300),
            ("one sample", "api/sample", which, 200),
            ("search", "api/samples", {"search": "plumber", "limit": 200}, 1000),
            ("search for what every sample says", "api/samples", {"search": "t", "limit": 200}, 1000),
        ]
        for what, path, question, aim in questions:
            yield Line(what, timed(lambda path=path, question=question: asked(address, path, **question)), "ms", aim)
        yield Line("what the run came to", timed(lambda: asked_text(address, "overview")), "ms", None)
        yield Line("memory of the server, at most", peak_megabytes(pid), "MB", 500)


def indexed(run: Path) -> bool:
    """Whether the index beside a run holds every sample."""
    import sqlite3

    with sqlite3.connect(f"file:{run.with_name(f'.{run.name}.search.sqlite')}?mode=ro", uri=True) as connection:
        (count,) = connection.execute("SELECT count(*) FROM samples").fetchone()
    return bool(count == sum(1 for _ in (run / RESULTS).open("rb")))


def asked_text(address: str, path: str, **question: Any) -> str:
    """What the server answers."""
    url = f"{address}{path}?{urllib.parse.urlencode(question)}"
    with urllib.request.urlopen(url, timeout=LONGEST_WAIT) as answer:  # noqa: S310 -- our own server
        return str(answer.read().decode())


def asked(address: str, path: str, **question: Any) -> Any:
    """The same as data."""
    return json.loads(asked_text(address, path, **question))


def rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a list by the names of their columns."""
    return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]


def timed(action: Callable[[], object], times: int = TIMES) -> float:
    """Milliseconds, the median of several times."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        found.append((time.perf_counter() - began) * 1000)
    return median(found)


def peak_megabytes(pid: int) -> float:
    """The most memory that a process has held, where the system tells it."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM")), float("nan"))


# -- the file --------------------------------------------------------------------------------------------------------


def of_report(run: Path, where: Path) -> Iterator[Line]:
    """What a report takes to write, how large it is, and how long a browser takes to show it."""
    file = where / "report.html"
    began = time.perf_counter()
    command = [sys.executable, "-m", "tool_sandbox", "report", str(run), "-o", str(file)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- our own command
    yield Line("writing a report", time.perf_counter() - began, "s", None)
    yield Line("its size", file.stat().st_size / 1e6, "MB", None)
    if CHROMIUM is not None:
        yield from in_browser(file)


def in_browser(file: Path) -> Iterator[Line]:
    """Opening a report, and going to the end of its list."""
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page()
        page.goto("about:blank")
        began = time.perf_counter()
        page.goto(f"{file.as_uri()}#/samples")
        page.wait_for_selector(".rows tbody tr")
        yield Line("opening it at the list, in Chromium", time.perf_counter() - began, "s", 2)
        yield Line("longest frame while the list is scrolled", float(page.evaluate(_SCROLL)), "ms", 100)
        browser.close()


_SCROLL = """async () => {
  const rows = document.querySelector(".rows");
  let longest = 0, before = performance.now();
  for (let step = 0; step < 120; step++) {
    rows.scrollTop = (rows.scrollHeight * step) / 120;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
  }
  return longest;
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        run = made_run(where, options.samples)
        print(f"{options.samples} samples{'measured':>41}{'aim':>17}", flush=True)
        for line in (each for part in (of_server(run), of_report(run, where)) for each in part):
            print(line, flush=True)
            lines.append(line)
    if options.json:
        options.json.write_text(json.dumps({line.what: line.measured for line in lines}, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
