from __future__ import annotations

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from tool_sandbox.scenarios.seeding.people import listed, names_of, other_names
from tool_sandbox.scenarios.seeding.words import plain

NAMES = listed()
SPARE = {name: kind for kind, names in NAMES["spare"].items() for name in names}
ALIKE = 90
"""From this likeness on, search_contacts finds one name when it is asked for another."""
seeds = st.integers(1, 10_000)


def renamed(seed: int, *names: str, words: str = "", pinned: str = "") -> dict[str, str]:
    return other_names(seed, names, frozenset(words.split()), frozenset(pinned.split()))


@given(seeds)
def test_every_name_of_the_suite_becomes_a_spare_one_of_its_kind(seed: int) -> None:
    found = renamed(seed)
    for kind, names in NAMES["suite"].items():
        assert all(SPARE[found[name]] == kind for name in names)
    assert len(set(found.values())) == len(found)


@given(seeds)
def test_names_that_nobody_listed_are_changed_too(seed: int) -> None:
    found = renamed(seed, "Xanthippa Grindelburg", "Dr. Greta Grindelburg")
    assert SPARE[found["Xanthippa"]] == "either"
    assert SPARE[found["Grindelburg"]] == "last"
    assert SPARE[found["Greta"]] == "she"
    assert "Dr" not in found
    assert "Greta" not in found.values()


def test_a_spare_name_that_is_used_is_not_spare() -> None:
    first, last = (NAMES["spare"][kind][0] for kind in ("she", "last"))
    for seed in range(1, 30):
        found = renamed(seed, words=f"{first} and {last}")
        assert [SPARE[found[first]], SPARE[found[last]]] == ["she", "last"]
        assert not {first, last} & set(found.values())


def test_what_is_a_word_elsewhere_or_pinned_is_no_name() -> None:
    found = renamed(1, "Harbour Bakery", "Xanthippa", words="harbour", pinned="Xanthippa Noor")
    assert not {"Harbour", "Bakery", "Xanthippa", "Noor"} & found.keys()


def test_no_spare_name_can_be_taken_for_another() -> None:
    suite = [name for names in NAMES["suite"].values() for name in names]
    pairs = [*combinations(SPARE, 2), *product(SPARE, suite)]
    assert [pair for pair in pairs if fuzz.WRatio(*(plain(name).casefold() for name in pair)) >= ALIKE] == []


def test_what_somebody_does_is_no_name() -> None:
    assert names_of("Window cleaner (assistant, Delete All)") == []
    assert names_of("Dr. Ana van der Berg") == ["Ana", "Berg"]
    assert names_of("Harbour Bakery") == ["Harbour"]
