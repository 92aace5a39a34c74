"""How far a measured mean may be from the true one, when the samples of one base scenario are not independent.

The interval of a score is Wilson's, for as many successes and failures as would have the same standard error as the
clusters. With many clusters of one success or failure each that is his interval for a rate; with graded scores it leans
towards the middle the way skewed scores need, and is wider where they are few.
``benchmarks/error_rates.py`` shows how often it holds the truth.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.95
METHOD = "Wilson's, for scores that are clustered by base scenario"
"""What makes the interval of a score."""
_ROUNDING = 1e-9
_UNSEEN_AT_ENDS = 7.5


@frozen
class Interval:
    """From ``low`` to ``high``."""

    low: float
    high: float


@frozen(kw_only=True)
class Estimate:
    """A mean and how sure it is."""

    value: float
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    standard_error: float | None
    """Clustered by base scenario; ``None`` with fewer than two of them."""
    samples: int
    """How many values were averaged."""
    clusters: int
    """From how many base scenarios they are."""


def estimate_of_scores(values: Floats, cluster: NDArray[np.intp], level: float = LEVEL) -> Estimate | None:
    """The mean of values in [0, 1] with its interval.

    Args:
        values: One per sample; those that are not a number are left out.
        cluster: The base scenario of each.
        level: How often such intervals hold the true mean.

    Returns:
        ``None`` when there is no value.
    """
    sums, counts = cluster_totals(values, cluster)
    return estimate(sums, counts, score_limits(sums, counts, level)) if len(sums) else None


def range_with_void(values: Floats, cluster: NDArray[np.intp], level: float = LEVEL) -> Interval:
    """Where the mean may be, whatever the samples without a score would have got.

    It holds the interval without them, the one if all of them had failed, and the one if all had been perfect.
    """
    readings = (values, *(np.nan_to_num(values, nan=each) for each in (0.0, 1.0)))
    found = [each for reading in readings if (each := estimate_of_scores(reading, cluster, level))]
    return Interval(min(each.low for each in found), max(each.high for each in found)) if found else Interval(0.0, 1.0)


def wilson(successes: ArrayLike, total: ArrayLike, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Wilson's score interval of a rate of independent successes."""
    total = np.asarray(total, dtype=np.float64)
    return _wilson(np.asarray(successes) / total, total, NormalDist().inv_cdf((1 + level) / 2))


def cluster_totals(values: Floats, cluster: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Sum and number of the values of every cluster that has any; what is not a number is left out."""
    known = ~np.isnan(values)
    counts = np.bincount(cluster[known]).astype(np.float64)
    sums = np.bincount(cluster[known], weights=values[known]).astype(np.float64)  # whole numbers when empty
    return sums[counts > 0], counts[counts > 0]


def mean_and_error(sums: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """The mean of all samples and its standard error; the last axis are the clusters, at least two of them."""
    size, total = sums.shape[-1], counts.sum(axis=-1)
    squares = (residuals(sums, counts) ** 2).sum(axis=-1)
    error = np.sqrt(size / (size - 1) * squares) / total
    # Clusters that are all alike leave rounding behind.
    return sums.sum(axis=-1) / total, np.where(error > _ROUNDING, error, 0.0)


def residuals(sums: Floats, counts: Floats) -> Floats:
    """How far the sum of every cluster is from what the mean of all samples would make of it."""
    mean: Floats = sums.sum(axis=-1) / counts.sum(axis=-1)
    away: Floats = sums - mean[..., np.newaxis] * counts
    return away


def score_limits(sums: Floats, counts: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """The interval of a mean of values in [0, 1]; the last axis are the clusters."""
    size = sums.shape[-1]
    if size < 2:  # noqa: PLR2004 -- one cluster says nothing of another one
        mean = sums.sum(axis=-1) / counts.sum(axis=-1)
        return np.zeros_like(mean), np.ones_like(mean)
    return limits_of_mean(*mean_and_error(sums, counts), size, level, _UNSEEN_AT_ENDS)


def limits_of_mean(
    mean: Floats, error: Floats, size: int, level: float = LEVEL, unseen: float = 0.0
) -> tuple[Floats, Floats]:
    """The interval of a mean in [0, 1] with a standard error from ``size`` clusters.

    Clusters that are all alike say nothing of how much others differ, and count as one success or failure each.

    Args:
        mean: The mean.
        error: Its standard error.
        size: How many clusters there are.
        level: How often such intervals hold the true mean.
        unseen: How many clusters fewer to count near 0 and 1, where of few graded scores the rare ones that matter
            are mostly not seen.
    """
    spread = mean * (1 - mean)
    informative = (error > 0) & (spread > 0)
    # 1 when every cluster is a success or a failure, whose spread follows from the mean; 0 when they are all alike.
    dichotomy = np.where(informative, (size - 1) * error**2 / np.where(informative, spread, 1), 1.0)
    graded = np.maximum(1 - dichotomy, 0)
    discount = 1 + (1 + unseen * (1 - 4 * spread)) * graded / size
    return _wilson(mean, size / (dichotomy * discount), student((size - 1) * (2 - graded), level))


def student(freedom: ArrayLike, level: float = LEVEL) -> Floats:
    """How many standard errors an interval reaches to both sides, by Student's t distribution."""
    from scipy import special  # slow to import, and not needed for one cluster

    return np.asarray(special.stdtrit(freedom, (1 + level) / 2), dtype=np.float64)


def estimate(sums: Floats, counts: Floats, limits: tuple[Floats, Floats]) -> Estimate:
    """One mean with the limits that were found for it."""
    low, high = limits
    error = float(mean_and_error(sums, counts)[1]) if len(sums) > 1 else None
    return Estimate(
        value=float(sums.sum() / counts.sum()),
        low=float(low),
        high=float(high),
        standard_error=error,
        samples=int(counts.sum()),
        clusters=len(sums),
    )


def _wilson(rate: Floats, total: Floats, reach: ArrayLike) -> tuple[Floats, Floats]:
    """Wilson (1927): the rates that lie no more than ``reach`` of their own standard errors from the one observed."""
    reach = np.asarray(reach, dtype=np.float64)
    shrink = 1 + reach**2 / total
    center = (rate + reach**2 / (2 * total)) / shrink
    half = reach / shrink * np.sqrt(rate * (1 - rate) / total + (reach / (2 * total)) ** 2)
    return np.maximum(center - half, 0.0), np.minimum(center + half, 1.0)
