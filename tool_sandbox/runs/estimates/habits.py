"""How a model answered in former runs: how long it took, and how much it thought."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from statistics import mean

from attrs import frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.journal.store import CALLS
from tool_sandbox.llm.local.models import is_local as is_local_model
from tool_sandbox.llm.local.models import parse_local
from tool_sandbox.redaction import redact_text
from tool_sandbox.runs.places import is_local, open_location

_ASSUMED, _ASSUMED_LOCAL = 3.0, 20.0
"""Seconds for one answer, of a provider and of a model on this machine's CPU."""
_RUNS, _LINES, _ENOUGH = 20, 200, 200
"""So many runs are looked at, the newest first, so many calls of each, until so many are found."""


@frozen
class Habits:
    """How a model answers."""

    seconds: float
    """What one answer takes."""
    reasoning_tokens: int = 0
    """Hidden tokens of one answer."""
    calls: int = 0
    """How many calls of former runs say so; 0 when it is assumed."""

    @property
    def described(self) -> str:
        """How long an answer takes and where that is known from, for people."""
        known = f"as {self.calls} calls in former runs" if self.calls else "assumed"
        return f"{self.seconds:.2g} s a call, {known}"


def habits_of(model: str, output: str) -> Habits:
    """How a model answers.

    Args:
        model: A LiteLLM model string.
        output: Where runs are written; only a directory on this machine is looked into.
    """
    asked = f"openai/{parse_local(model).name}" if is_local_model(model) else redact_text(model)
    known = list(islice(_known(asked, output), _ENOUGH))
    if not known:
        return Habits(_ASSUMED_LOCAL if is_local_model(model) else _ASSUMED)
    seconds, tokens = map(mean, zip(*known, strict=True))
    return Habits(seconds, round(tokens), len(known))


def _known(model: str, output: str) -> Iterator[tuple[float, int]]:
    with suppress(OSError, SettingsError):
        place = open_location(output)
        if is_local(place):
            journals = sorted(place.glob(f"*/{CALLS}"), key=lambda path: path.stat().st_mtime, reverse=True)
            for journal in dict.fromkeys(path.resolve() for path in journals[:_RUNS]):  # ``latest`` is one of them
                yield from _in_journal(journal, model)


def _in_journal(journal: Path, model: str) -> Iterator[tuple[float, int]]:
    with suppress(OSError), journal.open("rb") as lines:
        for line in islice(lines, _LINES):
            with suppress(ValueError, TypeError, LookupError, RecursionError):  # somebody else's file, or a torn line
                call = json.loads(line)
                answer = call["response"]
                if call["model"] == model and answer and not answer["cached"] and not answer["replayed"]:
                    yield float(answer["latency"]), int((answer["usage"] or {}).get("reasoning_tokens", 0))
