from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.llm.transports.completions.whole_text import whole, whole_data

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("plain ü 😀", "plain ü 😀"),
        ("\ud83d\ude00 hi", "😀 hi"),
        ("a\ud83d", "a\ufffd"),
        ("\ude00b", "\ufffdb"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\udcf0\udc9f\udc98\udc80!", "😀!"),
        ("\udcf0\udc9f", "\ufffd"),
    ],
)
def test_halves_are_joined_and_what_is_left_over_is_replaced(text: str, becomes: str) -> None:
    assert whole(text) == becomes


@given(ANY_TEXT)
def test_whole_text_can_be_sent_and_stays_as_it_is(text: str) -> None:
    cleaned = whole(text)
    cleaned.encode()
    assert whole(cleaned) == cleaned


@given(st.text())
def test_text_without_halves_is_untouched(text: str) -> None:
    assert whole(text) == text


def test_every_text_in_data_is_made_whole() -> None:
    data = {"a\ud83d": ["\ud83d\ude00", 7, None, ({"b": "\ude00"},)]}
    assert whole_data(data) == {"a\ufffd": ["😀", 7, None, [{"b": "\ufffd"}]]}
