from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.simulated_user.inventions import MOST_COUNTED, Known, inventions

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOBODY = Known(Surroundings(now=MORNING))

NAMES = st.sampled_from(["Wanda Ekström", "Tomás Rivera", "Priya Raman", "Okafor", "Amara Nwosu", "Øyvind Dahl"])
PHONES = st.integers(100, 199).map(lambda last: f"+1206555{last:04}")
AMOUNTS = st.tuples(st.integers(MOST_COUNTED + 1, 9999), st.sampled_from(["km", "pounds", "EUR", "degrees"])).map(
    lambda pair: f"{pair[0]} {pair[1]}"
)
TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda pair: f"{pair[0]:02}:{pair[1]:02}")
DAYS = st.integers(2, 200).map(lambda days: f"{MORNING + timedelta(days):%B %-d}")
VALUES = st.one_of(NAMES, PHONES, AMOUNTS, TIMES, DAYS)


@given(st.lists(VALUES, min_size=1, max_size=5), st.data())
def test_nobody_invents_what_the_task_says(values: list[str], data: st.DataObject) -> None:
    known = NOBODY.told(f"You know this: {'; '.join(values)}. Say it when you are asked.")
    said = data.draw(st.sampled_from(values))
    assert list(inventions(f"well, it is {said}", known, "Who, when and where?")) == []


@given(st.lists(VALUES, min_size=1, max_size=5), st.data())
def test_nobody_invents_what_the_other_one_said(values: list[str], data: st.DataObject) -> None:
    known = NOBODY.told("You want to know something.").told(f"I found {'; '.join(values)}. Which one do you mean?")
    said = data.draw(st.sampled_from(values))
    assert list(inventions(said, known, "Who, when and where?")) == []


@given(VALUES)
def test_a_value_from_nowhere_is_invented_once(value: str) -> None:
    known = NOBODY.told("You want to know something and have no idea what.")
    assert list(inventions(f"well, it is {value}", known)) != []
    assert list(inventions(f"well, it is {value}", known.told(f"well, it is {value}"))) == []


@given(st.text(max_size=200), st.text(max_size=80))
def test_whatever_is_said_can_be_looked_at(text: str, task: str) -> None:
    assert list(inventions(text, NOBODY.told(task).told(text), text)) == []


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("Call her in two hours.", "at 11"),
        ("The meeting is at 4 PM and takes 90 minutes.", "it's over at half past five"),
        ("You have time on the weekend.", "Sunday works"),
        ("Remind me on March 6, and again the day before.", "on Thursday, too"),
        ("Her number is +44 7700 900461.", "07700 900461"),
        ("It costs twenty-five dollars.", "$25"),
        ("You are in Berlin.", "it's noon in BERLIN... just kidding, I mean it's 9"),
    ],
)
def test_what_follows_from_what_is_known_is_known(told: str, said: str) -> None:
    found = list(inventions(said, NOBODY.told(told)))
    assert found == (["noon"] if "noon" in said else [])
