"""People and places that an answer names."""

from __future__ import annotations

import pytest

from tests.evaluation.facts.wording import BASE, TWO_DANAS
from tool_sandbox.evaluation.facts.people import PersonNamed
from tool_sandbox.evaluation.facts.places import PlaceNamed
from tool_sandbox.evaluation.facts.reading import reading_of

WANDA = PersonNamed("Wanda Ekström")


@pytest.mark.parametrize(
    "text",
    ["Wanda", "wanda ekstrom", "WANDA EKSTRÖM", "Wanda's number", "Ms. Ekström", "I told **Wanda**.", "Ekström, Wanda",
     "Sent to Wanda, not to Tomás."],
)  # fmt: skip
def test_a_person_is_named_by_any_part_of_the_name(text: str) -> None:
    assert WANDA.found_in(reading_of(text, BASE))


@pytest.mark.parametrize("text", ["Wandering", "Wan", "your friend's sister", "Not to Wanda", ""])
def test_other_words_are_no_name(text: str) -> None:
    assert not WANDA.found_in(reading_of(text, BASE))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I texted Tomás.", "names 'tomas' instead of Wanda Ekström"),
        ("I texted Tomas Rivera.", "names 'tomas rivera' instead of Wanda Ekström"),
        ("I told your boss.", "names 'your boss' instead of Wanda Ekström"),
        ("I texted John Smith.", "names 'John Smith' instead of Wanda Ekström"),
        ("I let Maria know.", "names 'Maria' instead of Wanda Ekström"),
        ("Wanda Miller has been told.", "names 'wanda miller' instead of Wanda Ekström"),
    ],
)
def test_another_person_in_this_place_contradicts(text: str, reason: str) -> None:
    assert WANDA.contradicted_by(reading_of(text, BASE)) == reason


@pytest.mark.parametrize(
    "text",
    ["Sent.", "I texted Wanda. Tomás is still in your contacts.", "Done. Should I also text Tomás?", "I told her.",
     "Sent! Let me know if Tomás should hear it too: if Tomás should, just say so.", "I texted Wanda on Monday.",
     "I let Wanda know. The boss of the shop called.", "I sent it to Wanda at Corner Shop.", "I texted Wanda OK."],
)  # fmt: skip
def test_true_extras_contradict_nothing(text: str) -> None:
    assert WANDA.contradicted_by(reading_of(text, BASE)) is None


def test_a_relationship_that_one_contact_has_names_this_contact() -> None:
    assert PersonNamed("Priya Raman").found_in(reading_of("Your boss has been told.", BASE))


def test_a_first_name_that_two_have_may_be_either_and_a_surname_tells_them_apart() -> None:
    for name in ("Dana Osei", "Dana Whitlock"):
        assert PersonNamed(name).found_in(reading_of("I texted Dana.", TWO_DANAS))
    other = reading_of("I texted Dana Osei.", TWO_DANAS)
    assert PersonNamed("Dana Whitlock").contradicted_by(other) == "names 'dana osei' instead of Dana Whitlock"
    assert PersonNamed("Dana Whitlock").contradicted_by(reading_of("I texted the plumber.", TWO_DANAS))


def test_the_entry_allows_other_words_for_a_person() -> None:
    assert PersonNamed("Harbor Vet", ("the vet", "clinic")).found_in(reading_of("The vet is saved.", BASE))
    assert PersonNamed("Harbor Vet").found_in(reading_of("Harbor Vet is saved.", BASE))


def test_no_nickname_is_known_that_the_entry_does_not_allow() -> None:
    assert not PersonNamed("Tomás Rivera").found_in(reading_of("I texted Tommy.", BASE))
    assert PersonNamed("Tomás Rivera", ("Tommy",)).contradicted_by(reading_of("I texted Tommy.", BASE)) is None


def test_a_place_is_found_under_one_of_its_names() -> None:
    shop = PlaceNamed(("Corner Shop", "the shop"))
    assert shop.found_in(reading_of("It is in the shop.", BASE))
    assert shop.found_in(reading_of("at the corner shop", BASE))
    assert shop.contradicted_by(reading_of("at the Book Shop", BASE)) is None
    assert (
        PlaceNamed(("Corner Shop",)).contradicted_by(reading_of("at the Book Shop", BASE))
        == "says 'Book Shop' instead of 'Corner Shop'"
    )
    assert PlaceNamed(("Corner Shop",)).contradicted_by(reading_of("at home", BASE)) is None


def test_a_title_is_no_other_name() -> None:
    assert PlaceNamed(("Joris Peeters",)).contradicted_by(reading_of("I saved Mr Peeters.", BASE)) is None
