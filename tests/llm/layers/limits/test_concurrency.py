from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.errors import ProviderError, ProviderTimeoutError, ProviderUnavailableError, RateLimitError
from tool_sandbox.llm.layers.limits.concurrency import Concurrency

REFUSED = RateLimitError("too many", status=429)


def busy(control: Concurrency, calls: int) -> None:
    """So many calls are in flight or wait."""
    control.wanted(calls)


@given(
    samples=st.integers(1, 40),
    events=st.lists(st.sampled_from(["answer", "slow answer", "429", "announced", "time-out", "500"]), max_size=300),
    seed=st.integers(0, 5),
)
def test_the_number_is_at_least_1_and_never_above_what_is_asked_at_once(
    samples: int, events: list[str], seed: int
) -> None:
    control, chance = Concurrency(), random.Random(seed)
    begun: list[int] = []  # the calls in flight: how often the number had been halved when each began
    for event in events:
        busy(control, samples)
        while len(begun) < samples and control.has_room(len(begun)):
            begun.append(control.halvings)
        assert 1 <= len(begun) <= samples
        in_flight, halvings = len(begun), begun.pop(chance.randrange(len(begun)))
        before = control.halvings
        if "answer" in event:
            control.answered(30.0 if event == "slow answer" else 1.0, in_flight, halvings)
        else:
            error = {"time-out": ProviderTimeoutError("slow"), "500": ProviderError("oops", status=500)}.get(
                event, REFUSED
            )
            control.failed(error, in_flight, halvings, announced=event == "announced")
        assert control.limit >= 1
        assert control.halvings == 0 or control.limit <= samples
        assert control.halvings <= before + (halvings == before), "calls of one burst halve it once"


@pytest.mark.parametrize(
    ("error", "halves"),
    [
        (REFUSED, True),
        (ProviderUnavailableError("overloaded", status=529), True),
        (ProviderTimeoutError("30 s"), True),
        (ProviderUnavailableError("oops", status=500), False),
        (ProviderError("bad request", status=400), False),
    ],
)
def test_signs_of_overload_halve_the_number(error: ProviderError, halves: bool) -> None:
    control = Concurrency()
    busy(control, 40)
    control.failed(error, 40, 0)
    assert control.limit == (20 if halves else float("inf"))


def test_the_number_grows_back_to_where_it_was_and_slowly_beyond() -> None:
    control = Concurrency()
    busy(control, 64)
    control.failed(REFUSED, 32, 0)
    after = []
    for _ in range(8):
        for _ in range(int(control.limit)):
            control.answered(1.0, int(control.limit), 1)
        after.append(control.limit)
    assert 24 < after[0] < 32, "most of the way at once"
    assert after[1] - after[0] < after[0] - 16, "then slower"
    assert max(later - earlier for earlier, later in pairwise(after[2:6])) < 4, "and flat"
    assert after[-1] > 36, "before more is tried"


def test_after_a_limit_that_was_waited_for_the_number_doubles_until_it_is_what_it_was() -> None:
    control = Concurrency()
    busy(control, 64)
    control.failed(REFUSED, 40, 0, announced=True)
    assert control.limit == 20
    for _ in range(20):
        control.answered(1.0, 20, 1)
    assert control.limit == 40
    for _ in range(40):
        control.answered(1.0, 40, 1)
    assert control.limit == 64


def answers(control: Concurrency, latency: float, number: int = 8) -> None:
    for _ in range(number):
        control.answered(latency, 8, control.halvings)


def test_answers_that_become_slow_halve_the_number_and_once_more_only_if_that_helped() -> None:
    control = Concurrency()
    busy(control, 64)
    answers(control, 2.0)
    answers(control, 3.9)
    assert control.halvings == 0, "not yet twice as long"
    answers(control, 9.0)
    assert (control.halvings, control.why) == (1, "slow answers")
    answers(control, 2.5)
    answers(control, 9.0)
    assert control.halvings == 2, "it had helped"
    answers(control, 9.0)
    answers(control, 9.0)
    answers(control, 10.0)
    assert control.halvings == 2, "it does not help: the model became slower, or the conversations longer"


def test_latencies_of_less_than_a_second_are_no_sign_however_they_vary() -> None:
    control = Concurrency()
    busy(control, 8)
    for latency in (0.001, 0.9, 0.01, 0.5):
        answers(control, latency)
    assert control.halvings == 0


def test_what_is_not_used_proves_nothing() -> None:
    control = Concurrency()
    busy(control, 64)
    control.failed(REFUSED, 64, 0)
    for _ in range(100):
        control.answered(1.0, 3, 1)
    assert control.limit == 32
