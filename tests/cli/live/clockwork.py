"""A clock that stands still until it is told otherwise, and a run whose samples begin and end when a test says so."""

from __future__ import annotations

from attrs import define, field

from tests.runs.fakes import scenario
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.registry.sample import Sample


@define
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@define
class Meter:
    """What a run has spent, as a test says."""

    spent: Spending = field(factory=Spending)
    before: float = 0.0

    def spending(self) -> Spending:
        """What it was set to."""
        return self.spent

    def paid_before(self) -> float:
        """What it was set to."""
        return self.before


def sample(name: str = "one", trial: int = 0) -> Sample:
    """A sample that nobody plays."""
    return Sample(name=name, scenario=scenario(), trial=trial)
