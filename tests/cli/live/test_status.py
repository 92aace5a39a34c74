"""What follows from what a run tells."""

from __future__ import annotations

import pytest

from tests.cli.live.clockwork import Clock, Meter, sample
from tests.runs.samples import scored, void
from tool_sandbox.cli.live.progress import FollowedProgress
from tool_sandbox.cli.live.status import Standing
from tool_sandbox.llm.layers.budget.money import Cost
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.runs.summary import Score


def _followed(total: int, done: int = 0) -> tuple[FollowedProgress, Clock]:
    clock = Clock()
    return FollowedProgress(total, done, clock=clock), clock


def test_the_score_so_far_and_its_interval_are_those_of_a_report() -> None:
    run, _ = _followed(6)
    standing = Standing(run)
    results = [scored(name, score) for name, score in (("a", 1.0), ("b", 0.5), ("c", 0.0), ("a_all_tools", 0.25))]
    for result in [*results, void("d")]:
        run.started(sample(result.name))
        run.finished(result)

    status, report = standing.now(), Score.over(results)
    assert status.score == report.similarity
    assert status.scored == 4
    assert report.interval is not None
    assert status.interval == pytest.approx((report.interval.low, report.interval.high))


def test_an_interval_is_reckoned_once_a_second_at_most() -> None:
    run, clock = _followed(9)
    standing = Standing(run)
    shown = []
    for number, score in enumerate((1.0, 0.0, 1.0, 0.0)):
        run.finished(scored(f"scenario_{number}", score))
        shown.append(standing.now().interval)
        clock.now += 0.4

    assert shown[0] is None  # one scenario says nothing of others
    assert shown[1] is not None
    assert shown[1] == shown[2] == shown[3]
    clock.now += 0.4
    assert standing.now().interval != shown[1]


def test_a_sample_that_is_only_judged_is_in_flight_no_more() -> None:
    run, clock = _followed(9)
    standing = Standing(run)
    for name in ("a", "b", "c"):
        run.started(sample(name))
        clock.now += 1
    run.played(sample("a"))
    run.played(sample("b"))

    status = standing.now()
    assert (status.running, status.judged, status.done) == (1, 2, 0)
    assert [each.name for each in status.slowest] == ["c"]

    for name in ("a", "c"):  # one after its verdict, one without any
        run.finished(void(name))
    status = standing.now()
    assert (status.running, status.judged, status.done) == (0, 1, 2)


def test_void_samples_are_counted_by_their_reason() -> None:
    run, _ = _followed(9)
    standing = Standing(run)
    for number, status in enumerate((500, 401, 500)):
        error = {"type": "ProviderError", "status": status, "message": f"no {status}", "model": "m"}
        run.finished(void(f"s{number}", error=error))

    told = standing.now()
    assert [(reason.status, count) for reason, count in told.void] == [(500, 2), (401, 1)]
    assert told.void_by_cause == {"provider": 3}


def test_what_an_earlier_part_of_a_run_has_done_counts_too() -> None:
    earlier = [scored("a", 1.0, spending=Spending(calls=2, cost=0.5)), void("b")]
    run, _ = _followed(4, len(earlier))
    status = Standing(run, earlier).now()

    assert (status.done, status.score, status.void_by_cause) == (2, 1.0, {"provider": 1})
    assert float(status.spent.known) == 0.5
    assert status.projected == 1.0


def test_money_is_what_calls_took_and_the_projection_what_samples_took() -> None:
    run, _ = _followed(10)
    meter = Meter(Spending(calls=9, cost=0.9), before=0.1)
    standing = Standing(run, meter=meter)
    run.finished(scored("a", spending=Spending(calls=2, cost=0.2)))

    status = standing.now()
    assert float(status.spent.known) == 1.0
    assert status.projected == pytest.approx(2.0)


def test_calls_of_unknown_price_of_an_earlier_part_still_count_when_this_part_has_called() -> None:
    earlier = [scored("a", spending=Spending(calls=6, cost=Cost(unknown_calls=6)))]
    run, _ = _followed(2, len(earlier))
    meter = Meter()
    standing = Standing(run, earlier, meter)
    assert standing.now().spent.unknown_calls == 6

    meter.spent = Spending(calls=2, cost=Cost(unknown_calls=2))
    assert standing.now().spent.unknown_calls == 8


def test_a_projection_is_not_made_from_prices_that_nobody_knows() -> None:
    run, _ = _followed(10)
    standing = Standing(run)
    run.finished(scored("a", spending=Spending(calls=2, cost=None)))

    assert standing.now().projected is None
    assert standing.now().spent.unknown_calls == 1


def test_calls_per_second_are_those_of_the_last_seconds() -> None:
    run, clock = _followed(10)
    meter = Meter()
    standing = Standing(run, meter=meter)
    speeds = []
    for second in range(21):
        meter.spent = Spending(calls=4 * min(second, 10), failed_calls=min(second, 10))
        speeds.append(standing.now().calls_per_second)
        clock.now += 1

    assert speeds[0] == 0
    assert speeds[5] == pytest.approx(5.0)
    assert speeds[15] == pytest.approx(2.5)
    assert speeds[20] == 0


def test_the_rest_takes_as_long_as_the_samples_before() -> None:
    run, clock = _followed(10, 4)
    standing = Standing(run)
    assert standing.now().seconds_left is None
    for number in range(2):
        clock.now += 30
        run.finished(scored(f"s{number}"))

    assert standing.now().seconds_left == pytest.approx(120.0)
    for number in range(4):
        run.finished(scored(f"t{number}"))
    assert standing.now().seconds_left == 0


def test_the_slowest_samples_are_those_that_began_first_and_are_not_over() -> None:
    run, clock = _followed(10)
    standing = Standing(run)
    for name in ("first", "second", "third", "fourth", "fifth", "sixth"):
        run.started(sample(name, trial=1))
        clock.now += 10
    run.finished(scored("first", trial=1))

    slowest = standing.now().slowest
    assert [(each.name, each.trial, each.seconds) for each in slowest][:2] == [("second", 1, 50.0), ("third", 1, 40.0)]
    assert "sixth" not in [each.name for each in slowest]


def test_what_calls_wait_for_is_one_line_without_control_characters() -> None:
    run, _ = _followed(2)
    standing = Standing(run)
    run.waiting("http://127.0.0.1:9\nis down\x1b[2J")

    assert standing.now().waiting == "http://127.0.0.1:9 is down[2J"
    run.waiting("")
    assert standing.now().waiting == ""
