"""The interval of a mean difference between two runs.

Where most scenarios are equal and a few differ, a spread that is computed from the few misleads. So what one run is
better by and what it is worse by are taken apart: both are scores, with the intervals of scores, and those are joined
as Newcombe (1998) joins the intervals of paired rates, and Zou and Donner (2008) any two that are correlated.
``benchmarks/error_rates.py`` shows how often the interval holds the truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tool_sandbox.runs.statistics.intervals import (
    LEVEL,
    Estimate,
    cluster_totals,
    estimate,
    limits_of_mean,
    mean_and_error,
    residuals,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_UNSEEN = 8
"""Among this many clusters the largest difference there is may be twice the largest that is seen."""


def estimate_of_difference(values: Floats, cluster: NDArray[np.intp], level: float = LEVEL) -> Estimate | None:
    """The mean of differences in [-1, 1] with its interval; ``None`` when there is none.

    Args:
        values: One per pair of samples; those that are not a number are left out.
        cluster: The base scenario of each.
        level: How often such intervals hold the true mean.
    """
    sums, counts = cluster_totals(values, cluster)
    return estimate(sums, counts, difference_limits(sums, counts, level)) if len(sums) else None


def difference_limits(sums: Floats, counts: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """The interval of a mean of values in [-1, 1].

    Args:
        sums: Of every cluster, which are the last axis.
        counts: How many values each sum has.
        level: How often such intervals hold the true mean.
    """
    size = sums.shape[-1]
    mean = sums.sum(axis=-1) / counts.sum(axis=-1)
    if size < 2:  # noqa: PLR2004 -- one cluster says nothing of another one
        return -np.ones_like(mean), np.ones_like(mean)
    unit = _largest(sums / counts)
    wins, losses = np.maximum(sums, 0), np.maximum(-sums, 0)
    (fewer_wins, more_wins), (fewer_losses, more_losses) = (
        _reach(part, counts, unit, level) for part in (wins, losses)
    )
    correlation = _correlation(residuals(wins, counts), residuals(losses, counts))
    low = mean - _joined(fewer_wins, more_losses, correlation)
    high = mean + _joined(more_wins, fewer_losses, correlation)
    return np.maximum(low, -1.0), np.minimum(high, 1.0)


def _largest(means: Floats) -> Floats:
    """The largest difference that a cluster may have; where none has any, nobody knows."""
    largest = np.abs(means).max(axis=-1)
    return np.where(largest > 0, np.minimum(largest * (1 + _UNSEEN / means.shape[-1]), 1.0), 1.0)


def _reach(sums: Floats, counts: Floats, unit: Floats, level: float) -> tuple[Floats, Floats]:
    """How far the interval of a mean of values in [0, unit] reaches below and above it."""
    mean, error = mean_and_error(sums, counts)
    low, high = limits_of_mean(mean / unit, error / unit, sums.shape[-1], level)
    return mean - low * unit, high * unit - mean


def _correlation(first: Floats, second: Floats) -> Floats:
    """Of clusters, from what their sums are away from the mean; 0 where one of them never is."""
    spread = np.sqrt((first**2).sum(axis=-1) * (second**2).sum(axis=-1))
    product = (first * second).sum(axis=-1)
    return np.where(spread > 0, product / np.where(spread > 0, spread, 1), 0.0)


def _joined(of_wins: Floats, of_losses: Floats, correlation: Floats) -> Floats:
    square = of_wins**2 + of_losses**2 - 2 * correlation * of_wins * of_losses
    return np.sqrt(np.maximum(square, 0))
