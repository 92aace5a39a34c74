"""Tests that need no model of the scores: exchange the two runs and see whether that matters.

They ask whether it could have been the other way round in every base scenario. With few scenarios the answer may be no
for runs that are equal on average, when one is much better in few scenarios and a little worse in the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen
from scipy import special

from tool_sandbox.runs.statistics.intervals import cluster_totals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST_CLUSTERS = 6
"""With fewer, even a run that is better everywhere might be so by chance once in sixteen times."""
EXCHANGES = 19_999
_EXACT_UP_TO = 14
"""Up to so many clusters all exchanges are tried: 16,384 for 14."""
_SEED = 20261127
_AT_ONCE = 4_000_000
_ROUNDING = 1e-9


@frozen
class McNemar:
    """Pairs in which one run succeeds and the other does not, and how likely so uneven ones are by chance.

    Args:
        better: Pairs in which only the first run succeeds.
        worse: Pairs in which only the second one does.
        p_value: Two-sided. McNemar's exact test where every base scenario has at most one such pair; otherwise all
            pairs of a base scenario are exchanged together.
    """

    better: int
    worse: int
    p_value: float


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_], cluster: NDArray[np.intp]) -> McNemar:
    """Compare the successes of pairs, given one by one with the base scenario of each."""
    difference = first.astype(np.float64) - second
    sums, _ = cluster_totals(difference, cluster)
    return McNemar(int((difference > 0).sum()), int((difference < 0).sum()), sign_flip_p_value(sums))


def sign_flip_p_value(sums: Floats) -> float:
    """How likely a total at least so far from zero is, if the sign of every cluster were a matter of chance.

    Two-sided. Exact for up to 14 clusters that are not zero, and for any number that differ in sign only; otherwise
    from 19,999 random exchanges, always the same ones.

    Args:
        sums: The sum of the differences of every cluster.
    """
    sizes = np.abs(sums[np.abs(sums) > _ROUNDING])
    observed = abs(sums.sum())
    if not len(sizes):
        return 1.0
    if np.ptp(sizes) < _ROUNDING:
        return _sign_test(len(sizes), round(float(observed / sizes[0])))
    return float(sign_flip_p_values(sums[np.abs(sums) > _ROUNDING]))


def sign_flip_p_values(sums: Floats) -> Floats:
    """The same for many sets of sums at once; the last axis are the clusters, zeros among them."""
    observed = np.abs(sums.sum(axis=-1)) - _ROUNDING
    extreme, tried = np.zeros(sums.shape[:-1]), 0
    for signs in exchanges(sums.shape[-1]):
        extreme += (np.abs(sums @ signs.T) >= observed[..., np.newaxis]).sum(axis=-1)
        tried += len(signs)
    return extreme / tried


def exchanges(size: int) -> Iterator[Floats]:
    """Signs for every cluster, one row per exchange, in blocks; the first row exchanges nothing."""
    if size <= _EXACT_UP_TO:
        yield _signs(np.arange(1 << size)[:, np.newaxis] >> np.arange(size) & 1)
        return
    yield np.ones((1, size))
    random = np.random.default_rng(_SEED)
    block = max(1, _AT_ONCE // size)
    for start in range(0, EXCHANGES, block):
        rows = min(block, EXCHANGES - start)
        bits = np.unpackbits(np.frombuffer(random.bytes((rows * size + 7) // 8), dtype=np.uint8), count=rows * size)
        yield _signs(bits.reshape(rows, size))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p-values, raised so that one false positive among all of them is no likelier than each says."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    raised = accumulate((min(1.0, (len(order) - rank) * p_values[at]) for rank, at in enumerate(order)), max)
    by_position = dict(zip(order, raised, strict=True))
    return tuple(by_position[at] for at in range(len(order)))


def _signs(bits: NDArray[np.integer[Any]]) -> Floats:
    """1 for every 0, -1 for every 1."""
    return 1.0 - 2.0 * bits.astype(np.float64)


def _sign_test(size: int, surplus: int) -> float:
    """How likely heads and tails of ``size`` coins differ by ``surplus`` or more."""
    return min(1.0, 2 * float(special.bdtr((size - surplus) // 2, size, 0.5)))
