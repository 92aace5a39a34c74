"""Deeds that nobody asked for."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.evaluation.facts.wording import BASE
from tool_sandbox.evaluation.facts.limits.further import nothing_else
from tool_sandbox.evaluation.facts.reading import reading_of
from tool_sandbox.evaluation.facts.surroundings import Surroundings

SAID = "Tomás Rivera is no longer in your contacts."
WORLD = evolve(BASE, heard=("Delete Tomás Rivera from my contacts",))


def wrong(text: str, world: Surroundings = WORLD) -> str | None:
    (fact,) = nothing_else(reading_of(SAID, world))
    return fact.contradicted_by(reading_of(text, world))


@pytest.mark.parametrize(
    "text",
    [
        "I removed Tomás, and I blocked his number.",
        "I removed Tomás and all of your messages with him.",
        "I removed Tomás and booked a table.",
        "I removed Tomás and took back the last message.",
        "Tomás is gone. I also called him.",
        "I removed Tomás, called the office and hung up.",
        "I removed all your contacts.",
        "I removed Tomás and asked him to call.",
        "I removed your boss.",
    ],
)
def test_a_claim_of_another_deed_is_wrong(text: str) -> None:
    assert wrong(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "I removed Tomás. I did not text him.",
        "I removed Tomás. Should I block him too?",
        "I removed Tomás. I can also delete your messages with him.",
        "I searched your contacts, found Tomás and removed him.",
        "If you want, I'll text him.",
        "Your other contacts and reminders are unchanged.",
        "Tomás texted you on Friday, by the way.",
        "I removed Tomás. They also texted yesterday that the car is ready.",
        "I removed Tomás, saved in your contacts as your mechanic.",
        "I removed Tomás. You already told him that you would.",
    ],
)
def test_offers_denials_and_ways_to_do_it_are_not(text: str) -> None:
    assert wrong(text) is None


def test_what_the_user_asked_for_may_be_claimed() -> None:
    asked = evolve(BASE, heard=("Delete Tomás, block him, and text him goodbye",))
    assert wrong("I removed Tomás, blocked him and sent him a message.", asked) is None


def test_nothing_is_known_where_nobody_spoke() -> None:
    assert list(nothing_else(reading_of("It is on.", BASE))) == []
