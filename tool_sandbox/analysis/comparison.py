"""Two or more runs compared on the samples that they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import asdict, evolve, frozen

from tool_sandbox.analysis.conditions import RunFacts, differing_conditions
from tool_sandbox.analysis.permutation import McNemar, holm, mcnemar, sign_flip_p_value
from tool_sandbox.analysis.power import Need, Resolution
from tool_sandbox.analysis.statistics import RunStatistics, summary_of_trials
from tool_sandbox.errors import SettingsError
from tool_sandbox.registry.settings import PASS_AT
from tool_sandbox.runs.statistics.differences import estimate_of_difference
from tool_sandbox.runs.statistics.intervals import Estimate, Interval, cluster_totals
from tool_sandbox.runs.statistics.pairing import Pairs
from tool_sandbox.runs.statistics.trials import succeeded

if TYPE_CHECKING:
    from tool_sandbox.runs.outcomes import SampleResult

_EQUAL = 1e-6
"""Scores that differ by rounding are equal."""
_ALL_PAIRS_UP_TO = 4


@frozen(kw_only=True)
class Flip:
    """A base scenario in which one of two runs is better."""

    scenario: str
    first: float
    """Mean score of the first run over the pairs of the scenario."""
    second: float
    """The same of the second run."""
    example: tuple[str, int]
    """Name and trial of the pair that shows it most."""

    @property
    def difference(self) -> float:
        """By how much the first run is better."""
        return self.first - self.second


@frozen(kw_only=True)
class Contrast:
    """One run against another: everything is first minus second, over the pairs of scored samples."""

    first: str
    second: str
    pairs: int
    """Pairs of the same scenario, presentation and trial that have a score in both runs."""
    void_pairs: int
    """Pairs that are left out because one of the two is void."""
    only_first: int
    """Samples that only the first run has."""
    only_second: int
    """Samples that only the second run has."""
    scores: tuple[float, float]
    """Mean score of both over the pairs."""
    difference: Estimate
    """With an interval that takes a base scenario as one observation."""
    range_with_void: Interval
    """The interval joined with what the void samples of both runs could have made of it."""
    p_value: float
    """Of a permutation test that exchanges the runs in whole base scenarios, two-sided."""
    adjusted_p_value: float
    """The same, made larger by Holm's rule where more than two runs are compared."""
    success: McNemar
    """Pairs in which one run succeeds and the other does not."""
    adjusted_success_p_value: float
    better: tuple[Flip, ...]
    """Base scenarios in which the first run is better, the largest difference first."""
    worse: tuple[Flip, ...]
    """Those in which it is worse."""
    equal: int
    """How many are equal."""
    resolution: Resolution | None
    """What a comparison of this size can tell apart; ``None`` with fewer than two base scenarios."""
    conditions: tuple[str, ...]
    """In what the runs differ beside the model, one sentence for each."""

    @property
    def flips(self) -> tuple[Flip, ...]:
        """Base scenarios in which one run is better, the largest difference first."""
        return tuple(sorted((*self.worse, *self.better), key=lambda flip: -abs(flip.difference)))

    @property
    def unpaired(self) -> int:
        """Samples that only one of the runs has."""
        return self.only_first + self.only_second

    @property
    def detectable(self) -> float | None:
        """The smallest true difference that such a comparison shows four times out of five."""
        return self.resolution.detectable() if self.resolution else None

    def need(self, difference: float) -> Need | None:
        """What it takes to show a ``difference`` above 0; ``None`` with fewer than two base scenarios."""
        return self.resolution.need(difference) if self.resolution else None

    @property
    def need_of_half(self) -> Need | None:
        """What it takes to show half of ``detectable``."""
        return self.need(self.detectable / 2) if self.detectable else None

    def to_record(self) -> dict[str, Any]:
        """It as JSON-able data: the attributes, with what it can show and what half of that takes."""
        half = self.need_of_half
        return {**asdict(self), "detectable": self.detectable, "need_of_half": asdict(half) if half else None}


@frozen(kw_only=True)
class Comparison:
    """Runs, and some of them against others."""

    runs: Mapping[str, RunStatistics]
    """Every run by itself, over all of its samples."""
    contrasts: tuple[Contrast, ...]
    """Every two of up to four runs, in their order; of more, the first one against each other one."""
    pass_at: float
    """The score from which a sample counts as a success."""

    def to_record(self) -> dict[str, Any]:
        """It as JSON-able data, by the names of the attributes."""
        contrasts = [contrast.to_record() for contrast in self.contrasts]
        return {"runs": asdict(self)["runs"], "contrasts": contrasts, "pass_at": self.pass_at}


