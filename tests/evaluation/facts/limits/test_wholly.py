"""What was done wholly, and answers that say it of a part only."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.evaluation.facts.wording import BASE
from tool_sandbox.evaluation.facts.implied import implied_by
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.verdict import Facts

TWO = "The reminders about the rent and the cake are deleted."
TEXTED = "Tomás and Wanda have been texted and the rent reminder is moved."


def reasons(said: str, answer: str, world: Surroundings = BASE) -> tuple[str, ...]:
    return Facts((), implied=implied_by(said, world)).verdict(answer, world).contradictions


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (TWO, "The rent one is gone, the cake one is still there."),
        (TWO, "I deleted the one about the rent. The cake one I left."),
        (TWO, "I deleted the rent reminder and kept the one about the cake."),
        (TWO, "I deleted the rent one. You'd have to delete the cake one yourself."),
        (TWO, "I deleted the rent reminder. I couldn't find one for the cake."),
        (TEXTED, "I texted Tomás and moved the rent reminder. For Wanda I need a number."),
        (TEXTED, "I texted one of the two, and the rent is moved."),
        (TEXTED, "I texted Tomás and moved the rent reminder. I haven't written to Wanda."),
        (TEXTED, "I texted Tomás and moved the rent reminder. Wanda still has to be told."),
        (TEXTED, "I texted Tomás and Wanda. The rent reminder is still at ten."),
        (TWO, "I deleted the rent reminder. The cake isn't due yet, so I left it in place."),
        (TWO, "I deleted both, but I'm not able to delete the cake."),
        ("Priya's number is changed.", "I changed the name, but Priya still has her old number."),
        ("I deleted Tomás, Wanda and Priya.", "I deleted Priya. Tomás and Wanda are still in your contacts."),
    ],
)
def test_a_part_that_is_as_it_was_is_wrong(said: str, answer: str) -> None:
    assert reasons(said, answer)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (TWO, "Rent and cake are gone, the one about the plants is still there."),
        (TWO, "At first I couldn't delete the rent reminder, then both were gone."),
        (TWO, "I deleted both. The one about the plants isn't due yet, so I left it in place."),
        (TWO, "Both deleted. Nothing else about the cake was deleted."),
        (TEXTED, "Tomás and Wanda know. I haven't told Priya."),
        (TEXTED, "Texted Tomás and Wanda. Wanda's message is still in your list. The rent reminder is moved."),
        ("I deleted Tomás.", "Deleted. Your mam's entry and Priya are still there."),
    ],
)
def test_what_else_is_as_it_was_is_not_wrong(said: str, answer: str) -> None:
    assert reasons(said, answer) == ()


def test_what_the_user_wants_to_stay_may_stay() -> None:
    world = evolve(BASE, heard=("The cat and the passport can go. Bins stay!",))
    said = "Both reminders are gone."
    assert reasons(said, "The cat reminder is gone, the passport one is still there.", world)
    assert not reasons(said, "The cat and passport reminders are gone, the one about the bins is still there.", world)


@pytest.mark.parametrize(("answer", "right"), [("half an hour later", False), ("half an hour earlier", True)])
def test_what_the_user_says_of_how_much_later_counts(answer: str, right: bool) -> None:
    world = evolve(BASE, heard=("The cake comes half an hour earlier than planned.",))
    assert (not reasons("The cake is moved.", f"I moved the cake {answer}.", world)) is right


@pytest.mark.parametrize(("answer", "right"), [("Should I turn battery saver on again?", False), ("", True)])
def test_to_ask_whether_a_switch_should_be_as_it_is_is_wrong(answer: str, right: bool) -> None:
    said = "I told Priya and low battery mode is on again."
    assert (not reasons(said, f"Priya knows. {answer}")) is right
