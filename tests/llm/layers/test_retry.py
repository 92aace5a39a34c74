from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from tests.llm.fakes import FakeModel, answer, question
from tool_sandbox.errors import (
    AuthenticationError,
    MalformedResponseError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitError,
    SettingsError,
)
from tool_sandbox.llm.layers.retry import Retrying, RetryPolicy
from tool_sandbox.llm.transports.errors.retry_after import seconds_to_wait

NOW = 1_700_000_000.0


class Time:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def policy(self, **changes: object) -> RetryPolicy:
        fixed = {"seed": 1, "clock": lambda: self.now, "sleep": self.sleep}
        return RetryPolicy(**{**fixed, **changes})  # type: ignore[arg-type]


@pytest.fixture
def time() -> Time:
    return Time()


async def ask(model: Retrying) -> object:
    return await model.acomplete(question())


async def test_passing_failures_are_tried_again_and_every_try_is_recorded(time: Time) -> None:
    fake = FakeModel(RateLimitError("slow down", status=429), ProviderUnavailableError("down", status=503), answer())
    response = await ask(Retrying(fake, time.policy()))
    assert fake.calls == 3
    assert [each.status for each in response.attempts] == [429, 503, 200]  # type: ignore[attr-defined]
    assert [each.number for each in response.attempts] == [1, 2, 3]  # type: ignore[attr-defined]
    assert [each.waited for each in response.attempts] == [0.0, *time.waits]  # type: ignore[attr-defined]


async def test_what_cannot_pass_is_not_tried_again(time: Time) -> None:
    fake = FakeModel(AuthenticationError("no", status=401))
    with pytest.raises(AuthenticationError) as caught:
        await ask(Retrying(fake, time.policy()))
    assert (fake.calls, time.waits) == (1, [])
    assert len(caught.value.attempts) == 1


def test_the_last_error_carries_every_attempt(time: Time) -> None:
    fake = FakeModel(RateLimitError("slow down"), MalformedResponseError("html"))
    with pytest.raises(MalformedResponseError) as caught:
        Retrying(fake, time.policy(attempts=3)).complete(question())
    assert [each.error.partition(":")[0] for each in caught.value.attempts] == [
        "RateLimitError",
        "MalformedResponseError",
        "MalformedResponseError",
    ]


def test_one_attempt_means_no_retry(time: Time) -> None:
    fake = FakeModel(RateLimitError("slow down"))
    with pytest.raises(RateLimitError):
        Retrying(fake, time.policy(attempts=1)).complete(question())
    assert fake.calls == 1


def test_no_attempt_at_all_is_refused() -> None:
    with pytest.raises(SettingsError, match="attempts=0"):
        RetryPolicy(attempts=0)


def test_the_wait_asked_for_is_never_cut_short(time: Time) -> None:
    fake = FakeModel(RateLimitError("slow down", retry_after=7.0), answer())
    Retrying(fake, time.policy(cap=1.0)).complete(question())
    assert 7.0 <= time.waits[0] <= 7.7


@pytest.mark.parametrize("asked_for", [0.2, 1.0, 60.0])
def test_those_who_were_asked_to_wait_equally_long_do_not_come_back_at_once(time: Time, asked_for: float) -> None:
    for _ in range(20):
        fake = FakeModel(RateLimitError("slow down", retry_after=asked_for), answer())
        Retrying(fake, time.policy(seed=None)).complete(question())
    assert len(set(time.waits)) == 20
    assert max(time.waits) - min(time.waits) > 0.01 * asked_for
    assert asked_for <= min(time.waits) <= max(time.waits) <= 1.1 * asked_for


def test_a_wait_beyond_the_ceiling_ends_the_call_at_once(time: Time) -> None:
    fake = FakeModel(RateLimitError("slow down", retry_after=3600.0), answer())
    with pytest.raises(RateLimitError):
        Retrying(fake, time.policy(ceiling=60.0)).complete(question())
    assert time.waits == []


def test_the_ceiling_counts_the_time_already_spent(time: Time) -> None:
    fake = FakeModel(ProviderUnavailableError("down"))
    with pytest.raises(ProviderUnavailableError):
        Retrying(fake, time.policy(attempts=100, base=10.0, cap=10.0, ceiling=35.0)).complete(question())
    assert sum(time.waits) <= 35.0
    assert fake.calls < 10


def test_the_backoff_doubles_up_to_its_cap_and_is_jittered() -> None:
    policy, chance = RetryPolicy(base=1.0, cap=8.0), random.Random(3)
    for failures, longest in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (9, 8.0)]:
        waits = {policy.backoff(failures, chance) for _ in range(50)}
        assert all(longest / 2 <= wait <= longest for wait in waits)
        assert len(waits) > 10


def test_the_same_seed_waits_the_same() -> None:
    waits = []
    for _ in range(2):
        time = Time()
        with pytest.raises(ProviderError):
            Retrying(FakeModel(RateLimitError("x")), time.policy(seed=5)).complete(question())
        waits.append(time.waits)
    assert waits[0] == waits[1]


def test_tries_can_be_set_for_one_kind_of_error(time: Time) -> None:
    policy = time.policy(attempts=5, tries_by_error={"RateLimitError": 2, "AuthenticationError": 3})
    limited, refused = FakeModel(RateLimitError("x")), FakeModel(AuthenticationError("x"))
    for fake in (limited, refused):
        with pytest.raises(ProviderError):
            Retrying(fake, policy).complete(question())
    assert (limited.calls, refused.calls) == (2, 3)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "12"}, 12.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"llm_provider-retry-after": "3"}, 3.0),
        ({"Retry-After": format_datetime(datetime.fromtimestamp(NOW + 30, UTC), usegmt=True)}, 30.0),
        ({"Retry-After": format_datetime(datetime.fromtimestamp(NOW - 30, UTC), usegmt=True)}, 0.0),
        ({"x-ratelimit-reset-requests": "6m0s"}, 360.0),
        ({"x-ratelimit-reset-tokens": "120ms"}, 0.12),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-remaining-requests": "5"}, None),
        ({"x-ratelimit-reset": str(NOW + 45)}, 45.0),
        ({"x-ratelimit-reset": str(int((NOW + 45) * 1000))}, 45.0),
        ({"anthropic-ratelimit-tokens-reset": datetime.fromtimestamp(NOW + 9, UTC).isoformat()}, 9.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "-4"}, 0.0),
        ({}, None),
    ],
)
def test_every_spelling_of_retry_after_is_read(headers: dict[str, str], wait: float | None) -> None:
    assert seconds_to_wait(headers, now=NOW) == (None if wait is None else pytest.approx(wait, abs=1e-3))


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ('{"@type": "RetryInfo", "retryDelay": "34s"}', 34.0),
        ("Rate limit reached. Please try again in 2.5s.", 2.5),
        ("Please try again in 300ms.", 0.3),
        ("No hint here, sorry.", None),
    ],
)
def test_waits_named_in_the_error_text_are_read(text: str, wait: float | None) -> None:
    assert seconds_to_wait({}, now=NOW, text=text) == (None if wait is None else pytest.approx(wait))
