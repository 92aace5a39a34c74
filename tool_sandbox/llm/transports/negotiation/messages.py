"""Messages in the order and with the fields that a model's template takes. Every function is pure.

Templates are a property of the model, whoever serves it: Mistral's raise on two users in a row, Gemma's on any system
message, Llama's on two calls in a turn, Qwen's on a system message that is not the first one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tool_sandbox.llm.transports.negotiation.profile import ECHOED, BesideCalls, Profile
from tool_sandbox.llm.transports.turns import altered, note_of, without

Messages = Sequence[dict[str, Any]]

OPENING = "(The conversation begins.)"
AFTER_RESULTS = "(The tools have answered.)"
CALLING = "(calling tools)"
UNRECORDED = "(not recorded)"
"""Stands for the thoughts behind a turn of another model, where a model demands some."""
_SPEAKERS = {"system": "Instructions", "assistant": "You", "user": "They", "tool": "Result"}


def one_system_in_front(messages: Messages) -> list[dict[str, Any]]:
    """One system message in front. Whole conversations before the last system message are told in it as examples."""
    starts = [position for position, message in enumerate(messages) if message["role"] == "system"]
    if starts in ([], [0]):
        return list(messages)
    before, rest = messages[: starts[-1]], messages[starts[-1] + 1 :]
    system = [str(messages[starts[-1]]["content"])]
    if starts == [*range(len(starts))]:  # one instruction in several parts
        system = [str(message["content"]) for message in messages[: len(starts)]]
    elif len(starts) == 1:
        rest = [*before, *rest]
    else:
        told = [f"{_SPEAKERS[message['role']]}: {message['content']}" for message in before]
        system.append("\n\n".join(["Earlier conversations, as examples of how to write:", *told]))
    return [{"role": "system", "content": "\n\n".join(system)}, *rest]


def system_told_by_user(messages: Messages) -> list[dict[str, Any]]:
    """No system message; what it said stands in front of the user's first words."""
    system = [str(message["content"]) for message in messages if message["role"] == "system"]
    others = [message for message in messages if message["role"] != "system"]
    if not system:
        return others
    instruction = "\n\n".join(system)
    if others and others[0]["role"] == "user":
        return [altered(others[0], content=f"{instruction}\n\n{others[0]['content']}"), *others[1:]]
    return [{"role": "user", "content": instruction}, *others]


def user_in_front(messages: Messages) -> list[dict[str, Any]]:
    """The user speaks first, after a system message."""
    first = next((place for place, message in enumerate(messages) if message["role"] != "system"), len(messages))
    if first < len(messages) and messages[first]["role"] == "user":
        return list(messages)
    return [*messages[:first], {"role": "user", "content": OPENING}, *messages[first:]]


def alternating(messages: Messages) -> list[dict[str, Any]]:
    """No two messages in a row of one speaker: their texts are put together."""
    joined: list[dict[str, Any]] = []
    for message in messages:
        before = joined[-1] if joined else None
        if before and before["role"] == message["role"] != "tool" and not before.get("tool_calls"):
            texts = [str(each["content"]) for each in (before, message) if each.get("content")]
            joined[-1] = altered(message, content="\n\n".join(texts) or message.get("content"))
        else:
            joined.append(message)
    return joined


def answered_results(messages: Messages) -> list[dict[str, Any]]:
    """The assistant says something between results of tools and the user's next words."""
    answered: list[dict[str, Any]] = []
    for message in messages:
        if message["role"] == "user" and answered and answered[-1]["role"] == "tool":
            answered.append({"role": "assistant", "content": AFTER_RESULTS})
        answered.append(message)
    return answered


def one_call_each(messages: Messages) -> list[dict[str, Any]]:
    """Turns with several calls as several turns, each with its result behind it."""
    split: list[dict[str, Any]] = []
    waiting: dict[str, dict[str, Any]] = {}
    for message in messages:
        if message["role"] == "tool" and message["tool_call_id"] in waiting:
            split.append(waiting.pop(message["tool_call_id"]))
        elif len(calls := message.get("tool_calls") or []) > 1:
            texts = [message.get("content"), *[None] * (len(calls) - 1)]
            turns = [altered(message, content=text, tool_calls=[call]) for text, call in zip(texts, calls, strict=True)]
            waiting = {turn["tool_calls"][0]["id"]: turn for turn in turns}
            continue
        split.append(message)
    return split


