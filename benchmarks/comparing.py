"""How long a comparison of two runs of ten thousand samples takes: ``python benchmarks/comparing.py``.

The samples are those of the shipped scenarios, played by two scripted agents, with scores that are drawn.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from attrs import evolve

import tool_sandbox as ts
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.store import RunStore
from tool_sandbox.runs.summary import summarise

SAMPLES = 10_000
AGENTS = {"oracle": 0.85, "nop": 0.75}
"""Who plays, and how often a sample of it succeeds."""

Samples = Callable[[ts.RunResult], Iterator[SampleResult]]


def trials(played: ts.RunResult) -> Iterator[SampleResult]:
    """The samples of a run again and again, as of many trials."""
    number = 0
    while True:
        yield from (evolve(sample, trial=number) for sample in played)
        number += 1


def scenarios(played: ts.RunResult) -> Iterator[SampleResult]:
    """The samples of a run again and again, as of many scenarios."""
    for sample in trials(played):
        yield evolve(sample, name=f"{sample.name}_{sample.trial}", trial=0)


def write(folder: str, agent: str, played: ts.RunResult, samples: Samples) -> str:
    """A run directory with drawn scores, as a run writes it."""
    chance = random.Random(agent)
    results = [
        evolve(sample, similarity=1.0 if chance.random() < AGENTS[agent] else chance.choice([0, 0.25, 0.5]))
        for sample in islice(samples(played), SAMPLES)
    ]
    store = RunStore.create(folder, called=agent)
    store.write_run(played.record)
    store.rewrite_results(results)
    store.write_summary(summarise(results, git_sha=None))
    return str(store.directory)


def seconds(*arguments: str) -> float:
    """CPU seconds of a command."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "tool_sandbox", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 -- our own command
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime


def main() -> None:
    """Print one line for each way."""
    shapes: dict[str, Samples] = {"many trials of 424 scenarios": trials, "one trial of 10,000 scenarios": scenarios}
    played = {agent: ts.run(agent) for agent in AGENTS}
    for name, samples in shapes.items():
        with tempfile.TemporaryDirectory() as folder:
            runs = [write(folder, agent, played[agent], samples) for agent in AGENTS]
            size = sum(path.stat().st_size for run in runs for path in Path(run).iterdir()) / 1e6
            print(f"{name:32} {size:4.0f} MB {seconds('compare', *runs):6.2f} CPU s")


if __name__ == "__main__":
    main()
