"""Two runs side by side: the samples of the same scenario, presentation and trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve, frozen

from tool_sandbox.runs.statistics.trials import Trials

if TYPE_CHECKING:
    from numpy.typing import NDArray


@frozen(kw_only=True, eq=False)
class Pairs:
    """The samples that two runs have in common, in the order of the first one."""

    first: Trials
    """All samples of the first run."""
    second: Trials
    """All samples of the second run."""
    of_first: NDArray[np.intp]
    """Which samples of the first run have a partner."""
    of_second: NDArray[np.intp]
    """Their partners."""

    @classmethod
    def of(cls, first: Trials, second: Trials) -> Pairs:
        """Pair the samples of two runs; of several in the second one for a sample, the last counts."""
        wanted, there = _codes(first, second)
        order = np.argsort(there, kind="stable")
        at = np.searchsorted(there, wanted, side="right", sorter=order) - 1
        of_first = np.flatnonzero((at >= 0) & (wanted >= 0))
        of_second = order[at[of_first]]
        are_same = there[of_second] == wanted[of_first]
        return cls(first=first, second=second, of_first=of_first[are_same], of_second=of_second[are_same])

    @property
    def scored(self) -> Pairs:
        """The pairs in which both samples have a score."""
        both = ~np.isnan(self.difference)
        return evolve(self, of_first=self.of_first[both], of_second=self.of_second[both])

    @property
    def scores(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The scores of both runs; not a number where a sample is void."""
        return self.first.score[self.of_first], self.second.score[self.of_second]

    @property
    def difference(self) -> NDArray[np.float64]:
        """By how much the first run is better, in [-1, 1]."""
        one, other = self.scores
        return one - other

    @property
    def cluster(self) -> NDArray[np.intp]:
        """The base scenarios, numbered as in the first run."""
        return self.first.cluster[self.of_first]

    @property
    def scenario(self) -> NDArray[np.intp]:
        """The scenarios, each presentation one of its own, numbered as in the first run."""
        return self.first.scenario[self.of_first]

    @property
    def number(self) -> NDArray[np.intp]:
        """The trials."""
        return self.first.number[self.of_first]

    def key(self, pair: int) -> tuple[str, int]:
        """Scenario and trial of a pair."""
        at = self.of_first[pair]
        return self.first.names[self.first.scenario[at]], int(self.first.number[at])

    def __len__(self) -> int:
        return len(self.of_first)


def _codes(first: Trials, second: Trials) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The same number for the same scenario and trial; below 0 for a scenario that the second one has not."""
    known = {name: at for at, name in enumerate(second.names)}
    scenario = np.array([known.get(name, -1) for name in first.names], dtype=np.intp)[first.scenario]
    trials, trial = np.unique(np.concatenate([first.number, second.number]), return_inverse=True)
    of_first, of_second = np.split(trial, [len(first)])
    return scenario * len(trials) + of_first, second.scenario * len(trials) + of_second
