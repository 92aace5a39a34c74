from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, field, frozen

from tests.runs.fakes import Cast, Failing, Obedient, scenarios, settings
from tests.waiting import HANG, auntil
from tool_sandbox import errors
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.judging.judges import Judges
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.run import Observer, Plan, Report, arun, check_resumable, run, run_record
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import RunStore, trajectory_place


def _plan(path: Path, count: int = 4, cast: Cast | None = None, **changes: Any) -> Plan:
    store = RunStore.create(str(path), "speaker", "leaver")
    return Plan(settings=settings(**changes), scenarios=scenarios(count), cast=cast or Cast(), store=store)


def _comparable(report: Report) -> list[SampleResult]:
    return [evolve(result, duration=0.0) for result in report.results]


def test_results_are_listed_in_the_order_of_the_scenarios(tmp_path: Path) -> None:
    report = run(_plan(tmp_path, trials=2))

    names = [result.key for result in report.results]
    assert names == [(f"say_{number}", trial) for trial in range(2) for number in range(4)]
    assert report.ending is Ending.DONE


def test_64_samples_at_once_are_the_same_as_one_by_one(tmp_path: Path) -> None:
    together, alone = _plan(tmp_path / "a", 64, concurrency=64), _plan(tmp_path / "b", 64, concurrency=1)

    reports = run(together), run(alone)

    assert _comparable(reports[0]) == _comparable(reports[1])
    for name in together.scenarios:
        files = [
            (plan.store.directory / trajectory_place(name, 0, 1) / "conversation.json").read_bytes()
            for plan in (together, alone)
        ]
        assert files[0] == files[1]


@pytest.mark.parametrize("trials", [1, 2])
def test_every_result_says_where_its_trajectory_is(tmp_path: Path, trials: int) -> None:
    plan = _plan(tmp_path, trials=trials)
    report = run(plan)

    summary = json.loads((plan.store.directory / "result_summary.json").read_text())
    told = [result["trajectory"] for result in summary["per_scenario_results"]]
    assert told == [result.trajectory for result in report.results]
    assert len(set(told)) == 4 * trials
    for place in told:
        assert (plan.store.directory / place / "conversation.json").is_file()


