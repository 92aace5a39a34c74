"""What servers said (public issues of vLLM, llama.cpp, clients and providers, 2023 to 2026), and what it means."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import fields

from tests.llm.fakes import question
from tool_sandbox.llm.transports.negotiation.profile import Profile
from tool_sandbox.llm.transports.negotiation.refusals import Refusal, advice_for, answers_to


def first_answer(text: str, *, model: str = "hosted_vllm/m", **params: Any) -> Profile | None:
    request = question(model=model, params=params or {"max_tokens": 1024})
    return next(answers_to(Refusal(text=text, request=request, profile=Profile())), None)


def news(profile: Profile | None) -> dict[str, Any]:
    """What an answer changed of a profile."""
    names = [each.name for each in fields(Profile)]
    return {} if profile is None else {
        name: getattr(profile, name) for name in names if getattr(profile, name) != getattr(Profile(), name)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "learned"),
    [
        ("System message must be at the beginning.", {"one_system"}),
        ("Only one system message is allowed.", {"one_system"}),
        ("Unexpected role 'system' after role 'user'", {"one_system"}),
        ("System role not supported", {"one_system", "system_told_by_user"}),
        ("Only user and assistant roles are supported!", {"one_system", "system_told_by_user"}),
        ("Developer instruction is not enabled for models/gemini-x", {"one_system", "system_told_by_user"}),
        (
            "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
            {"one_system", "system_told_by_user"},
        ),
        ("Unexpected role 'user' after role 'tool'", {"answer_after_results"}),
        (
            ("After the optional system message, conversation roles must alternate user and assistant roles except for "
            "tool calls and results."),
            {"one_system", "user_first", "alternating", "answer_after_results"},
        ),
        (
            "Jinja Exception: Conversation roles must alternate user/assistant/user/assistant/...",
            {"one_system", "user_first", "alternating", "answer_after_results"},
        ),
        (
            "A conversation must alternate between user and assistant roles.",
            {"one_system", "user_first", "alternating", "answer_after_results"},
        ),
        ("A conversation must start with a user message.", {"user_first"}),
        ("No user query found in messages.", {"user_first"}),
        ("This model only supports single tool-calls at once!", {"one_call"}),
        ("Only one tool call is supported per message", {"one_call"}),
        (
            "The `reasoning_content` in the thinking mode must be passed back to the API.",
            {"thoughts_on_every_turn"},
        ),
        (
            "thinking is enabled but reasoning_content is missing in assistant tool call message at index 2",
            {"thoughts_on_every_turn"},
        ),
        (
            "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`.",
            {"thinks_after_own_calls_only"},
        ),
        (
            "messages.1.content.0: Invalid `signature` in `thinking` block",
            {"refused_fields", "thinks_after_own_calls_only"},
        ),
        ("Tool call id was call_PTLP8xhu3uwZ but must be a-z, A-Z, 0-9, with a length of 9.", {"ids_of_nine"}),
        (
            "Invalid 'messages[1].tool_calls[0].id': string too long. Expected a string with maximum length 40",
            {"ids_of_nine"},
        ),
        ("messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'", {"ids_of_nine"}),
        ("Invalid request content: Only message of role user can have a name.", {"nameless_results"}),
        (
            ("'messages.2' : for 'role:tool' the following must be satisfied[('messages.2' : property 'name' is "
            "unsupported)]"),
            {"nameless_results"},
        ),
        (
            ("'messages.1' : for 'role:assistant' the following must be satisfied[('messages.1' : property "
            "'reasoning_content' is unsupported)]"),
            {"refused_fields"},
        ),
        ("Invalid value for 'content': expected a string, got null", {"beside_calls"}),
        ("body.messages.1.content.str - Input should be a valid string", {"beside_calls"}),
        ("messages: text content blocks must be non-empty", {"beside_calls"}),
        ('can only concatenate str (not "NoneType") to str', {"beside_calls"}),
        ("[{'type': 'missing', 'loc': ('body', 'messages', 2, 'content'), 'msg': 'Field required'}]", {"beside_calls"}),
        ("parameter.enable_thinking must be set to false for non-streaming calls", {"changes"}),
        ("the weather is nice today", set()),
        ("messages: at least one message is required", set()),
    ],
)  # fmt: skip
def test_every_refusal_changes_what_it_is_about(said: str, learned: set[str]) -> None:
    assert set(news(first_answer(said))) == learned


EFFORT = (
    "Function tools with reasoning_effort are not supported for gpt-5.6-terra in /v1/chat/completions. To use function "
    "tools, use /v1/responses or set reasoning_effort to 'none'."
)


def test_openais_other_endpoint_is_preferred_because_the_model_still_thinks_there() -> None:
    request = question(model="openai/gpt-5.6-terra", params={"max_tokens": 1024})
    ways = list(answers_to(Refusal(text=EFFORT, request=request, profile=Profile())))
    assert ways[0].responses_endpoint
    assert ways[1].changes[0].apply({}) == {"reasoning_effort": "none"}


def test_without_that_endpoint_the_effort_is_set_to_none() -> None:
    way = first_answer(EFFORT, model="direct:gpt-5.6-terra", reasoning_effort="high")
    assert way is not None
    assert way.changes[0].apply({"reasoning_effort": "high"}) == {"reasoning_effort": "none"}


@pytest.mark.parametrize(
    ("said", "room"),
    [
        (
            ("'max_tokens' or 'max_completion_tokens' is too large: 9216. This model's maximum context length is 8192 "
            "tokens and your request has 400 input tokens (9216 > 8192 - 400)."),
            7792,
        ),
        (
            ("This model's maximum context length is 8192 tokens. However, you requested 9616 tokens (400 in the "
            "messages, 9216 in the completion). Please reduce the length of the messages or completion."),
            7792,
        ),
        (
            ("This model's maximum context length is 8,192 tokens. However, you requested 9,216 output tokens and your "
            "prompt contains at least 400 input tokens, for a total of at least 9,616 tokens."),
            7792,
        ),
        (
            ("Requested token count exceeds the model's maximum context length of 8192 tokens. You requested a total "
            "of 9616 tokens: 400 tokens from the input messages and 9216 tokens for the completion."),
            7792,
        ),
        (
            ("input length and `max_tokens` exceed context limit: 400 + 9216 > 8192, decrease input length or "
            "`max_tokens`"),
            7792,
        ),
        ("`inputs` tokens + `max_new_tokens` must be <= 8192. Given: 400 `inputs` tokens and 9216", 7792),
        ("max_tokens: 9216 > 4096, which is the maximum allowed number of output tokens for claude-3-haiku", 4096),
        ("max_tokens is too large: 9216. This model supports at most 4096 completion tokens", 4096),
        ("`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens`", 8192),
        ("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", 8192),
        ("You requested up to 9216 tokens, but can only afford 4000.", 4000),
        ("Request too large on tokens per minute (TPM): Limit 6000, Requested 9616, please reduce", 5600),
        ("'m' failed (HTTP 400): the request exceeds the available context size", 1024),
    ],
)  # fmt: skip
def test_a_limit_that_we_raised_is_lowered_to_what_the_server_says(said: str, room: int) -> None:
    way = first_answer(said, max_tokens=9216)
    assert way is not None
    assert (way.limit_for_now or way.longest_answer) == room


def test_a_limit_that_somebody_set_stays_as_it_is() -> None:
    request = question(params={"max_tokens": 9216})
    said = "This model's maximum context length is 8192 tokens and your request has 400 input tokens."
    assert not list(answers_to(Refusal(text=said, request=request, profile=Profile(), limit_is_ours=False)))


def test_a_conversation_that_fills_the_context_is_not_tried_again_with_a_few_tokens() -> None:
    said = "This model's maximum context length is 8192 tokens and your request has 8190 input tokens."
    ways = answers_to(Refusal(text=said, request=question(params={"max_tokens": 1024}), profile=Profile()))
    assert not list(ways)


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', "--tool-call"),
        ("tools param requires --jinja flag", "--jinja"),
        ("Unsupported param: tools", "--jinja"),
        ("registry.ollama.ai/library/gemma:2b does not support tools", "--tool-format"),
        ("No endpoints found that support tool use.", "--tool-format"),
        ("Unexpected role RoleEnum.tool", "--tool-format"),
        ("Invalid role: 'tool'", "--tool-format"),
        ("Only user and assistant roles are supported!", "--tool-format"),
    ],
)  # fmt: skip
def test_a_server_without_tools_is_told_with_the_flag_to_set(said: str, flag: str) -> None:
    advice = advice_for(said)
    assert advice is not None
    assert flag in advice
    assert "--tool-format" in advice


@pytest.mark.parametrize(
    "said",
    [
        "anthropic does not support parameters: ['tool_choice']",
        EFFORT,
        "Unexpected role 'tool' after role 'user'",
        "overloaded",
    ],
)
def test_other_refusals_need_no_flag(said: str) -> None:
    assert advice_for(said) is None
