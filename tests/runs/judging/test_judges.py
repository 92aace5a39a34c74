"""When samples are judged, and by whom."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from attrs import define, evolve

from tests.runs.fakes import scenario, settings
from tests.runs.samples import scored
from tool_sandbox.runs.judging import judges as module
from tool_sandbox.runs.judging.beside import Beside, Setup
from tool_sandbox.runs.judging.judges import Judges
from tool_sandbox.runs.judging.verdict import Case
from tool_sandbox.runs.outcomes import Failure, Played

STEPS = 5
SETUP = Setup(settings=settings(), directory="")


@define
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def case(name: str = "first") -> Case:
    """A sample in which nobody said anything."""
    played = scenario()
    return Case(scenario=played, world=played.starting_context, result=scored(name), user_is_model=False)


def no_failure(error: BaseException) -> Failure:
    raise error


async def test_whatever_the_others_have_to_do_is_done_before_a_sample_is_judged() -> None:
    done, clock = [], Clock()

    async def handle_an_answer() -> None:
        for number in range(STEPS):
            clock.now += 1
            done.append(number)
            await asyncio.sleep(0)

    handling = asyncio.create_task(handle_an_answer())
    await Judges(settings(), clock=clock).judge(case(), no_failure)

    assert done == [*range(STEPS)]
    await handling


async def test_an_event_loop_that_never_rests_keeps_no_sample_from_being_judged() -> None:
    clock, rounds = Clock(), 0

    async def work() -> None:
        nonlocal rounds
        while True:
            clock.now += 1
            rounds += 1
            await asyncio.sleep(0)

    working = asyncio.create_task(work())
    await Judges(settings(), clock=clock).judge(case(), no_failure)

    assert rounds > STEPS
    working.cancel()


async def test_samples_are_judged_in_the_order_in_which_they_were_played() -> None:
    judges, order = Judges(settings()), list[str]()

    async def judged(name: str) -> None:
        await judges.judge(case(name), no_failure)
        order.append(name)

    names = [str(number) for number in range(10)]
    await asyncio.gather(*map(judged, names))

    assert order == names


async def test_one_that_is_cancelled_keeps_no_other_waiting() -> None:
    judges = Judges(settings())
    first, second = (asyncio.create_task(judges.judge(case(name), no_failure)) for name in ("first", "second"))
    await asyncio.sleep(0)
    first.cancel()

    assert (await second).result.name == "second"
    assert first.cancelled()


class Fake(Beside):
    """Another process that judges at once, or cannot."""

    can: Callable[[Case], bool] = staticmethod(lambda _case: True)
    judged: list[str]

    def begin(self) -> None:
        if not self.is_ready:
            self.is_ready, self.judged = True, []
            asyncio.get_running_loop().call_soon(self._changed)

    async def judge(self, case: Case) -> Played | None:
        await asyncio.sleep(0)
        if not self.can(case):
            return None
        self.judged.append(case.result.name)
        return Played(result=evolve(case.result, trajectory="beside"), files={})

    async def aclose(self) -> None:
        pass


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> type[Fake]:
    monkeypatch.setattr(module, "Beside", Fake)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    return Fake


async def places(judges: Judges, count: int) -> list[str | None]:
    """Where the verdicts on so many samples come from."""
    verdicts = await asyncio.gather(*(judges.judge(case(str(number)), no_failure) for number in range(count)))
    return [verdict.result.trajectory for verdict in verdicts]


@pytest.mark.usefixtures("beside")
async def test_another_process_helps_only_when_many_wait() -> None:
    few, many = Judges(settings(), SETUP, many=10), Judges(settings(), SETUP, many=10)

    assert "beside" not in await places(few, 9)
    assert "beside" in await places(many, 100)


async def test_what_the_other_process_cannot_judge_is_judged_here(beside: type[Fake]) -> None:
    beside.can = staticmethod(lambda each: int(each.result.name) % 2 == 0)
    judges = Judges(settings(), SETUP, many=2)

    found = await places(judges, 50)

    assert len(found) == 50
    assert "beside" in found
    assert not any(place == "beside" for place in found[1::2])
    beside.can = staticmethod(lambda _case: True)


async def test_with_one_core_no_other_process_helps(monkeypatch: pytest.MonkeyPatch, beside: type[Fake]) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)

    assert "beside" not in await places(Judges(settings(), SETUP, many=1), 20)
