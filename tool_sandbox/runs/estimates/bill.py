"""What the calls of one role come to, in tokens and money."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from attrs import define, field, frozen

from tool_sandbox.llm.chat import Usage
from tool_sandbox.llm.layers.budget.money import NOTHING, Cost
from tool_sandbox.llm.layers.budget.pricing import Price

_CACHED_FROM = 1024
"""Shorter prompts are kept by no provider's cache."""


@define
class Amounts:
    """US dollars of the same calls, as expected and at the two ends."""

    expected: Decimal = NOTHING
    low: Decimal = NOTHING
    high: Decimal = NOTHING


@frozen
class Reasoning:
    """Hidden tokens that a model thinks before each answer, as expected and at most."""

    expected: int = 0
    most: int = 0


@define
class Bill:
    """Adds up the conversations of a run that one role has with its model.

    Args:
        price: Of the model; ``None`` when nobody knows it.
        reasoning: How much the model thinks.
        caches: Whether its provider may charge less for what is sent again, without being asked to.
    """

    price: Price | None
    reasoning: Reasoning = Reasoning()
    caches: bool = True
    calls: float = 0
    prompt_tokens: float = 0
    completion_tokens: float = 0
    amounts: Amounts = field(factory=Amounts)

    def add(self, prompts: Sequence[int], answers: Sequence[int], times: float) -> None:
        """Count a conversation.

        Args:
            prompts: Tokens of each request.
            answers: Tokens of each answer.
            times: How often it is had.
        """
        thought = self.reasoning.expected
        self.calls += times * len(prompts)
        self.prompt_tokens += times * sum(prompts)
        self.completion_tokens += times * (sum(answers) + thought * len(answers))
        if self.price is None or not prompts:
            return
        factor = Decimal(repr(times))
        twice = _continued(prompts, answers), [*answers, *answers]
        self.amounts.expected += factor * _sum(self.price, prompts, answers, thought)
        self.amounts.low += factor * _sum(self.price, prompts, answers, 0, self._cached(prompts))
        self.amounts.high += factor * _sum(self.price, *twice, self.reasoning.most)

    def _cached(self, prompts: Sequence[int]) -> list[int]:
        """Of each request, the tokens that were sent before and may be in the provider's cache."""
        if not self.caches:
            return [0] * len(prompts)
        return [0, *(sent if sent >= _CACHED_FROM else 0 for sent in prompts[:-1])]

    def costs(self) -> dict[str, Any]:
        """The amounts by the names that an estimate has for them."""
        if self.price is None:
            unknown = Cost(unknown_calls=round(self.calls))
            return {"cost": unknown, "low": unknown, "high": unknown}
        return {
            "cost": Cost.of(self.amounts.expected),
            "low": Cost.of(self.amounts.low),
            "high": Cost.of(self.amounts.high),
        }


def _continued(prompts: Sequence[int], answers: Sequence[int]) -> list[int]:
    """The requests of a conversation that takes twice the calls and grows all along as it does in the first half."""
    growth = (prompts[-1] - prompts[0]) // (len(prompts) - 1) if len(prompts) > 1 else 2 * answers[0]
    return [*prompts, *(prompts[-1] + growth * (number + 1) for number in range(len(prompts)))]


def _sum(
    price: Price, prompts: Sequence[int], answers: Sequence[int], thought: int, cached: Sequence[int] | None = None
) -> Decimal:
    known = cached or [0] * len(prompts)
    usages = (
        Usage(prompt_tokens=sent, completion_tokens=answer + thought, cached_tokens=kept, reasoning_tokens=thought)
        for sent, answer, kept in zip(prompts, answers, known, strict=True)
    )
    return sum(map(price.of, usages), NOTHING)
