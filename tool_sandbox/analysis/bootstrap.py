"""The interval of a mean difference, by drawing base scenarios again.

A studentised bootstrap over clusters follows the skewness of differences, where most scenarios are equal and a few
differ much. Two corrections make it hold with few clusters: a resample's variance gets a small part of the observed
one, since resamples without any difference would have none; and the interval is never narrower than Student's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tool_sandbox.runs.statistics.intervals import LEVEL, Estimate, cluster_totals, estimate, mean_and_error, student

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RESAMPLES = 1999
_SEED = 20261126
_AT_ONCE = 4_000_000
"""Numbers of resamples that are kept in memory together."""


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
    if size < 2:  # noqa: PLR2004 -- one cluster says nothing of another one
        mean = sums.sum(axis=-1) / counts.sum(axis=-1)
        return -np.ones_like(mean), np.ones_like(mean)
    mean, error = mean_and_error(sums, counts)
    reach = student(size - 1, level)
    least, most = _bootstrap_quantiles(sums, counts, mean, error, level)
    low, high = mean - np.maximum(most, reach) * error, mean - np.minimum(least, -reach) * error
    center, alike = mean_and_error_of_alike(mean, size)
    varied = error > 0
    low = np.where(varied, low, center - reach * alike)
    high = np.where(varied, high, center + reach * alike)
    return np.maximum(low, -1.0), np.minimum(high, 1.0)


def mean_and_error_of_alike(mean: Floats, size: int) -> tuple[Floats, Floats]:
    """Mean and standard error where all clusters are alike: as if two more had come, half a win, half a loss, a draw.

    The correction of Agresti and Min (2005) for matched pairs.
    """
    more = size + 2
    center = mean * size / more
    variance = (mean**2 * size + 1) / more - center**2
    return center, np.sqrt(variance / more)


def _bootstrap_quantiles(
    sums: Floats, counts: Floats, mean: Floats, error: Floats, level: float
) -> tuple[Floats, Floats]:
    """How many standard errors the means of resamples lie below and above the mean."""
    size = sums.shape[-1]
    products = (sums, counts, sums**2, sums * counts, counts**2)
    parts = []
    random = np.random.default_rng(_SEED)
    for rows in _blocks(RESAMPLES, size):
        drawn = _draws(random, rows, size)
        total, number, squares, mixed, numbers = (each @ drawn for each in products)
        again = total / number
        variance = np.maximum(squares - 2 * again * mixed + again**2 * numbers, 0) / number**2
        observed = (error**2)[..., np.newaxis] * (size - 1) / size
        scale = np.sqrt(variance + observed / size)
        away = again - mean[..., np.newaxis]
        parts.append(np.divide(away, scale, out=np.zeros_like(away), where=scale > 0))
    found = np.concatenate(parts, axis=-1)
    least, most = np.quantile(found, [(1 - level) / 2, (1 + level) / 2], axis=-1)
    widened = np.sqrt((size - 1) / size * (1 + 1 / size))  # the same addition, to the variance that was observed
    return least * widened, most * widened


def _blocks(rows: int, width: int) -> list[int]:
    """``rows`` in parts of which each fits in memory."""
    each = max(1, _AT_ONCE // width)
    return [min(each, rows - start) for start in range(0, rows, each)]


def _draws(random: np.random.Generator, rows: int, size: int) -> Floats:
    """How often every cluster is drawn in each of ``rows`` resamples: (size, rows)."""
    drawn = random.integers(size, size=(rows, size)) + size * np.arange(rows)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=rows * size).reshape(rows, size).T.astype(np.float64)
