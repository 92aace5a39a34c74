"""What facts are called for people: the end of a sentence about an answer."""

from __future__ import annotations

import pytest

from tests.evaluation.facts.wording import BASE
from tool_sandbox.evaluation.facts.asking import Asked, Cannot
from tool_sandbox.evaluation.facts.combined import AllOf, AnyOf
from tool_sandbox.evaluation.facts.deeds import Deed
from tool_sandbox.evaluation.facts.fact import Fact
from tool_sandbox.evaluation.facts.people import PersonNamed
from tool_sandbox.evaluation.facts.phrases import Words
from tool_sandbox.evaluation.facts.places import PlaceNamed
from tool_sandbox.evaluation.facts.recognition import fact_from_text
from tool_sandbox.evaluation.facts.states.states import State
from tool_sandbox.evaluation.facts.verdict import Facts


def value(text: str) -> Fact:
    return fact_from_text(text, BASE)


@pytest.mark.parametrize(
    ("fact", "does"),
    [
        (value("18:15"), "says 18:15"),
        (value("230.0 euros"), "says 230 euros"),
        (value("176.66666666666674 degrees Celsius"), "says 176.67 degrees Celsius"),
        (value("0.0123456 miles"), "says 0.0123 miles"),
        (value("25.5 day"), "says 25.5 days"),
        (value("1 day"), "says 1 day"),
        (value("+12065550139"), "says +12065550139"),
        (State("wifi", on=True), "says that Wi-Fi is on"),
        (Deed(("sent", "told")), "says that the text was sent"),
        (Deed(("removed", "changed")), "says that it was removed or it was changed"),
        (Deed(("sent",), done=False), "says that the text was not sent"),
        (Deed(("watered",)), "says that something was watered"),
        (Deed(("water",)), "says that it was done (water)"),
        (PersonNamed("Dana Osei"), "names Dana Osei"),
        (PlaceNamed(("Corner Shop", "the shop")), 'names "Corner Shop" or "the shop"'),
        (Asked(("number", "phone")), 'asks for "number" or "phone"'),
        (Cannot(("look up",)), 'says that this is impossible: "look up"'),
        (Words(("a", "b", "c", "d")), 'says "a", "b", "c" or the like'),
        (AnyOf((value("Friday"), Words(("fri",)))), 'says Friday or "fri"'),
        (AnyOf((State("wifi", on=False), Words(("gone",)))), 'says that Wi-Fi is off, or says "gone"'),
        (AllOf((value("18:15"), PersonNamed("Dana Osei"))), "says 18:15 and names Dana Osei"),
    ],
)
def test_a_fact_is_said_in_a_plain_sentence(fact: Fact, does: str) -> None:
    assert fact.in_words() == does


def test_what_an_answer_leaves_out_is_one_sentence() -> None:
    facts = Facts((Deed(("sent",)), PersonNamed("Dana Osei"), value("18:15")))
    assert facts.verdict("Hmm.", BASE).reasons == (
        "does not say that the text was sent, nor name Dana Osei, nor say 18:15",
    )


def test_one_wrong_name_is_one_reason() -> None:
    verdict = Facts((PersonNamed("Priya Raman"),), implied=(PersonNamed("Dana Osei"),)).verdict("I texted Wanda.", BASE)
    assert verdict.reasons == ("names 'wanda' instead of Priya Raman",)


def test_what_is_got_wrong_is_not_missing_besides() -> None:
    verdict = Facts((value("18:15"), State("wifi", on=True))).verdict("It is at 19:15.", BASE)
    assert verdict.reasons == ("says '19:15' instead of 18:15", "does not say that Wi-Fi is on")
