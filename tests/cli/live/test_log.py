"""A run in a log."""

from __future__ import annotations

import re
import time

import pytest

from tests.cli.live.clockwork import Clock, sample
from tests.runs.samples import scored, void
from tests.waiting import until
from tool_sandbox.cli.live.display import Watched
from tool_sandbox.cli.live.loading import Loading
from tool_sandbox.cli.live.log import LogProgress
from tool_sandbox.cli.live.opening import display_of
from tool_sandbox.cli.live.progress import Progress
from tool_sandbox.cli.live.status import Standing


def test_a_log_gets_a_first_line_at_once_and_a_last_one_in_any_case(capsys: pytest.CaptureFixture[str]) -> None:
    with display_of(Watched(total=2)) as display:
        assert isinstance(display, LogProgress)
        first = capsys.readouterr().err
        for result in (scored("a", 0.5), void("b")):
            display.started(sample(result.name))
            display.finished(result)

    assert re.fullmatch(r"\d\d:\d\d:\d\d 0/2 samples, score -, 0 void, 0 running\n", first)
    last = capsys.readouterr().err.splitlines()[-1]
    assert re.match(r"\d\d:\d\d:\d\d 2/2 samples, score 0.500, 1 void, 0 running", last)


def test_a_log_is_not_flooded(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    display = LogProgress(Watched(total=1000), clock)
    standing = Standing(display)
    for number in range(1000):
        display.started(sample())
        display.finished(scored(f"scenario_{number}"))
        display.show(standing.now())
        clock.now += 0.01

    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_log_tells_of_a_run_that_stands_still_once_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    display = LogProgress(Watched(total=9), clock)
    standing = Standing(display)
    display.waiting("HTTP 503, waiting for openai/x: overloaded")
    for _ in range(130):
        display.show(standing.now())
        clock.now += 1

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert ", HTTP 503, waiting for openai/x: overloaded" in lines[0]


def test_who_wants_nothing_is_shown_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with display_of(Watched(total=1), shows_nothing=True) as display, Loading(shown=False):
        assert type(display) is Progress
        display.started(sample())
        display.finished(scored())

    assert capsys.readouterr().err == ""
    assert display.done == 1


def test_a_log_is_told_what_takes_long_before_a_run_begins(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []

    def is_told() -> bool:
        told.append(capsys.readouterr().err)
        return "loading scenarios" in "".join(told)

    with Loading() as loading:
        loading.tell("loading scenarios")
        until(is_told)
        loading.tell("getting ready")
        time.sleep(0)
    assert re.fullmatch(r"\d\d:\d\d:\d\d loading scenarios …\n", "".join(told))
