from __future__ import annotations

import copy
from typing import Any

import pytest

from tool_sandbox.llm.chat import ChatResponse, ToolCall
from tool_sandbox.llm.transports.history import EMPTY_TEXT, NO_RESULT, notes_for, project, project_user
from tool_sandbox.llm.transports.negotiation.messages import OPENING

CLAUDE = "anthropic/claude-sonnet-4-5"


def call(call_id: str, name: str = "f", arguments: str = "{}") -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def calls(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": "", "tool_calls": list(entries)}


def result(call_id: str, text: str = "ok") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "name": "f", "content": text}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def plain(*chat: dict[str, Any], model: str = "openai/gpt-x") -> list[dict[str, Any]]:
    return project(chat, [None] * len(chat), model)


THOUGHT = ChatResponse(
    text="Let me look.",
    tool_calls=[ToolCall(id="1", name="f", arguments="{}", provider_fields={"thought_signature": "sig"})],
    provider_fields={
        "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}],
        "reasoning_content": "hm",
    },
)


def test_the_input_is_left_alone() -> None:
    chat = [user("hi"), calls(call("a", arguments="[")), result("a")]
    before = copy.deepcopy(chat)
    plain(*chat, model="mistral/m")
    assert chat == before


def test_several_system_messages_become_one_in_front() -> None:
    chat = [user("hi"), {"role": "system", "content": "A"}, {"role": "system", "content": "B"}]
    assert plain(*chat) == [{"role": "system", "content": "A\n\nB"}, user("hi")]


def test_empty_texts_are_filled_and_empty_results_are_not() -> None:
    sent = plain(user(""), {"role": "assistant", "content": ""}, calls(call("a")), result("a", ""))
    assert [message["content"] for message in sent] == [EMPTY_TEXT, EMPTY_TEXT, None, ""]


def test_every_call_has_exactly_one_result_right_behind_it() -> None:
    sent = plain(calls(call("a"), call("b")), result("b", "B"), result("zzz"), user("hi"))
    assert [(m["role"], m.get("tool_call_id"), m["content"]) for m in sent] == [
        ("assistant", None, None),
        ("tool", "a", NO_RESULT),
        ("tool", "b", "B"),
        ("user", None, "hi"),
    ]


def test_repeated_ids_keep_their_own_results() -> None:
    sent = plain(calls(call("a")), result("a", "first"), calls(call("a")), result("a", "second"))
    assert [m["content"] for m in sent if m["role"] == "tool"] == ["first", "second"]


@pytest.mark.parametrize(("written", "sent"), [('{"a": 1}', '{"a": 1}'), ("{", "{}"), ("[1]", "{}"), ("", "{}")])
def test_past_arguments_are_always_an_object(written: str, sent: str) -> None:
    message = plain(calls(call("a", arguments=written)), result("a"))[0]
    assert message["tool_calls"][0]["function"]["arguments"] == sent


def test_names_that_providers_refuse_are_cleaned_in_call_and_result() -> None:
    sent = plain(calls(call("a", name="functions.do it")), {**result("a"), "name": "functions.do it"})
    assert sent[0]["tool_calls"][0]["function"]["name"] == sent[1]["name"] == "functions_do_it"


def test_mistral_gets_ids_of_nine_letters_in_call_and_result() -> None:
    sent = plain(calls(call("call-1"), call("AAAAAAAAA")), result("call-1"), result("AAAAAAAAA"), model="mistral/m")
    ids = [each["id"] for each in sent[0]["tool_calls"]]
    assert ids == [message["tool_call_id"] for message in sent[1:]]
    assert all(len(each) == 9 and each.isalnum() for each in ids)
    assert ids[1] == "AAAAAAAAA"


def test_text_beside_calls_is_sent_back() -> None:
    notes = notes_for(THOUGHT, "openai/gpt-x")
    sent = project([user("x"), calls(call("1")), result("1")], [None, notes, None], "openai/gpt-x")
    assert sent[1]["content"] == "Let me look."


def test_thinking_goes_back_to_the_model_that_thought() -> None:
    sent = project([calls(call("1")), result("1")], [notes_for(THOUGHT, CLAUDE), None], CLAUDE)
    assert sent[0]["thinking_blocks"] == THOUGHT.provider_fields["thinking_blocks"]
    assert "reasoning_content" not in sent[0]


@pytest.mark.parametrize("model", ["anthropic/claude-other", "openai/gpt-x", "mistral/m"])
def test_thinking_never_goes_to_another_model(model: str) -> None:
    sent = project([calls(call("1")), result("1")], [notes_for(THOUGHT, CLAUDE), None], model)
    assert sent[0].keys() == {"role", "content", "tool_calls"}


def test_thinking_of_a_fallback_does_not_go_to_the_model_itself() -> None:
    from attrs import evolve

    notes = notes_for(evolve(THOUGHT, fallback=True), CLAUDE)
    assert "thinking_blocks" not in project([calls(call("1")), result("1")], [notes, None], CLAUDE)[0]


def test_signatures_of_calls_go_back_with_their_calls() -> None:
    model = "gemini/gemini-3-pro"
    sent = project([calls(call("1")), result("1")], [notes_for(THOUGHT, model), None], model)
    assert sent[0]["tool_calls"][0]["provider_specific_fields"] == {"thought_signature": "sig"}


def test_reasoning_text_goes_where_it_is_read() -> None:
    model = "deepseek/deepseek-reasoner"
    sent = project([calls(call("1")), result("1")], [notes_for(THOUGHT, model), None], model)
    assert sent[0]["reasoning_content"] == "hm"


def test_an_ordinary_answer_needs_no_notes() -> None:
    assert notes_for(ChatResponse(text="hi"), "gpt-x") == {}


EXAMPLES = [
    {"role": "system", "content": "You are a user. Task one."},
    {"role": "assistant", "content": "Do one."},
    user("Done."),
    {"role": "system", "content": "You are a user. Task two."},
    {"role": "assistant", "content": "Do two."},
    user("Which?"),
]


def test_examples_keep_their_own_system_messages_where_that_works() -> None:
    assert project_user(EXAMPLES, "openai/gpt-x") == EXAMPLES


@pytest.mark.parametrize("model", [CLAUDE, "gemini/x", "vertex_ai/x", "bedrock/x"])
def test_examples_are_told_in_the_one_system_message_elsewhere(model: str) -> None:
    sent = project_user(EXAMPLES, model)
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "user"]
    assert sent[0]["content"].startswith("You are a user. Task two.")
    for text in ("Task one.", "You: Do one.", "They: Done."):
        assert text in sent[0]["content"]
    assert sent[1]["content"] == OPENING
