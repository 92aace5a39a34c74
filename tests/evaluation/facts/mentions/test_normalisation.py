"""Texts as they are read, and the way back to the original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.evaluation.facts.mentions.mention import Span
from tool_sandbox.evaluation.facts.mentions.normalisation import folded, normalised


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**8.05** km", "8.05 km"),
        ("*8.05* km", "8.05 km"),
        ("__8.05__ `km`", "8.05 km"),
        ("# Result", "Result"),
        ("- one\n* two\n• three", "one\ntwo\nthree"),
        ("1. one\n2) two", "one\ntwo"),
        ("1️⃣ one", " one"),
        ("13. That is how many.", "13. That is how many."),
        ("send_message", "send_message"),
        ("2*100", "2*100"),
        ("2 * 100", "2 * 100"),
        ("\u22124\u00a0\u2103", "-4 °C"),
        ("8\u20139", "8-9"),
        ("on \u2014 off", "on \u2014 off"),
        ("it\u2019s \u201coff\u201d", 'it\'s "off"'),
        ("Toma\u0301s", "Tomás"),
        ("\ufb01ne", "fine"),
        ("wi\u2011fi", "wi-fi"),
        ("a\u200bb", "ab"),
        ("1\u00bd", "1½"),
        ("\\$5", "$5"),
        ("see https://example.com/5 now", "see  now"),
        ("~8 and ~~9~~", "~8 and 9"),
        ("-4 degrees", "-4 degrees"),
        ("", ""),
    ],
)
def test_one_form_for_what_is_written_in_several(text: str, expected: str) -> None:
    assert normalised(text).text == expected


def test_places_lead_to_the_original_and_back() -> None:
    original = "It's **8.05** km"
    read = normalised(original)
    place = read.text.index("8.05")
    span = Span(place, place + 4)
    assert original[slice(*read.original(span))] == "8.05"
    assert read.span(original.index("8.05"), original.index("8.05") + 4) == span


@given(st.text(alphabet=st.sampled_from(list("ab1.*_`#~- \n\u00a0\u0301\ufb01\u00bd")) | st.characters(), max_size=60))
def test_every_character_has_its_origin_in_order(text: str) -> None:
    read = normalised(text)
    assert len(read.origins) == len(read.text) + 1
    assert list(read.origins) == sorted(read.origins)
    assert read.origins[-1] == len(text)
    assert all(text[read.original(Span(place, place + 1)).start] for place in range(len(read.text)))


@given(st.text(max_size=60))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(folded(text)) == len(text)


def test_folding_takes_case_and_accents_away() -> None:
    assert folded("Tomás EKSTRÖM") == "tomas ekstrom"
