"""How an answer ended: what providers and servers write as finish reason, and what it means for the answer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from attrs import frozen

MALFORMED_CALL = "malformed_function_call"
"""Finish reason of an answer in which the model tried to call a tool and the provider could not read the call."""


class AnswerEnding(Enum):
    """What became of an answer. Where two reasons are given, the first of these counts."""

    BAD_CALL = "the model wrote a call that cannot be read"
    REFUSED = "a content filter stopped it"
    TOO_LONG = "the conversation no longer fits"
    UNACCEPTABLE = "the request was refused"
    LOST = "the server gave it up"
    ANSWERED = "it is an answer, whole or cut by the token limit"


_REASONS = {
    AnswerEnding.BAD_CALL: (
        "malformed_function_call", "unexpected_tool_call", "too_many_tool_calls", "malformed_response",
        # Gemini; its endpoint in OpenAI's format writes "function_call_filter: MALFORMED_FUNCTION_CALL"
        "malformed_tool_use", "malformed_model_output",  # Bedrock
    ),
    AnswerEnding.REFUSED: (
        "content_filter",  # OpenAI, Azure, OpenRouter, DeepSeek
        "safety", "recitation", "blocklist", "prohibited_content", "spii", "model_armor", "language",  # Gemini
        "guardrail_intervened", "content_filtered",  # Bedrock
        "refusal",  # Anthropic
        "error_toxic",  # Cohere
        "sensitive",  # Z.ai
    ),
    AnswerEnding.TOO_LONG: (
        "model_context_window_exceeded",  # Anthropic, Bedrock, Z.ai
        "model_length",  # Mistral
        "error_limit",  # Cohere
        "context_length_exceeded",
    ),
    AnswerEnding.UNACCEPTABLE: ("missing_thought_signature",),  # Gemini
    AnswerEnding.LOST: (
        "error",  # OpenRouter, vLLM, Mistral, Cohere, watsonx
        "abort", "aborted",  # vLLM, SGLang
        "cancel", "cancelled", "canceled", "user_cancel", "interrupted",  # Cohere, watsonx, gateways
        "timeout", "time_limit",  # Cohere, watsonx
        "failed", "incomplete", "not_finished", "in_progress",  # Responses bridges, watsonx
        "load", "unload",  # Ollama: the model was loaded or thrown out of memory, nothing was generated
        "insufficient_system_resource",  # DeepSeek
        "network_error",  # Z.ai
        "other", "finish_reason_unspecified",  # Gemini
    ),
    AnswerEnding.ANSWERED: (
        "stop", "length", "tool_calls", "function_call",
        "eos", "eos_token", "end_turn", "stop_sequence", "complete", "completed", "tool_use", "tool_call",
        "max_tokens", "max_output_tokens", "token_limit", "pause_turn", "repetition",
    ),
}  # fmt: skip
_ENDINGS = {reason: ending for ending, reasons in _REASONS.items() for reason in reasons}
_OPENAI_WORDS = {
    **dict.fromkeys(("eos", "eos_token", "end_turn", "stop_sequence", "complete", "completed"), "stop"),
    **dict.fromkeys(("max_tokens", "max_output_tokens", "token_limit"), "length"),
    **dict.fromkeys(("tool_use", "tool_call", "function_call"), "tool_calls"),
}


@frozen
class Finish:
    """How one answer ended."""

    reason: str
    """In OpenAI's words where there is one; ``stop`` when the provider gave none."""
    ending: AnswerEnding
    words: str = ""
    """What the provider said about it: the reasons as it wrote them, and a message if there was one."""
    known: bool = True
    """Whether the provider gave a reason and we know it."""


def finish_of(choice: Mapping[str, Any]) -> Finish:
    """How a choice ended: by the reason of the provider behind a gateway where that says more, else by the choice's."""
    beside = choice.get("provider_specific_fields")
    native = beside.get("native_finish_reason") if isinstance(beside, Mapping) else None
    given = [_spelt(each) for each in (choice.get("finish_reason"), choice.get("native_finish_reason"), native)]
    named = list(dict.fromkeys(piece for each in given if each for piece in each.lower().split(": ")))
    endings = [_ENDINGS[each] for each in named if each in _ENDINGS]
    telling = [
        each for each in (_ENDINGS.get(each.lower()) for each in given[1:]) if each not in (None, AnswerEnding.ANSWERED)
    ]
    ending = next((each for each in AnswerEnding if each in (telling or endings)), AnswerEnding.ANSWERED)
    reason = (
        MALFORMED_CALL
        if ending is AnswerEnding.BAD_CALL
        else _OPENAI_WORDS.get(named[0], named[0])
        if named
        else "stop"
    )
    said = [repr(each) for each in dict.fromkeys(filter(None, given))]
    return Finish(reason, ending, ", ".join([*said, *_message(choice)]), known=bool(endings))


def native_reason(body: Mapping[str, Any]) -> str | None:
    """The finish reason in an answer, or an event of a stream, in the format of a provider that has one of its own."""
    first = _first(body.get("candidates")) or _first(body.get("choices"))
    delta = body.get("delta")
    places = (
        first.get("finishReason"),  # Gemini
        first.get("native_finish_reason") or first.get("finish_reason"),  # OpenAI's format
        body.get("stop_reason"), delta.get("stop_reason") if isinstance(delta, Mapping) else None,  # Anthropic
        body.get("stopReason"),  # Bedrock
        body.get("finish_reason"), delta.get("finish_reason") if isinstance(delta, Mapping) else None,  # Cohere
        body.get("done_reason"),  # Ollama
    )  # fmt: skip
    return next((each for each in map(_spelt, places) if each), None)


def _first(values: Any) -> Mapping[str, Any]:
    return values[0] if isinstance(values, list) and values and isinstance(values[0], Mapping) else {}


def _spelt(reason: Any) -> str:
    """A reason as text; SGLang's own API gives an object with a type and a message."""
    if isinstance(reason, Mapping):
        reason = reason.get("type")
    return reason.strip() if isinstance(reason, str) else ""


def _message(choice: Mapping[str, Any]) -> list[str]:
    reason = choice.get("finish_reason")
    message = reason.get("message") if isinstance(reason, Mapping) else choice.get("finish_message")
    return [message] if isinstance(message, str) and message else []
