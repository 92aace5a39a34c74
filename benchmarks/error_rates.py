"""Whether the statistics of runs keep what they promise, on data whose truth is known.

    python benchmarks/error_rates.py             # tables in eight minutes
    python benchmarks/error_rates.py --fewer 10  # a tenth of the replications

Coverage is how often a 95% interval holds the true mean; aim: 93% to 97%. A cell outside is marked. Rows below "limits"
are there to show what no interval can do. With one success or failure per scenario only a few different intervals
exist, one of which covers too little and the next one too much; the same is so where few scenarios differ, which with
eight of them mostly means one or none. There the intervals err to the wide side. The permutation test asks whether two
runs are exchangeable; "few much better, rest a little worse" is equal on average and is not, which shows with eight
scenarios. "One look" is what a test at 5% after the last trial finds. ``--json FILE`` writes the numbers.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tool_sandbox.analysis.permutation import exchanges, sign_flip_p_values
from tool_sandbox.analysis.sequential import Rule
from tool_sandbox.runs.statistics.differences import difference_limits
from tool_sandbox.runs.statistics.intervals import score_limits

Shape = tuple[int, ...]
Population = Callable[[np.random.Generator, Shape], Any]
"""Draws one mean score, or mean difference, per base scenario."""

SIZES = (8, 32, 129, 1032)
GRADES = np.array([0.0, 0.25, 0.5, 0.75])


def of_presentations(a: float, b: float) -> Population:
    """Share of successes in eight presentations of scenarios whose own chances are Beta(a, b)."""
    return lambda random, shape: random.binomial(8, random.beta(a, b, shape)) / 8


def graded(perfect: float) -> Population:
    """A share of perfect scores, and grades below."""
    return lambda random, shape: np.where(random.random(shape) < perfect, 1.0, random.choice(GRADES, shape))


def differing(share: float, by: Sequence[float]) -> Population:
    """A share of scenarios that differ by one of some numbers, and others that are equal."""
    return lambda random, shape: np.where(random.random(shape) < share, random.choice(by, shape), 0.0)


def better_presentations(random: np.random.Generator, shape: Shape) -> Any:
    """Eight presentations of scenarios in which the first model succeeds more often."""
    chance = random.beta(2, 1, shape)
    return (random.binomial(8, np.minimum(chance + 0.1, 1)) - random.binomial(8, chance)) / 8


SCORES: dict[str, tuple[Population, float]] = {
    "even, Beta(8, 4)": (lambda random, shape: random.beta(8, 4, shape), 8 / 12),
    "skewed, Beta(5, 1)": (lambda random, shape: random.beta(5, 1, shape), 5 / 6),
    "two camps, Beta(0.5, 0.2)": (lambda random, shape: random.beta(0.5, 0.2, shape), 5 / 7),
    "60% perfect, rest graded": (graded(0.6), 0.6 + 0.4 * 0.375),
    "8 presentations, good model": (of_presentations(2, 0.5), 0.8),
    "8 presentations, bad model": (of_presentations(1, 3), 0.25),
    "nearly perfect, Beta(9, 0.5)": (lambda random, shape: random.beta(9, 0.5, shape), 9 / 9.5),
}
LIMITS: dict[str, tuple[Population, float]] = {
    "limits: success or failure, 0.8": (lambda random, shape: (random.random(shape) < 0.8) * 1.0, 0.8),
    "limits: 85% perfect, rest graded": (graded(0.85), 0.85 + 0.15 * 0.375),
}
DIFFERENCES: dict[str, tuple[Population, float | None]] = {
    "even": (lambda random, shape: random.normal(0.1, 0.2, shape), 0.1),
    "8 presentations, better": (better_presentations, None),
    "half differ, mostly better": (differing(0.5, [-0.5, 0.25, 0.5, 1]), 0.5 * 0.3125),
    "20% differ, both ways": (differing(0.2, [-1, -0.5, 0.5, 1]), 0.0),
    "20% differ, mostly better": (differing(0.2, [-0.5, 0.25, 0.5, 1]), 0.2 * 0.3125),
    "20% differ, all better": (differing(0.2, [0.25, 0.5, 1]), 0.2 * 7 / 12),
    "20% differ by little": (differing(0.2, [-0.05, 0.05, 0.1]), 0.2 / 30),
    "all a little worse, some much": (lambda random, shape: -random.beta(0.5, 2, shape), -0.2),
}
DIFFERENCES_AT_LIMITS: dict[str, tuple[Population, float | None]] = {
    "limits: 20% won": (differing(0.2, [1]), 0.2),
    "limits: 8% differ, mostly better": (differing(0.08, [-0.5, 0.25, 0.5, 1]), 0.08 * 0.3125),
}
NULLS: dict[str, Population] = {
    "even": lambda random, shape: random.normal(0, 0.2, shape),
    "20% differ, both ways": differing(0.2, [-1, -0.5, 0.5, 1]),
    "few much better, rest a little worse": differing(1.0, [0.8, -0.2, -0.2, -0.2, -0.2]),
}


def coverage(limits: Any, population: Population, truth: float, size: int, replications: int) -> tuple[float, float]:
    """How often the interval holds the truth, and its mean width."""
    random = np.random.default_rng(size)
    at_once = min(replications, 400)
    found = []
    for _ in range(replications // at_once):
        low, high = limits(population(random, (at_once, size)), np.ones(size))
        found.append((np.mean((low <= truth + 1e-9) & (truth <= high + 1e-9)), np.mean(high - low)))
    covered, width = np.mean(found, axis=0)
    return float(covered), float(width)


def coverages(fewer: int) -> list[dict[str, Any]]:
    """Every population at every size."""
    rows = []
    for kind, populations, limits in (
        ("score", {**SCORES, **LIMITS}, score_limits),
        ("difference", {**DIFFERENCES, **DIFFERENCES_AT_LIMITS}, difference_limits),
    ):
        for name, (population, known) in populations.items():
            for size in SIZES:
                truth = known if known is not None else population(np.random.default_rng(1), (4000, 1000)).mean()
                replications = (8000 if size > 1000 else 20_000) // fewer
                covered, width = coverage(limits, population, truth, size, max(replications, 400))
                rows.append({"kind": kind, "population": name, "clusters": size, "coverage": covered, "width": width})
    return rows


def rejections(population: Population, size: int, replications: int) -> float:
    """How often the permutation test finds a difference at 5%."""
    random = np.random.default_rng(size)
    found = [sign_flip_p_values(population(random, (100, size))) <= 0.05 for _ in range(replications // 100)]
    return float(np.mean(found))


def tests(fewer: int) -> list[dict[str, Any]]:
    """Size and power of the permutation test."""
    rows = []
    for size in SIZES[:3]:
        for name, population in NULLS.items():
            rate = rejections(population, size, max(100, 4000 // fewer))
            rows.append({"differences": name, "truth": 0.0, "clusters": size, "rejected": rate})
        for shift in (0.05, 0.1):
            rate = rejections(lambda random, shape, by=shift: random.normal(by, 0.2, shape), size, 1000)
            rows.append({"differences": "even", "truth": shift, "clusters": size, "rejected": rate})
    return rows


def same(random: np.random.Generator, size: int) -> tuple[Any, Any]:
    """The chances of one agent, twice."""
    chance = random.beta(2, 0.8, size)
    return chance, chance


def own_scenarios(random: np.random.Generator, size: int) -> tuple[Any, Any]:
    """Two agents that are equal on average, each better in scenarios of its own."""
    return random.beta(2, 0.8, size), random.beta(2, 0.8, size)


def few_much_better(random: np.random.Generator, size: int) -> tuple[Any, Any]:
    """Equal on average: much better in a fifth of the scenarios, a little worse in the others."""
    return np.full(size, 0.5), 0.5 + random.choice([0.4, -0.1, -0.1, -0.1, -0.1], size)


def better_by(difference: float) -> Callable[[np.random.Generator, int], tuple[Any, Any]]:
    """An agent that succeeds more often, in every scenario alike."""

    def chances(random: np.random.Generator, size: int) -> tuple[Any, Any]:
        chance = random.uniform(0.5, 0.85, size)
        return chance + difference, chance

    return chances


LOOKS = 8
EQUAL: tuple[tuple[str, Any], ...] = (
    ("the same agent", same),
    ("each better in its own scenarios", own_scenarios),
    ("few much better, rest a little worse", few_much_better),
)
NAMES_ONE = ("better", "worse")
STOPPING: tuple[tuple[str, Any, int, Rule, tuple[str, ...]], ...] = (
    *((name, chances, size, Rule(0.05, None, LOOKS), NAMES_ONE) for name, chances in EQUAL for size in (8, 16, 53)),
    ("the same agent, end unknown", same, 53, Rule(0.05), NAMES_ONE),
    ("0.10 better, margin 0.10", better_by(0.1), 53, Rule(0.05, 0.1, LOOKS), ("equal",)),
    ("the same agent, margin 0.10", same, 53, Rule(0.05, 0.1, LOOKS), ()),
    ("0.05 better", better_by(0.05), 53, Rule(0.05, None, LOOKS), ()),
    ("0.10 better", better_by(0.1), 53, Rule(0.05, None, LOOKS), ()),
    ("0.10 better, end unknown", better_by(0.1), 53, Rule(0.05), ()),
    ("0.15 better", better_by(0.15), 53, Rule(0.05, None, LOOKS), ()),
    ("0.15 better", better_by(0.15), 8, Rule(0.05, None, LOOKS), ()),
)
"""Who is compared on how many scenarios by which rule, and which verdicts are false."""
EXCHANGES = 5000
"""A quarter of what is tried elsewhere; that makes boundaries less exact, but not more often passed."""


def looks(random: np.random.Generator, size: int, chances: Any) -> tuple[Any, Any]:
    """Sums and numbers of the differences of two agents after each trial."""
    first, second = chances(random, size)
    wins, losses = (random.random((LOOKS, size)) < each for each in (first, second))
    counts = np.broadcast_to(np.arange(1.0, LOOKS + 1)[:, np.newaxis], (LOOKS, size))
    return (wins.astype(float) - losses).cumsum(axis=0), counts


def decisions(fewer: int) -> list[dict[str, Any]]:
    """What the stopping rule decides in up to eight looks, and after how many of them."""
    return [stopped(*case, max(50, (10_000 if case[-1] else 1000) // fewer)) for case in STOPPING]


def stopped(
    name: str, chances: Any, size: int, rule: Rule, false: tuple[str, ...], replications: int
) -> dict[str, Any]:
    """One case: verdicts, mean number of looks, and what one test at 5% after the last trial finds."""
    random = np.random.default_rng(5)
    signs = np.concatenate(list(exchanges(size)))[:EXCHANGES]
    found = dict.fromkeys(("better", "worse", "equal", "open"), 0)
    looked = at_end = 0
    for _ in range(replications):
        sums, counts = looks(random, size, chances)
        verdict, boundaries = rule.verdict(range(1, LOOKS + 1), sums, counts, [signs])
        found[verdict] += 1
        looked += len(boundaries)
        at_end += bool(np.mean(np.abs(signs @ sums[-1]) >= abs(sums[-1].sum()) - 1e-9) <= 0.05)
    shares = {verdict: number / replications for verdict, number in found.items()}
    return {
        "case": name,
        "clusters": size,
        **shares,
        "looks": looked / replications,
        "one_look": at_end / replications,
        "false": sum(shares[verdict] for verdict in false) if false else None,
        "replications": replications,
    }


def margin_of_error(row: dict[str, Any]) -> float:
    """How far the simulation's rate of false verdicts may be from the true one, 95 times of 100."""
    return float(1.96 * np.sqrt(row["false"] * (1 - row["false"]) / row["replications"]))


