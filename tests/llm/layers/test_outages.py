"""Endpoints that are down are waited for, by all calls together; every clock is the test's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from attrs import define, field

from tests.llm.fakes import FakeModel, answer, layers_of, question
from tests.llm.loopback import Answer, Server, completion, serving
from tool_sandbox.errors import (
    InvalidRequestError,
    MalformedResponseError,
    ProviderError,
    ProviderTimeoutError,
    ProviderUnavailableError,
    RateLimitError,
)
from tool_sandbox.llm import stack
from tool_sandbox.llm.chat import ChatRequest, ChatResponse, Usage
from tool_sandbox.llm.layer import close
from tool_sandbox.llm.layers.outages import Outages, is_answer, is_outage, is_unreachable
from tool_sandbox.llm.layers.retry import Retrying, RetryPolicy
from tool_sandbox.llm.routing.router import Router
from tool_sandbox.llm.routing.settings import RouterSettings
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.direct import DirectTransport
from tool_sandbox.llm.transports.through_litellm.transport import LiteLLMTransport

DOWN = ProviderUnavailableError("model is loading", status=503)
REFUSED = ProviderUnavailableError("Cannot connect to host 127.0.0.1:9 [Connect call failed]")


@define
class Time:
    """A clock that moves when everybody waits."""

    now: float = 0.0
    passes_in_steps: bool = False
    waits: list[float] = field(factory=list)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        until = self.now + seconds
        if not self.passes_in_steps:
            self.now = until
        while self.now < until:  # noqa: ASYNC110 -- the test's clock has no event to wait for
            await asyncio.sleep(0)

    async def run(self, work: asyncio.Future[Any], step: float = 0.25) -> Any:
        """Let time pass until the work is done."""
        self.passes_in_steps = True
        while not work.done():
            for _ in range(5):
                await asyncio.sleep(0)
            self.now += step
        return work.result()

    def policy(self, **changes: Any) -> RetryPolicy:
        given: dict[str, Any] = {"patience": 180.0, "attempts": 1, "seed": 1} | changes
        return RetryPolicy(clock=lambda: self.now, sleep=self.sleep, **given)

    def outages(self, told: Callable[[str], None] = lambda _: None) -> Outages:
        return Outages(told, clock=lambda: self.now)


@define
class Flaky:
    """A model that is away for some time."""

    time: Time
    away: tuple[float, float] = (10.0, 30.0)
    error: ProviderError = DOWN
    asked: list[float] = field(factory=list)

    def complete(self, request: ChatRequest) -> ChatResponse:
        self.asked.append(self.time.now)
        if self.away[0] <= self.time.now < self.away[1]:
            raise type(self.error)(str(self.error), status=self.error.status)
        return answer(request.messages[0]["content"])

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        await asyncio.sleep(0)
        return self.complete(request)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.mark.parametrize("error", [DOWN, ProviderUnavailableError("bad gateway", status=502), REFUSED])
def test_an_endpoint_that_answered_before_is_waited_for_without_any_retries(time: Time, error: ProviderError) -> None:
    model = Retrying(Flaky(time, error=error), time.policy())
    model.complete(question())
    time.now = 10.0
    response = model.complete(question())
    assert response.text == "Hi"
    assert 30.0 <= time.now <= 45.0
    assert response.attempts[-1].status == 200
    assert len(response.attempts) > 2
    assert response.latency == 0.0, "waiting for an outage is not the model's time"


def test_patience_ends(time: Time) -> None:
    model = Retrying(Flaky(time, away=(10.0, 1000.0)), time.policy(patience=60.0))
    model.complete(question())
    time.now = 10.0
    with pytest.raises(ProviderUnavailableError) as caught:
        model.complete(question())
    assert 70.0 <= time.now <= 71.0
    assert len(caught.value.attempts) > 3


def test_retries_are_left_when_patience_has_ended(time: Time) -> None:
    fake = Flaky(time, away=(10.0, 1000.0))
    model = Retrying(fake, time.policy(patience=5.0, attempts=3))
    model.complete(question())
    time.now = 10.0
    with pytest.raises(ProviderUnavailableError):
        model.complete(question())
    assert time.now > 15.0


def test_a_refused_connection_where_nobody_ever_answered_is_told_at_once(time: Time) -> None:
    with pytest.raises(ProviderUnavailableError):
        Retrying(FakeModel(REFUSED), time.policy()).complete(question())
    assert time.waits == []


def test_a_server_that_never_answered_gets_a_sixth_of_the_patience(time: Time) -> None:
    with pytest.raises(ProviderUnavailableError):
        Retrying(FakeModel(DOWN), time.policy()).complete(question())
    assert 30.0 <= time.now <= 31.0


def test_what_a_stranger_gets_is_for_all_calls_together(time: Time) -> None:
    fake = FakeModel(DOWN)
    model = Retrying(fake, time.policy())
    for _ in range(20):
        with pytest.raises(ProviderUnavailableError):
            model.complete(question())
    assert time.now < 32.0


def test_without_patience_everything_is_as_it_was(time: Time) -> None:
    fake = FakeModel(DOWN)
    with pytest.raises(ProviderUnavailableError):
        Retrying(fake, time.policy(patience=0.0, attempts=4)).complete(question())
    assert fake.calls == 4


async def test_one_call_looks_and_the_others_wait(time: Time) -> None:
    """A server that is away for 20 seconds in the middle of a run of 53 samples at 8 at a time: none is lost."""
    told: list[str] = []
    fake = Flaky(time, away=(1.0, 21.0))
    model = Retrying(fake, time.policy(attempts=4), outages=time.outages(told.append))

    async def worker() -> list[str | None]:
        texts = []
        for _ in range(7):
            texts.append((await model.acomplete(question())).text)
            await time.sleep(0.5)
        return texts

    answers = await time.run(asyncio.gather(*(worker() for _ in range(8))))
    assert [text for texts in answers for text in texts] == ["Hi"] * 56
    while_down = [when for when in fake.asked if 1.0 <= when < 21.0]
    assert len(while_down) <= 8 + 6, "eight found it down, then one at a time looked"
    assert told[0] == "HTTP 503, waiting for openai/gpt-test: model is loading"
    assert told[-1] == ""


async def test_a_call_that_looks_and_is_cancelled_leaves_the_look_to_the_next(time: Time) -> None:
    outages = time.outages()
    hanging = asyncio.Event()

    class Hangs(Flaky):
        async def acomplete(self, request: ChatRequest) -> ChatResponse:
            if self.time.now >= 30.0 and not hanging.is_set():
                hanging.set()
                await asyncio.Event().wait()
            return self.complete(request)

    model = Retrying(Hangs(time, away=(10.0, 30.0)), time.policy(), outages=outages)
    await model.acomplete(question())
    time.now = 10.0
    first = asyncio.ensure_future(model.acomplete(question()))
    await time.run(asyncio.ensure_future(hanging.wait()))
    second = asyncio.ensure_future(model.acomplete(question()))
    first.cancel()
    assert (await time.run(second)).text == "Hi"


async def test_a_wait_ends_at_once_when_it_is_cancelled(time: Time) -> None:
    time.passes_in_steps = True
    model = Retrying(FakeModel(answer(), DOWN), time.policy())
    await model.acomplete(question())
    waiting = asyncio.ensure_future(model.acomplete(question()))
    for _ in range(10):
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert time.now == 0.0


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (DOWN, True),
        (ProviderUnavailableError("overloaded", status=529), True),
        (ProviderUnavailableError("web server is down", status=521), True),
        (REFUSED, True),
        (ProviderUnavailableError("OpenAIException - Connection error."), True),
        (ProviderUnavailableError("[Errno -2] Name or service not known"), True),
        (ProviderUnavailableError("something of LiteLLM's own"), False),
        (ProviderUnavailableError("oops", status=500), False),
        (ProviderUnavailableError("late", status=504), False),
        (ProviderUnavailableError("group rests", status=503, retryable=False), False),
        (ProviderUnavailableError("ask the other one", status=503, retry_after=0.0), False),
        (ProviderUnavailableError("lost", status=502, usage=Usage(prompt_tokens=9, completion_tokens=1)), False),
        (RateLimitError("slow down", status=429), False),
        (ProviderTimeoutError("did not answer"), False),
        (InvalidRequestError("no", status=400), False),
        (MalformedResponseError("html", status=503), False),
    ],
)  # fmt: skip
def test_only_an_absence_is_an_outage(error: ProviderError, outage: bool) -> None:
    assert is_outage(error) is outage


@pytest.mark.parametrize("transport", ["direct", "litellm"])
async def test_a_port_where_nobody_listens_is_unreachable_through_both_transports(transport: str) -> None:
    base = {"api_base": "http://127.0.0.1:9/v1", "api_key": "k"}
    model = DirectTransport(base) if transport == "direct" else LiteLLMTransport(base)
    name = "direct:m" if transport == "direct" else "hosted_vllm/m"
    with pytest.raises(ProviderUnavailableError) as caught:
        await model.acomplete(question(model=name, timeout=20))
    assert is_unreachable(caught.value)
    assert is_outage(caught.value)


def groups(**options: Any) -> RouterSettings:
    entries = [
        {"model_name": name, "litellm_params": {"model": f"direct:{name}", "api_base": "http://h/v1"}}
        for name in ("first", "second")
    ]
    return RouterSettings.from_config(entries, options)


def test_an_endpoint_with_a_fallback_is_not_waited_for(time: Time) -> None:
    settings = groups(fallbacks=[{"first": ["second"]}])
    ids = [each.id for each in settings.deployments]
    models = dict(zip(ids, [FakeModel(answer(), DOWN), FakeModel(answer("spare"))], strict=True))
    router = Router(settings, models, policy=time.policy(), clock=lambda: time.now)
    router.complete(question())
    assert router.complete(question()).text == "spare"
    assert time.waits == []


def test_the_last_one_in_line_is_waited_for(time: Time) -> None:
    settings = groups(fallbacks=[{"first": ["second"]}])
    ids = [each.id for each in settings.deployments]
    models = dict(zip(ids, [FakeModel(DOWN), FakeModel(answer(), DOWN, DOWN, answer("back"))], strict=True))
    router = Router(settings, models, policy=time.policy(), clock=lambda: time.now)
    router.complete(question())
    assert router.complete(question()).text == "back"
    assert time.waits


def test_the_layers_take_patience_from_the_settings_and_share_what_is_known(time: Time) -> None:
    told: list[str] = []
    outages = time.outages(told.append)
    with serving() as server:
        settings = ModelSettings.from_config({"api_base": server.base, "patience": 7.0})
        model = stack.build_model("direct:m", settings, outages=outages)
        retrying = next(each for each in layers_of(model) if isinstance(each, Retrying))
        assert (retrying.policy.patience, retrying.outages) == (7.0, outages)
        patient = stack.build_model("direct:m", settings, retry=time.policy(), outages=outages)
        server.says(*_script(server))
        assert patient.complete(question(model="direct:m")).text == "one"
        assert patient.complete(question(model="direct:m")).text == "two"
        close(patient)
    assert "direct:m" in told[0]
    assert "closed until noon" in told[0]
    assert told[-1] == ""


def _script(server: Server) -> list[Answer]:
    away = Answer({"error": {"message": "closed until noon"}}, 503)
    return [Answer(completion("one")), away, away, Answer(completion("two"))]


def test_those_who_wait_wake_when_the_next_look_is_due() -> None:
    time = Time()
    outages = time.outages()
    outages.failed("m", DOWN, looked=False)
    time.now = 0.8

    assert outages.wait("m") == pytest.approx(0.2)


def test_looks_never_get_rarer_than_every_five_seconds() -> None:
    time = Time()
    outages = time.outages()
    outages.failed("m", DOWN, looked=False)
    for _ in range(10):
        began = time.now
        while wait := outages.wait("m"):
            time.now += wait
        assert time.now - began <= 5.0
        outages.failed("m", DOWN, looked=True)


def test_a_late_failure_of_another_call_does_not_end_the_look() -> None:
    time = Time()
    outages = time.outages()
    outages.failed("m", DOWN, looked=False)
    time.now = 1.0
    assert outages.wait("m") == 0.0

    outages.failed("m", DOWN, looked=False)  # asked before it was known to be down
    time.now = 100.0

    assert outages.wait("m") > 0.0


def test_it_is_told_that_nothing_is_waited_for_when_the_last_endpoint_is_back() -> None:
    told: list[str] = []
    outages = Time().outages(told.append)
    for endpoint in ("a", "b"):
        outages.failed(endpoint, DOWN, looked=False)

    outages.answered("a")
    assert "" not in told
    outages.answered("b")
    assert told[-1] == ""


async def test_it_is_told_who_is_waited_for_after_a_rate_limit_once_for_all_calls(time: Time) -> None:
    told: list[str] = []
    limited = RateLimitError("20 requests a minute", status=429, retry_after=20.0)
    flaky = Flaky(time, away=(0.0, 10.0), error=limited)
    model = Retrying(flaky, time.policy(attempts=3, base=8.0), outages=time.outages(told.append), endpoint="m")
    calls = asyncio.gather(*(model.acomplete(question()) for _ in range(3)))
    await time.run(calls)

    first, *others = told
    assert first == "HTTP 429, waiting for m: 20 requests a minute"
    assert told[-1] == ""
    assert set(others) <= {first, ""}
    assert len(told) < 6


async def test_short_pauses_are_not_told_of(time: Time) -> None:
    told: list[str] = []
    flaky = Flaky(time, away=(0.0, 0.3), error=RateLimitError("slow down", status=429))
    model = Retrying(flaky, time.policy(attempts=3), outages=time.outages(told.append), endpoint="m")
    await time.run(asyncio.ensure_future(model.acomplete(question())))

    assert told == []


def test_a_rate_limit_that_passes_does_not_hide_an_endpoint_that_is_down() -> None:
    told: list[str] = []
    outages = Time().outages(told.append)
    outages.failed("down", DOWN, looked=False)
    with outages.resting("limited", RateLimitError("slow down", status=429), 9.0):
        pass

    assert "" not in told
    outages.answered("down")
    assert told[-1] == ""


def test_the_next_look_is_not_before_the_server_asked_for_it() -> None:
    time = Time()
    outages = time.outages()
    outages.failed("m", DOWN, looked=False)
    time.now = 1.0
    assert outages.wait("m") == 0.0
    outages.failed("m", ProviderUnavailableError("loading", status=503, retry_after=60.0), looked=True)
    time.now = 60.5

    assert outages.wait("m") > 0.0
    time.now = 61.0
    assert outages.wait("m") == 0.0


async def test_waiting_for_an_endpoint_before_the_first_try_is_no_part_of_the_latency() -> None:
    time = Time()
    outages = time.outages()
    outages.failed("openai/gpt-test", DOWN, looked=False)

    def slow(_request: ChatRequest) -> ChatResponse:
        time.now += 2.0
        return answer()

    response = await Retrying(FakeModel(slow), time.policy(), outages=outages).acomplete(question())

    assert time.waits
    assert response.latency == pytest.approx(2.0)


def down_and_looked_at(time: Time) -> Outages:
    """An endpoint that is down and at which a call looks, one second later."""
    outages = time.outages()
    outages.failed("m", DOWN, looked=False)
    time.now = 1.0
    assert outages.wait("m") == 0.0
    return outages


def test_those_who_wait_see_every_half_second_whether_another_call_got_through() -> None:
    outages = down_and_looked_at(Time())
    assert outages.wait("m") == 0.5

    outages.failed("m", ProviderUnavailableError("loading", status=503, retry_after=60.0), looked=True)

    assert outages.wait("m") == 0.5


def test_calls_under_way_when_it_went_down_do_not_put_the_look_off() -> None:
    time = Time()
    outages = time.outages()
    for _ in range(8):
        outages.failed("m", DOWN, looked=True)
    time.now = 1.0

    assert outages.wait("m") == 0.0


def test_a_look_that_found_nothing_out_is_made_again_after_the_pause() -> None:
    time = Time()
    outages = down_and_looked_at(time)
    outages.left("m")
    assert outages.wait("m") > 0.0

    time.now = 2.0
    assert outages.wait("m") == 0.0


def test_a_server_that_asks_for_less_than_the_pause_is_not_asked_more_often() -> None:
    time = Time()
    outages = down_and_looked_at(time)
    outages.failed("m", ProviderUnavailableError("loading", status=503, retry_after=0.1), looked=True)

    time.now = 2.9
    assert outages.wait("m") > 0.0
    time.now = 3.0
    assert outages.wait("m") == 0.0


def test_a_long_reason_is_told_in_short() -> None:
    told: list[str] = []
    Time().outages(told.append).failed("m", ProviderUnavailableError("x" * 5000, status=503), looked=False)

    assert len(told[0]) < 300
    assert told[0].endswith("…")


@pytest.mark.parametrize(
    ("error", "somebody_is_there"),
    [
        (RateLimitError("slow down", status=429), True),
        (MalformedResponseError("html"), True),
        (ProviderTimeoutError("gateway timeout", status=504), False),
        (REFUSED, False),
        (ProviderUnavailableError("OpenAIException - Connection error.", status=500), False),
        (ProviderUnavailableError("something of LiteLLM's own"), False),
    ],
)
def test_whatever_somebody_answered_is_an_answer(error: ProviderError, somebody_is_there: bool) -> None:
    assert is_answer(error) is somebody_is_there
