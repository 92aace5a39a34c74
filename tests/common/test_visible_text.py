from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tool_sandbox.common.visible_text import KEPT, cells, hanging, visible, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("done\rfake", r"done\rfake"),
        ("bell\x07, delete\x7f, C1 \x9b", r"bell\x07, delete\x7f, C1 \x9b"),
        ("abc\u202edcba", r"abc\u202edcba"),
        ("\u2066isolated\u2069", r"\u2066isolated\u2069"),
        ("hidden\u200btext\ufeff", r"hidden\u200btext\ufeff"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("lone \ud800", r"lone \ud800"),
        ("two\u2028lines", r"two\u2028lines"),
    ],
)
def test_what_acts_on_a_terminal_or_is_not_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["plain\n\tlines", "Wanda Ekström", "日本語", "👩‍👩‍👧 ☎️", "می‌خواهم", "שלום"])
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(st.text())
def test_no_text_holds_anything_that_acts(text: str) -> None:
    kinds = {unicodedata.category(character) for character in visible(text) if character not in "\n\t\u200c\u200d"}
    assert kinds.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})


@given(st.text(), st.integers(2, 60))
@example(" 日", 2)
def test_no_line_is_wider_than_asked_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert max(map(cells, lines)) <= width
    assert "".join("".join(lines).split()) == "".join(visible(text).split())


@given(st.text(), st.integers(4, 60))
def test_no_line_of_a_hanging_text_is_wider_than_asked_unless_words_are_to_stay_whole(text: str, width: int) -> None:
    lines = hanging(text, width)
    assert max(map(cells, lines)) <= width
    whole = hanging(text, width, whole_words=True)
    assert "".join(" ".join(whole).split()) == "".join("".join(lines).split()) == "".join(visible(text).split())
    assert " ".join(whole).split() == visible(text).split()


def test_no_line_ends_at_a_space_that_is_kept() -> None:
    assert wrapped(f"one two{KEPT}three", 12) == ["one", f"two{KEPT}three"]
    assert hanging("one send(number=1)", 8, whole_words=True) == ["one", "  send(number=1)"]


def test_words_are_broken_only_where_one_is_wider_than_the_line() -> None:
    assert wrapped("one two-three four", 9) == ["one", "two-three", "four"]
    assert wrapped("  in further\nnext", 9) == ["  in", "  further", "next"]
    assert wrapped("日本 語日本", 5) == ["日本", "語日", "本"]


def test_further_lines_of_a_hanging_text_stand_further_in() -> None:
    assert hanging("one two three four", 9) == ["one two", "  three", "  four"]
    assert hanging("short", 9) == ["short"]
    assert hanging("    one two three four", 13) == ["    one two", "      three", "      four"]
    assert hanging("send(number=1,text=2)", 12) == ["send(", "  number=1,", "  text=2)"]
