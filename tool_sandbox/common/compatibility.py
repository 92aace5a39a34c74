"""Whether the tools behave exactly as in the original benchmark where ours behave better.

The original's published scores contain some of its slips. A run that must be comparable with them asks for the
original rules; everything else gets ours.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_original_rules: ContextVar[bool] = ContextVar("tool_sandbox_original_rules", default=False)


def original_rules() -> bool:
    """Whether the original's rules apply here."""
    return _original_rules.get()


@contextmanager
def use_original_rules(enabled: bool = True) -> Iterator[None]:
    """Choose the original's rules, or ours, inside the block."""
    token = _original_rules.set(enabled)
    try:
        yield
    finally:
        _original_rules.reset(token)
