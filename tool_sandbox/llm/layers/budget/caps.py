"""Limits on money, for a run, a role, a model or a user; and the most that a call can take of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from attrs import evolve, field, frozen

from tool_sandbox.common.checks import one_of
from tool_sandbox.llm.chat import ChatRequest
from tool_sandbox.llm.layers.budget.money import amount_of
from tool_sandbox.llm.layers.budget.pricing import PriceBook

Scope = tuple[str, str]
"""What a cap applies to: ``("run", "")``, ``("role", "AGENT")``, ``("model", …)`` or ``("user", …)``."""
_KINDS = ("role", "model", "user")
"""The kinds of scopes that have names."""
_UNBOUNDED_OUTPUT_TOKENS = 128_000
"""Assumed for a call that names no limit on its answer and a model whose limit nobody knows."""
_HIDDEN_TOOL_TOKENS = 1024
"""Some providers add a system prompt of their own when tools are offered (Anthropic documents 300 to 800 tokens)."""


def _dollars(value: Any) -> Decimal | None:
    return None if value is None else amount_of(value, "a budget of")


def _each_dollars(caps: Mapping[str, Any]) -> dict[str, Decimal]:
    return {name: amount_of(value, "a budget of") for name, value in caps.items() if value is not None}


@frozen(kw_only=True)
class Caps:
    """The most that may be spent, in US dollars. What is not named has no cap."""

    run: Decimal | None = field(default=None, converter=_dollars)
    """Everything together."""
    role: Mapping[str, Decimal] = field(factory=dict, converter=_each_dollars)
    """By role, such as ``AGENT`` or ``USER``."""
    model: Mapping[str, Decimal] = field(factory=dict, converter=_each_dollars)
    """By the model that is asked."""
    user: Mapping[str, Decimal] = field(factory=dict, converter=_each_dollars)
    """By the person or team a call is made for."""
    on_unknown_price: str = field(default="refuse", validator=one_of("refuse", "allow"))
    """What happens to a call under a cap whose price nobody knows: ``refuse`` it, or ``allow`` it uncounted."""

    def applying_to(self, scopes: Iterable[Scope]) -> dict[Scope, Decimal]:
        """The caps among these scopes."""
        caps = {(kind, name): self.run if kind == "run" else getattr(self, kind).get(name) for kind, name in scopes}
        return {scope: cap for scope, cap in caps.items() if cap is not None}

    def all(self) -> dict[Scope, Decimal]:
        """Every cap."""
        named = {(kind, name): cap for kind in _KINDS for name, cap in getattr(self, kind).items()}
        return named if self.run is None else {("run", ""): self.run, **named}

    def raised(self, amounts: Mapping[Scope, Decimal]) -> Caps:
        """The same with caps that are higher by these amounts; what has no cap gets none."""
        every = {scope: cap + amounts.get(scope, 0) for scope, cap in self.all().items()}
        role, model, user = ({name: cap for (its, name), cap in every.items() if its == kind} for kind in _KINDS)
        return evolve(self, run=every.get(("run", "")), role=role, model=model, user=user)


def scopes_of(request: ChatRequest) -> tuple[Scope, ...]:
    """Everything a call is counted for."""
    tag = request.tag
    scopes: tuple[Scope, ...] = (("run", ""), ("role", tag.role), ("model", request.model))
    return scopes if tag.user is None else (*scopes, ("user", tag.user))


def worst_case(request: ChatRequest, prices: PriceBook) -> Decimal | None:
    """The most a call can cost in US dollars; ``None`` when the price of the model is unknown."""
    price = prices.price(request.model)
    if price is None:
        return None
    return price.ceiling(prompt_token_bound(request), output_token_bound(request, price.max_output_tokens))


def prompt_token_bound(request: ChatRequest) -> int:
    """More tokens than the prompt can have: a token is at least one byte of text, and JSON only adds bytes."""
    text = json.dumps([request.messages, request.tools], ensure_ascii=False, default=str)
    return len(text.encode("utf-8", "surrogatepass")) + (_HIDDEN_TOOL_TOKENS if request.tools else 0)


def output_token_bound(request: ChatRequest, longest: int | None = None) -> int:
    """More tokens than the answers can have, hidden reasoning included.

    Args:
        request: The call.
        longest: The longest answer the model can give, if known.
    """
    params = request.params
    limit = params.get("max_completion_tokens") or params.get("max_tokens")
    thinking = params.get("thinking")
    reasoning = int(thinking.get("budget_tokens") or 0) if isinstance(thinking, Mapping) else 0
    tokens = (longest or _UNBOUNDED_OUTPUT_TOKENS) if limit is None else int(limit) + reasoning
    return tokens * int(params.get("n") or 1)
