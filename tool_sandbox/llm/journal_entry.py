"""One line of the journal: which call it was, and what was answered. Never a secret."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from attrs import asdict, fields, frozen

from tool_sandbox.llm.chat import CallTag, ChatRequest, ChatResponse
from tool_sandbox.llm.fingerprint import SCHEMA_VERSION
from tool_sandbox.llm.money import as_float_or_none
from tool_sandbox.llm.redaction import redact, redact_text, remove_values


@frozen
class CallKey:
    """Which call of a run."""

    request: str
    """Digest of the question."""
    scenario: str
    trial: int
    role: str
    turn: int
    occurrence: int = 0
    """The how-manieth identical question of the same turn."""


@frozen(kw_only=True)
class JournalEntry:
    """One finished call as it stands in the journal."""

    key: CallKey
    tag: CallTag
    model: str
    """The model that was asked."""
    response: ChatResponse


def written_line(key: CallKey, request: ChatRequest, response: ChatResponse, secrets: Iterable[str] = ()) -> bytes:
    """A finished call as a line of JSON. The answer stays as it is but for known secrets: it will be replayed."""
    known = tuple(secrets)
    answer = remove_values(response.to_dict(), known)
    for attempt in answer["attempts"]:
        attempt["error"] = attempt["error"] and redact_text(attempt["error"])
    for name in ("cost", "saved_cost"):
        answer[name] = as_float_or_none(answer[name])
    for name in ("endpoint", "model", "deployment"):
        answer[name] = answer[name] and redact_text(answer[name])
    record = {
        "schema": SCHEMA_VERSION,
        **asdict(key),
        "run": request.tag.run,
        "user": request.tag.user,
        "model": redact_text(request.model),
        "params": redact(dict(request.params), known),
        "response": answer,
    }
    return json.dumps(record, separators=(",", ":"), default=str).encode("ascii") + b"\n"


def read_line(line: bytes) -> JournalEntry:
    """The call that a line describes.

    Raises:
        ValueError: If the line is not JSON, or of another schema.
        KeyError: If something is missing.
        TypeError: If something is of another kind than it should be.
    """
    data: Any = json.loads(line)
    if data["schema"] != SCHEMA_VERSION:
        message = f"a journal line of schema {data['schema']!r}, not {SCHEMA_VERSION}"
        raise ValueError(message)
    key = CallKey(**{field.name: data[field.name] for field in fields(CallKey)})
    tag = CallTag(
        run=data["run"], scenario=key.scenario, trial=key.trial, role=key.role, turn=key.turn, user=data["user"]
    )
    return JournalEntry(key=key, tag=tag, model=data["model"], response=ChatResponse.from_dict(data["response"]))
