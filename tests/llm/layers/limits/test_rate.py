from __future__ import annotations

from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.llm.layers.limits.rate import SlidingWindow

MINUTE = 60.0


@define
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


steps = st.lists(st.tuples(st.floats(0, 40), st.integers(1, 12)), max_size=60)


@given(cap=st.integers(1, 20), steps=steps)
def test_no_minute_has_more_than_the_cap(cap: int, steps: list[tuple[float, int]]) -> None:
    clock = Clock()
    window = SlidingWindow(cap, clock=clock)
    used: list[tuple[float, int]] = []
    for pause, wanted in steps:
        clock.now += pause
        used.append((clock.now, window.take(wanted, 1).granted))
        assert sum(count for when, count in used if when > clock.now - MINUTE) <= cap


@given(cap=st.integers(1, 20), steps=steps, lease=st.floats(0.5, 30))
def test_no_minute_has_more_whenever_a_borrower_uses_its_block(
    cap: int, steps: list[tuple[float, int]], lease: float
) -> None:
    clock = Clock()
    window = SlidingWindow(cap, lease=lease, clock=clock)
    blocks = []
    for pause, wanted in steps:
        clock.now += pause
        block = window.take(wanted, 1)
        blocks.append((clock.now, block))
        at_its_end = [each.granted for _, each in blocks if each.granted and each.until > clock.now - MINUTE]
        assert sum(at_its_end) <= cap


@given(cap=st.integers(1, 20), wanted=st.integers(1, 30))
def test_what_is_refused_is_granted_at_the_moment_that_was_named(cap: int, wanted: int) -> None:
    clock = Clock()
    window = SlidingWindow(cap, clock=clock)
    assert window.take(cap).granted == cap
    refused = window.take(wanted)
    assert (refused.granted, refused.until > clock.now) == (0, True)
    clock.now = refused.until
    assert window.take(wanted).granted == wanted, "also when it is more than there is in a minute"


def test_all_of_a_minute_may_be_used_at_once_and_part_of_what_is_wanted_only_if_that_is_enough() -> None:
    clock = Clock()
    window = SlidingWindow(10, clock=clock)
    assert window.take(7).granted == 7
    assert window.take(7).granted == 0
    assert window.take(7, 2).granted == 3


def test_what_was_not_used_is_free_again_and_what_was_used_beyond_it_counts() -> None:
    window = SlidingWindow(1000, clock=Clock())
    guessed = window.take(900)
    window.settle(guessed, 300)
    assert window.take(700).granted == 700
    assert window.take(1).granted == 0
    low = SlidingWindow(1000, clock=Clock())
    low.settle(low.take(100), 1500)
    assert low.take(1, 1).granted == 0


def test_a_block_that_counts_no_longer_is_not_settled_any_more() -> None:
    clock = Clock()
    window = SlidingWindow(10, clock=clock)
    block = window.take(10)
    clock.now = 2 * MINUTE
    assert window.take(10).granted == 10
    window.settle(block, 0)
    assert window.take(1).granted == 0
