"""Made-up details that are the same in every run and on every machine; in a fresh world they are others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from tool_sandbox import world_seed

T = TypeVar("T")


def share(*about: object) -> float:
    """A number from 0 up to 1 that always belongs to these values in this world."""
    seed = world_seed.current()
    return world_seed.share(*about) if seed == world_seed.CANONICAL else world_seed.share("world", seed, *about)


def between(low: int, high: int, *about: object) -> int:
    """An integer from ``low`` to ``high``, both included, that always belongs to these values."""
    return low + int(share(*about) * (high - low + 1))


def one_of(choices: Sequence[T], *about: object) -> T:
    """The choice that always belongs to these values."""
    return choices[between(0, len(choices) - 1, *about)]
