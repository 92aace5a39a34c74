"""A whole run: every sample played, every result on disk, one summary at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from attrs import evolve, field, frozen

from tool_sandbox import garbage
from tool_sandbox.batches import Batches
from tool_sandbox.common.execution.capture import dispatched_output
from tool_sandbox.errors import SettingsError
from tool_sandbox.redaction import redact
from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs import provenance
from tool_sandbox.runs.control import Adjustment, Money, RunControl
from tool_sandbox.runs.digests import Digests, digest_of_all
from tool_sandbox.runs.judging.beside import Setup
from tool_sandbox.runs.judging.judges import Judges
from tool_sandbox.runs.kept_results import KeptResults
from tool_sandbox.runs.outcomes import Played, SampleResult
from tool_sandbox.runs.results import cancelled
from tool_sandbox.runs.samples import Samples
from tool_sandbox.runs.scheduler import Ending, Play, Schedule
from tool_sandbox.runs.session import Cast, play_sample
from tool_sandbox.runs.store import RunStore, trajectory_place
from tool_sandbox.runs.summary import summarise
from tool_sandbox.runs.thresholds import coverage_shortfall, shortfalls
from tool_sandbox.tools.mcp.offered import record_of_servers

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.registry.settings import RunSettings
    from tool_sandbox.runs.baseline import Baseline


class Observer:
    """Is told how a run goes; does nothing with it."""

    def begun(self, interrupt: Callable[[], None]) -> None:
        """The run begins.

        Args:
            interrupt: Stops the run: samples in flight are given up, finished ones stay. May be called from any thread
                and from a signal handler, also when the run is over.
        """

    def adjustable(self, control: RunControl) -> None:
        """The run can be changed through ``control`` while it is played."""

    def adjusted(self, adjustment: Adjustment) -> None:
        """Somebody has changed the run, and that is on disk."""

    def started(self, sample: Sample) -> None:
        """A sample begins."""

    def played(self, sample: Sample) -> None:
        """A sample was played to its end and is only to be judged; of one that failed nobody is told this."""

    def finished(self, result: SampleResult) -> None:
        """A sample has ended and its result is on disk."""

    def waiting(self, reason: str) -> None:
        """Calls wait for something, such as an endpoint that is down; an empty reason when they no longer do.

        May be called from any thread.
        """


class Demand(Protocol):
    """Whoever asks for the samples of a run, one by one, in place of the schedule's own order."""

    async def play(self, schedule: Schedule, left: Sequence[Sample], settings: RunSettings) -> None:
        """Add to a schedule what is asked for of the samples that are left, until it ends."""
        ...

    def finished(self, result: SampleResult) -> None:
        """A sample is over, and its result is on disk where it has one."""
        ...


@frozen(kw_only=True)
class Plan:
    """What a run plays, with whom, and where it writes."""

    settings: RunSettings
    scenarios: Mapping[str, Scenario]
    cast: Cast
    store: RunStore
    done: Sequence[SampleResult] = ()
    """Results that an earlier part of the run has already written."""
    estimate: Mapping[str, Any] | None = None
    """What the whole run was expected to take, as ``Estimate`` writes it, where that was reckoned."""
    baseline: Baseline | None = None
    """An earlier run that this one is held against."""
    observer: Observer = field(factory=Observer)
    trials: int | None = None
    """How many trials there are for now; by default all that the settings allow."""
    at_once: int | None = None
    """The most samples that those who play can have in flight; ``None`` for any number."""
    demand: Demand | None = None
    """Who asks for its samples; by default they are played in their order."""
    money: Money | None = None
    """Who keeps the run within its budget, where that can be changed while it is played."""
    digests: Digests = field(factory=Digests)
    """Of its scenarios."""
    is_loadable: bool = False
    """Whether another process finds all that it plays by what its directory says."""
    players: Callable[[Plan], AbstractAsyncContextManager[Play]] | None = None
    """Gets ready to have the samples played, and in the end closes what it opened; by default this process plays."""

    def samples(self) -> Samples:
        """Every sample, finished or not: all scenarios once, then all of them again for the next trial."""
        return Samples(self.scenarios, self.trials or self.settings.trials)


