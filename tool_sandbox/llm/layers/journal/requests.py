"""What was asked in the calls of a journal; what a request repeats of earlier ones is not written again.

Conversations grow: a request is the one before it and a little more. And samples share tools and instructions. So the
first request of a conversation refers to the items of its lists as *parts*, each of which stands once in the file, and
every later one says what it adds to the one before.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any

from attrs import Factory, define, field, frozen

from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.redaction import redact, remove_values

Conversation = tuple[str, int, str]
"""Scenario, trial and role."""

_TEXT = json.JSONEncoder(separators=(",", ":"), default=str).encode
_MOST_CONVERSATIONS = 4096
"""So many are remembered, of samples that are not over; one that is forgotten has its next request written as if it
were the first."""


@frozen
class _Before:
    """The request before, as it was written."""

    number: str
    body: Mapping[str, Any]


@define
class RequestWriter:
    """Writes requests for one journal. Safe for threads.

    Args:
        known: Values that must never be written.
    """

    known: tuple[str, ...] = ()
    _parts: set[str] = Factory(set)
    _before: OrderedDict[Conversation, _Before] = Factory(OrderedDict)
    _roles: set[str] = Factory(set)
    """Who has asked so far."""
    _lock: Any = field(factory=threading.Lock, repr=False)
    _name: str = field(factory=partial(secrets.token_hex, 6))
    """Tells its requests from those of the writers of other segments."""
    _numbers: Iterator[int] = field(factory=count)

    def record(self, conversation: Conversation, request: ChatRequest, response: ChatResponse | None) -> dict[str, Any]:
        """What a line of the journal says of a request.

        Returns:
            ``number``, by which the next one refers to it; ``sent``, whether ``body`` is what went over the wire and
            not only what the role asked; ``fields`` other than lists; ``lists``, their items; ``parts``, the ones that
            no line before has; and, of a later request, ``before``, ``gone`` fields, and in ``lists`` how many items
            are as before and which ones follow.
        """
        sent = response.sent if response is not None and not response.cached else None
        whole = sent or {"model": request.model, "messages": request.messages, **request.call_params()}
        body = {name: tuple(value) if isinstance(value, list) else value for name, value in whole.items()}
        number = f"{self._name}-{next(self._numbers)}"
        with self._lock:
            self._roles.add(conversation[-1])
            before = self._before.pop(conversation, None)
            self._before[conversation] = _Before(number, body)
            if len(self._before) > _MOST_CONVERSATIONS:
                self._before.popitem(last=False)
            written = self._first(body) if before is None else self._later(before, body)
        return {"number": number, "sent": sent is not None, **written}

    def forget(self, scenario: str, trial: int) -> None:
        """Forget the conversations of a sample that is over."""
        with self._lock:
            for role in self._roles:
                self._before.pop((scenario, trial, role), None)

    def _first(self, body: Mapping[str, Any]) -> dict[str, Any]:
        new: dict[str, Any] = {}
        lists = {
            name: [self._part(item, new) for item in value] for name, value in body.items() if isinstance(value, tuple)
        }
        return {"fields": self._fields(body), "lists": lists, "parts": new}

    def _later(self, before: _Before, body: Mapping[str, Any]) -> dict[str, Any]:
        lists = {}
        for name, value in body.items():
            earlier = before.body.get(name)
            if isinstance(value, tuple) and value != earlier:
                count = _common(earlier, value) if isinstance(earlier, tuple) else 0
                lists[name] = [count, *remove_values(list(value[count:]), self.known)]
        changed = {name: value for name, value in body.items() if name not in before.body or before.body[name] != value}
        gone = [name for name in before.body if name not in body]
        return {"before": before.number, "gone": gone, "fields": self._fields(changed), "lists": lists}

    def _part(self, item: Any, new: dict[str, Any]) -> str:
        text = _TEXT(item)
        name = hashlib.blake2b(text.encode("ascii"), digest_size=8).hexdigest()
        if name not in self._parts:
            self._parts.add(name)
            new[name] = remove_values(item, self.known)
        return name

    def _fields(self, body: Mapping[str, Any]) -> Any:
        return redact({name: value for name, value in body.items() if not isinstance(value, tuple)}, self.known)


def read_requests(records: Iterable[Mapping[str, Any]], parts: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """The bodies of requests that ``RequestWriter`` wrote, in order; ``None`` for one that is not whole any more.

    Args:
        records: What the lines of one conversation say of its requests, in order; empty ones are of older journals.
        parts: Those of the whole journal.
    """
    known: dict[str, dict[str, Any]] = {}
    for record in records:
        try:
            body = _body(record, known, parts)
        except (KeyError, TypeError, IndexError):
            yield None
            continue
        known[record["number"]] = body
        yield body


def _body(record: Mapping[str, Any], known: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    fields, lists = record["fields"], record["lists"]
    if "before" not in record:
        return {**fields, **{name: [parts[item] for item in items] for name, items in lists.items()}}
    before = known[record["before"]]
    kept = {name: value for name, value in before.items() if name not in record["gone"]}
    grown = {name: [*(before[name][:count] if count else ()), *items] for name, (count, *items) in lists.items()}
    return {**kept, **fields, **grown}


def _common(before: Sequence[Any], after: Sequence[Any]) -> int:
    """How many items at the beginning are the same."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))
