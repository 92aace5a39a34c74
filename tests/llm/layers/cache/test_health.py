"""How long a place is waited for, and when it is asked no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tool_sandbox.llm.layers.cache.health import LONGEST, SHORTEST, TRIPS_TO_OPEN, Health


def test_what_keeps_failing_is_asked_no_more_but_for_trials_until_it_works() -> None:
    moment = [0.0]
    health = Health(threshold=2, pause=1, clock=lambda: moment[0])
    health.failed()
    states = [health.good]
    health.failed()
    states.append(health.good)
    assert states == [True, False]
    assert not health.takes_trial()

    moment[0] = 1.0
    assert health.takes_trial()
    assert not health.takes_trial(), "one trial at a time"
    health.failed()
    moment[0] = 2.5
    assert not health.takes_trial(), "the pause doubles"
    moment[0] = 3.0
    assert health.takes_trial()
    health.succeeded()
    assert health.good

    health.failed()
    assert health.good, "failures count in a row"
    health.failed()
    moment[0] = 4.0
    assert health.takes_trial(), "the pause is the first one again"

    for _ in range(10):
        moment[0] += 30.0
        assert health.takes_trial(), "no pause is longer than half a minute"


def test_patience_follows_what_is_measured_within_bounds() -> None:
    moment = [0.0]

    def taking(seconds: float) -> Callable[[], None]:
        def work() -> None:
            moment[0] += seconds

        return work

    health = Health(clock=lambda: moment[0])
    assert health.seconds == SHORTEST
    health.timed(taking(0.16), TRIPS_TO_OPEN)
    assert health.round_trip == pytest.approx(0.04)
    assert 0.16 < health.seconds < 0.5
    for _ in range(40):
        health.timed(taking(0.001))
    assert health.seconds == SHORTEST
    for _ in range(40):
        health.timed(taking(5))
    assert health.seconds == LONGEST
    assert Health(0.05, clock=lambda: moment[0]).seconds == pytest.approx(0.03)
