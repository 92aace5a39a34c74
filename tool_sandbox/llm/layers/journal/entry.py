"""One line of the journal: which call it was, and what was answered. Never a secret."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from attrs import fields, frozen

from tool_sandbox.common.checks import check_fields
from tool_sandbox.errors import ProviderError
from tool_sandbox.llm.chat import Attempt, CallTag, ChatRequest, ChatResponse, tries_of
from tool_sandbox.llm.fingerprint import SCHEMA_VERSION
from tool_sandbox.llm.layers.budget.money import as_float_or_none
from tool_sandbox.redaction import redact, redact_text, remove_values

_shown = lru_cache(maxsize=256)(redact_text)
"""For names, which are the same in many calls."""
_TEXT = json.JSONEncoder(separators=(",", ":"), default=str).encode


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
    """How many identical questions the same turn asked before this one."""

    @property
    def sample(self) -> tuple[str, int]:
        """What tells its sample apart: scenario and trial."""
        return self.scenario, self.trial


_KEYS = tuple(each.name for each in fields(CallKey))


@frozen(kw_only=True)
class JournalEntry:
    """One call as it stands in the journal: answered, or failed after somebody had to pay for it."""

    key: CallKey
    tag: CallTag
    model: str
    """The model that was asked."""
    params: Mapping[str, Any]
    """How it was asked, without secrets."""
    asked: Mapping[str, Any] | None = None
    """What the line says of the whole request, for ``read_requests``; older ones say nothing."""
    response: ChatResponse | None
    """``None`` when nobody answered."""
    tries: tuple[Attempt, ...] = ()
    """Every try at it."""


def written_line(
    key: CallKey,
    request: ChatRequest,
    outcome: ChatResponse | ProviderError,
    secrets: Iterable[str] = (),
    *,
    asked: Mapping[str, Any] | None = None,
) -> bytes:
    """A call as a line of JSON. An answer stays as it is but for known secrets: it will be replayed.

    Args:
        key: Which call.
        request: What a role asked.
        outcome: What came of it.
        secrets: Values that must never be written.
        asked: What ``RequestWriter`` says of the request.
    """
    known = tuple(secrets)
    record = {
        "schema": SCHEMA_VERSION,
        **{name: getattr(key, name) for name in _KEYS},
        "run": request.tag.run,
        "user": request.tag.user,
        "model": _shown(request.model),
        "params": redact(dict(request.params), known),
        **(_failed(outcome, known) if isinstance(outcome, ProviderError) else _answered(outcome, known)),
        "asked": asked,
    }
    return _TEXT(record).encode("ascii") + b"\n"


def _answered(response: ChatResponse, secrets: tuple[str, ...]) -> dict[str, Any]:
    answer = remove_values(response.to_dict(), secrets)
    answer["attempts"] = [_attempt(attempt) for attempt in answer["attempts"]]
    for name in ("cost", "saved_cost"):
        answer[name] = as_float_or_none(answer[name])
    for name in ("endpoint", "model", "deployment"):
        answer[name] = answer[name] and _shown(answer[name])
    return {"response": answer}


def _failed(error: ProviderError, secrets: tuple[str, ...]) -> dict[str, Any]:
    tries = [_attempt(remove_values(attempt.to_dict(), secrets)) for attempt in tries_of(error)]
    return {"response": None, "error": redact({**error.as_record(), "attempts": tries}, secrets)}


def _attempt(attempt: dict[str, Any]) -> dict[str, Any]:
    shown = attempt["error"] and redact_text(attempt["error"])
    return {**attempt, "error": shown, "cost": as_float_or_none(attempt["cost"])}


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
    key = CallKey(**{name: data[name] for name in _KEYS})
    tag = CallTag(
        run=data["run"], scenario=key.scenario, trial=key.trial, role=key.role, turn=key.turn, user=data["user"]
    )
    parts: tuple[Any, ...] = ()
    if data["response"] is None:
        response, tries = None, tuple(Attempt(**attempt) for attempt in data["error"]["attempts"])
    else:
        response = ChatResponse.from_dict(data["response"])
        tries = response.attempts
        parts = (response, *response.tool_calls, *filter(None, [response.usage]))
    for part in (key, tag, *tries, *parts):
        check_fields(part)
    return JournalEntry(
        key=key,
        tag=tag,
        model=data["model"],
        params=dict(data["params"]),
        asked=data.get("asked"),
        response=response,
        tries=tries,
    )
