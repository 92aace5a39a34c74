"""What calls meet at an endpoint with limits, played in an event loop whose time is simulated."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.llm.fakes import FakeModel, answer, question
from tests.llm.layers.limits.simulation import Provider, endpoint, limited, many, now, simulated
from tool_sandbox.errors import ProviderError, RateLimitError
from tool_sandbox.llm.chat import ChatResponse, RateLimit
from tool_sandbox.llm.layers.limits.endpoint import Endpoint
from tool_sandbox.llm.layers.limits.layer import Limited


def answers(given: list[object]) -> list[ChatResponse]:
    failed = [each for each in given if not isinstance(each, ChatResponse)]
    assert failed == []
    return [each for each in given if isinstance(each, ChatResponse)]


@pytest.mark.parametrize(("concurrency", "latency"), [(8, 0.5), (64, 2.0), (64, 30.0)])
@pytest.mark.parametrize("tells", [False, True])
def test_a_provider_of_100_calls_a_minute_is_used_up_and_no_call_is_lost(
    concurrency: int, latency: float, *, tells: bool
) -> None:
    async def play() -> tuple[float, Provider]:
        provider = Provider(latency=latency, per_window=100, says_what_is_left=tells)
        answers(await many(limited(provider, endpoint(), attempts=1), 300, concurrency))
        return now(), provider

    seconds, provider = simulated(play())
    possible = 2 * 60 + math.ceil(100 / concurrency) * latency
    assert seconds <= 1.1 * possible
    assert provider.refused <= (3 if tells else 3 * concurrency), "but for calls that overtake each other"


def test_calls_that_are_refused_together_halve_the_number_at_once_only_once() -> None:
    async def play() -> tuple[int, float]:
        at = endpoint()
        given = await many(limited(Provider(latency=1.0, per_window=10), at), 16, 16)
        assert len(answers(given)) == 16
        return at.concurrency.halvings, round(now())

    assert simulated(play()) == (1, 61)


def test_a_provider_that_takes_but_few_calls_at_once_is_asked_about_as_many() -> None:
    async def play() -> tuple[float, Provider]:
        provider = Provider(latency=2.0, at_once=8)
        answers(await many(limited(provider, endpoint(), attempts=12), 400, 64))
        return now(), provider

    seconds, provider = simulated(play())
    assert seconds <= 1.6 * (400 / 8 * 2.0)
    assert provider.refused < 150


@pytest.mark.parametrize(("cap", "minutes"), [({"rpm": 30}, 3), ({"tpm": 30 * 120}, 3)])
def test_caps_per_minute_hold_and_are_used_up(cap: dict[str, int], minutes: int) -> None:
    async def play() -> tuple[float, list[float]]:
        provider = Provider(latency=1.0)
        at = endpoint(**cap)
        at._guess.per_byte = 2.0
        answers(await many(limited(provider, at), 100, 16))
        return now(), [when for when, _ in provider.begun]

    seconds, begun = simulated(play())
    most = max(sum(when - 60 < other <= when for other in begun) for when in begun)
    assert most <= 30
    assert seconds <= 60.5 * minutes + 10


def test_a_call_says_how_long_it_waited_and_for_what() -> None:
    async def play() -> list[ChatResponse]:
        model = limited(Provider(latency=1.0), endpoint(rpm=1))
        return answers(await many(model, 2, 2))

    first, second = simulated(play())
    assert first.waits == {}
    assert second.waits == {"rpm": pytest.approx(60.5)}
    assert second.latency == pytest.approx(1.0), "waiting is not the model's time"
    assert second.attempts[0].waited == pytest.approx(60.5)
    assert second.attempts[0].latency == pytest.approx(1.0)


def test_a_refusal_that_says_how_long_it_lasts_uses_up_no_tries_and_its_wait_is_not_the_calls_time() -> None:
    async def play() -> ChatResponse:
        refusals = [RateLimitError("too many", status=429, retry_after=59.0) for _ in range(9)]
        model = limited(FakeModel(*refusals, answer()), endpoint(longest=600.0), attempts=1, ceiling=600.0)
        return await model.acomplete(question())

    response = simulated(play())
    assert [each.status for each in response.attempts] == [429] * 9 + [200]
    assert response.waits == {"rate_limit": pytest.approx(9 * 59)}
    assert response.latency == pytest.approx(0.0)


@pytest.mark.parametrize("asked_for", [3600.0, 20.0])
def test_what_is_not_bearable_is_not_waited_for(asked_for: float) -> None:
    async def play() -> tuple[float, ProviderError]:
        fake = FakeModel(RateLimitError("too many", status=429, retry_after=asked_for))
        with pytest.raises(RateLimitError) as caught:
            await limited(fake, endpoint(longest=300.0), attempts=1).acomplete(question())
        return now(), caught.value

    seconds, error = simulated(play())
    assert seconds <= 300.0
    assert error.waits == ({} if asked_for > 300 else {"rate_limit": pytest.approx(300.0)})


def test_a_refusal_that_names_no_time_uses_tries_up() -> None:
    async def play() -> int:
        fake = FakeModel(RateLimitError("too many", status=429))
        with pytest.raises(RateLimitError):
            await limited(fake, endpoint(), attempts=3).acomplete(question())
        return fake.calls

    assert simulated(play()) == 3


def test_a_provider_that_asks_for_no_time_at_all_is_not_asked_without_a_pause() -> None:
    async def play() -> tuple[int, float]:
        fake = FakeModel(RateLimitError("too many", status=429, retry_after=0.0))
        with pytest.raises(RateLimitError):
            await limited(fake, endpoint(longest=60.0), attempts=1, ceiling=60.0).acomplete(question())
        return fake.calls, now()

    calls, seconds = simulated(play())
    assert calls < 30
    assert seconds <= 60.0


def test_runs_that_share_an_endpoint_take_turns_however_many_calls_each_has() -> None:
    async def play() -> list[str]:
        provider = Provider(latency=1.0)
        model = limited(provider, endpoint(rpm=20))
        await asyncio.gather(many(model, 90, 90, "large"), many(model, 30, 30, "small"), many(model, 30, 3, "slow"))
        return [request.tag.run for _, request in provider.begun]

    begun = simulated(play())
    assert begun[:20] == ["large"] * 20, "nobody else was there yet"
    assert Counter(begun[20:40]) == Counter(large=9, small=8, slow=3)
    assert max(index for index, run in enumerate(begun) if run == "small") < 120
    assert len(begun) == 150


def test_calls_of_one_run_for_one_model_are_made_in_the_order_in_which_they_came() -> None:
    async def play() -> list[str]:
        provider = Provider(latency=1.0)
        await many(limited(provider, endpoint(rpm=5)), 25, 25)
        return [request.messages[0]["content"] for _, request in provider.begun]

    assert simulated(play()) == [str(number) for number in range(25)]


def test_a_cancelled_call_leaves_its_place_and_its_turn_to_others() -> None:
    async def play() -> tuple[int, int]:
        provider, at = Provider(latency=10.0), endpoint(rpm=3)
        model = limited(provider, at)
        calls = [asyncio.create_task(model.acomplete(question(str(number)))) for number in range(9)]
        await asyncio.sleep(1)
        for each in (calls[0], calls[3], calls[4], calls[8]):  # one in flight, the first and the last that wait
            each.cancel()
        given = await asyncio.gather(*calls, return_exceptions=True)
        answers([each for each in given if not isinstance(each, asyncio.CancelledError)])
        return at.in_flight, len(provider.begun)

    assert simulated(play()) == (0, 6)


def test_a_call_cancelled_in_the_moment_in_which_it_gets_its_place_gives_it_back() -> None:
    async def play() -> tuple[int, int]:
        at = endpoint(rpm=1)
        first = await at.enter(question())
        waiting = asyncio.create_task(at.enter(question()))
        await asyncio.sleep(60.5)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        at.left(first)
        at.answered(await at.enter(question()), answer())
        return at.in_flight, int(now())

    assert simulated(play()) == (0, 60)


def test_an_endpoint_serves_callers_that_block_in_threads_of_their_own() -> None:
    fake = FakeModel(answer(), delay=0.01)
    at = Endpoint("test")
    at.concurrency.limit = 2.0
    model = Limited(fake, at)
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: asyncio.run(model.acomplete(question())), range(24)))
    assert len(answers(list(given))) == 24
    assert (at.in_flight, fake.most_running <= 2) == (0, True)


def test_headers_that_say_that_nothing_is_left_are_heeded_only_as_long_as_they_are_true() -> None:
    async def play() -> float:
        sloppy = RateLimit(of="requests", limit=100, remaining=0, reset=60.0)
        model = limited(FakeModel(answer(rate_limits=[sloppy]), delay=1.0), endpoint())
        answers(await many(model, 100, 1))
        return now()

    assert simulated(play()) <= 61 + 100


def test_what_is_waited_for_is_told_with_how_many_wait_and_for_how_long_at_most() -> None:
    told: list[str] = []

    async def play() -> None:
        at = endpoint(rpm=10, told=told.append)
        answers(await many(limited(Provider(latency=1.0), at), 25, 25))

    simulated(play())
    assert told[0] == "calls per minute (rpm), 1 call waiting for up to 61 s: test"
    assert told[-1] == ""
    assert told[1] == "calls per minute (rpm), 15 calls waiting for up to 60 s: test"
    assert len(told) < 6


def test_a_refusal_is_told_while_calls_wait_for_its_end() -> None:
    told: list[str] = []

    async def play() -> None:
        answers(await many(limited(Provider(latency=1.0, per_window=10), endpoint(told=told.append)), 12, 4))

    simulated(play())
    assert told[0] == "HTTP 429, 1 call waiting for up to 58 s: test"
    assert told[-1] == ""


def test_short_waits_are_not_told() -> None:
    told: list[str] = []

    async def play() -> None:
        provider = Provider(latency=0.1, per_window=10, window=1.0)
        answers(await many(limited(provider, endpoint(told=told.append)), 40, 4))

    simulated(play())
    assert told == []


def test_a_call_that_was_refused_does_not_count_towards_the_caps() -> None:
    async def play() -> float:
        fake = FakeModel(RateLimitError("too many", status=429, retry_after=5.0), answer())
        await limited(fake, endpoint(rpm=1, tpm=10), attempts=1).acomplete(question())
        return now()

    assert simulated(play()) == 5.0
