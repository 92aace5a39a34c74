"""The samples of a run, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.lazy_sequence import LazySequence

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario


class Samples(LazySequence[Sample]):
    """Every sample of a run: all scenarios once, then all of them again for the next trial.

    Args:
        scenarios: What is played, by name.
        trials: How often.
    """

    def __init__(self, scenarios: Mapping[str, Scenario], trials: int) -> None:
        super().__init__(len(scenarios) * trials)
        self._scenarios = list(scenarios.items())
        self._places = {name: place for place, name in enumerate(scenarios)}
        self._trials = trials

    def find(self, key: tuple[str, int]) -> int | None:
        """The index of the sample that has a key; ``None`` when there is none."""
        name, trial = key
        place = self._places.get(name)
        return None if place is None or not 0 <= trial < self._trials else trial * len(self._scenarios) + place

    def _item(self, at: int) -> Sample:
        trial, place = divmod(at, len(self._scenarios))
        name, scenario = self._scenarios[place]
        return Sample(name=name, scenario=scenario, trial=trial)
