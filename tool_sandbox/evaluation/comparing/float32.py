"""32-bit arithmetic, without numpy where a few numbers are added.

Published scores were computed partly in 32 bits, so equal fractions are exact ties and the last digits matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from ctypes import c_float
from functools import lru_cache, reduce

_BASE_OF_THE_LOGARITHM = c_float(0.99999994).value
"""The original takes logarithms to a base of e that was itself rounded to 32 bits."""

_PAIRWISE_FROM = 8
"""From so many elements on numpy adds in another order than one after the other."""


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


def mean32(values: Sequence[float]) -> float:
    """Mean in 32 bits, added in the order in which numpy adds the elements of an array."""
    if len(values) == 1:
        return values[0]
    if len(values) >= _PAIRWISE_FROM:
        import numpy as np

        return float(np.mean(np.array(values, dtype=np.float32)))
    return float32(reduce(lambda total, value: float32(total + value), values) / len(values))
