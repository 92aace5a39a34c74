"""Limits on money: for a run, a role, a model or a user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from attrs import field, frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.chat import CallTag

Scope = tuple[str, str]
"""What a cap applies to: ``("run", "")``, ``("role", "AGENT")``, ``("model", …)`` or ``("user", …)``."""


def _dollars(value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        msg = f"a budget of {value!r} is not an amount of US dollars: give zero or more, such as 2.50"
        raise SettingsError(msg)
    return amount


def _each_dollars(caps: Mapping[str, Any]) -> dict[str, Decimal]:
    return {name: amount for name, value in caps.items() if (amount := _dollars(value)) is not None}


def _policy(_instance: object, _attribute: object, value: str) -> None:
    if value not in ("refuse", "allow"):
        msg = f"on_unknown_price={value!r}: expected 'refuse' or 'allow'"
        raise SettingsError(msg)


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
    on_unknown_price: str = field(default="refuse", validator=_policy)
    """What happens to a call under a cap whose price nobody knows: ``refuse`` it, or ``allow`` it uncounted."""

    def applying_to(self, scopes: Iterable[Scope]) -> dict[Scope, Decimal]:
        """The caps among these scopes."""
        named = {"role": self.role, "model": self.model, "user": self.user}
        found = {scope: self.run if scope[0] == "run" else named[scope[0]].get(scope[1]) for scope in scopes}
        return {scope: cap for scope, cap in found.items() if cap is not None}


def scopes_of(tag: CallTag, model: str) -> tuple[Scope, ...]:
    """Everything a call is counted for."""
    scopes: tuple[Scope, ...] = (("run", ""), ("role", tag.role), ("model", model))
    return scopes if tag.user is None else (*scopes, ("user", tag.user))
