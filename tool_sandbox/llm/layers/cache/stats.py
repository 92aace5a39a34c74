"""What a cache did so far."""

from __future__ import annotations

from typing import Any

from attrs import Factory, define

from tool_sandbox.llm.layers.budget.money import Cost, as_float


@define(kw_only=True)
class CacheStats:
    """What a cache did so far."""

    hits: int = 0
    misses: int = 0
    """Look-ups that found nothing, also because the cache is broken."""
    shared: int = 0
    """Calls that took the answer of an identical call in flight; counted among the hits."""
    stored: int = 0
    errors: int = 0
    """Look-ups and writes that failed or came too late, and stored answers that could not be read."""
    late: int = 0
    """Look-ups that had to be given up because too many others came before them; counted among the misses."""
    skipped: int = 0
    """Look-ups and writes not even tried because the cache kept failing."""
    saved: Cost = Factory(Cost)
    """What the hits would have cost."""

    def to_dict(self) -> dict[str, Any]:
        """The counts as JSON-able data."""
        return {
            "hits": self.hits,
            "misses": self.misses,
            "shared": self.shared,
            "stored": self.stored,
            "errors": self.errors,
            "late": self.late,
            "skipped": self.skipped,
            "saved_cost": self.saved.total,
            "known_saved_cost": as_float(self.saved.known),
        }
