"""What one probe found out."""

from __future__ import annotations

from typing import Any, Literal

from attrs import asdict, frozen

State = Literal["ok", "note", "problem"]
"""As it should be; worth knowing; a run cannot work so."""


@frozen
class Finding:
    """One thing that was looked at."""

    state: State
    what: str
    """What was found, without secrets."""
    advice: str | None = None
    """What to do about it."""
    probe: str = ""
    """What was looked at, in two or three words."""
    seconds: float | None = None
    """How long it took; ``None`` where nobody was asked."""

    @property
    def is_problem(self) -> bool:
        """Whether a run cannot do without it."""
        return self.state == "problem"

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON-able data."""
        return asdict(self)


def ok(what: str) -> Finding:
    """Something is as it should be."""
    return Finding("ok", what)


def note(what: str, advice: str | None = None) -> Finding:
    """Something is worth knowing, and a run can do without it."""
    return Finding("note", what, advice)


def problem(what: str, advice: str | None = None) -> Finding:
    """A run cannot work so."""
    return Finding("problem", what, advice)
