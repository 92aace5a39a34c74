"""The conversation as a provider takes it: complete, well-formed, and with what it wants back of its earlier turns.

Providers, and LiteLLM on the way to them, silently edit or drop what they do not like (empty texts, second system
messages, calls without results). Whatever needs mending is mended here, the same for everyone, so that every model
reads the same conversation.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tool_sandbox.llm.chat import ChatResponse
from tool_sandbox.llm.providers import provider_name
from tool_sandbox.llm.reading import MALFORMED_CALL

_ONE_SYSTEM_ONLY = frozenset({"anthropic", "bedrock", "gemini", "vertex_ai", "cohere"})
"""Where a second system message is moved or rewritten on the way."""
OPENING = "(The conversation begins.)"
EMPTY_TEXT = "(empty message)"
NO_RESULT = "(no result)"

_ECHO = {
    "anthropic": ("thinking_blocks",),
    "bedrock": ("thinking_blocks", "reasoning_content"),
    "vertex_ai": ("thinking_blocks", "provider_specific_fields"),
    "gemini": ("provider_specific_fields",),
    "openai": ("reasoning_items", "provider_specific_fields"),
    "azure": ("reasoning_items", "provider_specific_fields"),
    "openrouter": ("reasoning_details", "reasoning_content", "provider_specific_fields"),
    "litellm_proxy": ("thinking_blocks", "reasoning_items", "reasoning_content", "provider_specific_fields"),
    "deepseek": ("reasoning_content",),
    "moonshot": ("reasoning_content",),
    "zai": ("reasoning_content",),
    "hosted_vllm": ("reasoning_content",),
    "direct": ("reasoning_content",),
}
"""What each provider reads in earlier turns. Elsewhere the same fields are refused as unknown, so they stay here."""
_CALL_ECHO = frozenset({"gemini", "vertex_ai", "openrouter", "litellm_proxy", "openai", "azure"})


def calls_tools(response: ChatResponse) -> bool:
    """Whether an answer goes to the tools, so that its text stands beside: also when the call could not be read."""
    return bool(response.tool_calls) or response.finish_reason == MALFORMED_CALL


def notes_for(response: ChatResponse, asked: str) -> dict[str, Any]:
    """What to keep beside an answer so that it can be sent back whole.

    Args:
        response: The answer.
        asked: The model string that was asked.

    Returns:
        JSON-able notes; empty when the messages say everything.
    """
    notes: dict[str, Any] = {}
    if response.text and response.text.strip() and calls_tools(response):
        notes["text"] = response.text
    if response.provider_fields:
        notes["provider_fields"] = dict(response.provider_fields)
    if any(call.provider_fields for call in response.tool_calls):
        notes["call_fields"] = [call.provider_fields for call in response.tool_calls]
    if notes:
        notes["asked"] = asked
        notes["fallback"] = response.fallback
    return notes


def project(
    chat: Sequence[Mapping[str, Any]], notes: Sequence[Mapping[str, Any] | None], model: str
) -> list[dict[str, Any]]:
    """The messages to send.

    Args:
        chat: The conversation in the chat format.
        notes: For each message what ``notes_for`` kept of it, or ``None``.
        model: The model string that is asked now; fields of another model's turns are not sent to it.
    """
    provider = provider_name(model)
    restored = [_restored(message, note or {}, model, provider) for message, note in zip(chat, notes, strict=True)]
    paired = list(_paired(_one_system(restored)))
    if provider == "mistral":
        _shorten_ids(paired)
    return [_filled(message) for message in paired]


def project_user(chat: Sequence[Mapping[str, Any]], model: str) -> list[dict[str, Any]]:
    """The messages to send to a simulated user's model, for whom the user's own words are the assistant's.

    Examples come before the real conversation, each with a system message of its own. Where only one is possible the
    examples are told in it instead.

    Args:
        chat: The conversation with flipped roles.
        model: The model string that is asked.
    """
    messages = [dict(message) for message in chat]
    if provider_name(model) in _ONE_SYSTEM_ONLY:
        messages = _examples_told(messages)
    return [_filled(message) for message in _paired(messages)]


def _examples_told(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    starts = [position for position, message in enumerate(messages) if message["role"] == "system"]
    real = starts[-1] if starts else 0
    told = [f"{_SPEAKERS[message['role']]}: {message['content']}" for message in messages[:real]]
    system = [str(message["content"]) for message in messages[real : real + 1] if starts]
    if told:
        system.append("\n\n".join(["Earlier conversations, as examples of how to write:", *told]))
    rest = list(messages[real + len(system[:1]) :])
    if rest and rest[0]["role"] == "assistant":
        rest.insert(0, {"role": "user", "content": OPENING})
    return [{"role": "system", "content": "\n\n".join(system)}, *rest] if system else rest


_SPEAKERS = {"system": "Instructions", "assistant": "You", "user": "They", "tool": "Result"}


def _restored(message: Mapping[str, Any], note: Mapping[str, Any], model: str, provider: str | None) -> dict[str, Any]:
    """An assistant message with its text beside calls, and the fields its own model wants back."""
    whole = dict(message)
    if whole["role"] != "assistant":
        return whole
    calls = [json.loads(json.dumps(call)) for call in whole.get("tool_calls") or ()]
    if calls:
        whole["tool_calls"] = calls
        whole["content"] = note.get("text") or None
    if note.get("asked") != model or note.get("fallback"):
        return whole
    fields = note.get("provider_fields") or {}
    whole |= {name: fields[name] for name in _ECHO.get(provider or "", ()) if fields.get(name)}
    if provider in _CALL_ECHO:
        for call, call_fields in zip(calls, note.get("call_fields") or (), strict=False):
            if call_fields:
                call["provider_specific_fields"] = dict(call_fields)
    return whole


def _one_system(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """All system messages as one, in front."""
    system = [str(message["content"]) for message in messages if message["role"] == "system" and message["content"]]
    others = [message for message in messages if message["role"] != "system"]
    return [{"role": "system", "content": "\n\n".join(system)}, *others] if system else others


def _paired(messages: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Exactly one result for every call, right behind it; results nobody asked for are left out."""
    results = [message for message in messages if message["role"] == "tool"]
    for message in messages:
        if message["role"] == "tool":
            continue
        yield message
        for call in message.get("tool_calls") or ():
            call["function"]["arguments"] = _object(call["function"].get("arguments"))
            call["function"]["name"] = _clean(call["function"]["name"])
            found = next((result for result in results if result["tool_call_id"] == call["id"]), None)
            if found is not None:
                results.remove(found)
            yield {**found, "name": call["function"]["name"]} if found else _missing(call)


