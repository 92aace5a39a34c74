"""A run played by workers: the same results as in one process, whoever of them is lost."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.runs.fakes import scenarios
from tests.runs.workers.memory import Memory
from tests.waiting import auntil
from tool_sandbox.errors import HarnessError, MissingKeyError, SettingsError
from tool_sandbox.llm.layers.budget.lending import Asked, Granted, Refused, Short
from tool_sandbox.registry.cast import RoleCast
from tool_sandbox.registry.objects import Objects
from tool_sandbox.registry.run_resources import Seat
from tool_sandbox.registry.sample import Sample
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.control import RunControl
from tool_sandbox.runs.digests import Digests
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.preparation import PreparedRun, new_runs
from tool_sandbox.runs.run import Observer, Report, arun
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.workers.controller import Controller as Controlling
from tool_sandbox.runs.workers.controller import Shared
from tool_sandbox.runs.workers.messages import (
    Ended,
    Failed,
    FromWorker,
    GiveUp,
    Judging,
    Play,
    Ready,
    Setup,
    Stop,
    ToWorker,
    Waiting,
)
from tool_sandbox.runs.workers.players import by_workers
from tool_sandbox.runs.workers.worker import Controller, work

NAMES = ("switch_wifi_off", "is_wifi_on", "introduce_the_owner", "dollars_to_euros")


def prepared(path: Path, **changes: Any) -> PreparedRun:
    settings = {"agent": "oracle", "user": "oracle", "scenarios": NAMES, "output": str(path), **changes}
    return new_runs([RunSettings(**settings)])[0]


async def played(
    run: PreparedRun, executor: Memory, workers: int = 2, observer: Observer | None = None, **more: Any
) -> Report:
    run.cast.open(run.store.local_directory, run.store.calls, Seat())
    players = partial(by_workers, executor=executor, workers=workers, resources=run.cast.resources)
    try:
        return await arun(evolve(run, players=players, observer=observer or Observer(), **more))
    finally:
        run.close()


def comparable(results: Sequence[SampleResult]) -> list[SampleResult]:
    return [evolve(result, duration=0.0) for result in results]


def files_of(run: PreparedRun) -> dict[str, bytes]:
    """The trajectories."""
    directory = Path(str(run.store.directory)) / "trajectories"
    return {str(each.relative_to(directory)): each.read_bytes() for each in directory.rglob("*.*")}


async def idle(controller: Controller) -> None:
    """Do nothing until the run is over."""
    while not isinstance(await controller.receive(), Stop):
        pass


async def dies_with_a_sample(controller: Controller) -> None:
    """Be gone as soon as there is something to play."""
    await controller.receive()
    controller.send(Ready())
    while not isinstance(await controller.receive(), Play):
        pass


async def test_two_workers_give_the_results_and_files_of_one_process(tmp_path: Path) -> None:
    alone, together = prepared(tmp_path / "a", trials=2), prepared(tmp_path / "b", trials=2)
    alone.cast.open(alone.store.local_directory, alone.store.calls)

    reports = await arun(alone), await played(together, Memory())
    alone.close()

    assert comparable(reports[0].results) == comparable(reports[1].results)
    assert reports[1].ending is Ending.DONE
    assert files_of(alone) == files_of(together)


async def test_both_workers_play(tmp_path: Path) -> None:
    executor = Memory()
    await played(prepared(tmp_path, trials=4, concurrency=4), executor)

    assert all(any(isinstance(each, Play) for each in link.told) for link in executor.links)
    assert len(set(executor.names)) == 2


async def test_what_a_lost_worker_was_playing_is_played_by_another_from_its_journal(tmp_path: Path) -> None:
    executor = Memory([dies_with_a_sample])
    report = await played(prepared(tmp_path), executor)

    assert [result.similarity for result in report.results] == [1.0] * len(NAMES)
    again = [each for link in executor.links[1:] for each in link.told if isinstance(each, Play) and each.again]
    assert again
    assert len(executor.links) == 3, "it was replaced"


async def dies_of_the_first_scenario(controller: Controller) -> None:
    """Work, but be gone as soon as that one is to be played."""

    class Side:
        def send(self, message: FromWorker) -> None:
            controller.send(message)

        async def receive(self) -> ToWorker | None:
            message = await controller.receive()
            if isinstance(message, Play) and message.name == NAMES[0]:
                raise asyncio.CancelledError
            return message

    await work(Side())


async def test_a_sample_that_no_worker_survives_is_void_and_those_beside_it_are_not(tmp_path: Path) -> None:
    executor = Memory([dies_of_the_first_scenario] * 9)
    report = await played(prepared(tmp_path), executor, 1)

    assert {result.name for result in report.results if result.status == "scored"} == {*NAMES[1:]}
    error = next(result.error for result in report.results if result.name == NAMES[0])
    assert error is not None
    assert "3 workers ended while they played this sample" in error["message"]


async def test_a_worker_that_does_not_start_holds_up_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    now = 0.0

    async def plays_forever(controller: Controller) -> None:
        controller.send(Ready())
        while not isinstance(message := await controller.receive(), Stop):
            told.extend([message.name] if isinstance(message, Play) else [])

    async def never_starts(_controller: Controller) -> None:
        await asyncio.Event().wait()

    run = prepared(tmp_path)
    setup = Setup(worker="w", settings=run.settings, directory=str(tmp_path), record={})
    shared = Shared(setup=setup, resources=run.cast.resources, digests=Digests(), waiting=lambda _reason: None)
    executor = Memory([plays_forever, never_starts])
    async with Controlling(executor, 2, shared, lambda: now) as controller:
        samples = [Sample(name=name, scenario=run.scenarios[name], trial=0) for name in NAMES]
        playing = [asyncio.create_task(controller.play(sample, lambda: None)) for sample in samples]
        await auntil(lambda: len(told) == len(NAMES) // 2)
        now = 60.0
        await auntil(lambda: len(told) == len(NAMES))
        for each in playing:
            each.cancel()
    run.close()
    assert [link.patience > 0 for link in executor.links] == [True, False], "it has nothing to close"


async def test_a_run_ends_when_no_worker_can_be_had(tmp_path: Path) -> None:
    async def never_ready(controller: Controller) -> None:
        await controller.receive()

    run = prepared(tmp_path)
    with pytest.raises(HarnessError, match="all 2 workers have ended"):
        await played(run, Memory([never_ready] * 9))
    assert json.loads((run.store.directory / "result_summary.json").read_text())["outcomes"]["scored"] == 0


@pytest.mark.parametrize("error", [MissingKeyError("no key"), SettingsError("no meaning"), HarnessError("our fault")])
async def test_what_no_worker_can_play_without_ends_the_run_with_its_own_error(error: Any, tmp_path: Path) -> None:
    async def fails(controller: Controller) -> None:
        await controller.receive()
        controller.send(Failed(type(error).__name__, str(error)))
        await idle(controller)

    with pytest.raises(type(error), match=str(error)):
        await played(prepared(tmp_path), Memory([fails, fails]))


async def test_a_disk_that_keeps_no_calls_of_a_worker_ends_the_run_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_cast: RoleCast) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(RoleCast, "sync", full)
    run = prepared(tmp_path)

    with pytest.raises(SettingsError, match=r"No space left on device\..*'tool_sandbox resume .*' goes on with it"):
        await played(run, Memory(), 1)


async def test_a_scenario_that_is_another_one_in_a_worker_is_never_scored(tmp_path: Path) -> None:
    async def other(controller: Controller) -> None:
        await controller.receive()
        controller.send(Ready())
        while not isinstance(message := await controller.receive(), Stop):
            if isinstance(message, Play):
                result = SampleResult(name=message.name, status="scored", similarity=1.0, digest="another")
                controller.send(Ended(message.lease, result, {}))

    with pytest.raises(HarnessError, match="another scenario"):
        await played(prepared(tmp_path), Memory([other, other]))


async def test_a_worker_is_lent_another_sample_beside_one_that_it_only_judges(tmp_path: Path) -> None:
    run = prepared(tmp_path, concurrency=2)
    digests = {name: Digests().of(scenario) for name, scenario in run.scenarios.items()}

    async def judges_three_together(controller: Controller) -> None:
        await controller.receive()
        controller.send(Ready())
        judged: list[Play] = []
        while not isinstance(message := await controller.receive(), Stop):
            if isinstance(message, Play):
                judged.append(message)
                controller.send(Judging(message.lease))
            if len(judged) in (3, len(NAMES)):
                for each in judged:
                    result = SampleResult(name=each.name, status="scored", similarity=1.0, digest=digests[each.name])
                    controller.send(Ended(each.lease, result, {}))

    report = await asyncio.wait_for(played(run, Memory([judges_three_together]), 1), 60)

    assert report.ending is Ending.DONE
    assert {result.name for result in report.results if result.status == "scored"} == {*NAMES}


async def test_a_stopped_run_has_workers_give_up_what_they_play(tmp_path: Path) -> None:
    async def waits(controller: Controller) -> None:
        await controller.receive()
        controller.send(Ready())
        controller.send(Waiting("nothing in particular"))
        await idle(controller)

    class Stopping(Observer):
        def begun(self, interrupt: Any) -> None:
            self.interrupt = interrupt

        def waiting(self, reason: str) -> None:
            assert reason == "nothing in particular"
            self.interrupt()

    executor = Memory([waits])
    report = await asyncio.wait_for(played(prepared(tmp_path), executor, 1, Stopping()), 60)

    assert report.ending is Ending.INTERRUPTED
    told = executor.links[0].told
    assert {each.lease for each in told if isinstance(each, Play)} == {
        each.lease for each in told if isinstance(each, GiveUp)
    }


async def test_a_budget_that_is_raised_while_the_run_is_played_reaches_the_workers(tmp_path: Path) -> None:
    needed = Asked({("run", ""): Decimal(5)})

    class Raising(Observer):
        def adjustable(self, control: RunControl) -> None:
            self.control = control

        def waiting(self, _reason: str) -> None:
            self.control.change_budget(10)

    async def asks(controller: Controller) -> None:
        await controller.receive()
        controller.send(Ready())
        controller.send(needed)
        while not isinstance(message := await controller.receive(), Granted | Stop):
            if isinstance(message, Refused):
                controller.send(Waiting("a higher budget"))
            elif isinstance(message, Short):
                controller.send(needed)
        controller.send(Failed("HarnessError", f"{message}"))
        await idle(controller)

    prices = {"prices": {"input_per_million": 1, "output_per_million": 1}}
    run = prepared(tmp_path, agent="direct:http://127.0.0.1:9/v1/m", budget=1.0, params=prices)
    with pytest.raises(HarnessError, match="Granted"):
        await asyncio.wait_for(played(run, Memory([asks]), 1, Raising(), money=run.cast), 60)


@pytest.mark.parametrize(("given", "many"), [({}, 1), ({"workers": 4}, 4), ({"workers": 4, "concurrency": 2}, 2)])
def test_no_worker_is_left_without_samples(given: dict[str, Any], many: int, tmp_path: Path) -> None:
    run = prepared(tmp_path, **given)
    run.close()
    assert run.workers == many


def test_what_only_this_process_has_is_played_in_it(tmp_path: Path) -> None:
    settings = RunSettings(agent="nop", user="nop", workers=2, output=str(tmp_path))
    with pytest.raises(SettingsError, match="--workers 2: roles, tools or scenarios are objects of this process"):
        new_runs([settings], Objects(scenarios=scenarios(2)))
