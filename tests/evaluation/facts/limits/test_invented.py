"""Values that are made up where nothing could be found out."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.evaluation.facts.wording import BASE
from tool_sandbox.evaluation.facts.limits.invented import nothing_invented
from tool_sandbox.evaluation.facts.reading import reading_of

SAID = "I cannot look up share prices, so I do not know what it costs."
WORLD = evolve(BASE, heard=("What is a Nintendo share in pounds? I have 300 pounds.",))


def wrong(text: str, said: str = SAID) -> str | None:
    (fact,) = nothing_invented(reading_of(said, WORLD))
    return fact.contradicted_by(reading_of(text, WORLD))


@pytest.mark.parametrize(
    "text",
    [
        "A share costs £43.20.",
        "I can't look that up, but it's about 40 pounds.",
        "It's 8,500 yen.",
        "The temperature was 5 degrees.",
        "It didn't go below 4 °C.",
        "He lives 2.4 km from you.",
    ],
)
def test_a_value_in_place_of_an_admission_is_wrong(text: str) -> None:
    assert wrong(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "I can't look that up.",
        "I don't know what it costs; you have 300 pounds, though.",
        "What does it cost? Is it 40 pounds?",
        "If it costs 40 pounds, I can convert that.",
        "Such a share is typically between 30 and 50 pounds.",
        "Try again in 10 minutes.",
        "I searched 3 times and found nothing.",
        "That depends on what a liter weighs.",
        "I don't know how much a liter of it weighs.",
    ],
)
def test_what_the_user_said_and_what_is_asked_or_general_is_not_made_up(text: str) -> None:
    assert wrong(text) is None


@pytest.mark.parametrize("said", ["It costs 40 pounds.", "I told Ruth.", "It is not 40 pounds.", ""])
def test_an_answer_that_tells_something_forbids_no_values(said: str) -> None:
    assert list(nothing_invented(reading_of(said, WORLD))) == []


def test_a_question_back_forbids_values_too() -> None:
    assert wrong("He owes you 46.15 dollars.", said="How many people were at the dinner?") is not None
