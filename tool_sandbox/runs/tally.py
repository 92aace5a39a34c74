"""Counting, per sample and role, what was asked of models and who answered."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.runs.outcomes import Spending

SCRIPT = "script"
"""Provider of answers that no model gave: they are no calls."""


@define
class Tally:
    """What the calls of one role in one sample came to."""

    spending: Spending = field(factory=Spending)
    models: list[str] = field(factory=list)
    """Who answered, each once, in the order of their first answer."""
    adjustments: list[str] = field(factory=list)
    """What was changed in requests so that the provider takes them, each once."""

    def count(self, response: ChatResponse) -> None:
        """Add one answered call. One replayed from the run's journal was paid for by the same run."""
        _add(self.models, response.deployment or response.model)
        if response.provider == SCRIPT:
            return
        usage = response.usage
        self.spending += Spending(
            calls=1,
            prompt_tokens=usage.prompt_tokens if usage else 0,
            completion_tokens=usage.completion_tokens if usage else 0,
            cached_tokens=usage.cached_tokens if usage else 0,
            cost=(response.saved_cost if response.replayed else response.cost) or 0.0,
            unpriced_calls=int(response.cost is None),
            saved_cost=0.0 if response.replayed else response.saved_cost or 0.0,
            cached_calls=int(response.cached),
            fallback_calls=int(response.fallback),
            parse_losses=response.parse_losses,
        )
        for adjustment in response.adjustments:
            _add(self.adjustments, adjustment)


class Tallied:
    """A layer around a model that counts its answers.

    Args:
        inner: Who answers.
        tally: Where to count.
    """

    def __init__(self, inner: ChatModel, tally: Tally) -> None:
        self.inner, self.tally = inner, tally

    def complete(self, request: ChatRequest) -> ChatResponse:
        """Answer, blocking."""
        response = self.inner.complete(request)
        self.tally.count(response)
        return response

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop."""
        response = await self.inner.acomplete(request)
        self.tally.count(response)
        return response


def tally_of(role: Any) -> Tally:
    """Count what ``role`` asks its model from here on; a role without a model counts nothing."""
    tally = Tally()
    model: Any = getattr(role, "model", None)
    if callable(getattr(model, "complete", None)) and callable(getattr(model, "acomplete", None)):
        role.model = Tallied(model, tally)
    return tally


def _add(names: list[str], name: str) -> None:
    if name and name not in names:
        names.append(name)
