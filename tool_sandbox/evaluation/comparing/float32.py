"""32-bit arithmetic without numpy.

Published scores were computed partly in 32 bits, so equal fractions are exact ties and the last digits matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from ctypes import c_float
from functools import lru_cache

_BASE_OF_THE_LOGARITHM = c_float(0.99999994).value
"""The original takes logarithms to a base of e that was itself rounded to 32 bits."""

_PAIRWISE_FROM = 8
_PAIRWISE_BLOCK = 128


def float32(value: float) -> float:
    """The nearest number that fits into 32 bits."""
    return c_float(value).value


@lru_cache(maxsize=1 << 16)
def cost(similarity: float) -> float:
    """Cost of one cell in 32 bits: 0 for a similarity of 1, infinite for 0, NaN below."""
    if similarity == 1.0:
        return 0.0
    if similarity == 0.0:
        return math.inf
    if not similarity > 0.0:
        return math.nan
    return float32(-float32(math.log(float32(similarity))) / _BASE_OF_THE_LOGARITHM)


def wide_cost(similarity: float) -> float:
    """Cost of one cell in 64 bits, for similarities that a user's own function returned in 64 bits."""
    if similarity == 0.0:
        return math.inf
    return -math.log(similarity) if similarity > 0.0 else math.nan


def sum32(values: Sequence[float]) -> float:
    """Sum in 32 bits, in the order in which numpy adds the elements of an array."""
    count = len(values)
    if count < _PAIRWISE_FROM:
        total = 0.0
        for value in values:
            total = float32(total + value)
        return total
    if count <= _PAIRWISE_BLOCK:
        return _blocked_sum(values)
    half = count // 2
    half -= half % _PAIRWISE_FROM
    return float32(sum32(values[:half]) + sum32(values[half:]))


def _blocked_sum(values: Sequence[float]) -> float:
    lanes = list(values[:_PAIRWISE_FROM])
    whole = len(values) - len(values) % _PAIRWISE_FROM
    for start in range(_PAIRWISE_FROM, whole, _PAIRWISE_FROM):
        lanes = [float32(lane + values[start + at]) for at, lane in enumerate(lanes)]
    while len(lanes) > 1:
        lanes = [float32(lanes[at] + lanes[at + 1]) for at in range(0, len(lanes), 2)]
    total = lanes[0]
    for value in values[whole:]:
        total = float32(total + value)
    return total


def mean32(values: Sequence[float]) -> float:
    """Mean in 32 bits."""
    return values[0] if len(values) == 1 else float32(sum32(values) / len(values))
