from __future__ import annotations

from tool_sandbox.llm.chat import RateLimit
from tool_sandbox.llm.layers.limits.announced import AnnouncedLimits, Answered


def told(
    limits: AnnouncedLimits, call: int, begun: int, remaining: int | None, *, now: float = 0.0, **more: object
) -> None:
    fields = {"of": "requests", "limit": 100, "reset": 60.0} | more
    limits.told([RateLimit(remaining=remaining, **fields)], Answered(call, begun, 500.0, now))  # type: ignore[arg-type]


def test_no_call_begins_for_which_nothing_is_left_until_the_limit_is_lifted() -> None:
    limits = AnnouncedLimits(300.0)
    told(limits, 1, 1, 2, now=5.0)
    assert limits.pause(2, 6.0) is None
    pause = limits.pause(3, 6.0)
    assert pause is not None
    assert (pause.until, pause.why) == (65.0, "no requests left")
    assert limits.pause(3, 65.0) is None


def test_calls_that_began_since_are_taken_off_what_is_left() -> None:
    limits = AnnouncedLimits(300.0)
    told(limits, 10, 14, 4)
    assert limits.pause(13, 0.0) is None
    assert limits.pause(14, 0.0) is not None


def test_answers_that_come_late_say_nothing_new() -> None:
    limits = AnnouncedLimits(300.0)
    told(limits, 10, 10, 5)
    told(limits, 9, 10, 0)
    assert limits.pause(10, 0.0) is None


def test_tokens_are_reckoned_by_what_a_call_takes() -> None:
    limits = AnnouncedLimits(300.0)
    told(limits, 1, 1, 1200, of="input tokens", limit=10_000)
    assert limits.pause(2, 0.0) is None
    assert limits.pause(3, 0.0) is not None


def test_the_limit_that_is_lifted_last_is_waited_for() -> None:
    limits = AnnouncedLimits(300.0)
    told(limits, 1, 1, 0, reset=10.0)
    told(limits, 1, 1, 0, of="tokens", reset=20.0)
    pause = limits.pause(1, 0.0)
    assert pause is not None
    assert pause.until == 20.0


def test_what_says_nothing_or_is_too_far_away_is_not_waited_for() -> None:
    limits = AnnouncedLimits(300.0)
    told(limits, 1, 1, None)
    told(limits, 2, 2, 0, reset=None)
    told(limits, 3, 3, 0, reset=0.0)
    told(limits, 4, 4, 0, reset=86_400.0)
    assert limits.pause(9, 0.0) is None


def test_a_limit_beyond_which_calls_are_answered_is_not_believed_any_more() -> None:
    limits = AnnouncedLimits(300.0)
    for call in range(1, 4):
        told(limits, call, 16, 0)
        assert limits.pause(16, 0.0) is not None
    told(limits, 4, 16, 0)
    assert limits.pause(16, 0.0) is None
    told(limits, 17, 17, 0)
    assert limits.pause(17, 0.0) is None


def test_a_limit_that_is_used_up_again_by_one_call_is_not_believed_any_more_unless_it_is_that_low() -> None:
    for most, believed in [(100, False), (None, False), (1, True)]:
        limits = AnnouncedLimits(300.0)
        told(limits, 1, 1, 0, limit=most)
        told(limits, 2, 2, 0, now=61.0, limit=most)
        assert (limits.pause(2, 61.0) is not None) is believed


def test_a_wait_is_reckoned_from_when_the_call_was_taken_and_a_moment_is_the_same_whenever_it_is_told() -> None:
    for is_moment, until in [(False, 160.5), (True, 190.0)]:
        limits = AnnouncedLimits(300.0)
        limit = RateLimit(of="requests", limit=100, remaining=0, reset=60.0, is_moment=is_moment)
        limits.told([limit], Answered(1, 1, 500.0, 130.0, latency=30.0))
        pause = limits.pause(1, 130.0)
        assert pause is not None
        assert pause.until == until
