"""One budget spent by many workers, whatever comes in which order, and whoever is lost meanwhile."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

import pytest
from attrs import define, evolve, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tool_sandbox.errors import BudgetExceededError
from tool_sandbox.llm.chat import CallTag, ChatRequest, ChatResponse, Usage
from tool_sandbox.llm.layers.budget.borrowing import Borrowing
from tool_sandbox.llm.layers.budget.caps import Caps, Scope
from tool_sandbox.llm.layers.budget.layer import Ledger, Reservation
from tool_sandbox.llm.layers.budget.lending import Answer, Lending, Said
from tool_sandbox.llm.layers.budget.pricing import PriceBook

RUN: Scope = ("run", "")
AGENT: Scope = ("role", "AGENT")
MODEL = "m"
PRICES = PriceBook.from_mapping({MODEL: {"input_per_million": 0, "output_per_million": 1_000_000}})
"""A dollar for each token of an answer, and nothing for what is asked."""


def request(dollars: int, role: str = "AGENT") -> ChatRequest:
    """A call that costs so much at most."""
    return ChatRequest(model=MODEL, messages=(), params={"max_tokens": dollars}, tag=CallTag(role=role))


@define
class Worker:
    """A ledger that borrows, and what is on its way between it and who lends."""

    ledger: Ledger
    borrowing: Borrowing
    said: deque[Said]
    answers: deque[Answer] = field(factory=deque)
    calls: list[Call] = field(factory=list)


@define(eq=False)
class Call:
    """A call that waits for money, is made, or has ended."""

    worker: str
    most: int
    role: str
    turn: asyncio.Task[Reservation]


class Economy:
    """A lender, workers, and a server that knows what every call has cost."""

    def __init__(self, caps: Caps, workers: int) -> None:
        self.loop = asyncio.new_event_loop()
        self.ledger = Ledger(caps, PRICES)
        self.workers: dict[str, Worker] = {}
        self.paid: dict[str, dict[Scope, Decimal]] = {}
        """What the server took, by the worker that asked."""
        self.written: dict[str, dict[Scope, Decimal]] = {}
        """What workers have written down of it."""
        self.lending = Lending(self.ledger, lambda worker, answer: self.workers[worker].answers.append(answer), workers)
        for number in range(workers):
            self.join(str(number))

    def join(self, name: str) -> None:
        said: deque[Said] = deque()
        caps = evolve(self.ledger.caps, run=0, role=dict.fromkeys(self.ledger.caps.role, 0))
        borrowing = Borrowing(said.append)
        ledger = Ledger(caps, PRICES, lender=borrowing)
        borrowing.lend_to(ledger)
        ledger.take_changes()
        self.workers[name] = Worker(ledger, borrowing, said)
        self.lending.joined(name)

    def run(self, work: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Do something in the event loop, and have tasks go on that can."""

        async def steps() -> None:
            if work is not None:
                await work()
            for _ in range(10):
                await asyncio.sleep(0)

        self.loop.run_until_complete(steps())

    def ask(self, name: str, most: int, role: str = "AGENT") -> Call:
        """Begin a call as soon as there is money."""
        worker = self.workers[name]
        call = Call(name, most, role, self.loop.create_task(worker.ledger.reserve(request(most, role))))
        worker.calls.append(call)
        self.run()
        return call

    def end(self, call: Call, cost: int) -> None:
        """Have the server answer a call that is made."""
        worker = self.workers[call.worker]
        worker.calls.remove(call)
        for scope in (RUN, ("role", call.role)):
            for book in (self.paid, self.written):
                of = book.setdefault(call.worker, {})
                of[scope] = of.get(scope, Decimal(0)) + cost

        async def settle() -> None:
            call.turn.result().settle(
                ChatResponse(text="", model=MODEL, usage=Usage(prompt_tokens=0, completion_tokens=cost))
            )

        self.run(settle)

    def hear(self, name: str) -> None:
        """Bring what a worker said first to who lends."""
        worker = self.workers[name]
        if worker.said:
            self.lending.said(name, worker.said.popleft())

    def tell(self, name: str) -> None:
        """Bring the next answer to a worker."""

        async def answer() -> None:
            worker = self.workers[name]
            if worker.answers:
                worker.borrowing.answered(worker.answers.popleft())

        self.run(answer)

    def beat(self, name: str) -> None:
        """Have a worker tell what it tells from time to time."""

        async def beat() -> None:
            self.workers[name].borrowing.freed()
            self.workers[name].borrowing.tell_spent()

        self.run(beat)

    def settle(self) -> None:
        """Bring everything that is on its way where it goes."""
        for name in self.workers:
            self.beat(name)
        while any(worker.said or worker.answers for worker in self.workers.values()):
            for name in self.workers:
                self.hear(name)
                self.tell(name)

    def kill(self, name: str, paid: int) -> None:
        """Lose a worker; the server takes money for its calls in flight, up to so much for each.

        What it has said arrives before it is known to be gone.
        """
        worker = self.workers[name]
        for call in worker.calls:
            if is_made(call):
                for scope in (RUN, ("role", call.role)):
                    of = self.paid.setdefault(name, {})
                    of[scope] = of.get(scope, Decimal(0)) + min(paid, call.most)
        in_flight = sum(map(is_made, worker.calls))
        while worker.said:
            self.hear(name)
        for call in worker.calls:
            call.turn.cancel()
        self.run()
        self.lending.lost(name)
        del self.workers[name]
        self.lending.found(name, self.written.get(name, {}), in_flight)

    def close(self) -> None:
        for worker in self.workers.values():
            for call in worker.calls:
                call.turn.cancel()
        self.run()
        self.loop.close()

    def taken(self, scope: Scope) -> Decimal:
        """What the server took and may yet take for calls in flight."""
        paid = sum((each.get(scope, Decimal(0)) for each in self.paid.values()), Decimal(0))
        made = [call for worker in self.workers.values() for call in worker.calls if is_made(call)]
        return paid + sum(call.most for call in made if scope == RUN or scope[1] == call.role)

    def calls(self, state: Callable[[Call], bool]) -> list[Call]:
        return [call for worker in self.workers.values() for call in worker.calls if state(call)]


