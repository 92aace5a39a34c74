"""What goes wrong with calls of tools, as data: which call of which tool, and how.

A world has its troubles; how many calls they saw is kept with it, so that every copy of a world goes on by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum, auto
from typing import Any

from attrs import Factory, evolve, frozen

from tool_sandbox.common.world.schemas import Row


class TroubleKind(StrEnum):
    """What may go wrong with a call."""

    WORK = auto()
    """Nothing: the trouble begins later."""
    FAIL = auto()
    """The call is answered with an error, and nothing is done."""
    LOST = auto()
    """The call does its work, but instead of its answer there is a time-out."""
    SLOW = auto()
    """The call works, and so much time passes in the world before it does."""
    STALE = auto()
    """The call sees the tables as they were earlier."""
    PARTIAL = auto()
    """Only the first rows of the answer arrive."""
    CONTRADICT = auto()
    """Flags are answered the wrong way round, and numbers are others."""


ERRORS = (TroubleKind.FAIL, TroubleKind.LOST)
"""What the agent sees as an error that is none of its own."""


@frozen
class Trouble:
    """What goes wrong with some calls of one tool.

    Args:
        kind: What goes wrong.
        times: With how many calls, one after the other; infinity for all.
        amount: Seconds that pass (``SLOW``), rows that arrive (``PARTIAL``).
        earlier: What the call sees (``STALE``), upper-case table name to rows; ``None`` is how the conversation began.
        text: It in words.
    """

    kind: TroubleKind
    times: float = math.inf
    amount: float = 0.0
    earlier: Mapping[str, tuple[Row, ...]] | None = None
    text: str = ""

    def to_dict(self) -> dict[str, Any]:
        """It as JSON-able data."""
        earlier = None if self.earlier is None else {name: list(rows) for name, rows in self.earlier.items()}
        times = None if math.isinf(self.times) else self.times
        return {"kind": str(self.kind), "times": times, "amount": self.amount, "earlier": earlier, "text": self.text}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Trouble:
        """What ``to_dict`` described."""
        earlier = data["earlier"] and {name: tuple(rows) for name, rows in data["earlier"].items()}
        times = math.inf if data["times"] is None else data["times"]
        return cls(TroubleKind(data["kind"]), times, data["amount"], earlier, data["text"])


@frozen
class Troubles:
    """The troubles of a world and how far they have come. It never changes: what comes after a call is another one.

    Args:
        plans: Real name of a tool → its troubles, one after the other; calls beyond them work.
        calls: Real name of a tool → how often it was called.
        elapsed: Seconds for which calls were slow.
        struck: What went wrong since somebody last asked, in words.
    """

    plans: Mapping[str, Sequence[Trouble]] = Factory(dict)
    calls: Mapping[str, int] = Factory(dict)
    elapsed: float = 0.0
    struck: tuple[str, ...] = ()

    def next(self, tool: str) -> Trouble | None:
        """What goes wrong with the next call of a tool."""
        past = self.calls.get(tool, 0)
        for trouble in self.plans.get(tool, ()):
            if past < trouble.times:
                return None if trouble.kind is TroubleKind.WORK else trouble
            past -= int(trouble.times)
        return None

    def after(self, tool: str) -> Troubles:
        """What they are once a tool was called once more."""
        trouble = self.next(tool)
        struck = self.struck if trouble is None else (*self.struck, f"{tool}: {trouble.text}")
        slow = trouble.amount if trouble is not None and trouble.kind is TroubleKind.SLOW else 0.0
        calls = {**self.calls, tool: self.calls.get(tool, 0) + 1}
        return evolve(self, calls=calls, elapsed=self.elapsed + slow, struck=struck)

    def lines(self) -> Iterator[str]:
        """The plans for people, one line for each tool."""
        for tool, plan in self.plans.items():
            yield f"{tool}: {', then '.join(trouble.text for trouble in plan)}"

    def to_dict(self) -> dict[str, Any]:
        """Them as JSON-able data."""
        plans = {tool: [trouble.to_dict() for trouble in plan] for tool, plan in self.plans.items()}
        return {"plans": plans, "calls": dict(self.calls), "elapsed": self.elapsed}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Troubles:
        """What ``to_dict`` described."""
        plans = {tool: tuple(map(Trouble.from_dict, plan)) for tool, plan in data["plans"].items()}
        return cls(plans, data["calls"], data["elapsed"])
