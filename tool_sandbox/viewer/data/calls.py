"""The calls of models that a sample took, as they stand in the journal of its run: what was asked and answered."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.chat_format import to_openai_messages
from tool_sandbox.common.transcript import is_few_shot, message_of
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.common.world.schemas import INDEX_COLUMN
from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.journal.files import journal_files

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext
    from tool_sandbox.runs.store import RunStore
    from tool_sandbox.runs.stored_sample import StoredSample

Key = tuple[str, int]
"""Scenario and trial."""

_START = re.compile(rb'\{"schema":\d+,"request":"[^"]*","scenario":("(?:[^"\\]|\\.)*"),"trial":(\d+)')


class CallIndex:
    """Where in the journal of a run the calls of each sample are. Safe for threads; reads on where the file has grown.

    Args:
        store: The run's directory; without a journal on this machine's disk there are no calls.
    """

    def __init__(self, store: RunStore) -> None:
        self._directory = store.local_directory
        self._places: dict[Key, list[tuple[Path, int]]] = {}
        self._ends: dict[Path, int] = {}
        self._lock = threading.Lock()

    def records(self, key: Key) -> list[dict[str, Any]]:
        """The journal's records of one sample, in the order in which they were written."""
        if self._directory is None:
            return []
        with self._lock:
            for path in journal_files(self._directory):
                self._read_on(path)
            return [_record_at(path, offset) for path, offset in self._places.get(key, ())]

    def _read_on(self, path: Path) -> None:
        with path.open("rb") as file:
            end = file.seek(self._ends.get(path, 0))
            for line in file:
                if not line.endswith(b"\n"):  # it is being written
                    break
                if matched := _START.match(line):
                    key = (json.loads(matched[1]), int(matched[2]))
                    self._places.setdefault(key, []).append((path, end))
                end += len(line)
        self._ends[path] = end


def calls_of(sample: StoredSample, index: CallIndex) -> list[dict[str, Any]]:
    """The calls of a sample as ``calls_data`` writes them."""
    records = index.records(sample.key)
    try:
        return calls_data(records, sample.world) if records else []
    except SettingsError:  # its conversation is gone
        return calls_data(records, None)


def calls_data(records: Sequence[Mapping[str, Any]], world: ExecutionContext | None) -> list[dict[str, Any]]:
    """One mapping for each call.

    Keys: ``role``; ``message``, the first of its answer, ``None`` where nobody answered; ``asked`` and ``answered`` as
    they go over the wire; ``seconds``; ``attempts``. The journal holds answers; what was asked is made again from the
    conversation, in the chat format.

    Args:
        records: Of the journal.
        world: The world after the last message, where it is kept.
    """
    answers = _answers(world)
    return [_call(record, answers.get(str(record["role"]), iter(())), world) for record in records]


def _call(record: Mapping[str, Any], answers: Iterator[int], world: ExecutionContext | None) -> dict[str, Any]:
    response = record["response"]
    message = next(answers, None) if response is not None else None
    told = response or record.get("error") or {}
    known = {name: value for name, value in told.items() if name not in {"attempts", "latency"}}
    return {
        "role": str(record["role"]).lower(),
        "message": message,
        "asked": {"model": record["model"], **record["params"], **_asked(world, str(record["role"]), message)},
        "answered": {name: value for name, value in known.items() if value not in (None, [], {}, "", False, 0)},
        "seconds": round(float(told.get("latency") or 0), 3),
        "attempts": told.get("attempts") or [],
    }


def _record_at(path: Path, offset: int) -> dict[str, Any]:
    with path.open("rb") as file:
        file.seek(offset)
        record: dict[str, Any] = json.loads(file.readline())
        return record


def _answers(world: ExecutionContext | None) -> dict[str, Iterator[int]]:
    """Role → the first messages of its models' answers, in order."""
    found: dict[str, list[int]] = {}
    for row in world.log() if world is not None else ():
        if world is not None and "answered" in world.annotations.get(row[INDEX_COLUMN], {}):
            found.setdefault(str(row["sender"]), []).append(row[INDEX_COLUMN])
    return {role: iter(messages) for role, messages in found.items()}


def _asked(world: ExecutionContext | None, role: str, message: int | None) -> dict[str, Any]:
    """What the agent had seen before it answered; the simulated user's instructions and examples stand elsewhere."""
    if world is None or message is None or role != RoleType.AGENT:
        return {}
    rows = [row for row in world.log() if row[INDEX_COLUMN] < message and not is_few_shot(row)]
    seen = [each for each in map(message_of, rows) if RoleType.AGENT in (each.visible_to or ())]
    try:
        return {"messages": to_openai_messages(seen)[0]}
    except (AssertionError, ValueError):  # a conversation that an agent of a user's own wrote in its own way
        return {}
