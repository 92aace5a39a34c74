"""Several processes that keep one cap per minute."""

from __future__ import annotations

from collections import deque
from functools import partial

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from tests.llm.layers.limits.test_rate import MINUTE, Clock
from tool_sandbox.llm.layers.limits.borrowing import BorrowedRate
from tool_sandbox.llm.layers.limits.lending import LEASE, RateLending, RateLent, RateSaid
from tool_sandbox.llm.layers.limits.rate import Block

CAP = 80


@define
class Workers:
    """Workers and who lends to them; what they say arrives when it is delivered."""

    cap: int = CAP
    many: int = 2
    clock: Clock = field(factory=Clock)
    said: deque[tuple[int, RateSaid]] = field(factory=deque)
    answers: deque[tuple[int, RateLent]] = field(factory=deque)
    lending: RateLending = field(init=False)
    rates: list[BorrowedRate] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.lending = RateLending(self.many, self.clock)
        self.rates = [
            BorrowedRate("rpm", self.cap, partial(self.says, number), self.clock) for number in range(self.many)
        ]

    def says(self, number: int, said: RateSaid) -> None:
        self.said.append((number, said))

    def hear(self) -> None:
        """Whoever lends hears what was said."""
        while self.said:
            number, said = self.said.popleft()
            if (answer := self.lending.said(str(number), said)) is not None:
                self.answers.append((number, answer))

    def deliver(self) -> None:
        """All that was said and answered arrives."""
        self.hear()
        while self.answers:
            number, answer = self.answers.popleft()
            self.rates[number].answered(answer)

    def take(self, number: int, wanted: int = 1) -> Block:
        """Take, asking first if need be."""
        block = self.rates[number].take(wanted)
        self.deliver()
        return block if block.granted else self.rates[number].take(wanted)


steps = st.tuples(st.integers(0, 2), st.floats(0, 20), st.integers(1, 4), st.sampled_from("tha"))


@given(cap=st.integers(1, 30), steps=st.lists(steps, max_size=80))
def test_no_minute_has_more_than_the_cap_whenever_messages_arrive(
    cap: int, steps: list[tuple[int, float, int, str]]
) -> None:
    workers = Workers(cap, 3)
    used: list[tuple[float, int]] = []
    for number, pause, wanted, what in steps:
        workers.clock.now += pause
        if what == "h":
            workers.hear()
        elif what == "a":
            workers.deliver()
        else:
            used.append((workers.clock.now, workers.rates[number].take(min(wanted, cap)).granted))
        assert sum(count for when, count in used if when > workers.clock.now - MINUTE) <= cap


def test_one_worker_that_alone_has_something_to_do_may_use_the_whole_minute() -> None:
    workers = Workers()
    assert sum(workers.take(0).granted for _ in range(CAP)) == CAP
    assert not workers.take(0).granted


def test_what_one_worker_did_not_use_another_one_gets() -> None:
    workers = Workers()
    assert workers.take(0).granted
    workers.clock.now += LEASE
    workers.rates[0].give_back()
    assert sum(workers.take(1).granted for _ in range(CAP)) == CAP - 1


def test_what_a_worker_that_was_lost_had_in_hand_counts_as_used_for_a_minute() -> None:
    workers = Workers()
    workers.take(0)
    left = sum(workers.take(1).granted for _ in range(CAP))
    assert left == CAP - CAP // 8

    workers.clock.now += LEASE + MINUTE + 1
    assert sum(workers.take(1).granted for _ in range(CAP)) == CAP


def test_the_last_block_of_a_minute_is_what_is_left() -> None:
    workers = Workers(77)
    granted: list[int] = []
    for _ in range(77):
        workers.rates[0].take(1)
        workers.hear()
        granted += [answer.granted for _, answer in workers.answers if answer.granted]
        workers.deliver()
    assert granted == [9] * 8 + [5]


@pytest.mark.parametrize("is_late", [False, True])
def test_tokens_that_were_guessed_wrong_are_corrected_also_when_the_block_is_over(is_late: bool) -> None:
    workers = Workers()
    block = workers.take(0, 60)
    if is_late:
        workers.clock.now += LEASE
        workers.rates[0].give_back()
    workers.rates[0].settle(block, 10)
    workers.clock.now += LEASE
    workers.rates[0].give_back()
    workers.deliver()

    assert workers.take(1, CAP - 10).granted
    assert not workers.take(1, 1).granted


def test_a_worker_that_got_nothing_asks_again_before_anything_is_sure_to_be_free() -> None:
    workers = Workers()
    first = workers.take(0, CAP)
    nothing = workers.take(1, 1)
    assert (nothing.granted, nothing.until <= workers.clock.now + 1) == (0, True)

    workers.rates[0].settle(first, 0)
    workers.clock.now += LEASE
    workers.rates[0].give_back()
    assert workers.take(1, 1).granted