def test_everything_is_on_disk_at_the_end(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    report = run(plan)

    summary = json.loads((plan.store.directory / "result_summary.json").read_text())
    assert summary == json.loads(json.dumps(report.summary))
    assert {result.name for result in plan.store.read_results()} == set(plan.scenarios)
    assert summary["score"]["similarity"] == pytest.approx(1, abs=1e-6)
    assert isinstance(plan.cast, Cast)
    assert plan.cast.closed


def test_a_provider_failure_is_void_and_the_others_count(tmp_path: Path) -> None:
    failing = Failing(lambda: errors.ProviderUnavailableError("down"))
    report = run(_plan(tmp_path, cast=Cast(by_name={"say_1": failing})))

    assert [result.status for result in report.results] == ["scored", "void", "scored", "scored"]
    assert report.summary["score"]["similarity"] == pytest.approx(1, abs=1e-6)
    assert report.summary["score"]["score_if_void_failed"] == pytest.approx(0.75, abs=1e-6)


def test_a_reached_budget_stops_the_run_and_leaves_the_rest_to_resume(tmp_path: Path) -> None:
    empty = Failing(lambda: errors.BudgetExceededError("empty"))
    plan = _plan(tmp_path, cast=Cast(by_name={"say_2": empty}), concurrency=1)

    report = run(plan)

    assert report.ending is Ending.BUDGET
    assert [result.cause for result in report.results] == [None, None, "budget", "cancelled"]
    assert [result.name for result in plan.store.read_results()] == ["say_0", "say_1"]


def test_a_disk_that_cannot_be_written_to_stops_the_run_with_one_message(tmp_path: Path) -> None:
    plan = _plan(tmp_path, 16, concurrency=4)
    (plan.store.directory / "trajectories").write_text("in the way")

    with pytest.raises(errors.SettingsError, match=r"cannot write to '(.*)'.*'tool_sandbox resume \1'"):
        run(plan)

    assert isinstance(plan.cast, Cast)
    assert len(plan.cast.played) < 16
    assert plan.cast.closed


def test_no_finished_sample_is_played_again(tmp_path: Path) -> None:
    first = _plan(tmp_path)
    run(first)
    kept = first.store.read_results()[:3]
    cast = Cast()

    report = run(evolve(first, cast=cast, done=kept))

    assert cast.played == [key for key in ((f"say_{n}", 0) for n in range(4)) if key not in {one.key for one in kept}]
    assert len(report.results) == 4


class _Interrupting(Observer):
    """Interrupts the run when the third sample starts."""

    def begun(self, interrupt: Callable[[], None]) -> None:
        self.interrupt = interrupt

    def started(self, sample: Sample) -> None:
        if sample.name == "say_2":
            self.interrupt()


def test_an_interrupt_keeps_what_is_finished_and_returns(tmp_path: Path) -> None:
    observer = _Interrupting()
    plan = evolve(_plan(tmp_path, concurrency=1), observer=observer)

    report = run(plan)
    observer.interrupt()  # comes too late and does no harm

    assert report.ending is Ending.INTERRUPTED
    assert [result.cause for result in report.results] == [None, None, "cancelled", "cancelled"]
    assert [result.name for result in plan.store.read_results()] == ["say_0", "say_1"]
    assert (plan.store.directory / "result_summary.json").exists()


def test_a_run_that_is_cancelled_from_outside_is_summed_up_all_the_same(tmp_path: Path) -> None:
    waiting = _Waiting()
    plan = _plan(tmp_path, cast=Cast(waiting))

    async def give_up() -> None:
        running = asyncio.create_task(arun(plan))
        await auntil(lambda: len(waiting.asked) == 4)
        running.cancel()
        await running

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(give_up())
    summary = json.loads((plan.store.directory / "result_summary.json").read_text())
    assert summary["outcomes"]["void"] == {"cancelled": 4}
    assert summary["run"]["ending"] == "interrupted"


class _Interrupted(Judges):
    async def aclose(self) -> None:
        raise asyncio.CancelledError


def test_connections_are_closed_although_the_end_of_a_run_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = Cast()
    monkeypatch.setattr("tool_sandbox.runs.run.Judges", _Interrupted)

    with pytest.raises(asyncio.CancelledError):
        run(_plan(tmp_path, cast=cast))
    assert cast.closed


@frozen
class _Waiting(Obedient):
    asked: list[ChatRequest] = field(factory=list)

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        self.asked.append(request)
        await asyncio.sleep(HANG)
        return self.complete(request)


def test_a_role_that_gives_up_ends_the_run(tmp_path: Path) -> None:
    plan = _plan(tmp_path, cast=Cast(Failing(lambda: errors.CancelledRunError("nobody is there"))), concurrency=1)

    report = run(plan)

    assert report.ending is Ending.INTERRUPTED
    assert [result.cause for result in report.results] == ["cancelled"] * 4
    assert plan.store.read_results() == []


def _unavailable(words: str = "model is loading") -> errors.ProviderError:
    return errors.ProviderUnavailableError(f"'m' failed (HTTP 503): {words}", model="m", status=503)


def test_void_samples_with_one_reason_end_the_run_and_leave_it_resumable(tmp_path: Path) -> None:
    plan = _plan(tmp_path, 8, cast=Cast(Failing(_unavailable)), concurrency=1, max_void=3)

    report = run(plan)

    assert report.ending is Ending.VOID
    assert [result.cause for result in report.results] == ["provider"] * 3 + ["cancelled"] * 5
    assert report.summary["run"]["ending"] == "void"


def test_void_samples_end_no_run_when_their_reasons_differ_or_others_are_between_them(tmp_path: Path) -> None:
    other = Failing(lambda: _unavailable("disk full"))
    by_name: dict[str, ChatModel] = {"say_2": other, "say_4": Obedient(), "say_5": Obedient()}
    plan = _plan(tmp_path, 8, cast=Cast(Failing(_unavailable), by_name), concurrency=1, max_void=3)

    assert run(plan).ending is Ending.DONE


def test_a_limit_of_no_void_samples_means_any_number(tmp_path: Path) -> None:
    plan = _plan(tmp_path, 30, cast=Cast(Failing(_unavailable)), max_void=0)

    assert run(plan).summary["outcomes"]["void"] == {"provider": 30}


def test_a_key_that_turns_out_to_be_missing_stops_the_run_and_keeps_what_is_finished(tmp_path: Path) -> None:
    missing = Failing(lambda: errors.MissingKeyError("no key for 'm'"))
    plan = _plan(tmp_path, cast=Cast(by_name={"say_1": missing}), concurrency=1)

    with pytest.raises(errors.MissingKeyError, match="no key for 'm'"):
        run(plan)

    assert [result.name for result in plan.store.read_results()] == ["say_0"]
    summary = json.loads((plan.store.directory / "result_summary.json").read_text())
    assert summary["run"]["ending"] == "failed"


def test_signals_are_left_to_whoever_plays_the_run(tmp_path: Path) -> None:
    seen: list[Any] = []
    before = signal.getsignal(signal.SIGTERM)

    class Looking(Observer):
        def started(self, sample: Sample) -> None:
            seen.append(signal.getsignal(signal.SIGTERM))

    run(evolve(_plan(tmp_path, 1), observer=Looking()))

    assert seen == [before]


def test_a_run_can_be_played_outside_the_main_thread(tmp_path: Path) -> None:
    reports: list[Report] = []
    thread = threading.Thread(target=lambda: reports.append(run(_plan(tmp_path, 2))))
    thread.start()
    thread.join()

    assert reports[0].summary["outcomes"]["scored"] == 2


def test_an_observer_hears_of_every_sample(tmp_path: Path) -> None:
    heard: list[str] = []

    class Listening(Observer):
        def finished(self, result: SampleResult) -> None:
            heard.append(result.name)

    run(evolve(_plan(tmp_path), observer=Listening()))

    assert sorted(heard) == [f"say_{number}" for number in range(4)]


def test_a_run_is_resumed_only_by_the_rules_it_began_with() -> None:
    record = run_record(settings(), scenarios(3))

    check_resumable(record)
    with pytest.raises(errors.SettingsError, match=r"the run has scoring_version 1, .* 3; start a new run"):
        check_resumable({**record, "scoring_version": 1})
