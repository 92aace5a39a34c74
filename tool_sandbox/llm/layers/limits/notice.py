"""What calls wait for at an endpoint, and what is told of it in words."""

from __future__ import annotations

import math

from attrs import frozen

_LONG = 2.0
"""Seconds from which on it is told that calls wait."""
_TOLD_EVERY = 1.0
"""Seconds after which it is told how many they are now."""


@frozen
class Obstacle:
    """What keeps the next call from being made."""

    cause: str
    why: str
    until: float | None = None
    """When it will be gone, if that is known."""


class Notice:
    """What was told of one endpoint last. Not locked: the endpoint that owns it is.

    Args:
        name: What the endpoint is called.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._of: tuple[str, int] | None = None
        """For what it was told that so many calls wait."""
        self._at = 0.0

    @property
    def is_out(self) -> bool:
        """Whether it was told that calls wait, and not yet that none does."""
        return self._of is not None

    def over(self, now: float) -> str | None:
        """What is to be told when no call waits: an empty text, or ``None`` for nothing."""
        if self._of is None:
            return None
        self._of, self._at = None, now
        return ""

    def words(self, obstacle: Obstacle, waiting: int, since: float, now: float) -> str | None:
        """What is to be told of so many waiting calls, the first of them since then; ``None`` for nothing new."""
        of = obstacle.why, waiting
        if of == self._of or not self._is_worth_telling(obstacle, since, now):
            return None
        self._of, self._at = of, now
        calls = "1 call" if waiting == 1 else f"{waiting} calls"
        if obstacle.until is None:
            return f"{obstacle.why}, {calls} waiting for {self._name}"
        return f"{obstacle.why}, {calls} waiting for up to {math.ceil(obstacle.until - now)} s: {self._name}"

    def due(self, obstacle: Obstacle, waiting: int, now: float) -> float:
        """When there may be something to tell, if nothing happens until then."""
        if self._of == (obstacle.why, waiting):
            return math.inf
        return now + (_LONG if self._of is None else _TOLD_EVERY)

    def _is_worth_telling(self, obstacle: Obstacle, since: float, now: float) -> bool:
        """Whether calls wait for long, and it was not told a moment ago."""
        if self._of is not None:
            return now - self._at >= _TOLD_EVERY
        return now - since >= _LONG or (obstacle.until is not None and obstacle.until - now >= _LONG)
