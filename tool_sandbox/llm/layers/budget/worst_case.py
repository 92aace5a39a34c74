"""The most a call can cost, known before it is made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from tool_sandbox.llm.chat import ChatRequest
from tool_sandbox.llm.layers.budget.pricing import PriceBook

UNBOUNDED_OUTPUT_TOKENS = 128_000
"""Assumed for a call that names no limit on its answer and a model whose limit nobody knows."""

_HIDDEN_TOOL_TOKENS = 1024
"""Some providers add a system prompt of their own when tools are offered (Anthropic documents 300 to 800 tokens)."""


def worst_case(request: ChatRequest, model: str, prices: PriceBook) -> Decimal | None:
    """The most a call can cost in US dollars; ``None`` when the price of the model is unknown."""
    price = prices.price(model)
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
    tokens = (longest or UNBOUNDED_OUTPUT_TOKENS) if limit is None else int(limit) + reasoning
    return tokens * int(params.get("n") or 1)
