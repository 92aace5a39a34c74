"""What was spent on one thing: money known, money possible, tokens and calls."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from attrs import Factory, define

from tool_sandbox.llm.chat import Attempt, ChatResponse, Usage
from tool_sandbox.llm.layers.budget.money import NOTHING, Cost, as_float


@define(kw_only=True)
class Account:
    """A running total. Not locked: the ledger that owns it is."""

    calls: int = 0
    """Calls that were answered."""
    failed_calls: int = 0
    cost: Cost = Factory(Cost)
    """What was paid: for answers, and for failures that the provider counted tokens for."""
    uncertain: Decimal = NOTHING
    """US dollars that may have been spent: the worst case of calls that broke off after they were sent."""
    held: Decimal = NOTHING
    """US dollars reserved by calls in flight."""
    saved: Cost = Factory(Cost)
    """What cached or replayed answers would have cost."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0

    @property
    def certain_and_uncertain(self) -> Decimal:
        """What counts against a cap."""
        return self.cost.known + self.uncertain

    def count(self, response: ChatResponse, cost: Decimal | None, *, if_unknown: Decimal = NOTHING) -> None:
        """Add an answered call, without the tries before it.

        Args:
            response: The answer.
            cost: US dollars, or ``None`` when unknown.
            if_unknown: What an unknown cost may have been at most.
        """
        self.calls += 1
        self._pay(cost, response.usage, if_unknown)
        if response.cached or response.replayed:
            self.saved += Cost.of(response.saved_cost)

    def count_tries(self, attempts: Iterable[Attempt], most: Decimal) -> None:
        """Add tries that failed: what they cost, or may have cost.

        Args:
            attempts: The tries, with what is known of their cost.
            most: US dollars that one of them may have cost at most.
        """
        for attempt in attempts:
            if attempt.billed:
                self._pay(attempt.cost, attempt.usage, most)
            elif attempt.in_doubt:
                self.uncertain += most

    def _pay(self, cost: Decimal | float | None, usage: Usage | None, if_unknown: Decimal) -> None:
        self.cost += Cost.of(cost)
        if cost is None:
            self.uncertain += if_unknown
        if usage is not None:
            self.prompt_tokens += usage.prompt_tokens
            self.completion_tokens += usage.completion_tokens
            self.cached_tokens += usage.cached_tokens
            self.cache_write_tokens += usage.cache_write_tokens
            self.reasoning_tokens += usage.reasoning_tokens

    def to_dict(self) -> dict[str, Any]:
        """The total as JSON-able data; a sum with an unknown part is ``None``, with the known part beside it."""
        return {
            "calls": self.calls,
            "failed_calls": self.failed_calls,
            "unknown_cost_calls": self.cost.unknown_calls,
            "cost": self.cost.total,
            "known_cost": as_float(self.cost.known),
            "uncertain_cost": as_float(self.uncertain),
            "held": as_float(self.held),
            "saved_cost": self.saved.total,
            "known_saved_cost": as_float(self.saved.known),
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cached_tokens": self.cached_tokens,
            "cache_write_tokens": self.cache_write_tokens,
            "reasoning_tokens": self.reasoning_tokens,
        }
