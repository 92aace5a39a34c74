"""What an answer costs: tokens × price, in exact arithmetic. An unknown price stays unknown."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from attrs import evolve, field, frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.chat import ChatResponse, Usage
from tool_sandbox.llm.layers.budget.money import amount_of
from tool_sandbox.llm.providers import direct_name, qualified
from tool_sandbox.llm.transports.address import is_direct
from tool_sandbox.nearest import hint

PriceLookup = Callable[[str], Mapping[str, Any] | None]
"""Maps a model's name to an entry with LiteLLM's field names, or ``None`` when the model is not listed."""

_MILLION = Decimal(1_000_000)
_PER_TOKEN = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cached_input",
    "cache_creation_input_token_cost": "cache_write",
    "output_cost_per_reasoning_token": "reasoning",
}
_PER_MILLION = {f"{name}_per_million": name for name in _PER_TOKEN.values()}
_FIELDS = _PER_TOKEN | _PER_MILLION
OWN_SERVERS = frozenset({"hosted_vllm", "custom_openai", "llamafile", "lm_studio", "xinference"})
"""Providers that are a server of one's own: what it costs has nothing to do with what its models are called."""
_TOKENS = 1000
"""Enough to tell prices apart, and below the first tier of any provider."""
_TIER = re.compile(r"^(?P<name>\w+?)_above_(?P<thousands>\d+)k_tokens$")


@frozen(kw_only=True)
class Price:
    """US dollars per token of one model."""

    input: Decimal
    """A prompt token that is neither read from nor written to the provider's prompt cache."""
    output: Decimal
    """A token of the answer."""
    cached_input: Decimal | None = None
    """A prompt token read from the provider's cache; as ``input`` when not given."""
    cache_write: Decimal | None = None
    """A prompt token written to the provider's cache; as ``input`` when not given."""
    reasoning: Decimal | None = None
    """A token of hidden reasoning; as ``output`` when not given."""
    max_output_tokens: int | None = None
    """The longest answer the model can give, if known."""
    tiers: tuple[tuple[int, Price], ...] = field(default=(), repr=False)
    """Other prices for prompts longer than so many tokens, shortest first."""

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any], *, name: str = "price") -> Price:
        """A price as a person writes it.

        Args:
            data: Either per token (``input_cost_per_token``, ``output_cost_per_token``,
                ``cache_read_input_token_cost``, ``cache_creation_input_token_cost``,
                ``output_cost_per_reasoning_token``) or per million tokens (``input_per_million``,
                ``output_per_million``, ``cached_input_per_million``, ``cache_write_per_million``,
                ``reasoning_per_million``), in US dollars.
            name: What to call the price in error messages.

        Raises:
            SettingsError: On an unknown key, a missing price, or something that is not a price.
        """
        allowed = [*_FIELDS, "max_output_tokens"]
        for key in data:
            if key not in allowed:
                msg = f"unknown key {key!r} in the price of {name!r}: {hint(key, allowed)}"
                raise SettingsError(msg)
        values = _amounts(data, name)
        missing = {"input", "output"} - values.keys()
        if missing:
            msg = (
                f"the price of {name!r} has no {' and no '.join(sorted(missing))} price: "
                "give input_per_million and output_per_million in US dollars (0 for a free model)"
            )
            raise SettingsError(msg)
        return cls(**values, max_output_tokens=data.get("max_output_tokens"))

    @classmethod
    def from_listing(cls, entry: Mapping[str, Any]) -> Price | None:
        """A price from an entry of LiteLLM's map; ``None`` when the entry names no token prices."""
        if entry.get("input_cost_per_token") is None or entry.get("output_cost_per_token") is None:
            return None
        known = {key: entry[key] for key in _PER_TOKEN if entry.get(key) is not None}
        base = cls(**_amounts(known, "listing"), max_output_tokens=_whole(entry.get("max_output_tokens")))
        return evolve(base, tiers=_tiers(base, entry))

    def of(self, usage: Usage) -> Decimal:
        """The exact price of a call in US dollars."""
        price = self._steps(usage.prompt_tokens)[-1]
        cached, written = usage.cached_tokens, usage.cache_write_tokens
        plain = max(0, usage.prompt_tokens - cached - written)
        reasoning = min(usage.reasoning_tokens, usage.completion_tokens)
        return (
            plain * price.input
            + cached * _or(price.cached_input, price.input)
            + written * _or(price.cache_write, price.input)
            + (usage.completion_tokens - reasoning) * price.output
            + reasoning * _or(price.reasoning, price.output)
        )

    def ceiling(self, prompt_tokens: int, completion_tokens: int) -> Decimal:
        """The most that so many tokens can cost, however they are cached, reasoned or tiered."""
        steps = self._steps(prompt_tokens)
        dearest_in = max(max(step.input, _or(step.cache_write, step.input)) for step in steps)
        dearest_out = max(max(step.output, _or(step.reasoning, step.output)) for step in steps)
        return prompt_tokens * dearest_in + completion_tokens * dearest_out

    def _steps(self, prompt_tokens: int) -> list[Price]:
        """The prices that such a prompt passes; the last one holds."""
        return [self, *(price for threshold, price in self.tiers if prompt_tokens > threshold)]