@asynccontextmanager
async def _in_this_process(plan: Plan) -> AsyncIterator[Play]:
    """Play samples in the event loop that runs here."""
    async with AsyncExitStack() as closing:
        closing.push_async_callback(plan.cast.aclose)
        judges = Judges(plan.settings, _setup(plan))
        closing.push_async_callback(judges.aclose)
        name = plan.store.directory.name
        play: Callable[..., Awaitable[Played]] = partial(
            play_sample, cast=plan.cast, settings=plan.settings, run=name, digests=plan.digests, judges=judges
        )

        async def play_and_settle(sample: Sample, leave: Callable[[], None]) -> Played:
            played = await play(sample, leave=leave)
            if played.result.finished:
                plan.cast.settle(sample)
            return played

        yield play_and_settle


def _setup(plan: Plan) -> Setup | None:
    """What another process needs to judge some of its samples, where it could."""
    if not plan.is_loadable or plan.store.local_directory is None:
        return None
    return Setup(settings=plan.settings, directory=str(plan.store.directory))


@frozen(kw_only=True)
class Report:
    """How a run ended."""

    results: Sequence[SampleResult]
    """One per sample, in the order of the samples."""
    summary: Mapping[str, Any]
    ending: Ending
    directory: str


def run(plan: Plan) -> Report:
    """Play what is left of a run and write its summary, whatever ends it."""
    return asyncio.run(arun(plan))


async def arun(plan: Plan) -> Report:
    """``run`` inside a running event loop."""
    done = _kept(plan)
    left = done.number_left
    async with Batches[SampleResult]("results-writer") as results, (plan.players or _in_this_process)(plan) as play:
        schedule = Schedule(
            play=play,
            finished=_keeper(plan, results, done),
            concurrency=plan.settings.concurrency,
            started=plan.observer.started,
            played=plan.observer.played,
            max_void=plan.settings.max_void,
        )
        plan.observer.begun(_from_anywhere(schedule.interrupt))
        plan.observer.adjustable(_control(plan, schedule, left))
        try:
            with garbage.SELDOM, dispatched_output():
                if plan.demand is None:
                    await schedule.run(done.left())
                else:
                    await plan.demand.play(schedule, list(done.left()), plan.settings)
            return _report(plan, done, schedule.ending)
        except BaseException:  # also when the task is cancelled, or what every sample needs is missing
            with suppress(OSError):  # the disk may be what failed
                _report(plan, done, schedule.ending)
            raise


def _kept(plan: Plan) -> KeptResults:
    """What there is of the results so far."""
    done = KeptResults(plan.samples(), partial(cancelled, settings=plan.settings), plan.store.result_lines())
    done.take(plan.done)
    return done


def _keeper(
    plan: Plan, results: Batches[SampleResult], done: KeptResults
) -> Callable[[Sample, Played], Awaitable[None]]:
    """What keeps samples as they finish, and tells of them."""

    def append(together: Sequence[SampleResult]) -> None:
        plan.cast.sync()  # a sample that is over needs its calls, too: to say what it cost, and to be replayed
        places = plan.store.append_results(together)
        for result, place in zip(together, places, strict=True):
            done.keep(result, place)

    async def finished(sample: Sample, played: Played) -> None:
        with plan.store.writing():
            result = _write(plan, sample, played)
            if result.finished:  # a disk takes long to say that it has something: it is told of several together
                await results.add(result, append)
            else:
                done.keep(result)
        plan.observer.finished(result)
        if plan.demand is not None:
            plan.demand.finished(result)

    return finished


def _control(plan: Plan, schedule: Schedule, left: int) -> RunControl:
    def adjusted(adjustment: Adjustment) -> None:
        with suppress(OSError, SettingsError):  # the run goes on, and its results are what counts
            plan.store.write_run(adjustment.added_to(plan.store.read_run()))
        plan.observer.adjusted(adjustment)

    most = max(1, min(left, plan.at_once or left))
    return RunControl(schedule, adjusted, most=most, money=plan.money)


def _from_anywhere(interrupt: Callable[[], None]) -> Callable[[], None]:
    loop = asyncio.get_running_loop()

    def schedule_it() -> None:
        with suppress(RuntimeError):  # the loop is closed, so there is nothing left to interrupt
            loop.call_soon_threadsafe(interrupt)

    return schedule_it


