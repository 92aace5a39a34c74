"""Caps on money hold, also with many calls in flight, and what was spent is known exactly."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from tests.llm.fakes import FakeModel, answer, question
from tests.waiting import HANG, auntil
from tool_sandbox.errors import (
    BudgetExceededError,
    MalformedResponseError,
    ProviderTimeoutError,
    RateLimitError,
    RefusalError,
    SettingsError,
)
from tool_sandbox.llm.chat import Attempt, CallTag, ChatRequest, ChatResponse, Usage
from tool_sandbox.llm.layers.budget.caps import Caps, output_token_bound, prompt_token_bound, worst_case
from tool_sandbox.llm.layers.budget.layer import Budgeted, Ledger
from tool_sandbox.llm.layers.budget.pricing import PriceBook
from tool_sandbox.llm.layers.retry import Retrying, RetryPolicy

PRICES: Mapping[str, Mapping[str, Any]] = {
    "gpt-test": {"input_per_million": 10, "output_per_million": 100},
    "dear": {"input_per_million": 1000, "output_per_million": 10_000},
}


def ledger(**caps: Any) -> Ledger:
    return Ledger(Caps(**caps), PriceBook.from_mapping(PRICES), max_wait=20)


def dear_question() -> ChatRequest:
    """About 0.0105 dollars in the worst case."""
    return question(params={"max_tokens": 100})


class SpendingModel(FakeModel):
    """Answers with a random part of the tokens allowed, and watches what the ledger has spent meanwhile."""

    def __init__(self, book: Ledger) -> None:
        super().__init__(self._answer, delay=0.002)
        self.book = book
        self.most_spent = Decimal(0)
        self._random = random.Random(7)

    def _answer(self, request: ChatRequest) -> ChatResponse:
        self.most_spent = max(self.most_spent, self.book.spent())
        tokens = self._random.randint(1, request.params["max_tokens"])
        return answer(cost=None, usage=Usage(prompt_tokens=20, completion_tokens=tokens))


async def test_64_calls_in_flight_use_a_cap_well_and_never_pass_it() -> None:
    book = ledger(run="0.50")
    inner = SpendingModel(book)
    model = Budgeted(inner, book)

    results = await asyncio.gather(*(model.acomplete(dear_question()) for _ in range(256)), return_exceptions=True)

    refused = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, BudgetExceededError) for error in refused)
    assert refused, "the cap was never reached"
    assert book.spent() <= Decimal("0.50")
    assert inner.most_spent <= Decimal("0.50")
    assert book.spent() > Decimal("0.48"), "money was left although calls were refused"
    assert inner.most_running > 30
    assert book.snapshot()["run"]["held"] == 0


def test_64_threads_use_a_cap_well_and_never_pass_it() -> None:
    book = ledger(run="0.50")
    inner = SpendingModel(book)
    model = Budgeted(inner, book)

    def ask(_: int) -> ChatResponse | None:
        try:
            return model.complete(dear_question())
        except BudgetExceededError:
            return None

    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(ask, range(200)))

    assert answers.count(None) > 0
    assert Decimal("0.48") < book.spent() <= Decimal("0.50")
    assert book.snapshot()["run"]["held"] == 0


def test_threads_and_event_loops_share_one_ledger() -> None:
    book = ledger(run="0.20")
    model = Budgeted(SpendingModel(book), book)

    async def many() -> None:
        await asyncio.gather(*(model.acomplete(dear_question()) for _ in range(30)), return_exceptions=True)

    def few() -> None:
        for _ in range(30):
            try:
                model.complete(dear_question())
            except BudgetExceededError:
                return

    threads = [threading.Thread(target=lambda: asyncio.run(many())) for _ in range(2)]
    threads += [threading.Thread(target=few) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=HANG)

    assert not any(thread.is_alive() for thread in threads)
    assert Decimal("0.18") < book.spent() <= Decimal("0.20")


def test_a_call_that_can_never_fit_is_refused_before_it_starts() -> None:
    inner = FakeModel()
    model = Budgeted(inner, ledger(run="0.01"))

    with pytest.raises(BudgetExceededError, match=r"the budget of the run is 0\.01 USD"):
        model.complete(dear_question())

    assert inner.calls == 0


async def test_a_slow_price_list_does_not_block_the_event_loop() -> None:
    started = threading.Event()
    release = threading.Event()

    def slow(_: str) -> Mapping[str, Any]:
        started.set()
        release.wait(HANG)
        return {"input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06}

    book = Ledger(Caps(run=1), PriceBook(lookup=slow))
    reserving = asyncio.create_task(book.reserve(dear_question()))
    await asyncio.to_thread(started.wait, HANG)
    release.set()

    (await reserving).release()
    assert (await book.reserve(dear_question())).amount is not None


async def test_a_call_without_a_cap_waits_for_no_price_list() -> None:
    def unwanted(model: str) -> Mapping[str, Any]:
        raise AssertionError(model)

    assert (await Ledger(Caps(role={"USER": 1}), PriceBook(lookup=unwanted)).reserve(dear_question())).amount is None


async def test_a_cap_can_be_spent_to_the_last_digit() -> None:
    amount = worst_case(dear_question(), PriceBook.from_mapping(PRICES))
    assert amount is not None
    book = ledger(run=amount)
    held = await book.reserve(dear_question())
    waiting = asyncio.create_task(book.reserve(dear_question()))
    await asyncio.sleep(0)
    held.release()

    (await waiting).release()


async def test_a_call_is_counted_once_however_often_it_is_closed() -> None:
    book = ledger(run=1)
    reservation = await book.reserve(dear_question())
    for _ in range(2):
        reservation.settle(answer(cost=None))

    assert (book.snapshot()["run"]["calls"], book.snapshot()["run"]["held"]) == (1, 0)
    assert book.spent() == Decimal("0.003")


async def test_a_waiting_call_goes_on_when_money_comes_back() -> None:
    book = ledger(run="0.02")
    held = await book.reserve(dear_question())
    waiting = asyncio.create_task(book.reserve(dear_question()))
    await asyncio.sleep(0)
    assert not waiting.done()

    held.release()

    (await waiting).release()
    assert book.snapshot()["run"]["held"] == 0


async def test_a_higher_cap_lets_a_waiting_call_go_on_at_once() -> None:
    book = ledger(run="0.02")
    held = await book.reserve(dear_question())
    waiting = asyncio.create_task(book.reserve(dear_question()))
    await asyncio.sleep(0)
    assert not waiting.done()

    book.cap_run(Decimal("0.03"))

    (await waiting).release()
    held.release()


async def test_a_lower_cap_counts_for_the_next_call_and_never_is_below_what_is_spent() -> None:
    book = ledger(run="1")
    (await book.reserve(dear_question())).settle(
        answer(cost=None, usage=Usage(prompt_tokens=0, completion_tokens=5000))
    )
    with pytest.raises(SettingsError, match=r"budget of 0\.4 USD is too low: 0\.5000 are spent"):
        book.cap_run(Decimal("0.4"))
    with pytest.raises(SettingsError, match=r"0\.9000 are spent"):
        book.cap_run(Decimal("0.8"), before=Decimal("0.4"))
    (await book.reserve(dear_question())).release()

    book.cap_run(Decimal("0.501"))

    with pytest.raises(BudgetExceededError, match=r"budget of the run is 0\.501 USD"):
        await book.reserve(dear_question())


async def test_a_cancelled_wait_holds_nothing() -> None:
    book = ledger(run="0.02")
    held = await book.reserve(dear_question())
    waiting = asyncio.create_task(book.reserve(dear_question()))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    held.release()

    assert book.snapshot()["run"]["held"] == 0


async def test_a_wait_ends_after_its_limit() -> None:
    book = Ledger(Caps(run="0.02"), PriceBook.from_mapping(PRICES), max_wait=0.05)
    await book.reserve(dear_question())

    with pytest.raises(BudgetExceededError, match="held by calls in flight"):
        await book.reserve(dear_question())
    with pytest.raises(BudgetExceededError):
        await book.reserve(dear_question())


@pytest.mark.parametrize(
    ("caps", "named"),
    [
        ({"role": {"USER": "0.001"}}, "role 'USER'"),
        ({"model": {"openai/gpt-test": 0.001}}, "model 'openai/gpt-test'"),
        ({"user": {"ada": 0.001}}, "user 'ada'"),
    ],
)
async def test_caps_apply_to_their_own_calls_only(caps: dict[str, Any], named: str) -> None:
    book = ledger(**caps)

    with pytest.raises(BudgetExceededError, match=named):
        await book.reserve(question(tag=CallTag(role="USER", user="ada")))
    (await book.reserve(question(model="dear", tag=CallTag(role="AGENT", user="bob")))).release()


async def test_an_unknown_price_under_a_budget_is_refused_by_default() -> None:
    with pytest.raises(BudgetExceededError, match="nobody knows the price of 'openai/new'"):
        await ledger(run=1).reserve(question(model="openai/new"))


def test_an_unknown_price_can_be_allowed_and_is_counted_as_unknown() -> None:
    book = ledger(run=1, on_unknown_price="allow")
    model = Budgeted(FakeModel(answer(cost=None, model="openai/new")), book)

    response = model.complete(question(model="openai/new"))

    assert response.cost is None
    assert book.snapshot()["run"]["unpriced_calls"] == 1
    assert book.snapshot()["run"]["prompt_tokens"] == 100


def test_without_a_cap_unknown_prices_are_only_counted() -> None:
    book = ledger()

    assert Budgeted(FakeModel(answer(cost=None, model="x")), book).complete(question(model="x")).cost is None
    assert book.snapshot()["model"]["x"]["unpriced_calls"] == 1


def test_the_truth_replaces_the_worst_case_to_the_last_digit() -> None:
    book = ledger(run=1)
    usage = Usage(prompt_tokens=12, completion_tokens=7)

    response = Budgeted(FakeModel(answer(cost=None, usage=usage)), book).complete(question())

    assert book.spent() == Decimal("0.00082")
    assert response.cost == 0.00082


def test_an_answer_without_usage_keeps_its_worst_case_against_the_cap() -> None:
    book = ledger(run=1)

    response = Budgeted(FakeModel(answer(cost=None, usage=None)), book).complete(question())

    assert response.cost is None
    assert (book.snapshot()["run"]["cost"], book.snapshot()["run"]["known_cost"]) == (None, 0)
    assert book.snapshot()["run"]["uncertain_cost"] > 0.01


def test_a_refused_call_costs_nothing_but_a_timed_out_one_may_have() -> None:
    book = ledger(run=1)

    for error in (RateLimitError("slow down", status=429), ProviderTimeoutError("30 s")):
        with pytest.raises(type(error)):
            Budgeted(FakeModel(error), book).complete(question())
        if isinstance(error, RateLimitError):
            assert book.snapshot()["run"]["uncertain_cost"] == 0

    spent = book.snapshot()["run"]
    assert spent["failed_calls"] == 2
    assert spent["held"] == 0
    assert spent["uncertain_cost"] > 0.01


def test_tries_that_broke_off_before_the_answer_may_have_been_billed() -> None:
    book = ledger(run=1)
    tries = (Attempt(number=1, error="ProviderTimeoutError: no answer"), Attempt(number=2))

    Budgeted(FakeModel(answer(attempts=tries)), book).complete(question())

    assert book.snapshot()["run"]["uncertain_cost"] > 0.01


def test_a_failure_with_a_known_bill_is_counted_exactly() -> None:
    error = ProviderTimeoutError("stream cut")
    error.cost = 0.0123
    book = ledger(run=1)

    with pytest.raises(ProviderTimeoutError):
        Budgeted(FakeModel(error), book).complete(question())

    assert book.spent() == Decimal("0.0123")


USAGE = Usage(prompt_tokens=100, completion_tokens=20)  # 0.003 dollars at the price of gpt-test


def test_a_refused_answer_with_tokens_is_paid_at_the_price_of_its_model() -> None:
    book = ledger(run=1)

    with pytest.raises(RefusalError) as caught:
        Budgeted(FakeModel(RefusalError("filtered", usage=USAGE)), book).complete(question())

    spent = book.snapshot()["run"]
    assert (spent["cost"], spent["prompt_tokens"], spent["failed_calls"], spent["held"]) == (0.003, 100, 1, 0)
    assert spent["uncertain_cost"] == 0
    assert caught.value.cost == 0.003


def test_every_try_with_tokens_is_paid_and_priced() -> None:
    book = ledger(run=1)
    lost = MalformedResponseError("lost", usage=USAGE)
    policy = RetryPolicy(attempts=3, sleep=partial(asyncio.sleep, 0))
    model = Budgeted(Retrying(FakeModel(lost, lost, answer(usage=USAGE, cost=None)), policy), book)

    response = model.complete(question())

    assert book.spent() == Decimal("0.009")
    assert book.snapshot()["run"]["uncertain_cost"] == 0
    assert [attempt.cost for attempt in response.attempts] == [0.003, 0.003, None]
    assert response.cost == 0.003


def test_a_failure_with_tokens_of_unknown_price_keeps_its_worst_case_against_the_cap() -> None:
    book = ledger(run=1, on_unknown_price="allow")

    with pytest.raises(RefusalError):
        Budgeted(FakeModel(RefusalError("filtered", usage=USAGE)), book).complete(question(model="openai/new"))

    assert (book.snapshot()["run"]["cost"], book.snapshot()["run"]["unpriced_calls"]) == (None, 1)


async def test_a_cancelled_call_gives_its_reservation_back() -> None:
    book = ledger(run=1)
    inner = FakeModel(delay=HANG)
    task = asyncio.create_task(Budgeted(inner, book).acomplete(question()))
    await auntil(lambda: inner.running)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert book.snapshot()["run"]["held"] == 0
    assert book.snapshot()["run"]["failed_calls"] == 1
    assert book.snapshot()["run"]["uncertain_cost"] > 0.01, "what was sent may be billed all the same"


def test_totals_are_kept_by_role_model_and_user_and_are_json() -> None:
    book = ledger(run=5, role={"AGENT": 2})
    usage = Usage(prompt_tokens=100, completion_tokens=20, cached_tokens=30)
    model = Budgeted(FakeModel(answer(usage=usage)), book)

    model.complete(question(tag=CallTag(role="AGENT", user="ada")))
    model.complete(question(tag=CallTag(role="USER")))

    totals = json.loads(json.dumps(book.snapshot()))
    assert totals["run"]["calls"] == 2
    assert totals["run"]["cost"] == 0.006
    assert totals["role"]["AGENT"]["cost"] == totals["role"]["USER"]["cost"] == totals["user"]["ada"]["cost"] == 0.003
    assert totals["model"]["openai/gpt-test"]["completion_tokens"] == 40
    assert totals["role"]["AGENT"]["cached_tokens"] == 30


@pytest.mark.parametrize("text", ["hello", "héllo wörld", "日本語" * 50, "🙂" * 20, "\ud800"])
def test_a_prompt_has_no_more_tokens_than_bytes(text: str) -> None:
    assert prompt_token_bound(question(text)) >= len(text.encode("utf-8", "surrogatepass"))


def test_tools_leave_room_for_what_providers_add_to_the_prompt() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}

    assert prompt_token_bound(question(tools=(tool,))) > prompt_token_bound(question(str(tool))) + 800


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"max_tokens": 50}, 50),
        ({"max_completion_tokens": 60, "max_tokens": 50}, 60),
        ({"max_tokens": 50, "thinking": {"type": "enabled", "budget_tokens": 1000}}, 1050),
        ({"max_tokens": 50, "n": 3}, 150),
        ({}, 4096),
    ],
)
def test_the_longest_answer_is_bounded(params: dict[str, Any], expected: int) -> None:
    assert output_token_bound(question(params=params), 4096) == expected


def test_the_worst_case_of_an_unlisted_model_is_unknown() -> None:
    assert worst_case(question(model="openai/new"), PriceBook()) is None


@pytest.mark.parametrize("cap", [-1, "a lot", "nan"])
def test_a_wrong_cap_is_explained(cap: Any) -> None:
    with pytest.raises(SettingsError, match="US dollars"):
        Caps(run=cap)


def test_a_wrong_policy_is_explained() -> None:
    with pytest.raises(SettingsError, match="'refuse', 'allow'"):
        Caps(on_unknown_price="maybe")


async def test_a_call_in_flight_holds_what_it_needs_as_soon_as_there_is_a_cap() -> None:
    book = ledger()
    held = await book.reserve(dear_question())
    assert book.snapshot()["run"]["held"] == 0
    book.cap_run(Decimal("0.015"))
    assert book.snapshot()["run"]["held"] == pytest.approx(0.01, abs=0.005)
    waiting = asyncio.create_task(book.reserve(dear_question()))
    await asyncio.sleep(0)
    assert not waiting.done()
    held.release()
    (await waiting).release()
    assert book.snapshot()["run"]["held"] == 0
