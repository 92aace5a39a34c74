"""Which fact a plain text stands for."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.evaluation.facts.wording import BASE, TWO_DANAS
from tool_sandbox.evaluation.facts.amounts import Amount
from tool_sandbox.evaluation.facts.combined import AllOf
from tool_sandbox.evaluation.facts.fact import Fact
from tool_sandbox.evaluation.facts.people import PersonNamed
from tool_sandbox.evaluation.facts.phrases import Words
from tool_sandbox.evaluation.facts.reading import reading_of
from tool_sandbox.evaluation.facts.recognition import fact_from_text, moment


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("+12065550139", Amount), ("(206) 555-0139", Amount), ("18:15", Amount), ("quarter past six",
        Amount), ("Friday", Amount),
        ("2026-05-24", Amount), ("8.05 km", Amount), ("230 euros", Amount), ("one hour", Amount), ("268", Amount),
        ("tomorrow at 5:30 PM", AllOf), ("Wanda Ekström", PersonNamed), ("wanda", PersonNamed), ("sold out", Words),
        ("corner shop", Words), ("NVDA", Words), ("no", Words),
    ],
)  # fmt: skip
def test_the_kind_of_a_plain_text_is_recognised(text: str, kind: type[Fact]) -> None:
    assert type(fact_from_text(text, BASE)) is kind


def test_a_first_name_that_two_have_is_words() -> None:
    assert fact_from_text("Dana", TWO_DANAS) == Words(("Dana",))
    assert fact_from_text("Dana Osei", TWO_DANAS) == PersonNamed("Dana Osei")


@pytest.mark.parametrize("text", ["", "  ", "?!"])
def test_a_text_without_a_word_is_no_fact(text: str) -> None:
    with pytest.raises(ValueError, match="has no word"):
        fact_from_text(text, BASE)


def test_a_moment_is_a_day_and_a_time() -> None:
    fact = moment(datetime.fromisoformat("2026-03-03T17:30:00-08:00"))
    assert str(fact) == "2026-03-03 and 17:30"
    assert fact.found_in(reading_of("Tomorrow at half past five in the afternoon.", BASE))
    assert not fact.found_in(reading_of("At 5:30 PM.", BASE))
    assert fact.contradicted_by(reading_of("At 6:30 PM", BASE)) == "says '6:30 PM' instead of 17:30"
