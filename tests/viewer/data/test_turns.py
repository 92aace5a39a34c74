"""What turns took of models, in words."""

from __future__ import annotations

import re

import pytest

import tool_sandbox
from tests.viewer.conftest import ASKED, AskedRun
from tool_sandbox.viewer.data.turns import Facts, dollars, seconds_in_words, turns_data


def test_a_turn_has_its_calls_with_time_money_and_what_was_odd(asked_run: AskedRun) -> None:
    world = asked_run.run[ASKED].world
    (turn,) = turns_data(world)
    assert world.log()[turn["message"]]["content"] == "Turn off the wifi"
    calls, seconds, cost, tried_again = turn["facts"]
    assert (calls, cost, tried_again) == ("2 calls", "$0.004", "1 tried again")
    assert re.fullmatch(r"\d+\.\d+ s", seconds)


def test_turns_of_agents_that_ask_no_model_say_nothing() -> None:
    assert turns_data(tool_sandbox.run("oracle", scenarios=ASKED, presentations=["plain"])[ASKED].world) == []


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([{"seconds": 1.23}, {"seconds": 2.0}], "3.2 s"),
        ([{"seconds": 0.123}, {}], "0.12 s and 1 call not timed"),
        ([{}, {}], "time not recorded"),
    ],
)
def test_time_that_nobody_measured_is_told(answers: list[Facts], said: str) -> None:
    assert seconds_in_words(answers) == said


@pytest.mark.parametrize(("cost", "said"), [(0.0, "$0"), (0.004, "$0.004"), (1.5, "$1.5"), (20.0, "$20")])
def test_amounts_have_as_many_digits_as_they_need(cost: float, said: str) -> None:
    assert dollars(cost) == said


def test_fallbacks_changed_requests_and_answers_of_the_cache_are_told(asked_run: AskedRun) -> None:
    world = asked_run.run[ASKED].world
    first, _ = (at for at, notes in world.annotations.items() if "seconds" in notes.get("answered", {}))
    world.annotate(first, answered={"seconds": 2.0, "fallback": True, "cached": True, "adjustments": ["no tools"]})
    (turn,) = turns_data(world)
    assert turn["facts"][2:] == [
        "at least $0.002",
        "1 by a fallback",
        "1 tried again",
        "1 from the cache",
        "1 adjusted",
    ]
