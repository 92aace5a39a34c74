from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.llm.transports.negotiation import messages as order
from tool_sandbox.llm.transports.negotiation.profile import ECHOED, Profile, known_profile
from tool_sandbox.llm.transports.turns import Turn, note_of


def said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": text}


def calls(*ids: str, text: str | None = None) -> dict[str, Any]:
    entries = [{"id": each, "type": "function", "function": {"name": "f", "arguments": "{}"}} for each in ids]
    return {"role": "assistant", "content": text, "tool_calls": entries}


def result(call_id: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "name": "f", "content": "ok"}


CHAT = [
    said("system", "Be good."),
    said("user", "hi"),
    calls("a", "b"),
    result("a"),
    result("b"),
    said("user", "go on"),
]
EXAMPLES = [
    said("system", "Play one."), said("assistant", "Do one."), said("user", "Done."),
    said("system", "Play two."), said("assistant", "Do two."), said("user", "Which?"),
]  # fmt: skip


def roles(messages: list[dict[str, Any]]) -> list[str]:
    return [message["role"] for message in messages]


def test_examples_are_told_in_the_one_system_message() -> None:
    sent = order.one_system_in_front(EXAMPLES)
    assert roles(sent) == ["system", "assistant", "user"]
    assert sent[0]["content"].startswith("Play two.")
    assert "You: Do one." in sent[0]["content"]


def test_parts_of_one_instruction_are_put_together() -> None:
    assert order.one_system_in_front([said("system", "A"), said("system", "B"), said("user", "x")]) == [
        said("system", "A\n\nB"),
        said("user", "x"),
    ]


def test_a_late_system_message_moves_to_the_front() -> None:
    sent = order.one_system_in_front([said("user", "x"), said("system", "A"), said("assistant", "y")])
    assert sent == [said("system", "A"), said("user", "x"), said("assistant", "y")]


def test_without_a_system_message_the_user_tells_it() -> None:
    assert order.system_told_by_user(CHAT)[0] == said("user", "Be good.\n\nhi")
    assert roles(order.system_told_by_user(EXAMPLES[3:]))[0] == "user"


def test_a_user_is_put_in_front_only_where_none_is() -> None:
    assert order.user_in_front(CHAT) == CHAT
    assert order.user_in_front(EXAMPLES[3:])[1] == said("user", order.OPENING)


def test_an_answer_is_put_between_results_and_the_user() -> None:
    assert roles(order.answered_results(CHAT)) == ["system", "user", "assistant", "tool", "tool", "assistant", "user"]


def test_calls_of_one_turn_become_turns_with_their_own_results() -> None:
    sent = order.one_call_each([said("user", "x"), calls("a", "b", text="Both."), result("b"), result("a")])
    assert roles(sent) == ["user", "assistant", "tool", "assistant", "tool"]
    assert [each["content"] for each in sent] == ["x", None, "ok", "Both.", "ok"]
    sent = order.one_call_each(CHAT)
    assert [len(each["tool_calls"]) for each in sent if each.get("tool_calls")] == [1, 1]
    assert [each["tool_call_id"] for each in sent if each["role"] == "tool"] == ["a", "b"]
    assert roles(sent)[2:6] == ["assistant", "tool", "assistant", "tool"]


def test_what_stands_beside_calls_can_be_chosen() -> None:
    assert order.beside_calls(CHAT, "empty")[2]["content"] == ""
    assert "content" not in order.beside_calls(CHAT, "absent")[2]
    assert order.beside_calls(CHAT, "words")[2]["content"] == order.CALLING
    assert order.beside_calls([calls("a", text="Hm.")], "absent")[0]["content"] == "Hm."


def test_every_turn_gets_thoughts_its_own_or_a_word_in_their_place() -> None:
    thought = Turn(calls("a"), {"asked": "other", "provider_fields": {"reasoning_content": "hm"}})
    sent = order.thoughts_on_every_turn([thought, calls("b"), said("user", "x")])
    assert [each.get("reasoning_content") for each in sent] == ["hm", order.UNRECORDED, None]


NOTE = {"asked": "deepseek/v4", "provider_fields": {"reasoning_content": "hm", "thinking_blocks": [1]}}


def test_thoughts_go_back_to_the_model_that_had_them_and_to_nobody_else() -> None:
    sent = Turn({**calls("a"), "thinking_blocks": [1]}, NOTE)
    back = order.echoed([sent], "deepseek/v4", known_profile("deepseek/v4"))[0]
    assert (back.get("reasoning_content"), "thinking_blocks" in back) == ("hm", False)
    other = order.echoed([sent], "anthropic/x", known_profile("anthropic/x"))[0]
    assert not ECHOED & other.keys()


def test_messages_of_others_are_sent_as_they_are() -> None:
    message = {**calls("a"), "reasoning_content": "mine"}
    assert order.echoed([message], "openai/x", known_profile("openai/x")) == [message]


def test_nobody_sees_what_stands_beside_a_message() -> None:
    turn = Turn(calls("a"), NOTE)
    assert turn == calls("a")
    assert "hm" not in json.dumps(turn)


TEXTS = st.sampled_from(["", "x", "hello"])
MESSAGE = st.one_of(
    st.builds(said, st.sampled_from(["user", "assistant"]), TEXTS),
    st.just("calls"),
)


def conversation(parts: list[Any]) -> list[dict[str, Any]]:
    built: list[dict[str, Any]] = [said("system", "S")]
    for number, part in enumerate(parts):
        if part == "calls":
            ids = [f"c{number}", f"d{number}"]
            built += [Turn(calls(*ids), NOTE), *map(result, ids)]
        else:
            built.append(part)
    return built


@given(st.lists(MESSAGE, max_size=8))
def test_a_strict_order_is_strict_whatever_was_said_and_loses_nothing(parts: list[Any]) -> None:
    chat = conversation(parts)
    sent = order.alternating(order.answered_results(order.user_in_front(order.one_system_in_front(chat))))
    seen = [each["role"] for each in sent]
    assert seen[:2] == ["system", "user"]
    assert all(first != second or first == "tool" for first, second in pairwise(seen))
    assert not any(first == "tool" and second == "user" for first, second in pairwise(seen))
    whole = json.dumps(sent)
    assert all(each["content"] in whole for each in chat if each["role"] in ("user", "assistant") and each["content"])
    kept = [note_of(each) for each in sent if each.get("tool_calls")]
    assert kept == [NOTE] * parts.count("calls")


@given(st.lists(MESSAGE, max_size=8))
def test_shorter_ids_keep_calls_and_results_together(parts: list[Any]) -> None:
    sent = order.ids_of_nine(conversation(parts))
    made = [call["id"] for each in sent for call in each.get("tool_calls") or ()]
    assert made == [each["tool_call_id"] for each in sent if each["role"] == "tool"]
    assert all(len(each) == 9 and each.isalnum() for each in made)
    assert len(set(made)) == len(made)


def test_a_profile_keeps_what_several_calls_found_at_the_same_time() -> None:
    start = Profile()
    first = start.learned(start, Profile(one_system=True, refused_fields=frozenset({"a"}), limit_for_now=9))
    both = first.learned(start, Profile(ids_of_nine=True, refused_fields=frozenset({"b"})))
    assert (both.one_system, both.ids_of_nine, both.limit_for_now) == (True, True, None)
    assert both.refused_fields == {"a", "b"}
