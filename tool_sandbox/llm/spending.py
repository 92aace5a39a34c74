"""What was spent on one thing: money known, money possible, tokens and calls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from attrs import define

from tool_sandbox.llm.chat import ChatResponse

_NOTHING = Decimal(0)


@define(kw_only=True)
class Spending:
    """A running total. Not locked: the ledger that owns it is."""

    calls: int = 0
    """Calls that were answered."""
    failed_calls: int = 0
    unknown_cost_calls: int = 0
    """Answered calls whose cost nobody knows."""
    cost: Decimal = _NOTHING
    """US dollars known to be spent."""
    uncertain: Decimal = _NOTHING
    """US dollars that may have been spent: the worst case of calls that broke off after they were sent."""
    held: Decimal = _NOTHING
    """US dollars reserved by calls in flight."""
    saved: Decimal = _NOTHING
    """US dollars that cached or replayed answers would have cost."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0

    @property
    def certain_and_uncertain(self) -> Decimal:
        """What counts against a cap."""
        return self.cost + self.uncertain

    def count(self, response: ChatResponse, cost: Decimal | None, *, if_unknown: Decimal = _NOTHING) -> None:
        """Add an answered call.

        Args:
            response: The answer.
            cost: US dollars, or ``None`` when unknown.
            if_unknown: What an unknown cost may have been at most.
        """
        self.calls += 1
        if cost is None:
            self.unknown_cost_calls += 1
            self.uncertain += if_unknown
        else:
            self.cost += cost
        if response.saved_cost is not None:
            self.saved += Decimal(repr(response.saved_cost))
        if response.usage is not None:
            self.prompt_tokens += response.usage.prompt_tokens
            self.completion_tokens += response.usage.completion_tokens
            self.cached_tokens += response.usage.cached_tokens
            self.cache_write_tokens += response.usage.cache_write_tokens
            self.reasoning_tokens += response.usage.reasoning_tokens

    def count_failure(self, billed: Decimal | None, *, uncertain: Decimal) -> None:
        """Add a call that failed: what it is known to have billed, or else what it may have."""
        self.failed_calls += 1
        if billed is None:
            self.uncertain += uncertain
        else:
            self.cost += billed

    def to_dict(self) -> dict[str, Any]:
        """The total as JSON-able data; money as floats, rounded only there."""
        return {
            "calls": self.calls,
            "failed_calls": self.failed_calls,
            "unknown_cost_calls": self.unknown_cost_calls,
            "cost": float(self.cost),
            "uncertain_cost": float(self.uncertain),
            "held": float(self.held),
            "saved_cost": float(self.saved),
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cached_tokens": self.cached_tokens,
            "cache_write_tokens": self.cache_write_tokens,
            "reasoning_tokens": self.reasoning_tokens,
        }
