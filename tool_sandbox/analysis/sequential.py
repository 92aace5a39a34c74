"""When to stop adding trials to two runs, so that looking after each of them does not mislead.

Each look at trial 1, 2, … has a share of the error rate: half of it, then a sixth, a twelfth and so on, which add up to
the whole however many looks there are (alpha spending). What a share buys is found by exchanging the two runs in whole
base scenarios, in all looks alike, so that looks that resemble each other are not paid for twice. The verdict depends
on the samples alone: whoever reads the same two runs comes to the same one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np
from attrs import frozen

from tool_sandbox.analysis.differences import difference_limits
from tool_sandbox.analysis.pairing import Pairs
from tool_sandbox.analysis.permutation import exchanges
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.statistics.trials import Trials

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tool_sandbox.runs.outcomes import SampleResult

    Floats = NDArray[np.float64]

ERROR_RATE = 0.05
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
    looks: tuple[Look, ...]
    """Up to the one that decided. Later trials change nothing."""


def decide(
    results_by_name: Mapping[str, Iterable[SampleResult]],
    *,
    margin: float | None = None,
    error_rate: float = ERROR_RATE,
) -> tuple[Decision, ...]:
    """Decide which of two runs is better, or of every two where there are more.

    Args:
        results_by_name: The samples of every run, as far as whole trials of it have been played. Trials count from 0.
        margin: Two runs whose difference is surely smaller than this are equal; without it, only a difference is found.
        error_rate: How likely any verdict is false, among all pairs and looks together: that it names a better one
            where there is none, and, separately, that it calls equal what differs by the margin.

    Raises:
        SettingsError: There are fewer than two runs, or the margin or the error rate is none.
    """
    if len(results_by_name) < 2:  # noqa: PLR2004 -- there is nothing to decide
        message = f"a decision needs two runs or more, not {len(results_by_name)}."
        raise SettingsError(message)
    if margin is not None and not margin > 0:
        message = (
            f"margin={margin!r} must be a number above 0, such as 0.02; leave it out to look for differences only."
        )
        raise SettingsError(message)
    if not 0 < error_rate < 1:
        message = f"error_rate={error_rate!r} must be a number between 0 and 1, such as 0.05."
        raise SettingsError(message)
    trials = {name: Trials.of(results) for name, results in results_by_name.items()}
    share = error_rate / math.comb(len(trials), 2)
    return tuple(
        _decision(first, second, Pairs.of(trials[first], trials[second]).scored, margin, share)
        for first, second in combinations(trials, 2)
    )


def is_decided(decisions: Iterable[Decision]) -> bool:
    """Whether no further trial is needed."""
    return all(decision.verdict != "open" for decision in decisions)


def verdict_of(
    sums: Floats, counts: Floats, margin: float | None, error_rate: float
) -> tuple[Verdict, tuple[float, ...]]:
    """The verdict on differences that were looked at again and again.

    Args:
        sums: Sum of the differences of every base scenario up to every look: (looks, clusters).
        counts: How many differences each sum has.
        margin: As for ``decide``.
        error_rate: As for ``decide``, for these two runs alone.

    Returns:
        It, and for every look up to the one that decided how far from 0 the sum over all clusters had to be.
    """
    boundaries: list[float] = []
    for look, boundary in enumerate(_boundaries(sums, error_rate)):
        boundaries.append(boundary)
        total = sums[look].sum()
        if abs(total) > boundary - _ROUNDING:
            return ("better" if total > 0 else "worse"), tuple(boundaries)
        share = error_rate / ((look + 1) * (look + 2))
        if margin is not None and _is_within(margin, sums[look], counts[look], share):
            return "equal", tuple(boundaries)
    return "open", tuple(boundaries)


def _decision(first: str, second: str, pairs: Pairs, margin: float | None, error_rate: float) -> Decision:
    if not len(pairs):
        return Decision(first=first, second=second, verdict="open", looks=())
    trials, sums, counts = _by_look(pairs)
    verdict, boundaries = verdict_of(sums, counts, margin, error_rate)
    totals, numbers = sums.sum(axis=1).tolist(), counts.sum(axis=1).tolist()
    looks = [
        Look(trials=played, difference=total / number, boundary=boundary / number if math.isfinite(boundary) else None)
        for played, total, number, boundary in zip(trials, totals, numbers, boundaries, strict=False)
    ]
    return Decision(first=first, second=second, verdict=verdict, looks=tuple(looks))


def _by_look(pairs: Pairs) -> tuple[list[int], Floats, Floats]:
    """After which trials to look, and sums and numbers of the differences of every base scenario until then."""
    played, look = np.unique(pairs.number, return_inverse=True)
    clusters, cluster = np.unique(pairs.cluster, return_inverse=True)
    sums, counts = np.zeros((2, len(played), len(clusters)))
    np.add.at(sums, (look, cluster), pairs.difference)
    np.add.at(counts, (look, cluster), 1.0)
    return (played + 1).tolist(), sums.cumsum(axis=0), counts.cumsum(axis=0)


def _boundaries(sums: Floats, error_rate: float) -> Iterator[float]:
    """For every look, which totals decide: so far from 0 that few enough exchanges get there now or got there before.

    Infinite where not even one of the exchanges may.
    """
    totals = np.abs(np.concatenate([sums @ signs.T for signs in exchanges(sums.shape[-1])], axis=-1))
    inside = np.ones(totals.shape[-1], dtype=bool)
    for look, total in enumerate(totals):
        spent_until_now = error_rate * (look + 1) / (look + 2)
        allowed = int(spent_until_now * len(inside)) - int((~inside).sum())
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
