"""Read a completion in OpenAI's format, as LiteLLM and compatible servers give it, into a ``ChatResponse``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tool_sandbox.errors import MalformedResponseError, RefusalError
from tool_sandbox.llm.chat import ChatResponse, ToolCall, Usage
from tool_sandbox.llm.thoughts import without_thoughts

MALFORMED_CALL = "malformed_function_call"
"""Finish reason of an answer in which the model tried to call a tool and the provider could not read the call."""

_ECHOED = ("reasoning_content", "thinking_blocks", "reasoning_items", "reasoning_details", "provider_specific_fields")


def read_completion(data: Mapping[str, Any], *, provider: str | None, model: str) -> ChatResponse:
    """The first choice of a completion.

    Args:
        data: The completion as plain data.
        provider: Who was asked.
        model: The model that was asked, reported unless the answer names another.

    Raises:
        MalformedResponseError: There is no choice, or it is not an object.
        RefusalError: A content filter stopped the answer.
    """
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        message = f"{model!r} answered with no choices; a completion has at least one."
        raise MalformedResponseError(message, provider=provider, model=model, status=200)
    choice = choices[0]
    said = choice.get("message")
    if not isinstance(said, Mapping):
        message = f"{model!r} answered with a choice that holds no message."
        raise MalformedResponseError(message, provider=provider, model=model, status=200)
    reason = _finish_reason(choice)
    if reason == "content_filter":
        message = f"A content filter stopped the answer of {model!r}."
        raise RefusalError(message, provider=provider, model=model, status=200)
    text, fields = _without_thoughts(_text(said.get("content")), said)
    return ChatResponse(
        text=text or said.get("refusal") or text,
        tool_calls=[read_tool_call(call) for call in said.get("tool_calls") or () if isinstance(call, Mapping)],
        finish_reason=reason,
        usage=read_usage(data.get("usage")),
        model=data.get("model") or model,
        provider=provider,
        provider_fields=fields,
    )


def read_tool_call(call: Mapping[str, Any]) -> ToolCall:
    """One tool call; arguments sent as an object are turned back into text."""
    function = call.get("function") or {}
    arguments = function.get("arguments")
    fields = call.get("provider_specific_fields") or function.get("provider_specific_fields")
    if call.get("extra_content"):
        fields = {**(fields or {}), "extra_content": call["extra_content"]}
    return ToolCall(
        id=str(call.get("id") or ""),
        name=str(function.get("name") or ""),
        arguments=arguments if isinstance(arguments, str) else json.dumps({} if arguments is None else arguments),
        provider_fields=fields or None,
    )


def read_usage(usage: Any) -> Usage | None:
    """Token counts; ``None`` when the provider gave none (LiteLLM shows those as zeros)."""
    if not isinstance(usage, Mapping):
        return None
    prompt, completion = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    if not prompt and not completion:
        return None
    prompt_details = usage.get("prompt_tokens_details") or {}
    completion_details = usage.get("completion_tokens_details") or {}
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        cached_tokens=_count(prompt_details, "cached_tokens")
        or _count(usage, "cache_read_input_tokens")
        or _count(usage, "prompt_cache_hit_tokens"),
        cache_write_tokens=_count(usage, "cache_creation_input_tokens")
        or _count(prompt_details, "cache_creation_tokens")
        or _count(prompt_details, "cache_write_tokens"),
        reasoning_tokens=_count(completion_details, "reasoning_tokens"),
    )


def _finish_reason(choice: Mapping[str, Any]) -> str:
    native = choice.get("provider_specific_fields")
    native_reason = str(native.get("native_finish_reason") or "") if isinstance(native, Mapping) else ""
    if native_reason.upper() in {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"}:
        return MALFORMED_CALL
    return str(choice.get("finish_reason") or "stop")


def _text(content: Any) -> str | None:
    """Text of a message whose content is text or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, Iterable):
        parts = [part.get("text") or "" for part in content if isinstance(part, Mapping) and part.get("type") == "text"]
        return "".join(parts) or None
    return None


def _without_thoughts(text: str | None, said: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """The text for others to read, and what the provider wants back: thinking is often written into the text.

    Where the text is empty, thoughts that end in a closing mark and go on are an answer that the server's parser left
    among them. Other thoughts are never taken for an answer: nothing tells one from the other. Thoughts that repeat the
    text are no thoughts.
    """
    fields = {name: said[name] for name in _ECHOED if _worth_keeping(said.get(name))}
    if "reasoning_content" not in fields and isinstance(said.get("reasoning"), str) and said["reasoning"]:
        fields["reasoning_content"] = said["reasoning"]
    thought = fields.get("reasoning_content")
    if isinstance(thought, str) and text and thought.strip() == text.strip():
        del fields["reasoning_content"]
    elif isinstance(thought, str) and not (text or "").strip():
        spoken = without_thoughts(thought)
        if spoken.thoughts and spoken.text.strip():
            fields["reasoning_content"], text = spoken.thoughts, spoken.text
    spoken = without_thoughts(text or "")
    if spoken.thoughts:
        fields.setdefault("reasoning_content", spoken.thoughts)
    text = spoken.text if text is not None else None
    return (text.lstrip("\n") if text and "reasoning_content" in fields else text), fields


def _worth_keeping(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(each is not None for each in value.values())
    return bool(value)


def _count(counts: Any, name: str) -> int:
    value = counts.get(name) if isinstance(counts, Mapping) else None
    return int(value) if isinstance(value, (int, float)) else 0
