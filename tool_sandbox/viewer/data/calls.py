"""The calls of models that a sample took, as they stand in the journal of its run: what was asked and answered."""

from __future__ import annotations

import json
import re
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.journal.requests import read_requests

if TYPE_CHECKING:
    from tool_sandbox.llm.layers.journal.store import JournalStore, Place
    from tool_sandbox.runs.store import RunStore
    from tool_sandbox.runs.stored_sample import StoredSample

Key = tuple[str, int]
"""Scenario and trial."""

_START = re.compile(rb'\{"schema":\d+,"request":"[^"]*","scenario":("(?:[^"\\]|\\.)*"),"trial":(\d+)')
_APART = frozenset({"attempts", "latency", "adjustments"})
_NOTHING: tuple[Any, ...] = (None, [], {}, "", False, 0)
_SAME = ("role", "turn", "request", "occurrence")
_NEW_PARTS = b'"parts":{"'


class CallIndex:
    """Where in the journal of a run the calls of each sample are. Safe for threads; reads on where it has grown.

    Args:
        store: The run's directory, on this machine's disk or elsewhere; a journal from elsewhere is fetched once.
    """

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._journal: JournalStore | None = None
        self._places: dict[Key, list[Place]] = {}
        self.parts: dict[str, Any] = {}
        """What requests of the whole journal refer to."""
        self._lock = threading.Lock()

    def records(self, key: Key) -> list[dict[str, Any]]:
        """The journal's records of one sample, in the order in which they were written.

        Raises:
            SettingsError: The journal does not let itself be read.
        """
        try:
            with self._lock:
                journal = self._opened()
                for place, line in journal.unread():
                    self._add(place, line)
                return [json.loads(journal.read(place)) for place in self._places.get(key, ())]
        except OSError as error:
            message = f"the calls of {str(self._store.directory)!r} cannot be read: {error}"
            raise SettingsError(message) from error

    def _opened(self) -> JournalStore:
        if self._journal is None:
            self._journal = self._store.recorded_calls()
            weakref.finalize(self, self._journal.close)
        return self._journal

    def _add(self, place: Place, line: bytes) -> None:
        if matched := _START.match(line):
            self._places.setdefault((json.loads(matched[1]), int(matched[2])), []).append(place)
            if _NEW_PARTS in line:
                self.parts.update((json.loads(line).get("asked") or {}).get("parts", {}))


def calls_of(sample: StoredSample, index: CallIndex) -> list[dict[str, Any]]:
    """One mapping for each call of a sample, in their order; the answers of a role are its messages that have one.

    Keys: ``role``; ``asked``, the body of the request, ``None`` where the journal does not hold it; ``sent``, whether
    that is what went over the wire; ``answered``, ``None`` where nobody answered, and then ``error``; ``adjustments``,
    how the request was changed so that the model takes it; ``seconds``, ``None`` where nobody measured them; and
    ``attempts``.
    """
    records = index.records(sample.key)
    asked = _requests(records, index.parts)
    made = [(record, next(asked[record["role"]])) for record in records]
    # Of a fallback's answer that was not taken and the one that was, as the same was asked again, the last counts.
    last = {tuple(record[name] for name in _SAME): record for record in records if record["response"]}
    return [_call(record, body) for record, body in made if not record["response"] or record in last.values()]


def packed_calls(sample: StoredSample, index: CallIndex) -> dict[str, Any]:
    """The calls of a sample for a page: what their requests have in common is there once.

    Returns:
        ``calls`` as ``calls_of`` gives them, but ``asked`` has ``fields`` and ``lists``, of which the numbers are
        places in ``items``.
    """
    items: dict[int, tuple[int, Any]] = {}

    def place(item: Any) -> int:
        """Requests that go on from each other hold the very same items."""
        return items.setdefault(id(item), (len(items), item))[0]

    calls = calls_of(sample, index)
    for call in calls:
        if call["asked"] is not None:
            lists = {name: list(map(place, value)) for name, value in call["asked"].items() if isinstance(value, list)}
            call["asked"] = {"fields": {k: v for k, v in call["asked"].items() if k not in lists}, "lists": lists}
    return {"calls": calls, "items": [item for _, item in items.values()]}


def _requests(
    records: Sequence[Mapping[str, Any]], parts: Mapping[str, Any]
) -> dict[str, Iterator[dict[str, Any] | None]]:
    """Role → the bodies of its requests, in order."""
    asked: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        asked.setdefault(record["role"], []).append(record.get("asked") or {})
    return {role: read_requests(each, parts) for role, each in asked.items()}


def _call(record: Mapping[str, Any], asked: dict[str, Any] | None) -> dict[str, Any]:
    response = record["response"]
    told = response or record["error"]
    shown = {name: value for name, value in told.items() if name not in _APART and value not in _NOTHING}
    return {
        "role": str(record["role"]).lower(),
        "asked": asked,
        "sent": bool((record.get("asked") or {}).get("sent")),
        "answered": shown if response else None,
        "error": None if response else shown,
        "adjustments": told.get("adjustments") or [],
        "seconds": round(told["latency"], 3) if told.get("latency") else None,
        "attempts": told.get("attempts") or [],
    }
