"""What a run shows and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from tool_sandbox.registry.settings import PASS_AT
from tool_sandbox.runs.numbers import Columns, RunNumbers
from tool_sandbox.runs.statistics.intervals import Estimate, Interval, estimate_of_scores, range_with_void, wilson
from tool_sandbox.runs.statistics.trials import PassRate, Trials, flaky, flip_rate, pass_rates
from tool_sandbox.runs.summary import GROUPINGS

if TYPE_CHECKING:
    from tool_sandbox.runs.outcomes import SampleResult


@frozen(kw_only=True)
class GroupScore:
    """The score of some samples."""

    samples: int
    """How many there are."""
    void: int
    """How many of them have no score."""
    score: Estimate | None
    """Over the scored ones; ``None`` without any."""
    range_with_void: Interval
    """The interval joined with what the void samples could have made of it."""
    outcome: Estimate | None
    """How right the ends are, whatever led there, over the scored samples that have an outcome."""

    @classmethod
    def of(cls, trials: Trials) -> GroupScore:
        """The score of all samples in ``trials``."""
        return cls(
            samples=len(trials),
            void=int(trials.void.sum()),
            score=estimate_of_scores(trials.score, trials.cluster),
            range_with_void=range_with_void(trials.score, trials.cluster),
            outcome=estimate_of_scores(trials.outcome, trials.cluster),
        )


@frozen(kw_only=True)
class RunStatistics:
    """What a run shows, with everything a line or a table about it needs."""

    overall: GroupScore
    by_category: Mapping[str, GroupScore]
    by_presentation: Mapping[str, GroupScore]
    """How the tools were presented, ``plain`` among them."""
    scenarios: int
    """How many scenarios there are, each presentation one of its own."""
    base_scenarios: int
    trials: int
    """The largest number of trials of a scenario."""
    pass_at: float
    """The score from which a sample counts as a success."""
    pass_rates: tuple[PassRate, ...]
    """For k = 1, 2, … up to the number of trials; how they are counted says ``trials.CONVENTION``."""
    flip_rate: Estimate | None
    """How likely two trials of one scenario end differently; ``None`` without repeated trials."""
    flaky: tuple[str, ...]
    """The scenarios whose trials end differently."""
    void_share: tuple[float, float, float]
    """Share of void samples, with the ends of its interval."""
    cost: float | None
    """US dollars; ``None`` when a part is unknown."""
    cost_per_sample: float | None


def summary_of(results: Iterable[SampleResult], pass_at: float = PASS_AT) -> RunStatistics:
    """The statistics of the samples of one run.

    Args:
        results: Its samples, scored and void ones.
        pass_at: The score from which a sample counts as a success.
    """
    return statistics_of(RunNumbers.of(results).columns, pass_at)


def statistics_of(samples: Columns, pass_at: float) -> RunStatistics:
    """``summary_of`` samples of which there are only the numbers."""
    trials = samples.trials
    cost = _known(float(trials.cost.sum()))
    return RunStatistics(
        overall=GroupScore.of(trials),
        by_category=_scores_by("categories", samples),
        by_presentation=_scores_by("presentations", samples),
        scenarios=len(trials.names),
        base_scenarios=len(trials.clusters),
        trials=int(np.bincount(trials.scenario).max(axis=0, initial=0)),
        pass_at=pass_at,
        pass_rates=pass_rates(trials, pass_at),
        flip_rate=flip_rate(trials, pass_at),
        flaky=flaky(trials, pass_at),
        void_share=_void_share(trials),
        cost=cost,
        cost_per_sample=cost / len(samples) if len(samples) and cost is not None else None,
    )


def _scores_by(grouping: str, samples: Columns) -> dict[str, GroupScore]:
    """The score of every group of samples, in order of appearance."""
    labels_of = GROUPINGS[grouping]
    groups = samples.grouped(labels_of)
    names = dict.fromkeys(label for kind in samples.kinds for label in labels_of(kind))
    return {name: GroupScore.of(groups[name].trials) for name in names if name in groups}


def _void_share(trials: Trials) -> tuple[float, float, float]:
    if not len(trials):
        return 0.0, 0.0, 1.0
    void = int(trials.void.sum())
    low, high = wilson(void, len(trials))
    return void / len(trials), float(low), float(high)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
