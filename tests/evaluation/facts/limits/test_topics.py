"""What somebody was told, or will be reminded of."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.evaluation.facts.wording import BASE
from tool_sandbox.evaluation.facts.limits.topics import same_topic
from tool_sandbox.evaluation.facts.reading import reading_of

SAID = "I told Priya that the elevator is broken and will remind you at noon to call the landlord."
WORLD = evolve(
    BASE,
    heard=("Tell Priya the elevator is broken, and remind me to call the landlord at noon",),
    written=("stuck", "out of order"),
)


def wrong(text: str) -> str | None:
    (fact,) = same_topic(reading_of(SAID, WORLD))
    return fact.contradicted_by(reading_of(text, WORLD))


@pytest.mark.parametrize(
    "text",
    [
        "I told Priya that you'll be late.",
        "I told Priya you are not at home.",
        "I told Priya that the elevator is broken and that you'll be late.",
        'I texted her: "Dinner is at eight"',
        "I'll remind you at noon to clean the gutters.",
        "Your reminder to transfer the rent is set for noon.",
        "I set the birthday cake reminder for noon.",
        "I told Priya that the elevator is cancelled.",
        "I told Priya that the elevator is late.",
        "I told Priya that the elevator broke on Sunday.",
    ],
)
def test_something_else_altogether_is_wrong(text: str) -> None:
    assert wrong(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "I told Priya that the lift got stuck.",
        "I told Priya.",
        "I told her that it is done.",
        "I texted her the message.",
        "I'll remind you at noon to ring your landlord.",
        "I'll remind you to do it.",
        "Should I remind you to clean the gutters?",
        "I did not tell Priya that you'll be late.",
        'Priya wrote "See you in the lobby".',
        "I'll remind you tomorrow at 12:00 PM.",
    ],
)
def test_other_words_for_it_and_none_are_not(text: str) -> None:
    assert wrong(text) is None


REMOVED = "I removed the two overdue reminders about the balcony plants and the rent."


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("I removed the two overdue reminders about the rent and the birthday cake.", "birthday cake"),
        ("I deleted your reminders about the rent, the plants and the cake.", "cake"),
        ("I cleared the reminders about the cake and the rent.", "the cake"),
    ],
)
def test_every_item_that_is_said_to_be_removed_is_one_of_them(text: str, item: str) -> None:
    (fact,) = same_topic(reading_of(REMOVED, WORLD))
    assert fact.contradicted_by(reading_of(text, WORLD)) == f"speaks of {item!r}, of which nobody else does"


@pytest.mark.parametrize(
    "text",
    [
        "I removed the reminders about the rent and watering the plants.",
        "I removed the reminders about the plants and the rent, and the list is clean.",
        "I removed the reminders about the plants and the rent and left the birthday cake.",
        "I did not remove the reminders about the rent and the birthday cake.",
    ],
)
def test_what_was_left_is_not(text: str) -> None:
    (fact,) = same_topic(reading_of(REMOVED, WORLD))
    assert fact.contradicted_by(reading_of(text, WORLD)) is None