def _clean(name: str) -> str:
    """A tool name that providers take; models invent others, and every later turn would be refused for them."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:64] or "unnamed_tool"


def _missing(call: Mapping[str, Any]) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call["id"], "name": call["function"]["name"], "content": NO_RESULT}


def _object(arguments: Any) -> str:
    """Arguments that are one JSON object; others would be refused long after the model was told of its mistake."""
    try:
        fine = isinstance(json.loads(arguments), dict)
    except (TypeError, ValueError):
        fine = False
    return arguments if fine else "{}"


def _filled(message: dict[str, Any]) -> dict[str, Any]:
    """A message with a text, where providers demand one."""
    if message.get("content") or message.get("tool_calls"):
        return message
    return {**message, "content": "" if message["role"] == "tool" else EMPTY_TEXT}


def _shorten_ids(messages: Sequence[dict[str, Any]]) -> None:
    """Ids of nine letters and digits, the only kind Mistral's API takes."""
    for message in messages:
        for call in message.get("tool_calls") or ():
            call["id"] = _nine(call["id"])
        if "tool_call_id" in message:
            message["tool_call_id"] = _nine(message["tool_call_id"])


def _nine(call_id: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9]{9}", call_id):
        return call_id
    return hashlib.blake2s(call_id.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()[:9]
