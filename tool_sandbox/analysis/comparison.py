"""Two or more runs compared on the samples that they have in common."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import asdict, evolve, frozen

from tool_sandbox.analysis.conditions import RunFacts, differing_conditions
from tool_sandbox.analysis.contrast import SHOWN_AT, WIDTH, Contrast, Flip
from tool_sandbox.analysis.permutation import holm, mcnemar, sign_flip_p_value
from tool_sandbox.analysis.power import Resolution
from tool_sandbox.analysis.statistics import RunStatistics, statistics_of
from tool_sandbox.analysis.wording import dollars, interval, p_value, signed
from tool_sandbox.common.visible_text import KEPT
from tool_sandbox.errors import SettingsError
from tool_sandbox.registry.settings import PASS_AT
from tool_sandbox.runs.run_result import RunResult
from tool_sandbox.runs.statistics.differences import estimate_of_difference
from tool_sandbox.runs.statistics.intervals import Estimate, Interval, cluster_totals
from tool_sandbox.runs.statistics.pairing import Pairs
from tool_sandbox.runs.statistics.trials import succeeded
from tool_sandbox.runs.summary import shown_numbers

if TYPE_CHECKING:
    from tool_sandbox.runs.outcomes import SampleResult

__all__ = ["Comparison", "Contrast", "Flip", "compare_runs", "compared"]

_EQUAL = 1e-6
"""Scores that differ by rounding are equal."""
_ALL_PAIRS_UP_TO = 4


@frozen(kw_only=True, repr=False)
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

    def __str__(self) -> str:
        tables = [self.rows(), self.difference_rows()] if len(self.contrasts) > 1 else [self.rows()]
        lines = [*(line for rows in tables for line in (*_aligned(rows), "")), *self.lines()]
        return "\n".join(lines).replace(KEPT, " ")

    def __repr__(self) -> str:
        return f"<Comparison {'; '.join(contrast.in_short for contrast in self.contrasts)}>".replace(KEPT, " ")

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"

    def rows(self) -> list[dict[str, str]]:
        """A table of the runs: title of each column → cell, as text; costs only where something was paid."""
        shown = shown_numbers(max(statistics.trials for statistics in self.runs.values()))
        return [_row(name, statistics, shown) for name, statistics in self.runs.items()]

    def difference_rows(self) -> list[dict[str, str]]:
        """The same of the contrasts."""
        alone = _has_one_first(self)
        return [
            {"difference": f"− {contrast.second}" if alone else contrast.names, **_difference(contrast)}
            for contrast in self.contrasts
        ]

    def lines(self, width: int = WIDTH, *, brief: bool = False) -> Iterator[str]:
        """What the tables do not say, for people; the parameters are those of ``Contrast.lines``."""
        if len(self.contrasts) == 1:
            yield from self.contrasts[0].lines(self.pass_at, width, brief=brief)
        else:
            of_one = f" of {self.contrasts[0].first} to the others" if _has_one_first(self) else ""
            holm = f"p-values are raised by Holm's rule, and up to {SHOWN_AT:g} a difference is shown"
            yield f"{len(self.contrasts)} differences{of_one}, paired by scenario and trial; {holm}"
        if brief:
            return
        if len(self.contrasts) > 1:
            yield from (f"{contrast.names}: {line}" for contrast in self.contrasts for line in contrast.left_out())
        yield f"pass^k: all of k trials succeed; a success is a score of at least {self.pass_at:g} (--pass-at)"
        for condition in dict.fromkeys(each for contrast in self.contrasts for each in contrast.conditions):
            yield f"note: {condition}"


def compare_runs(
    results_by_name: Mapping[str, Iterable[SampleResult]],
    *,
    records: Mapping[str, Mapping[str, Any]] | None = None,
    pass_at: float | None = None,
) -> Comparison:
    """Compare runs, paired by scenario, presentation and trial on what two of them have.

    Samples that were stopped before their end count as not there.

    Args:
        results_by_name: The samples of every run; a ``RunResult`` will do.
        records: The content of ``run.json`` of those runs that have one and are no ``RunResult``.
        pass_at: The score from which a sample counts as a success, in (0, 1]; by default what the runs were asked
            for, where they agree, or 1.

    Raises:
        SettingsError: There are fewer than two runs, two of them have no scored sample in common, or ``pass_at`` is
            no such score.
    """
    if len(results_by_name) < 2:  # noqa: PLR2004 -- there is nothing to compare
        message = f"a comparison needs two runs or more, not {len(results_by_name)}."
        raise SettingsError(message)
    pass_at = _pass_at(results_by_name.values()) if pass_at is None else pass_at
    if not 0 < pass_at <= 1:
        message = f"pass_at={pass_at!r} must be a score above 0 and up to 1, from which a sample counts as a success."
        raise SettingsError(message)
    facts = {name: RunFacts.of(name, each, (records or {}).get(name)) for name, each in results_by_name.items()}
    contrasts = [_contrast(facts[first], facts[second], pass_at) for first, second in _compared(list(facts))]
    runs = {name: statistics_of(each.samples, pass_at) for name, each in facts.items()}
    return Comparison(runs=runs, contrasts=_adjusted(contrasts), pass_at=pass_at)


def _pass_at(runs: Iterable[Iterable[SampleResult]]) -> float:
    asked = {run.pass_at if isinstance(run, RunResult) else PASS_AT for run in runs}
    return asked.pop() if len(asked) == 1 else PASS_AT


def _compared(names: Sequence[str]) -> list[tuple[str, str]]:
    """Every two runs while these are few, else each against the first: Holm's rule makes many hard to tell apart."""
    every = list(combinations(names, 2))
    return every if len(names) <= _ALL_PAIRS_UP_TO else every[: len(names) - 1]


