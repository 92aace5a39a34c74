"""The cheapest assignment against scipy's, and 32-bit means against their definition."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from tool_sandbox.evaluation.comparing.assignment import assign
from tool_sandbox.evaluation.comparing.float32 import cost, float32, mean32

COSTS = st.sampled_from([0.0, 0.25, 0.5, 1.0, math.inf]) | st.floats(0, 5)


def square(size: int) -> st.SearchStrategy[list[list[float]]]:
    row = st.lists(COSTS, min_size=size, max_size=size)
    return st.lists(row, min_size=size, max_size=size)


@settings(max_examples=400)
@given(st.integers(1, 10).flatmap(square))
def test_assignments_equal_those_of_scipy_also_among_ties(costs: list[list[float]]) -> None:
    try:
        expected = [int(column) for column in linear_sum_assignment(np.array(costs))[1]]
    except ValueError:
        assert assign(costs) is None
    else:
        assert assign(costs) == expected


def test_a_nan_anywhere_leaves_no_assignment() -> None:
    assert assign([[0.0, math.nan], [1.0, 0.0]]) is None
    assert assign([[math.nan]]) is None
    assert assign([[-math.inf]]) is None


def pairwise(values: list[float]) -> float:
    """The 32-bit sum in the order of published scores: eight partial sums, halves of more than 128 numbers apart."""
    if len(values) > 128:
        middle = len(values) // 2 // 8 * 8
        return float32(pairwise(values[:middle]) + pairwise(values[middle:]))
    whole = len(values) // 8 * 8
    partial = [reduce(add32, values[start:whole:8]) for start in range(8) if whole]
    while len(partial) > 1:
        partial = [add32(partial[at], partial[at + 1]) for at in range(0, len(partial), 2)]
    return reduce(add32, [*partial, *values[whole:]])


def add32(total: float, value: float) -> float:
    return float32(total + value)


@given(st.lists(st.floats(0, 100, width=32), min_size=1, max_size=600))
def test_32_bit_means_add_pairwise(values: list[float]) -> None:
    assert mean32(values) == float32(pairwise(values) / len(values))


def test_the_cost_of_a_half_is_that_of_the_original() -> None:
    assert cost(0.5) == float32(0.69314724)
    assert cost(1.0) == 0.0
    assert cost(0.0) == math.inf