@garbage.kept()
def _report(plan: Plan, results: KeptResults, ending: Ending) -> Report:
    beside = {
        **({} if plan.estimate is None else {"estimate": plan.estimate}),
        **({} if plan.baseline is None else {"regression": plan.baseline.regression(results).to_record()}),
    }
    return report_of(plan.settings, results, ending, plan.store, beside)


def report_of(
    settings: RunSettings,
    results: Sequence[SampleResult],
    ending: Ending,
    store: RunStore,
    beside: Mapping[str, Any] = MappingProxyType({}),
) -> Report:
    """What a run came to. Its summary is written, with what else is to stand in it."""
    facts = _run_facts(settings, ending, results)
    numbers = summarise(results, git_sha=provenance.git_sha(), run=facts, pass_at=settings.pass_at)
    summary = {**numbers, **beside}
    store.write_summary(summary)
    return Report(results=results, summary=summary, ending=ending, directory=str(store.directory))


def _write(plan: Plan, sample: Sample, played: Played) -> SampleResult:
    """Write the trajectory of a sample, unless who judged it has done so; the result then says where it is."""
    if played.result.trajectory is not None:
        return played.result
    place = trajectory_place(sample.name, sample.trial, plan.settings.trials)
    plan.store.write_trajectory(plan.store.directory / place, played.files)
    return evolve(played.result, trajectory=place)


def _run_facts(settings: RunSettings, ending: Ending, results: Sequence[SampleResult]) -> dict[str, Any]:
    """What a summary says about the run beside its numbers."""
    from tool_sandbox.runs.numbers import RunNumbers  # numpy is slow to import

    facts, uncovered = settings.to_record(), coverage_shortfall(settings.min_coverage, results)
    numbers = RunNumbers.of(results)
    trial = numbers.columns.trials.number
    facts["trials"] = int(trial.max(axis=0)) + 1 if len(trial) else settings.trials
    return {
        **{name: facts[name] for name in ("agent", "user", "seed", "trials", "compat", "on_fallback")},
        "ending": ending.value,
        "below": [str(missed) for missed in shortfalls(settings.fail_under, results)],
        "below_coverage": str(uncovered) if uncovered else None,
        "scoring_version": provenance.SCORING_VERSION,
        "schema_version": provenance.SCHEMA_VERSION,
        **({"reused": numbers.reused} if numbers.reused else {}),
    }


def run_record(
    settings: RunSettings,
    scenarios: Mapping[str, Scenario],
    started_together: Sequence[str] = (),
    estimate: Mapping[str, Any] | None = None,
    digests: Digests | None = None,
) -> dict[str, Any]:
    """The content of ``run.json``.

    Args:
        settings: What the run is asked to do.
        scenarios: What is played.
        started_together: The names of all run directories of the command, in the order in which they are played.
        estimate: What the run is expected to take.
        digests: Of the scenarios, where some of them are known.
    """
    servers = record_of_servers(scenario.starting_context for scenario in scenarios.values())
    return {
        "schema_version": provenance.SCHEMA_VERSION,
        "scoring_version": provenance.SCORING_VERSION,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": settings.to_record(),
        "scenario_set": digest_of_all(scenarios, digests),
        "scenarios": list(scenarios),
        "started_together": list(started_together),
        "loaded_at": provenance.loaded_at(scenarios),
        "versions": provenance.versions(),
        "git_sha": provenance.git_sha(),
        **({"mcp": redact(servers)} if servers else {}),
        **({} if estimate is None else {"estimate": estimate}),
    }


def check_resumable(record: Mapping[str, Any]) -> None:
    """Make sure that what is left of a run is played by the rules of what is done.

    Raises:
        SettingsError: The run was written by another version.
    """
    for key, now in (("schema_version", provenance.SCHEMA_VERSION), ("scoring_version", provenance.SCORING_VERSION)):
        if record.get(key) != now:
            message = f"the run has {key} {record.get(key)!r}, this version of tool_sandbox {now!r}; start a new run."
            raise SettingsError(message)
