"""Scenario files made of a conversation: whatever was played, they load."""

from __future__ import annotations

from attrs import evolve

from tool_sandbox.scenarios.drafting.played import PlayedConversation, PlayedStep, parts_of
from tool_sandbox.scenarios.drafting.played_entry import played_texts
from tool_sandbox.scenarios.library import from_files, from_text

SILENT = PlayedConversation(
    world=from_files([]).worlds["base"],
    new_worlds={},
    knows="You want Wi-Fi off.",
    says="Wi-Fi off, please",
    replies=(),
    tools=("set_wifi_status",),
    steps=(),
)
FAILED = PlayedStep(messages=(3, 4), failed="set_wifi_status: TypeError: on is missing")


def first_text(played: PlayedConversation, **remarks: list[str]) -> str:
    return next(played_texts("mine", played, {int(at.removeprefix("at_")): each for at, each in remarks.items()}))


def test_a_conversation_in_which_the_agent_did_nothing_leaves_the_solution_to_a_person() -> None:
    text = first_text(SILENT)
    assert from_text(text).scenarios()["mine"].script is None
    assert "# solution: # write what a perfect agent does" in text


def test_a_call_that_failed_is_left_out_and_named_with_what_it_took() -> None:
    words = PlayedStep(messages=(5,), words="I could not do that.")
    text = first_text(evolve(SILENT, steps=(FAILED, words)), at_4=["off: was true"])
    lines = [line.strip() for line in text.splitlines()]
    assert lines[-3:] == [
        "# to be corrected: off: was true",
        "# left out, as it failed: set_wifi_status: TypeError: on is missing",
        "- say: I could not do that.",
    ]
    assert from_text(text).scenarios()["mine"].script is not None


def test_replies_stand_where_the_agent_asked_for_them() -> None:
    asked = PlayedStep(messages=(3,), words="Now?")
    done = PlayedStep(messages=(5,), words="It is off.")
    text = first_text(evolve(SILENT, replies=("Yes",), steps=(asked, done)))
    (entry,) = from_text(text).entries
    assert entry.user is not None
    assert tuple(entry.user.replies) == ("Yes",)
    assert [line.strip() for line in text.splitlines()][-2:] == ["- say: Now?", "- say: It is off."]


def test_parts_of_a_result_are_named_by_their_path() -> None:
    assert list(parts_of([{"name": "Rosa", "tags": ["a", None]}, 5])) == [
        ("0.name", "Rosa"),
        ("0.tags.0", "a"),
        ("1", 5),
    ]
    assert list(parts_of(7.5)) == [("", 7.5)]
