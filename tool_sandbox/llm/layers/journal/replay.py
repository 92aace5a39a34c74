"""A model that answers from the journal of a recorded run alone, and says of other calls what is different."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tool_sandbox.errors import UnrecordedCallError
from tool_sandbox.llm.chat import CallTag, ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Layer
from tool_sandbox.llm.layers.journal.calls import Journal
from tool_sandbox.llm.layers.journal.entry import JournalEntry
from tool_sandbox.llm.layers.journal.requests import read_requests
from tool_sandbox.redaction import redact, redact_text

Messages = Sequence[Mapping[str, Any]]
_COMPARED = ("role", "content", "tool_calls")
_LONGEST, _BEFORE = 60, 15
"""Characters of a value that a message shows, and those of them before what differs."""


class Recorded:
    """The journal of a recorded run, and what is known of its calls beside the answers.

    Args:
        journal: The calls.
        name: What to call the run in messages.
        messages: The messages that a role of a sample saw until its end, where that is known; for requests that were
            sent to their provider in another form.
    """

    def __init__(self, journal: Journal, name: str, messages: Callable[[CallTag], Messages | None]) -> None:
        self.journal, self._name, self._messages = journal, name, messages

    def missing(self, request: ChatRequest) -> UnrecordedCallError:
        """What to say of a call that is not in the journal: which it is, and how the recorded one differs."""
        tag, entries = request.tag, list(self.journal.entries())
        alike = [entry for entry in entries if _whose(entry.tag) == _whose(tag)]
        why = "no call of this role in this sample is"
        if answered := [entry for entry in alike if entry.response]:
            nearest = min(answered, key=lambda entry: (abs(entry.tag.turn - tag.turn), entry.tag.turn))
            parts = {name: part for entry in entries for name, part in (entry.asked or {}).get("parts", {}).items()}
            bodies = list(read_requests([entry.asked or {} for entry in alike], parts))
            why = "; ".join(_differences(request, nearest, self._asked(request, bodies[alike.index(nearest)])))
        message = (
            f"{tag.scenario!r} (trial {tag.trial}): the call of {tag.role} after {len(request.messages)} messages is "
            f"not in the journal of {self._name}: {why}."
        )
        return UnrecordedCallError(message)

    def _asked(self, request: ChatRequest, body: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """The messages and tools that were sent, as far as they were sent in the form in which a role asks."""
        asked = dict(body or {})
        if not _has_form_of(request.messages, asked.get("messages"), "role"):
            asked["messages"] = self._messages(request.tag)
        if not _has_form_of(request.tools, asked.get("tools"), "function"):
            asked["tools"] = None
        return asked


class Replayed(Layer):
    """A model whose every answer is one of the journal.

    Args:
        recorded: The run.
    """

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """The answer that this request got.

        Raises:
            UnrecordedCallError: It got none.
        """
        journal = self._recorded.journal
        key = journal.claim(request)
        response = journal.replay(key)
        if response is None:
            journal.release(key)
            raise self._recorded.missing(request)
        return response


def _whose(tag: CallTag) -> tuple[str, int, str]:
    return tag.scenario, tag.trial, tag.role


def _has_form_of(now: Messages, before: Any, key: str) -> bool:
    """Whether a list that went over the wire can be compared with one that a role makes."""
    if not isinstance(before, list):
        return before is None and not now
    return all(isinstance(each, Mapping) and key in each for each in before) and (
        key != "role" or [each["role"] for each in before[:1]] == [each["role"] for each in now[:1]]
    )


def _differences(request: ChatRequest, entry: JournalEntry, asked: Mapping[str, Any]) -> Iterator[str]:
    """What is different, each with what was recorded first."""
    model, params = redact_text(request.model), redact(dict(request.params))
    told = [f"the model was {entry.model!r} and is {model!r}"] if model != entry.model else []
    told += [_difference(name, entry.params.get(name), params.get(name)) for name in sorted({*params, *entry.params})]
    told += list(_differing_tools(asked["tools"], request.tools))
    told += list(_differing_messages(asked["messages"] or (), request.messages))[:1]
    yield from (found := [each for each in told if each])
    if found:
        return
    if asked["messages"] is not None and entry.key.turn != len(request.messages):
        yield f"the recorded one came after {entry.key.turn} messages"
    elif None in (asked["messages"], asked["tools"]):
        yield "its messages or the tools on offer are different, of which no record is kept that can be compared"
    else:
        yield "it was not asked so often"


def _differing_tools(before: Messages | None, now: Messages) -> Iterator[str]:
    if before is None:
        return
    old, new = ({each["function"].get("name"): each for each in tools} for tools in (before, now))
    yield from (f"the tool {name!r} is new" for name in new if name not in old)
    yield from (f"the tool {name!r} is gone" for name in old if name not in new)
    for name in new:
        if name in old:
            yield _difference(f"the tool {name!r}", old[name], new[name])
    if list(old) != list(new) and old.keys() == new.keys():
        yield "the tools are in another order"


def _differing_messages(before: Messages, now: Messages) -> Iterator[str]:
    for number, (old, new) in enumerate(zip(before, now, strict=False)):
        for part in _COMPARED:
            if told := _difference(f"{part} of message {number}", old.get(part), new.get(part)):
                yield told


def _difference(what: str, before: Any, now: Any) -> str:
    """What a value was and is, from shortly before the first letter that differs; empty when it is the same."""
    old, new = _text(before), _text(now)
    if old == new:
        return ""
    same = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(old))
    at = max(0, same - _BEFORE)
    return f"{what} was {_part(old, at)} and is {_part(new, at)}"


def _text(value: Any) -> str:
    """A value as JSON; calls by what they call, whatever ids a provider gave them, and nothing as ``null``."""
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping) and "function" in value[0]:
        value = [call["function"] for call in value]
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    return json.dumps(number or (number if number == 0 else None), ensure_ascii=False, default=str)


def _part(text: str, at: int) -> str:
    shown = redact_text(text)[at : at + _LONGEST]
    return f"{'…' if at else ''}{shown}{'…' if at + _LONGEST < len(text) else ''}"
