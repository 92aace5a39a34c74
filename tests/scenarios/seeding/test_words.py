from __future__ import annotations

import pytest

from tool_sandbox.scenarios.seeding.words import Words


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Ask Tomás.", "Ask Håkon."),
        ("ask tomás or TOMÁS", "ask håkon or HÅKON"),
        ("ask Tomas, TOMAS, tomas's car", "ask Hakon, HAKON, hakon's car"),
        ("Tomásson and Tomás_2 stay", "Tomásson and Tomás_2 stay"),
        ("the corner shop; Corner shop; The Corner  Shop", "the old mill; Old mill; The Old Mill"),
        ("Rose rose", "Greta rose"),
    ],
)
def test_a_word_is_replaced_as_it_is_written(text: str, other: str) -> None:
    words = Words({"Tomás": "Håkon", "corner shop": "old mill", "Rose": "Greta"}, exactly=["Rose"])
    assert words(text) == other


def test_words_can_change_places() -> None:
    assert Words({"six": "seven", "seven": "six"})("six or seven") == "seven or six"


def test_nothing_to_replace_leaves_everything() -> None:
    assert Words({})("six or seven") == "six or seven"
