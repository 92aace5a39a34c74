"""Other content in the frame of a good answer is wrong, unless it is another word for the same."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.evaluation.facts.wording import BASE
from tool_sandbox.evaluation.facts.implied import implied_by
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.verdict import Facts


def reasons(said: str, answer: str, world: Surroundings = BASE) -> tuple[str, ...]:
    return Facts((), implied=implied_by(said, world)).verdict(answer, world).contradictions


@pytest.mark.parametrize(
    ("said", "answer", "reason"),
    [
        ("I will remind you to sharpen the knives.", "I'll remind you to sharpen the pencils.", "says 'pencils'"),
        ("I will remind you to book bus seats.", "You will be reminded to book ferry seats.", "says 'ferry'"),
        ("The choir practice starts at eight.", "The football practice starts at eight.", "says 'football'"),
        ("I moved the dentist reminder to 9:30.", "I moved the haircut reminder to 9:30.", "says 'haircut'"),
        ("I told Priya that you forgot your umbrella.", "I told Priya that you forgot your wallet.", "says 'wallet'"),
        ("The passport is in the drawer.", "The passport is on the shelf.", "says 'shelf'"),
        ("I will remind you to light the stove.", "I will remind you to clean the stove.", "says 'clean'"),
        ("One Apple share costs 5 euros.", "One Netflix share costs 5 euros.", "says 'netflix'"),
    ],
)
def test_other_content_in_the_same_place_is_wrong(said: str, answer: str, reason: str) -> None:
    assert f"{reason} where something else belongs" in reasons(said, answer)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("I will remind you to sharpen the knives.", "Reminder set: sharpen knives."),
        ("I will remind you to buy train tickets.", "You'll be reminded to get your train tickets."),
        ("I will remind you to buy train tickets.", "I'll remind you to buy railway tickets."),
        ("I moved the birthday cake reminder to 9:30.", "Your cake reminder is now at 9:30."),
        ("I moved the birthday cake reminder to 9:30.", "Moved. Your dentist reminder stays untouched."),
        ("The elevator is broken.", "The lift is out of order."),
        ("Wi-Fi is on. I had to switch low battery mode off.", "Wi-Fi is on. I ended low battery mode."),
        ("Nvidia trades under the symbol NVDA.", "Nvidia is listed under the abbreviation NVDA."),
        ("Nvidia trades under the symbol NVDA.", "I searched for Nvidia among the stocks: NVDA."),
        ("One Apple share costs 5 euros.", "€5 per share."),
        ("One Apple share costs 5 euros.", "One AAPL share costs 5 euros."),
        ("I told Priya that you are at the door.", "I told Priya that you're at the doorstep."),
        ("I will remind you to call the landlord.", "I'll remind you to call the landlord, not the plumber."),
    ],
)
def test_other_words_for_the_same_are_right(said: str, answer: str) -> None:
    assert reasons(said, answer) == ()


def test_what_the_user_calls_it_is_right() -> None:
    world = evolve(BASE, heard=("Remind me to call Mr Novak, he owns the house",))
    said, answer = "I will remind you to call the landlord.", "I will remind you to call Novak."
    assert reasons(said, answer) == ("says 'novak' where something else belongs",)
    assert reasons(said, answer, world) == ()


LAMPS = evolve(BASE, heard=("The lamps on the pier are changed, that reminder can go. The one about the coins stays.",))


def test_what_the_user_keeps_is_no_other_word_for_what_is_removed() -> None:
    said = "The reminder about the lamps is deleted."
    assert reasons(said, "I deleted the reminder about the coins.", LAMPS)
    assert not reasons(said, "I deleted the reminder about the pier.", LAMPS)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("I deleted the reminder about the lamps, but not the one about the pier.", False),
        ("I deleted the reminder about the lamps, but not the one about the coins.", True),
        ("I deleted the reminder about the lamps, but I couldn't find the pier.", False),
        ("I deleted the reminder about the lamps, but I couldn't check what is on the pier.", True),
    ],
)
def test_a_part_that_was_wanted_and_is_left_out_is_wrong(answer: str, right: bool) -> None:
    assert (not reasons("The reminders about the lamps and the pier are deleted.", answer, LAMPS)) is right


def test_what_is_cheaper_here_is_more_expensive_there() -> None:
    said = "The camera is cheaper in Melbourne."
    assert not reasons(said, "It is more expensive in Sweden, so buy it here.")
    assert reasons(said, "The camera is more expensive in Melbourne.")
