"""The conversation as a provider takes it: complete, well-formed, and with what it wants back of its earlier turns.

Providers, and LiteLLM on the way to them, silently edit or drop what they do not like (empty texts, second system
messages, calls without results). Whatever needs mending is mended here, the same for everyone, so that every model
reads the same conversation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from tool_sandbox.llm.chat import ChatResponse
from tool_sandbox.llm.transports.completions.completion import MALFORMED_CALL
from tool_sandbox.llm.transports.negotiation import messages as order
from tool_sandbox.llm.transports.negotiation.profile import known_profile
from tool_sandbox.llm.transports.turns import Turn, altered

EMPTY_TEXT = "(empty message)"
NO_RESULT = "(no result)"


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
        notes["asked"] = response.asked or (None if response.fallback else asked)
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
    profile = known_profile(model)
    restored = [_restored(message, note or {}) for message, note in zip(chat, notes, strict=True)]
    paired = list(_paired(_one_system(order.echoed(restored, model, profile))))
    if profile.ids_of_nine:
        paired = order.ids_of_nine(paired)
    return [_filled(message) for message in paired]


def project_user(chat: Sequence[Mapping[str, Any]], model: str) -> list[dict[str, Any]]:
    """The messages to send to a simulated user's model, for whom the user's own words are the assistant's.

    Examples come before the real conversation, each with a system message of its own. Where only one is possible the
    examples are told in it instead.

    Args:
        chat: The conversation with flipped roles.
        model: The model string that is asked.
    """
    profile = known_profile(model)
    messages = [dict(message) for message in chat]
    if profile.one_system:
        messages = order.one_system_in_front(messages)
    if profile.user_first:
        messages = order.user_in_front(messages)
    return [_filled(message) for message in _paired(messages)]


def _restored(message: Mapping[str, Any], note: Mapping[str, Any]) -> dict[str, Any]:
    """An assistant message with its text beside calls, and its note."""
    if message["role"] != "assistant":
        return dict(message)
    whole = Turn(message, note)
    if calls := [{**call, "function": {**call["function"]}} for call in whole.get("tool_calls") or ()]:
        whole["tool_calls"] = calls
        whole["content"] = note.get("text") or None
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


@lru_cache(maxsize=512)
def _clean(name: str) -> str:
    """A tool name that providers take; models invent others, and every later turn would be refused for them."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:64] or "unnamed_tool"


def _missing(call: Mapping[str, Any]) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call["id"], "name": call["function"]["name"], "content": NO_RESULT}


def _object(arguments: Any) -> str:
    """Arguments that are one JSON object; others would be refused long after the model was told of its mistake."""
    fine = _is_read_object(arguments) if isinstance(arguments, str) else _is_object(arguments)
    return arguments if fine else "{}"


def _is_object(arguments: Any) -> bool:
    try:
        return isinstance(json.loads(arguments), dict)
    except (TypeError, ValueError):
        return False


_is_read_object = lru_cache(maxsize=256)(_is_object)  # every later turn has the same calls again


def _filled(message: dict[str, Any]) -> dict[str, Any]:
    """A message with a text, where providers demand one."""
    if message.get("content") or message.get("tool_calls"):
        return message
    return altered(message, content="" if message["role"] == "tool" else EMPTY_TEXT)
