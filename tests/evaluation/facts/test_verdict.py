"""What all facts together say of an answer."""

from __future__ import annotations

from tests.evaluation.facts.wording import BASE, any_of, done, off, on, text, words
from tool_sandbox.evaluation.facts.combined import AllOf
from tool_sandbox.evaluation.facts.implied import implied_by
from tool_sandbox.evaluation.facts.verdict import Facts

GRID = Facts((off("wi-fi"), off("cellular"), on("location")))


def test_the_share_of_found_facts_is_the_similarity() -> None:
    verdict = GRID.verdict("Wi-Fi is off.", BASE)
    assert (verdict.share, verdict.similarity) == (1 / 3, 1 / 3)
    assert verdict.found == ("says that Wi-Fi is off",)
    assert verdict.missing == ("say that cellular is off", "say that location is on")
    assert verdict.reasons == ("does not say that cellular is off, nor say that location is on",)


def test_one_contradiction_makes_the_similarity_zero_and_says_why() -> None:
    verdict = GRID.verdict("Wi-Fi is off, cellular is off and location is off.", BASE)
    assert verdict.share == 2 / 3
    assert verdict.similarity == 0
    assert verdict.contradictions == ("says that location is off, not on",)


def test_nothing_required_is_a_whole_answer() -> None:
    assert Facts(()).verdict("", BASE).similarity == 1


def test_never_is_worth_nothing_when_it_is_said() -> None:
    facts = Facts((done("send"),), never=(done("call"), words("sorry")))
    assert facts.verdict("I texted Wanda.", BASE).similarity == 1
    assert facts.verdict("Done.", BASE).similarity == 1
    verdict = facts.verdict("I texted Wanda and called her.", BASE)
    assert verdict.similarity == 0
    assert verdict.contradictions == ("says that a call was made, which it must not",)


def test_implied_facts_may_be_left_out_but_not_be_wrong() -> None:
    facts = Facts((done("send"),), implied=implied_by("I texted Priya Raman that dinner is at eight.", BASE))
    assert facts.verdict("Sent.", BASE).similarity == 1
    assert facts.verdict("Sent to Priya: dinner at 8 PM", BASE).similarity == 1
    assert facts.verdict("I texted Priya that dinner is at nine.", BASE).contradictions == (
        "says 'nine' instead of eight",
    )
    assert facts.verdict("I texted Wanda that dinner is at eight.", BASE).contradictions == (
        "names 'wanda' instead of Priya Raman",
    )
    assert facts.verdict("I texted Priya that dinner is not at eight.", BASE).similarity == 0


def test_a_value_that_another_fact_means_contradicts_none() -> None:
    facts = Facts((text("10 AM"), text("9:30 AM")))
    verdict = facts.verdict("It was at 10 AM.", BASE)
    assert verdict.contradictions == ()
    assert verdict.similarity == 0.5
    assert facts.verdict("It is at 11 AM.", BASE).similarity == 0


def test_further_values_beside_the_right_one_are_extras() -> None:
    facts = Facts((text("9:30 AM"),))
    assert facts.verdict("I moved it from 10:00 AM to 9:30 AM.", BASE).similarity == 1
    assert facts.verdict("It is at 9:30 AM. Shall I make it 9:00 AM?", BASE).similarity == 1


def test_one_alternative_is_enough_and_a_wrong_one_among_none_contradicts() -> None:
    facts = Facts((any_of(text("18:15"), words("tonight")),))
    assert facts.verdict("tonight", BASE).similarity == 1
    assert facts.verdict("at 6:15 PM", BASE).similarity == 1
    assert facts.verdict("at 7:15 PM", BASE).contradictions == ("says '7:15 PM' instead of 18:15",)
    assert facts.verdict("tonight, not at 7:15 PM", BASE).similarity == 1


def test_parts_count_only_together() -> None:
    facts = Facts((AllOf((text("tomorrow"), text("17:30"))),))
    assert facts.verdict("tomorrow at 5:30 PM", BASE).similarity == 1
    assert facts.verdict("tomorrow", BASE).similarity == 0
    assert facts.verdict("tomorrow", BASE).contradictions == ()
    assert facts.verdict("today at 5:30 PM", BASE).contradictions == ("says 'today' instead of tomorrow",)


def test_the_same_words_get_the_same_verdict() -> None:
    assert GRID.verdict("Wi-Fi is off.", BASE) == GRID.verdict("Wi-Fi is off.", BASE)