def beside_calls(messages: Messages, wanted: BesideCalls) -> list[dict[str, Any]]:
    """Turns that only call tools, with what stands for their text."""
    return [
        _beside_calls(message, wanted) if message.get("tool_calls") and not message.get("content") else message
        for message in messages
    ]


def _beside_calls(message: dict[str, Any], wanted: BesideCalls) -> dict[str, Any]:
    if wanted == "absent":
        return without(message, "content")
    content = {"null": None, "empty": "", "words": CALLING}[wanted]
    return message if message.get("content", content is None) == content else altered(message, content=content)


def ids_of_nine(messages: Messages) -> list[dict[str, Any]]:
    """Ids of nine letters and digits, the only kind that Mistral's models take, in calls and results alike."""
    return [_with_ids_of_nine(message) for message in messages]


def _with_ids_of_nine(message: Mapping[str, Any]) -> dict[str, Any]:
    if "tool_call_id" in message:
        return altered(message, tool_call_id=_nine(message["tool_call_id"]))
    if not message.get("tool_calls"):
        return altered(message)
    return altered(message, tool_calls=[{**call, "id": _nine(call["id"])} for call in message["tool_calls"]])


def _nine(call_id: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9]{9}", call_id):
        return call_id
    return hashlib.blake2s(call_id.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()[:9]


def without_fields(messages: Messages, names: frozenset[str]) -> list[dict[str, Any]]:
    """Messages without fields that are refused as unknown, in calls, too."""
    return [_without_fields(message, names) for message in messages]


def _without_fields(message: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    bare = without(message, *names)
    if bare.get("tool_calls"):
        kept = [{name: value for name, value in call.items() if name not in names} for call in bare["tool_calls"]]
        bare = altered(bare, tool_calls=kept)
    return bare


def without_names_on_results(messages: Messages) -> list[dict[str, Any]]:
    """Results of tools without the tool's name, which the id of the call says already."""
    return [without(message, "name") if message["role"] == "tool" else message for message in messages]


def thoughts_on_every_turn(messages: Messages) -> list[dict[str, Any]]:
    """Every turn of the assistant with ``reasoning_content``: its own, whoever thought it, or a word in its place."""
    return [_with_thoughts(message) if message["role"] == "assistant" else message for message in messages]


def _with_thoughts(message: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(message.get("reasoning_content"), str) and message["reasoning_content"]:
        return altered(message)
    kept = ((note_of(message) or {}).get("provider_fields") or {}).get("reasoning_content")
    return altered(message, reasoning_content=kept if isinstance(kept, str) and kept else UNRECORDED)


def echoed(messages: Messages, model: str, profile: Profile) -> list[dict[str, Any]]:
    """Every turn with what its own model wants back of it, and nothing of the kind on any other model's turn."""
    return [_echoed(message, model, profile) for message in messages]


def _echoed(message: dict[str, Any], model: str, profile: Profile) -> dict[str, Any]:
    note = note_of(message)
    if note is None or not (note.get("provider_fields") or note.get("call_fields") or _holds_extras(message)):
        return message
    own = bool(note.get("asked")) and note["asked"] == model
    fields = (note.get("provider_fields") or {}) if own else {}
    whole = without(message, *ECHOED)
    whole.update({name: fields[name] for name in profile.echo if fields.get(name)})
    if whole.get("tool_calls"):
        beside = (note.get("call_fields") or ()) if own and profile.echo_on_calls else ()
        whole["tool_calls"] = _calls_with_fields(whole["tool_calls"], beside)
    return whole


def _holds_extras(message: Mapping[str, Any]) -> bool:
    """Whether a turn has fields that go to nobody but the model that wrote it."""
    if not ECHOED.isdisjoint(message):
        return True
    return any("provider_specific_fields" in call for call in message.get("tool_calls") or ())


def _calls_with_fields(calls: Messages, beside: Sequence[Mapping[str, Any] | None]) -> list[dict[str, Any]]:
    given = [*beside, *[None] * len(calls)]
    bare = [{name: value for name, value in call.items() if name != "provider_specific_fields"} for call in calls]
    return [
        {**call, "provider_specific_fields": dict(fields)} if fields else call
        for call, fields in zip(bare, given, strict=False)
    ]


def holds_foreign_calls(messages: Messages) -> bool:
    """Whether a turn calls tools without the thoughts that led to it."""
    return any(message.get("tool_calls") and not message.get("thinking_blocks") for message in messages)
