"""When to stop adding trials to two runs, so that looking after each of them does not mislead.

Each look has a share of the error rate (alpha spending): the same for all when it is known how many there will be,
otherwise half for the first, then a sixth, a twelfth and so on, which add up to the whole however many there are. What
a share buys is found by exchanging the two runs in whole base scenarios, in all looks alike, so that looks which
resemble each other are not paid for twice. The verdict depends on the samples alone: whoever reads the same two runs
comes to the same one. ``benchmarks/error_rates.py`` shows how often it is false.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np
from attrs import frozen

from tool_sandbox.analysis.permutation import exchanges
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.numbers import trials_of
from tool_sandbox.runs.statistics.differences import difference_limits
from tool_sandbox.runs.statistics.intervals import Estimate, estimate
from tool_sandbox.runs.statistics.looks import ERROR_RATE, SPENT
from tool_sandbox.runs.statistics.pairing import Pairs
from tool_sandbox.runs.statistics.trials import Trials

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tool_sandbox.runs.outcomes import SampleResult

    Floats = NDArray[np.float64]

_ROUNDING = 1e-9

Verdict = Literal["better", "worse", "equal", "open"]
"""Whether the first run is better or worse, both are equal within a margin, or more trials are needed."""


@frozen(kw_only=True)
class Look:
    """What stood after some trials."""

    trials: int
    """How many trials of every scenario were looked at."""
    difference: float
    """First run minus second."""
    boundary: float | None
    """A difference that is at least so far from 0 decides; ``None`` when none is far enough."""


@frozen(kw_only=True)
class Decision:
    """Where two runs stand."""

    first: str
    second: str
    verdict: Verdict
    difference: Estimate | None
    """First run minus second at the last look; ``None`` without one. The interval allows for having looked before."""
    looks: tuple[Look, ...]
    """Up to the one that decided. Later trials change nothing."""


def decide(
    results_by_name: Mapping[str, Iterable[SampleResult]],
    *,
    margin: float | None = None,
    error_rate: float = ERROR_RATE,
    trials: int | None = None,
) -> tuple[Decision, ...]:
    """Decide which of two runs is better, or of every two where there are more.

    Args:
        results_by_name: The samples of every run, as far as whole trials of it have been played. Trials count from 0.
        margin: Two runs whose difference is surely smaller than this are equal; without it, only a difference is found.
        error_rate: How likely any verdict is false, among all pairs and looks together: that it names a better one
            where there is none, and, separately, that it calls equal what differs by the margin.
        trials: After how many trials the runs end at the latest, if somebody knows; smaller differences are found then.

    Raises:
        SettingsError: There are fewer than two runs, or the margin, the error rate or the number of trials is none.
    """
    columns = {name: trials_of(results) for name, results in results_by_name.items()}
    return decide_on(columns, margin=margin, error_rate=error_rate, trials=trials)


def decide_on(
    columns: Mapping[str, Trials],
    *,
    margin: float | None = None,
    error_rate: float = ERROR_RATE,
    trials: int | None = None,
) -> tuple[Decision, ...]:
    """``decide`` on samples of which there are only the numbers."""
    _check(len(columns), margin, error_rate, trials)
    share = error_rate / math.comb(len(columns), 2)
    return tuple(
        _decision(first, second, Pairs.of(columns[first], columns[second]).scored, Rule(share, margin, trials))
        for first, second in combinations(columns, 2)
    )


def is_decided(decisions: Iterable[Decision]) -> bool:
    """Whether no further trial is needed."""
    return all(decision.verdict != "open" for decision in decisions)


@frozen
class Rule:
    """By which two runs are told apart."""

    error_rate: float
    """As for ``decide``, for these two runs alone."""
    margin: float | None = None
    """As for ``decide``."""
    trials: int | None = None
    """As for ``decide``."""

    def spent(self, trials: int) -> float:
        """How much of the error rate the looks up to that after so many trials may have used."""
        share = trials / (trials + 1) if self.trials is None else min(1.0, trials / self.trials)
        return SPENT * self.error_rate * share

    def verdict(
        self, trials: Sequence[int], sums: Floats, counts: Floats, signs: Iterable[Floats] | None = None
    ) -> tuple[Verdict, tuple[float, ...]]:
        """The verdict on differences that were looked at again and again.

        Args:
            trials: After how many trials each look was.
            sums: Sum of the differences of every base scenario up to every look: (looks, clusters).
            counts: How many differences each sum has.
            signs: The exchanges to try, if somebody has drawn them already.

        Returns:
            It, and for every look up to the one that decided how far from 0 the sum over all clusters had to be.
        """
        boundaries: list[float] = []
        spent = 0.0
        totals = _totals(sums, exchanges(sums.shape[-1]) if signs is None else signs)
        for look, boundary in enumerate(_boundaries(totals, [self.spent(each) for each in trials])):
            boundaries.append(boundary)
            total = sums[look].sum()
            if abs(total) > boundary - _ROUNDING:
                return ("better" if total > 0 else "worse"), tuple(boundaries)
            share, spent = self.spent(trials[look]) - spent, self.spent(trials[look])
            if self.margin is not None and share and _is_within(self.margin, sums[look], counts[look], share):
                return "equal", tuple(boundaries)
        return "open", tuple(boundaries)


def _check(runs: int, margin: float | None, error_rate: float, trials: int | None) -> None:
    message = None
    if runs < 2:  # noqa: PLR2004 -- there is nothing to decide
        message = f"a decision needs two runs or more, not {runs}."
    elif margin is not None and not margin > 0:
        message = (
            f"margin={margin!r} must be a number above 0, such as 0.02; leave it out to look for differences only."
        )
    elif not 0 < error_rate < 1:
        message = f"error_rate={error_rate!r} must be a number between 0 and 1, such as 0.05."
    elif trials is not None and trials < 1:
        message = f"trials={trials!r} must be the largest number of trials, 1 or more."
    if message:
        raise SettingsError(message)


def _decision(first: str, second: str, pairs: Pairs, rule: Rule) -> Decision:
    if not len(pairs):
        return Decision(first=first, second=second, verdict="open", difference=None, looks=())
    trials, sums, counts = _by_look(pairs)
    verdict, boundaries = rule.verdict(trials, sums, counts)
    totals, numbers = sums.sum(axis=1).tolist(), counts.sum(axis=1).tolist()
    looks = [
        Look(trials=played, difference=total / number, boundary=boundary / number if math.isfinite(boundary) else None)
        for played, total, number, boundary in zip(trials, totals, numbers, boundaries, strict=False)
    ]
    difference = _difference(sums[len(looks) - 1], counts[len(looks) - 1], verdict, rule.error_rate)
    return Decision(first=first, second=second, verdict=verdict, difference=difference, looks=tuple(looks))


def _difference(sums: Floats, counts: Floats, verdict: Verdict, error_rate: float) -> Estimate:
    """The mean difference, with an interval of half the error rate: one stops when it happens to look large.

    A verdict excludes 0 and what lies beyond it, also where the interval of few scenarios does not.
    """
    seen = counts > 0
    low, high = difference_limits(sums[seen], counts[seen], 1 - error_rate / 2)
    limits = (np.maximum(low, 0) if verdict == "better" else low, np.minimum(high, 0) if verdict == "worse" else high)
    return estimate(sums[seen], counts[seen], limits)


def _by_look(pairs: Pairs) -> tuple[list[int], Floats, Floats]:
    """After which trials to look, and sums and numbers of the differences of every base scenario until then."""
    played, look = np.unique(pairs.number, return_inverse=True)
    clusters, cluster = np.unique(pairs.cluster, return_inverse=True)
    sums, counts = np.zeros((2, len(played), len(clusters)))
    np.add.at(sums, (look, cluster), pairs.difference)
    np.add.at(counts, (look, cluster), 1.0)
    return (played + 1).tolist(), sums.cumsum(axis=0), counts.cumsum(axis=0)


def _totals(sums: Floats, signs: Iterable[Floats]) -> Floats:
    """How far from 0 every exchange brings the sum over all clusters, at every look: (looks, exchanges)."""
    totals: Floats = np.concatenate([sums @ each.T for each in signs], axis=-1)
    return np.abs(totals)


def _boundaries(totals: Floats, spent: Sequence[float]) -> Iterator[float]:
    """For every look, which totals decide: so far from 0 that few enough exchanges get there now or got there before.

    Infinite where not even one of the exchanges may.
    """
    inside = np.ones(totals.shape[-1], dtype=bool)
    for total, share in zip(totals, spent, strict=True):
        allowed = int(share * len(inside)) - int((~inside).sum())
        boundary = _boundary(total[inside], allowed)
        yield boundary
        inside &= total < boundary - _ROUNDING


def _boundary(totals: Floats, allowed: int) -> float:
    """The smallest total that no more than ``allowed`` of them reach."""
    first_inside = np.partition(totals, len(totals) - 1 - allowed)[len(totals) - 1 - allowed]
    outside = totals[totals > first_inside + _ROUNDING]
    return float(outside.min()) if len(outside) else math.inf


def _is_within(margin: float, sums: Floats, counts: Floats, share: float) -> bool:
    """Whether both ends of the interval of a mean difference are nearer to 0 than ``margin``."""
    seen = counts > 0
    low, high = difference_limits(sums[seen], counts[seen], 1 - 2 * share)
    return bool(low > -margin and high < margin)