def compare_runs(
    results_by_name: Mapping[str, Iterable[SampleResult]],
    *,
    records: Mapping[str, Mapping[str, Any]] | None = None,
    pass_at: float = PASS_AT,
) -> Comparison:
    """Compare runs, paired by scenario, presentation and trial on what two of them have.

    Samples that were stopped before their end count as not there.

    Args:
        results_by_name: The samples of every run; a ``RunResult`` will do.
        records: The content of ``run.json`` of those runs that have one and are no ``RunResult``.
        pass_at: The score from which a sample counts as a success, in (0, 1].

    Raises:
        SettingsError: There are fewer than two runs, two of them have no scored sample in common, or ``pass_at`` is
            no such score.
    """
    if len(results_by_name) < 2:  # noqa: PLR2004 -- there is nothing to compare
        message = f"a comparison needs two runs or more, not {len(results_by_name)}."
        raise SettingsError(message)
    if not 0 < pass_at <= 1:
        message = f"pass_at={pass_at!r} must be a score above 0 and up to 1, from which a sample counts as a success."
        raise SettingsError(message)
    facts = {name: RunFacts.of(name, each, (records or {}).get(name)) for name, each in results_by_name.items()}
    found = {name: summary_of_trials(list(each.results), pass_at) for name, each in facts.items()}
    contrasts = [
        _contrast(Pairs.of(found[first][1], found[second][1]), facts[first], facts[second], pass_at)
        for first, second in _compared(list(facts))
    ]
    runs = {name: statistics for name, (statistics, _) in found.items()}
    return Comparison(runs=runs, contrasts=_adjusted(contrasts), pass_at=pass_at)


def _compared(names: Sequence[str]) -> list[tuple[str, str]]:
    """Every two runs while these are few, else each against the first: Holm's rule makes many hard to tell apart."""
    every = list(combinations(names, 2))
    return every if len(names) <= _ALL_PAIRS_UP_TO else every[: len(names) - 1]


def _contrast(every: Pairs, first: RunFacts, second: RunFacts, pass_at: float) -> Contrast:
    pairs = every.scored
    difference = estimate_of_difference(pairs.difference, pairs.cluster)
    if difference is None:
        both = "1 is" if len(every) == 1 else f"{len(every)} are"
        void = f" ({both} in both, but void in one of them)" if len(every) else ""
        message = (
            f"{first.name!r} and {second.name!r} have no scored sample in common{void}; a comparison pairs samples of "
            "the same scenario, presentation and trial."
        )
        raise SettingsError(message)
    one, other = pairs.scores
    sums, _ = cluster_totals(pairs.difference, pairs.cluster)
    p_value = sign_flip_p_value(sums)
    success = mcnemar(succeeded(one, pass_at), succeeded(other, pass_at), pairs.cluster)
    better, worse, equal = _flips(pairs)
    return Contrast(
        first=first.name,
        second=second.name,
        pairs=len(pairs),
        void_pairs=len(every) - len(pairs),
        only_first=len(every.first) - len(every),
        only_second=len(every.second) - len(every),
        scores=(float(one.mean()), float(other.mean())),
        difference=difference,
        range_with_void=_range_with_void(every, difference),
        p_value=p_value,
        adjusted_p_value=p_value,
        success=success,
        adjusted_success_p_value=success.p_value,
        better=better,
        worse=worse,
        equal=equal,
        resolution=Resolution.of(pairs),
        conditions=differing_conditions(first, second),
    )


def _range_with_void(every: Pairs, difference: Estimate) -> Interval:
    """The interval, from what the void samples could have done against the first run to what for it."""
    one, other = every.scores
    if not np.isnan(one + other).any():
        return Interval(difference.low, difference.high)
    least = estimate_of_difference(np.nan_to_num(one, nan=0.0) - np.nan_to_num(other, nan=1.0), every.cluster)
    most = estimate_of_difference(np.nan_to_num(one, nan=1.0) - np.nan_to_num(other, nan=0.0), every.cluster)
    assert least is not None  # there are pairs
    assert most is not None
    return Interval(least.low, most.high)


def _flips(pairs: Pairs) -> tuple[tuple[Flip, ...], tuple[Flip, ...], int]:
    """Base scenarios in which the first run is better and worse, clearest first, and how many are equal."""
    one, other = pairs.scores
    favour = np.sign(np.bincount(pairs.cluster, weights=one - other))
    order = np.lexsort((-(one - other) * favour[pairs.cluster], pairs.cluster))
    found, starts = np.unique(pairs.cluster[order], return_index=True)
    sizes = np.diff(np.append(starts, len(order)))
    firsts, seconds = (np.add.reduceat(scores[order], starts) / sizes for scores in (one, other))
    columns = zip(found.tolist(), firsts.tolist(), seconds.tolist(), order[starts].tolist(), strict=True)
    flips = [
        Flip(scenario=pairs.first.clusters[at], first=first, second=second, example=pairs.key(example))
        for at, first, second, example in columns
        if abs(first - second) > _EQUAL
    ]
    flips.sort(key=lambda flip: -abs(flip.difference))
    better = tuple(flip for flip in flips if flip.difference > 0)
    return better, tuple(flip for flip in flips if flip.difference < 0), len(found) - len(flips)


def _adjusted(contrasts: list[Contrast]) -> tuple[Contrast, ...]:
    on_score = holm([contrast.p_value for contrast in contrasts])
    on_success = holm([contrast.success.p_value for contrast in contrasts])
    return tuple(
        evolve(contrast, adjusted_p_value=score, adjusted_success_p_value=success)
        for contrast, score, success in zip(contrasts, on_score, on_success, strict=True)
    )
