"""The numbers of an estimate, as they are shown and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any

from attrs import asdict, frozen

from tool_sandbox.llm.layers.budget.money import Cost, shown, total_cost

REASONING = 200
"""Hidden tokens that are taken for an answer of a model that reasons."""
RANGE = (
    "low: the recorded solutions, with what is sent again read from the provider's cache; high: twice their calls, "
    f"each with {REASONING} tokens of hidden reasoning where the model can reason"
)
"""What the bounds of an estimate mean."""


@frozen(kw_only=True)
class RoleEstimate:
    """What one role asks of its model in a whole run."""

    role: str
    """``agent`` or ``user``."""
    model: str
    """Who is asked, as it was named."""
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: Cost
    """When all goes as in the recorded solutions and nothing is cached."""
    low: Cost
    high: Cost
    tokens: str
    """How tokens are counted."""
    latency: str
    """How long an answer takes, and where that is known from."""

    def to_record(self) -> dict[str, Any]:
        """JSON-able data; amounts are in US dollars, ``None`` when nobody knows the price."""
        return {**asdict(self, recurse=False), **_money(self.cost, self.low, self.high)}


@frozen(kw_only=True)
class Estimate:
    """What a run will take."""

    scenarios: int
    """Without counting how their tools are presented."""
    presentations: int
    """Of each scenario; 1 where not every scenario has as many."""
    trials: int
    samples: int
    reused: int
    """How many of them are taken over from another run, so that nothing is asked for them."""
    concurrency: int
    """Samples in flight at once."""
    roles: tuple[RoleEstimate, ...]
    """Those that ask a model: agents, then the user."""
    seconds: float
    notes: tuple[str, ...]
    """What could not be reckoned, in sentences."""

    @property
    def calls(self) -> int:
        """Calls to models."""
        return sum(role.calls for role in self.roles)

    @property
    def tokens(self) -> int:
        """Tokens sent and answered."""
        return sum(role.prompt_tokens + role.completion_tokens for role in self.roles)

    @property
    def cost(self) -> Cost:
        """All roles together."""
        return self._sum(lambda role: role.cost)

    @property
    def low(self) -> Cost:
        """The lower bound of it."""
        return self._sum(lambda role: role.low)

    @property
    def high(self) -> Cost:
        """The upper bound of it."""
        return self._sum(lambda role: role.high)

    def _sum(self, amount: Callable[[RoleEstimate], Cost]) -> Cost:
        return total_cost(map(amount, self.roles))

    def to_record(self) -> dict[str, Any]:
        """JSON-able data; amounts are in US dollars, ``None`` where a part is unknown."""
        counts = ("scenarios", "presentations", "trials", "samples", "reused", "concurrency")
        return {
            **{name: getattr(self, name) for name in counts},
            "calls": self.calls,
            "prompt_tokens": sum(role.prompt_tokens for role in self.roles),
            "completion_tokens": sum(role.completion_tokens for role in self.roles),
            **_money(self.cost, self.low, self.high),
            "seconds": round(self.seconds, 1),
            "roles": [role.to_record() for role in self.roles],
            "notes": list(self.notes),
        }


def kept_estimate(record: Any) -> dict[str, Any] | None:
    """What ``to_record`` wrote, if it is that: a run begun by an older version has none."""
    is_whole = isinstance(record, dict) and all(isinstance(record.get(name), kind) for name, kind in _KEPT.items())
    return record if is_whole else None


def told_afterwards(record: Mapping[str, Any], *, is_finished: bool) -> str:
    """An estimate in words, to stand behind what a run took."""
    known = record["cost"] is not None
    what = f"{record['calls']} calls, {record['prompt_tokens']} tokens in, {record['completion_tokens']} out"
    cost = f"{shown(record['cost'])} USD ({shown(record['low'])} to {shown(record['high'])})" if known else what
    return f"estimated {cost}" + ("" if is_finished else f" for all {record['samples']} samples")


_COUNT, _AMOUNT = int, (int, float, NoneType)
_KEPT: Mapping[str, Any] = {
    **dict.fromkeys(("samples", "calls", "prompt_tokens", "completion_tokens"), _COUNT),
    **dict.fromkeys(("cost", "low", "high"), _AMOUNT),
}


def _money(cost: Cost, low: Cost, high: Cost) -> dict[str, Any]:
    return {
        "cost": cost.total,
        "known_cost": float(cost.known),
        "unpriced_calls": cost.unknown_calls,
        "low": low.total,
        "high": high.total,
    }
