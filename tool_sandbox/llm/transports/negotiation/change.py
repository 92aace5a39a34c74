"""One parameter sent in another way than it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen


@frozen
class Change:
    """One parameter that a model does not take as asked: dropped, renamed, or given another value."""

    parameter: str
    new_name: str | None = None
    new_value: Any = None
    reason: str = ""
    missing: bool = False
    """Whether the change is also made where nobody gave the parameter."""

    def apply(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters with the change made; those without the parameter stay as they are unless it was missed."""
        if self.parameter not in params and not self.missing:
            return dict(params)
        rest = {name: value for name, value in params.items() if name != self.parameter}
        if self.new_name is not None:
            rest[self.new_name] = self._value(params)
        return rest

    def describe(self, params: Mapping[str, Any]) -> str:
        """What was done, in words for the run's record."""
        if self.parameter not in params:
            return f"{self.new_name}={self._value(params)!r} added: {self.reason}"
        before = f"{self.parameter}={params[self.parameter]!r}"
        if self.new_name is None:
            return f"{before} dropped, provider's default used: {self.reason}"
        return f"{before} sent as {self.new_name}={self._value(params)!r}: {self.reason}"

    def _value(self, params: Mapping[str, Any]) -> Any:
        before = params.get(self.parameter)
        if isinstance(self.new_value, Mapping) and isinstance(before, Mapping):
            return {**before, **self.new_value}
        return before if self.new_value is None else self.new_value
