"""Free words, their inflections, their negation and their opposites."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.facts.wording import BASE
from tool_sandbox.evaluation.facts.opposites import both_ways
from tool_sandbox.evaluation.facts.phrases import Words, mentioned, places_of
from tool_sandbox.evaluation.facts.reading import reading_of

SOLD_OUT = Words(("sold out", "no tickets left"))


@pytest.mark.parametrize(
    "text",
    ["It's sold out.", "SOLD OUT!", "The sold-out concert", "There are no tickets left",
     "No tickets are left? No: sold out",
     "It is already sold completely out", "not only sold out but cancelled"],
)  # fmt: skip
def test_one_of_the_alternatives_is_found(text: str) -> None:
    assert SOLD_OUT.found_in(reading_of(text, BASE))


@pytest.mark.parametrize("text", ["It sold well.", "Out of order, sold", "He sold me out.", "resold outside", ""])
def test_parts_of_it_are_not(text: str) -> None:
    reading = reading_of(text, BASE)
    assert not SOLD_OUT.found_in(reading)
    assert SOLD_OUT.contradicted_by(reading) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The concert is not sold out.", "denies 'sold out'"),
        ("It isn't sold out yet.", "denies 'sold out'"),
        ("It was never sold out.", "denies 'sold out'"),
        ("Tickets are still available.", "says 'available', the opposite of 'sold out'"),
    ],
)
def test_the_denial_and_the_opposite_contradict(text: str, reason: str) -> None:
    assert SOLD_OUT.contradicted_by(reading_of(text, BASE)) == reason


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Melbourne.", True), ("**Melbourne!** It's 7,300 kronor there.", True), ("melbourne", True),
        ("Here in Melbourne.", False), ("Melbourne, or Sweden.", False), ("Melbourne?", False), ("", False),
    ],
)  # fmt: skip
def test_a_phrase_with_a_full_stop_is_a_sentence_of_its_own(text: str, *, found: bool) -> None:
    assert Words(("Melbourne.",)).found_in(reading_of(text, BASE)) is found


@pytest.mark.parametrize(
    ("text", "said"),
    [("You should buy it at home.", True), ("You have to buy it at home.", True), ("You could buy it at home.", False)],
)
def test_advice_and_duties_are_said(text: str, *, said: bool) -> None:
    assert Words(("buy it at home",)).said_in(reading_of(text, BASE)) is said


@pytest.mark.parametrize(
    "text",
    [
        "Is it sold out?",
        "Shout at ten and it's available.",
        "Just tell me, and tickets are available.",
        "I'll tell you if tickets become available.",
        "Hopefully available soon",
    ],
)
def test_questions_and_hopes_contradict_nothing(text: str) -> None:
    assert SOLD_OUT.contradicted_by(reading_of(text, BASE)) is None


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("colleague", "colleagues"), ("leave the badge", "You left your badge at home."),
        ("meeting", "They are meeting"), ("café", "the CAFE"), ("no", "No, it is not."),
        ("will be late", "you'll be late"), ("e-mail", "emails"), ("Wi-Fi", "wifi"),
    ],
)  # fmt: skip
def test_inflections_accents_and_spellings_are_the_same_word(phrase: str, text: str) -> None:
    assert Words((phrase,)).found_in(reading_of(text, BASE))


def test_a_negation_in_another_clause_denies_nothing() -> None:
    assert Words(("sold out",)).found_in(reading_of("I couldn't find tickets because it is sold out.", BASE))
    assert Words(("sold out",)).found_in(reading_of("No, it's sold out.", BASE))
    assert Words(("concert",)).found_in(reading_of("There are no tickets left for the concert.", BASE))
    assert Words(("sold out",)).found_in(reading_of("No problem, I told her it's sold out.", BASE))


def test_as_goes_on_where_no_reason_follows_before_the_next_mark() -> None:
    reading = reading_of("Joris is marked as the owner; I couldn't change that.", BASE)
    assert Words(("marked as the owner",)).found_in(reading)


def test_what_there_is_none_of_is_denied() -> None:
    assert not Words(("concert",)).found_in(reading_of("There is no concert tonight.", BASE))
    assert not Words(("sold out",)).found_in(reading_of("The concert is not sold out.", BASE))
    assert not Words(("defrost",)).found_in(reading_of("Do not defrost the freezer.", BASE))


def test_not_to_forget_denies_nothing() -> None:
    assert Words(("buy tickets",)).found_in(reading_of("Don't forget to buy tickets!", BASE))


def test_never_is_only_what_is_stated() -> None:
    assert not Words(("sold out",)).said_in(reading_of("Is it sold out?", BASE))
    assert not Words(("sold out",)).said_in(reading_of("If it is sold out, I'll tell you.", BASE))
    assert not Words(("sold out",)).said_in(reading_of("I'll check whether it is sold out.", BASE))
    assert Words(("sold out",)).said_in(reading_of("It is sold out.", BASE))


def test_fillers_are_part_of_a_phrase_that_has_but_one_other_word() -> None:
    assert not Words(("all set",)).found_in(reading_of("I checked your settings and set the table.", BASE))
    assert Words(("all set",)).found_in(reading_of("You are all set!", BASE))
    assert Words(("the shop",)).found_in(reading_of("at some shop", BASE))


def test_a_letter_before_a_street_ends_no_sentence() -> None:
    assert Words(("10600 N Tantau Ave",)).found_in(reading_of("It's at 10600 N. Tantau Ave., Cupertino.", BASE))


def test_letters_one_by_one_are_a_word() -> None:
    assert Words(("NVDA",)).found_in(reading_of("It trades as N-V-D-A.", BASE))
    assert not Words(("NVDA",)).found_in(reading_of("It trades as N-V-A-D.", BASE))


@pytest.mark.parametrize(
    "text", ["I'm afraid not.", "Unfortunately not: 154 minutes.", "Nope, too many.", "Not quite."]
)
def test_no_is_said_in_other_words(text: str) -> None:
    assert Words(("no",)).found_in(reading_of(text, BASE))


SIDES = [side for side, _ in both_ways()]
SPOKEN = sorted({word for side in SIDES for phrase in side for word in phrase.split()} | {"Nope.", "not really", ","})


@given(st.sampled_from(SIDES), st.lists(st.sampled_from(SPOKEN), max_size=8).map(" ".join))
def test_what_is_found_is_always_among_what_is_mentioned(side: tuple[str, ...], text: str) -> None:
    reading = reading_of(text, BASE)
    found = [phrase for phrase in side if any(True for _ in places_of(phrase, reading))]
    assert set(found) <= set(mentioned(side, reading))