@frozen(kw_only=True)
class PriceBook:
    """Where prices come from, in order: the user's own, the cost the transport reported, the listing."""

    custom: Mapping[str, Price] = field(factory=dict)
    """Prices given by the user, by model name with or without the provider's prefix."""
    lookup: PriceLookup | None = None
    """Finds a model's entry in LiteLLM's map; may be slow the first time."""
    _listed: dict[str, Price | None] = field(factory=dict, init=False, repr=False, eq=False)
    """What was looked up before; ``None`` for what is not listed."""

    @classmethod
    def from_mapping(cls, data: Mapping[str, Mapping[str, Any]], lookup: PriceLookup | None = None) -> PriceBook:
        """A book with the user's prices, written as in ``Price.from_mapping``."""
        return cls(
            custom={model: Price.from_mapping(price, name=model) for model, price in data.items()}, lookup=lookup
        )

    def price(self, model: str) -> Price | None:
        """The price of a model, or ``None`` when nobody knows it."""
        own = self._own(model)
        if own is not None or self.lookup is None:
            return own
        if model not in self._listed:
            self._listed[model] = Price.from_listing(self.lookup(model) or {})
        return self._listed[model]

    def is_known(self, model: str) -> bool:
        """Whether the price of a model is known without looking it up, which can take seconds."""
        return self.lookup is None or model in self._listed or self._own(model) is not None

    def cost(self, response: ChatResponse, model: str) -> Decimal | None:
        """What an answer costs in US dollars, or ``None`` when that is unknown.

        Args:
            response: The answer; its own ``cost`` is what the transport reported.
            model: The model that was asked. Its listed price counts, as it does for budgets; among the user's own
                prices that of the model that answered comes first.
        """
        if response.cached or response.replayed:
            return None if response.cost is None else Decimal(repr(response.cost))
        names = list(dict.fromkeys(name for name in (response.model, model) if name))
        counted = response.usage is not None and (response.usage.prompt_tokens + response.usage.completion_tokens) > 0
        own = next((price for price in map(self._own, names) if price is not None), None)
        if own is not None:
            return own.of(response.usage) if counted and response.usage is not None else _if_free(own)
        if response.cost is not None and (counted or response.cost > 0):
            return Decimal(repr(response.cost))
        listed = self.price(model)
        return listed.of(response.usage) if counted and listed is not None and response.usage is not None else None

    def priced(self, response: ChatResponse, model: str) -> ChatResponse:
        """The answer with its cost filled in; unknown stays ``None``."""
        cost = self.cost(response, model)
        amount = None if cost is None else float(cost)
        return response if amount == response.cost else evolve(response, cost=amount)

    def billed(self, usage: Usage | None, reported: float | None, model: str) -> float | None:
        """What a try that failed cost in US dollars, by its tokens and by what the transport reported."""
        return self.priced(ChatResponse(usage=usage, cost=reported), model).cost

    def _own(self, model: str) -> Price | None:
        return self.custom.get(model) or self.custom.get(direct_name(model) if is_direct(model) else _bare(model))


def _bare(model: str) -> str:
    return model.partition("/")[2]


def is_token_price(name: str) -> bool:
    """Whether this is one of LiteLLM's names for the price of a token."""
    return name in _PER_TOKEN


def _amounts(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    amounts: dict[str, Any] = {}
    for key in filter(_FIELDS.get, data):
        amount = amount_of(data[key], f"{key} in the price of {name!r}:")
        amounts[_FIELDS[key]] = amount / _MILLION if key in _PER_MILLION else amount
    return amounts


def _tiers(base: Price, entry: Mapping[str, Any]) -> tuple[tuple[int, Price], ...]:
    changes: dict[int, dict[str, Any]] = {}
    for key, value in entry.items():
        match = _TIER.match(key)
        if match and match["name"] in _PER_TOKEN and value is not None:
            threshold = int(match["thousands"]) * 1000
            changes.setdefault(threshold, {})[_PER_TOKEN[match["name"]]] = amount_of(value, key)
    return tuple((threshold, evolve(base, **changes[threshold])) for threshold in sorted(changes))


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _or(price: Decimal | None, otherwise: Decimal) -> Decimal:
    return otherwise if price is None else price


def _if_free(price: Price) -> Decimal | None:
    return Decimal(0) if price.ceiling(1, 1) == 0 else None


@lru_cache(maxsize=256)
def calculated_price(litellm: Any, model: str) -> Mapping[str, Any] | None:
    """Prices per token by the arithmetic that LiteLLM does for an answer, so that a budget knows what spending will."""
    with contextlib.suppress(Exception):  # LiteLLM raises bare exceptions for models it has no price of
        return {
            "input_cost_per_token": _charge(litellm, model, prompt=_TOKENS) / _TOKENS,
            "output_cost_per_token": _charge(litellm, model, completion=_TOKENS) / _TOKENS,
        }
    return None


def _charge(litellm: Any, model: str, prompt: int = 0, completion: int = 0) -> float:
    usage = litellm.Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)
    answer = litellm.ModelResponse(model=model.partition("/")[2] or model, usage=usage)
    return float(litellm.completion_cost(completion_response=answer, model=qualified(model)))
