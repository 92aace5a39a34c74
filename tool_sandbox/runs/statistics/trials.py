"""Samples as arrays, grouped by scenario and trial, and what repeated trials show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import evolve, frozen

from tool_sandbox.registry.settings import PASS_AT
from tool_sandbox.runs.outcomes import ROUNDING
from tool_sandbox.runs.statistics.intervals import Estimate, estimate_of_scores
from tool_sandbox.scenarios.presentations import base_name

if TYPE_CHECKING:
    from numpy.typing import NDArray


CONVENTION = (
    "pass^k: all of k trials succeed; pass@k: at least one of them does. Both are unbiased estimates from all scored "
    "trials of a scenario, averaged over the scenarios with at least k of them."
)


@frozen(kw_only=True, eq=False)
class Trials:
    """The samples of a run as columns; every column has one number per sample."""

    names: tuple[str, ...]
    """The scenarios, each presentation one of its own."""
    clusters: tuple[str, ...]
    """The base scenarios: what is independent of each other."""
    scenario: NDArray[np.intp]
    """Which of ``names`` a sample played."""
    cluster: NDArray[np.intp]
    """Which of ``clusters`` that belongs to."""
    number: NDArray[np.intp]
    """Which trial it is."""
    score: NDArray[np.float64]
    """In [0, 1]; not a number when the sample is void."""
    outcome: NDArray[np.float64]
    """How right the end is, in [0, 1]; not a number when nobody says, or the sample is void."""
    cost: NDArray[np.float64]
    """US dollars; not a number when nobody knows."""

    @classmethod
    def from_columns(cls, names: Sequence[str], scenario: NDArray[np.intp], **columns: NDArray[Any]) -> Trials:
        """Trials of scenarios.

        Args:
            names: Of scenarios; some may be there more than once.
            scenario: Which of ``names`` a sample played.
            columns: ``number``, ``score``, ``outcome`` and ``cost``.
        """
        names, of_given = _numbered(names)
        clusters, of_name = _numbered([base_name(name) for name in names])
        scenario = of_given[scenario]
        return cls(names=names, clusters=clusters, scenario=scenario, cluster=of_name[scenario], **columns)

    @property
    def void(self) -> NDArray[np.bool_]:
        """Which samples have no score."""
        return np.isnan(self.score)

    def take(self, samples: NDArray[np.intp]) -> Trials:
        """Some of the samples, with scenarios numbered as before."""
        columns = ("scenario", "cluster", "number", "score", "outcome", "cost")
        return evolve(self, **{column: getattr(self, column)[samples] for column in columns})

    def __len__(self) -> int:
        return len(self.score)


@frozen(kw_only=True)
class PassRate:
    """How often ``k`` trials of one scenario succeed; ``CONVENTION`` says how it is counted."""

    k: int
    all_pass: Estimate
    """pass^k."""
    any_passes: Estimate
    """pass@k."""
    scenarios: int
    """How many scenarios have at least ``k`` scored trials."""


def succeeded(score: NDArray[np.float64], pass_at: float = PASS_AT) -> NDArray[np.bool_]:
    """Which scores are successes; a void sample is none."""
    return score >= pass_at - ROUNDING


def pass_rates(trials: Trials, pass_at: float = PASS_AT) -> tuple[PassRate, ...]:
    """pass^k and pass@k for every k up to the largest number of scored trials of a scenario."""
    played, passed = _counts(trials, pass_at)
    cluster = _cluster_of_name(trials)
    every, none = np.ones_like(played), np.ones_like(played)
    rates = []
    for k in range(1, int(played.max(axis=0, initial=0)) + 1):
        enough = played >= k
        left = np.where(enough, played - (k - 1), 1)  # to choose the last of k from, when the others are successes
        every = every * np.maximum(passed - (k - 1), 0) / left
        none = none * np.maximum(played - passed - (k - 1), 0) / left
        all_pass, any_passes = (estimate_of_scores(values[enough], cluster[enough]) for values in (every, 1 - none))
        assert all_pass is not None  # the scenario with the most trials has k of them
        assert any_passes is not None
        rates.append(PassRate(k=k, all_pass=all_pass, any_passes=any_passes, scenarios=int(enough.sum())))
    return tuple(rates)


def flip_rate(trials: Trials, pass_at: float = PASS_AT) -> Estimate | None:
    """How likely one of two trials of a scenario succeeds and the other does not; ``None`` without repeated trials."""
    played, passed = _counts(trials, pass_at)
    several = played > 1
    total, good = played[several], passed[several]
    return estimate_of_scores(2 * good * (total - good) / (total * (total - 1)), _cluster_of_name(trials)[several])


def flaky(trials: Trials, pass_at: float = PASS_AT) -> tuple[str, ...]:
    """The scenarios of which some trials succeed and some do not."""
    played, passed = _counts(trials, pass_at)
    return tuple(trials.names[at] for at in np.flatnonzero((passed > 0) & (passed < played)))


def _counts(trials: Trials, pass_at: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How many scored trials every scenario has, and how many of them succeeded."""
    size = len(trials.names)
    played, passed = (
        np.bincount(trials.scenario, weights=weights, minlength=size).astype(np.float64)  # whole numbers when empty
        for weights in (~trials.void, succeeded(trials.score, pass_at))
    )
    return played, passed


def _cluster_of_name(trials: Trials) -> NDArray[np.intp]:
    found = np.zeros(len(trials.names), dtype=np.intp)
    found[trials.scenario] = trials.cluster
    return found


def _numbered(values: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The different values in order of appearance, and which of them each value is."""
    numbers = {value: at for at, value in enumerate(dict.fromkeys(values))}
    return tuple(numbers), np.array([numbers[value] for value in values], dtype=np.intp)
