"""A message on its way to a model, and beside it what its own provider wants back of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Turn(dict[str, Any]):
    """A message in the chat format that remembers who wrote it and what came with it.

    It is sent, cached and compared as the mapping it is. What stands beside it is for the transport, which alone
    knows the model that is asked in the end: a fallback, too, gets back its own turns, and nobody another's.

    Args:
        message: The message.
        note: What ``history.notes_for`` kept of the answer it was.
    """

    def __init__(self, message: Mapping[str, Any], note: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.note = dict(note or {})

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the note."""
        return type(self), (dict(self), self.note)


def note_of(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What stands beside a message; ``None`` for one that came from elsewhere and is sent as it is."""
    return message.note if isinstance(message, Turn) else None


def altered(message: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy of a message with other values, and with its note."""
    return _beside(message, {**message, **changes})


def without(message: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """A copy of a message without some of its fields, and with its note."""
    return _beside(message, {name: value for name, value in message.items() if name not in names})


def _beside(message: Mapping[str, Any], copy: dict[str, Any]) -> dict[str, Any]:
    return Turn(copy, message.note) if isinstance(message, Turn) else copy