def is_made(call: Call) -> bool:
    return call.turn.done() and not call.turn.cancelled() and call.turn.exception() is None


def is_refused(call: Call) -> bool:
    return call.turn.done() and not call.turn.cancelled() and isinstance(call.turn.exception(), BudgetExceededError)


def waits(call: Call) -> bool:
    return not call.turn.done()


class Spending(RuleBasedStateMachine):
    """Calls, messages in any order between workers, and losses."""

    def __init__(self) -> None:
        super().__init__()
        self.economy = Economy(Caps(run=100, role={"AGENT": 70}), 3)
        self.joined = 3

    names = st.sampled_from([str(number) for number in range(3)])

    def there(self, name: str) -> str:
        """This worker, or one that took the place of those that were lost."""
        known = sorted(self.economy.workers)
        return name if name in known else known[0]

    @rule(name=names, most=st.integers(1, 12), role=st.sampled_from(["AGENT", "USER"]))
    def ask(self, name: str, most: int, role: str) -> None:
        self.economy.ask(self.there(name), most, role)

    @precondition(lambda self: self.economy.calls(is_made))
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(self.economy.calls(is_made)))
        self.economy.end(call, data.draw(st.integers(0, call.most)))

    @rule(name=names)
    def hear(self, name: str) -> None:
        self.economy.hear(self.there(name))

    @rule(name=names)
    def tell(self, name: str) -> None:
        self.economy.tell(self.there(name))

    @rule(name=names)
    def beat(self, name: str) -> None:
        self.economy.beat(self.there(name))

    @rule(name=names, paid=st.integers(0, 12))
    def lose(self, name: str, paid: int) -> None:
        self.economy.kill(self.there(name), paid)
        self.economy.join(str(self.joined))
        self.joined += 1

    @invariant()
    def no_cap_is_passed(self) -> None:
        assert self.economy.taken(RUN) <= 100
        assert self.economy.taken(AGENT) <= 70

    def teardown(self) -> None:
        """In the end every call is answered or refused, and none is refused for which there is money."""
        economy = self.economy
        try:
            economy.settle()
            while made := economy.calls(is_made):
                for call in made:
                    economy.end(call, call.most // 2)
                economy.settle()
            assert economy.calls(waits) == []
            assert all(left.unheld >= 0 for left in economy.ledger.left().values())
        finally:
            economy.close()


TestSpending = Spending.TestCase
TestSpending.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.fixture
def economy() -> Any:
    made = Economy(Caps(run=100), 4)
    yield made
    made.close()


def test_a_first_block_is_a_fair_part_and_serves_many_calls(economy: Economy) -> None:
    economy.ask("0", 1)
    economy.settle()

    answered = [economy.ask("0", 1) for _ in range(11)]

    assert all(map(is_made, answered)), "the block is an eighth of 100, and none of them had to ask"
    assert not economy.workers["0"].answers


def test_nearly_all_of_a_cap_can_be_used(economy: Economy) -> None:
    for number in range(1000):
        economy.ask(str(number % 4), 4)
        economy.settle()
        for call in economy.calls(is_made):
            economy.end(call, 1)

    assert economy.taken(RUN) == 97, "the worst case of a call is 4, and it costs 1"
    assert economy.calls(is_refused)


def test_a_call_waits_for_money_that_calls_of_another_worker_hold(economy: Economy) -> None:
    first = economy.ask("0", 60)
    economy.settle()
    second = economy.ask("1", 60)
    economy.settle()
    assert is_made(first)
    assert waits(second)

    economy.end(first, 10)
    economy.settle()

    assert is_made(second)


def test_a_call_that_will_never_fit_is_refused_with_the_numbers_of_the_whole_run(economy: Economy) -> None:
    first = economy.ask("0", 60)
    economy.settle()
    economy.end(first, 50)
    economy.beat("0")
    second = economy.ask("1", 60)
    economy.settle()

    assert is_refused(second)
    assert "the budget of the run is 100 USD: 50.0000 spent" in str(second.turn.exception())


def test_after_a_higher_cap_what_was_refused_is_made(economy: Economy) -> None:
    assert is_refused(_settled(economy, economy.ask("1", 160)))

    economy.ledger.cap_run(Decimal(200))
    economy.lending.serve()
    economy.settle()

    assert is_made(_settled(economy, economy.ask("1", 160)))


def test_with_a_lower_cap_workers_give_back_what_their_calls_do_not_hold(economy: Economy) -> None:
    _settled(economy, economy.ask("0", 2))

    economy.ledger.cap_run(Decimal(5))
    economy.lending.serve()
    economy.settle()

    assert economy.ledger.left()[RUN].unheld == 3


def test_a_lost_worker_counts_at_its_worst_until_its_journal_is_read(economy: Economy) -> None:
    call = _settled(economy, economy.ask("0", 2))
    economy.end(call, 1)
    economy.lending.lost("0")
    assert economy.ledger.account(RUN).uncertain == Decimal("12.5"), "its block"

    economy.lending.found("0", {RUN: Decimal(1)}, in_flight=1)

    assert economy.ledger.spent() == 1
    assert economy.ledger.account(RUN).uncertain == Decimal("2.5"), "one call, and the margin"


def _settled(economy: Economy, call: Call) -> Call:
    economy.settle()
    return call
