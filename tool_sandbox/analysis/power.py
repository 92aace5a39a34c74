"""How small a difference a comparison can show, and how many more trials would show a smaller one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen
from scipy import special

from tool_sandbox.runs.statistics.differences import difference_limits
from tool_sandbox.runs.statistics.intervals import LEVEL, cluster_totals, mean_and_error, student
from tool_sandbox.runs.statistics.pairing import Pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

POWER = 0.8
"""How often a comparison finds a difference that it is said to be able to show."""

_ROUNDING = 1e-9


@frozen(kw_only=True)
class Need:
    """What it takes to show a difference."""

    difference: float
    trials: int | None
    """Further trials of every scenario in both runs; ``None`` when no number of them is enough."""
    cost: float | None
    """What those would cost in US dollars; ``None`` when nobody knows."""
    scenarios: int
    """Base scenarios of this kind that are enough with the trials there are."""
    at_least: bool
    """With one trial nobody can tell chance from scenarios, so ``trials`` may not be enough."""


@frozen(kw_only=True)
class Resolution:
    """What a comparison of this size can tell apart."""

    error: float
    """Standard error of the difference; where all base scenarios are alike, what their number leaves open."""
    noise: float | None
    """The part of it that comes from chance between trials; ``None`` with one trial. Squares of parts add up."""
    clusters: int
    trials: float
    """Pairs per scenario."""
    cost_of_trial: float | None
    """What one more trial of every scenario costs in both runs, in US dollars."""

    @classmethod
    def of(cls, pairs: Pairs) -> Resolution | None:
        """The resolution of a comparison; ``None`` with fewer than two base scenarios."""
        sums, counts = cluster_totals(pairs.difference, pairs.cluster)
        if len(sums) < 2:  # noqa: PLR2004 -- one cluster has no spread
            return None
        trials = len(pairs) / len(np.unique(pairs.scenario))
        cost = float(pairs.first.cost[pairs.of_first].sum() + pairs.second.cost[pairs.of_second].sum())
        _, error = mean_and_error(sums, counts)
        return cls(
            error=float(error or _error_of_alike(sums, counts)),
            noise=_noise(pairs.difference, pairs.scenario),
            clusters=len(sums),
            trials=trials,
            cost_of_trial=None if math.isnan(cost) else cost / trials,
        )

    def detectable(self, level: float = LEVEL, power: float = POWER) -> float:
        """The smallest true difference that such a comparison shows with this ``power``."""
        return self.error * self._reach(level, power)

    def need(self, difference: float, level: float = LEVEL, power: float = POWER) -> Need:
        """What it takes to show ``difference`` as often as ``power`` says.

        Raises:
            ValueError: The difference is not above 0.
        """
        if not difference > 0:
            message = f"a difference of {difference!r} cannot be shown; give one above 0, such as 0.02."
            raise ValueError(message)
        wanted = difference / self._reach(level, power)
        trials = self._further_trials(wanted)
        return Need(
            difference=difference,
            trials=trials,
            cost=None if trials is None or self.cost_of_trial is None else trials * self.cost_of_trial,
            scenarios=max(2, _whole(self.clusters * (self.error / wanted) ** 2)),
            at_least=self.noise is None,
        )

    def _further_trials(self, wanted: float) -> int | None:
        """How many more trials bring the standard error down to ``wanted``."""
        if self.error <= wanted * (1 + _ROUNDING):
            return 0
        noise = self.error if self.noise is None else min(self.noise, self.error)
        left = wanted**2 - (self.error**2 - noise**2)  # what may remain of the noise
        return _whole(self.trials * (noise**2 / left - 1)) if left > 0 else None

    def _reach(self, level: float, power: float) -> float:
        return float(student(self.clusters - 1, level)) + float(special.ndtri(power))


def _error_of_alike(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> float:
    """What their number leaves open where all clusters are alike: the error that an interval so wide stands for."""
    low, high = difference_limits(sums, counts)
    return float((high - low) / 2 / student(len(sums) - 1))


def _whole(number: float) -> int:
    """The next whole number that is not smaller, up to rounding."""
    return math.ceil(number - _ROUNDING)


def _noise(difference: NDArray[np.float64], scenario: NDArray[np.intp]) -> float | None:
    """Standard error of the mean that comes from trials alone, from the spread within scenarios."""
    counts = np.bincount(scenario)
    freedom = int((counts[counts > 0] - 1).sum())
    if not freedom:
        return None
    mean = np.bincount(scenario, weights=difference) / np.maximum(counts, 1)
    variance = ((difference - mean[scenario]) ** 2).sum() / freedom
    return math.sqrt(variance / len(difference))