def naive(replications: int) -> float:
    """How often somebody who tests at 5% after each of eight trials finds a difference that is not there."""
    random = np.random.default_rng(6)
    found = [sign_flip_p_values(looks(random, 53, same)[0]).min() <= 0.05 for _ in range(replications)]
    return float(np.mean(found))


def is_held(row: dict[str, Any]) -> bool:
    """Whether an interval covers as often as it says."""
    return bool(0.93 <= row["coverage"] <= 0.97)


def is_promised(row: dict[str, Any]) -> bool:
    """Whether an interval has to: not where samples take few values, and with few scenarios it may be too wide."""
    wide = row["kind"] == "difference" and row["clusters"] == SIZES[0] and row["coverage"] > 0.97
    return not wide and not row["population"].startswith("limits")


def table(report: dict[str, Any]) -> str:
    """The report for people."""
    lines = [f"{'coverage (mean width) of 95% intervals':<48}" + "".join(f"{size:>15}" for size in SIZES)]
    names = dict.fromkeys((row["kind"], row["population"]) for row in report["coverage"])
    for kind, name in names:
        cells = [row for row in report["coverage"] if (row["kind"], row["population"]) == (kind, name)]
        lines.append(
            f"{kind + ': ' + name:<48}"
            + "".join(f"{row['coverage']:>6.1%}{' ' if is_held(row) else '*'}({row['width']:.3f})" for row in cells)
        )
    lines.append(f"\n{'permutation test at 5%':<48}{'truth':>8}{'clusters':>10}{'rejected':>10}")
    lines += [
        f"{row['differences']:<48}{row['truth']:>8.2f}{row['clusters']:>10}{row['rejected']:>10.1%}"
        for row in report["tests"]
    ]
    heads = ("clusters", "better", "worse", "equal", "open", "one look", "looks")
    lines.append(f"\n{'stopping rule, up to 8 looks':<38}" + "".join(f"{head:>9}" for head in heads) + "    false")
    lines += [
        f"{row['case']:<38}{row['clusters']:>9}"
        + "".join(f"{row[key]:>9.1%}" for key in ("better", "worse", "equal", "open", "one_look"))
        + f"{row['looks']:>9.1f}"
        + ("" if row["false"] is None else f"{row['false']:>9.2%} ± {margin_of_error(row):.2%}")
        for row in report["decisions"]
    ]
    lines.append(
        f"for comparison, a test at 5% after every trial finds a difference in {report['naive']:.1%} of equal runs"
    )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, print, write; 1 if an interval or the stopping rule does not keep its promise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fewer", type=int, default=1, help="divide the replications by this")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    options = parser.parse_args(arguments)
    start = time.process_time()
    report = {
        "coverage": coverages(options.fewer),
        "tests": tests(options.fewer),
        "decisions": decisions(options.fewer),
        "naive": naive(max(50, 400 // options.fewer)),
    }
    print(table(report))
    print(f"{time.process_time() - start:.0f} CPU s")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    held = all(is_held(row) for row in report["coverage"] if is_promised(row))
    false = [row["false"] + margin_of_error(row) for row in report["decisions"] if row["false"] is not None]
    return 0 if held and max(false) <= 0.05 else 1


if __name__ == "__main__":
    raise SystemExit(main())