def _contrast(first: RunFacts, second: RunFacts, pass_at: float) -> Contrast:
    every = Pairs.of(first.samples.trials, second.samples.trials)
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


def compared(runs: Mapping[str, RunResult]) -> tuple[Comparison | None, str]:
    """How runs compare where there are several that can be compared; and why others, or all, are not.

    Of a single run there is nothing to be said. Of more than two, those without a score are left out.
    """
    if len(runs) == 1:
        return None, ""
    scored = {name: run for name, run in runs.items() if any(sample.similarity is not None for sample in run)}
    chosen = scored if len(scored) > 1 else runs
    without = [repr(name) for name in runs if name not in chosen]
    try:
        return compare_runs(chosen), f"Without a score, and so left out: {', '.join(without)}." if without else ""
    except SettingsError as error:
        return None, str(error)


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


def _row(name: str, statistics: RunStatistics, several: Sequence[int]) -> dict[str, str]:
    score = statistics.overall.score
    rates = {rate.k: f"{rate.all_pass.value:.2f}" for rate in statistics.pass_rates}
    row = {
        "run": name,
        "score": f"{score.value:.3f}" if score else "-",
        "95% interval": f"{score.low:.3f}–{score.high:.3f}" if score else "-",
        **{f"pass^{k}": rates.get(k, "-") for k in several},
        "void": str(statistics.overall.void),
    }
    if statistics.cost == 0:
        return row
    return {**row, "cost": dollars(statistics.cost), "per sample": dollars(statistics.cost_per_sample)}


def _difference(contrast: Contrast) -> dict[str, str]:
    return {
        "score": signed(contrast.difference.value),
        "95% interval": interval(contrast.difference.low, contrast.difference.high).replace(KEPT, " "),
        "p": p_value(contrast.adjusted_p_value).replace(KEPT, " ").removeprefix("p ").removeprefix("= "),
        "better": str(len(contrast.better)),
        "worse": str(len(contrast.worse)),
        "equal": str(contrast.equal),
        "pairs": str(contrast.pairs),
        "can show": f"{contrast.detectable:.3f}" if contrast.can_show_something else "-",
    }


def _has_one_first(comparison: Comparison) -> bool:
    return len({contrast.first for contrast in comparison.contrasts}) == 1


def _aligned(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    titles = list(dict.fromkeys(title for row in rows for title in row))
    every = [titles, *([row.get(title, "") for title in titles] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    for first, *others in every:
        yield "  ".join([first.ljust(widths[0]), *map(str.rjust, others, widths[1:])])
