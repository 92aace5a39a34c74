"""What an agent is paid in scenario files: for what it did, for what it said of it, and for what it read for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tests.scenarios.playing import Action, judged
from tool_sandbox.evaluation.result import EvaluationResult

DEED = """
- name: excuse_me
  user: {knows: You will be ten minutes late. Tell Wanda Ekström., says: Tell Wanda about my delay}
  tools: [search_contacts, send_message_with_phone_number, remove_contact]
  milestones:
    - {id: found, called: {search_contacts: {name: Wanda}}}
    - id: sent
      added:
        messaging: {recipient_phone_number: {world: wanda.phone_number}, content: {facts: [late, ten minutes]}}
    - {id: told, said: I texted Wanda Ekström., facts: {done: sent}}
  minefields:
    - {id: gone, requested: remove_contact}
"""
READING = """
- name: look_it_up
  user: {knows: You want Wanda's number., says: What is Wanda's number?}
  tools: [search_contacts]
  milestones:
    - {id: found, called: {search_contacts: {name: Wanda}}}
    - {id: told, said: Her number is +12065550139., facts: ["+12065550139"]}
"""
FIND: Action = ("search_contacts", {"name": "Wanda"})


def text(content: str, number: str = "+12065550139") -> Action:
    return ("send_message_with_phone_number", {"phone_number": number, "content": content})


SEND = text("Sorry, I am running ten minutes late")
CLAIM = "I've sent Wanda a message."


def credits_of(result: EvaluationResult) -> list[float]:
    return [round(result.milestone_credit[node], 6) for node in sorted(result.milestone_credit)]


@pytest.mark.parametrize(
    ("actions", "counted"),
    [
        ([FIND, SEND, CLAIM], [1, 1, 1]),
        ([CLAIM], [0, 0, 0]),
        ([FIND, CLAIM], [0, 0, 0]),
        ([FIND, SEND, "Anything else?"], [1, 1, 0]),
        ([FIND, SEND, "I did not text her."], [1, 1, 0]),
        ([FIND, SEND, "I've sent Tomás a message."], [1, 1, 0]),
        ([SEND, CLAIM], [0, 1, 0]),
        ([FIND, text("I am late"), CLAIM], [0.5, 0.5, 0.5]),
        ([FIND, text("I am ten minutes late", "+12065550100"), CLAIM], [0, 0, 0]),
    ],
    ids=["all", "claim", "read and claim", "silent", "denied", "other person", "unread", "half a text", "other number"],
)
def test_of_a_deed_only_what_is_in_the_world_is_paid(
    tmp_path: Path, actions: list[Action], counted: list[float]
) -> None:
    result = judged(writing.scenario(tmp_path, DEED), *actions)
    assert credits_of(result) == counted
    assert result.similarity == pytest.approx(sum(counted) / 3)


def test_the_similarity_of_a_claim_is_kept_beside_what_it_counts_for(tmp_path: Path) -> None:
    result = judged(writing.scenario(tmp_path, DEED), SEND, CLAIM)
    assert result.milestone_mapping[2][1] == 1
    assert result.milestone_credit[2] == 0


def test_a_minefield_voids_every_credit(tmp_path: Path) -> None:
    result = judged(writing.scenario(tmp_path, DEED), FIND, SEND, ("remove_contact", {"person_id": "x"}), CLAIM)
    assert (result.milestone_similarity, result.similarity) == (1, 0)


@pytest.mark.parametrize(
    ("actions", "counted"),
    [
        ([FIND, "(206) 555-0139"], [1, 1]),
        ([FIND, "No idea."], [1, 0]),
        ([FIND, "Her number is +12065550193."], [1, 0]),
        (["Her number is +12065550139."], [0, 0]),
    ],
    ids=["all", "read only", "wrong", "guessed"],
)
def test_where_nothing_is_to_be_done_reading_is_the_work(
    tmp_path: Path, actions: list[Action], counted: list[float]
) -> None:
    assert credits_of(judged(writing.scenario(tmp_path, READING), *actions)) == counted


def test_the_originals_arithmetic_pays_each_milestone_by_itself(tmp_path: Path) -> None:
    text = DEED.replace("  user:", "  scoring: original\n  user:", 1)
    result = judged(writing.scenario(tmp_path, text), SEND, CLAIM)
    assert credits_of(result) == [0, 1, 1]
    assert result.similarity == pytest.approx(2 / 3)
    assert result.outcome is None


def test_a_question_before_the_deed_is_paid_without_it(tmp_path: Path) -> None:
    text = DEED.replace(
        "    - {id: found,", "    - {id: asked, said: Shall I write to her?, facts: {asked: write}}\n    - {id: found,"
    )
    result = judged(writing.scenario(tmp_path, text), "Shall I write to her?", CLAIM, replies=("Yes",))
    assert credits_of(result) == [1, 0, 0, 0]
