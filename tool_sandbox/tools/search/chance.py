"""Made-up details that are the same in every run and on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def share(*about: object) -> float:
    """A number from 0 up to 1 that always belongs to these values."""
    digest = hashlib.sha256("|".join(map(str, about)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def between(low: int, high: int, *about: object) -> int:
    """An integer from ``low`` to ``high``, both included, that always belongs to these values."""
    return low + int(share(*about) * (high - low + 1))


def one_of(choices: Sequence[T], *about: object) -> T:
    """The choice that always belongs to these values."""
    return choices[between(0, len(choices) - 1, *about)]
