"""From samples to the numbers of a run: the original's aggregation, and what it leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, reduce
from operator import add
from typing import TYPE_CHECKING, Any

from attrs import Factory, asdict, frozen

from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.registry.settings import PASS_AT
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.scenarios.presentations import presentation_of

if TYPE_CHECKING:
    from tool_sandbox.runs.numbers import Columns, Kind, RunNumbers
    from tool_sandbox.runs.statistics.intervals import Interval
    from tool_sandbox.runs.statistics.trials import Trials

ALL_CATEGORIES = "ALL_CATEGORIES"
_ALL_TRIALS_UP_TO = 5


@frozen(kw_only=True)
class Score:
    """The score of a set of samples, how sure it is, and how far the void ones could move it."""

    samples: int
    """How many samples there are."""
    scored: int
    """How many of them have a score."""
    base_scenarios: int
    """How many scenarios the scored ones are of, whatever the presentation: what is independent of each other."""
    coverage: float | None
    """The share that has a score; ``None`` without samples."""
    similarity: float | None
    """Mean over the scored samples, in [0, 1]; ``None`` without any."""
    turn_count: float | None
    """Mean number of messages of their conversations."""
    interval: Interval | None
    """Where the true mean is at 95%, as far as the scored samples say it; ``None`` without any."""
    score_if_void_failed: float | None
    """The mean if every void sample had failed."""
    score_if_void_passed: float | None
    """The mean if every void sample had been perfect."""
    range_with_void: Interval
    """The interval joined with what the void samples could have made of it."""
    nop_floor: float | None
    """What doing nothing may score, as the authors say."""
    outcome: float | None = None
    """Mean outcome of the scored samples that have one: how right the ends are, whatever led there."""
    right_in_the_end: int = 0
    """How many samples reach the wanted end, though not all milestones on the way."""
    floors: Mapping[str, float] = Factory(dict)
    """What agents score here that do not do the work, by what they do instead."""
    floor: float | None = None
    """The highest of these."""

    @classmethod
    def over(cls, results: Iterable[SampleResult]) -> Score:
        """The score of ``results``."""
        from tool_sandbox.runs.numbers import RunNumbers  # numpy is slow to import

        return cls.of(RunNumbers.of(results).columns)

    @classmethod
    def of(cls, samples: Columns) -> Score:
        """The score of samples of which there are only the numbers."""
        from tool_sandbox.runs.statistics.intervals import Interval, estimate_of_scores, range_with_void

        score, cluster = samples.trials.score, samples.clusters
        estimate = estimate_of_scores(score, cluster)
        count, scored, total = len(samples), int(samples.is_scored.sum()), sum(samples.scores)
        nop_floor = _mean(samples.per_sample(lambda kind: kind.nop_floor))
        return cls(
            samples=count,
            scored=scored,
            base_scenarios=estimate.clusters if estimate else 0,
            coverage=scored / count if count else None,
            similarity=_mean(samples.scores),
            turn_count=_mean(samples.turn_counts),
            interval=Interval(estimate.low, estimate.high) if estimate else None,
            score_if_void_failed=total / count if count else None,
            score_if_void_passed=(total + count - scored) / count if count else None,
            range_with_void=range_with_void(score, cluster),
            nop_floor=nop_floor,
            outcome=_mean(samples.outcomes),
            right_in_the_end=samples.right_in_the_end,
            floors=(floors := _floors(samples.take(samples.is_finished))),
            floor=max(floors.values(), default=nop_floor),
        )

    def to_record(self) -> dict[str, Any]:
        """The score as JSON-able data."""
        from tool_sandbox.runs.statistics.intervals import LEVEL, METHOD

        record = asdict(self)
        if self.interval:
            record["interval"] |= {"level": LEVEL, "method": METHOD}
        return record


def categories_counted(categories: Iterable[str]) -> list[str]:
    """The categories a sample counts for.

    A scrambled variant does not count as one with three distraction tools, although it carries that category too.
    """
    names = [str(category) for category in categories]
    scrambled = any(name.endswith("_SCRAMBLED") for name in names)
    return [name for name in names if not (scrambled and name == ScenarioCategories.THREE_DISTRACTION_TOOLS)]


GROUPINGS: Mapping[str, Callable[[Kind], Iterable[str]]] = {
    "categories": lambda kind: categories_counted(kind.categories),
    "presentations": lambda kind: [presentation_of(kind.name).name],
    "tags": lambda kind: kind.tags,
    "tools": lambda kind: kind.tools_wanted,
}
"""By what samples can be told apart; a sample counts for each of its tags, and for each tool that it takes."""


def scores_by(grouping: str, results: Iterable[SampleResult]) -> dict[str, Score]:
    """The score of every group of samples; ``grouping`` is one of ``GROUPINGS``.

    Categories are in the order of the vocabulary, all samples under ``ALL_CATEGORIES`` last.
    """
    from tool_sandbox.runs.numbers import RunNumbers  # numpy is slow to import

    return _scores_by(grouping, RunNumbers.of(results).columns)


def _scores_by(grouping: str, samples: Columns) -> dict[str, Score]:
    scores = {name: Score.of(group) for name, group in samples.grouped(GROUPINGS[grouping]).items()}
    if grouping != "categories":
        return scores
    usual = [str(category) for category in ScenarioCategories]
    ordered = [name for name in usual if name in scores] + [name for name in scores if name not in usual]
    return {**{name: scores[name] for name in ordered}, ALL_CATEGORIES: Score.of(samples)}


def shown_range(score: Mapping[str, Any]) -> str:
    """The interval, joined with what void samples could have made of it; nothing where one scenario says nothing.

    Args:
        score: A ``Score`` as JSON-able data.
    """
    if score["samples"] == score["scored"] and score["base_scenarios"] < 2:  # noqa: PLR2004 -- none beside it
        return ""
    found = score["range_with_void"]
    return f"{found['low']:.3f}–{found['high']:.3f}"


def summarise(
    results: Sequence[SampleResult],
    *,
    git_sha: str | None,
    run: dict[str, Any] | None = None,
    pass_at: float = PASS_AT,
) -> dict[str, Any]:
    """The content of ``result_summary.json``: the original's three keys, then ours.

    Args:
        results: Every sample of the run, in the order they are to be listed.
        git_sha: Commit of the package.
        run: What else to tell about the run.
        pass_at: The score from which a sample counts as a success.
    """
    from tool_sandbox.runs.numbers import RunNumbers  # numpy is slow to import

    numbers = RunNumbers.of(results)
    groups = {grouping: _scores_by(grouping, numbers.columns) for grouping in GROUPINGS}
    return {
        "per_scenario_results": getattr(results, "records", None) or [result.to_record() for result in results],
        "category_aggregated_results": {
            name: {"similarity": score.similarity, "turn_count": score.turn_count}
            for name, score in groups["categories"].items()
            if score.scored
        },
        "git_sha": git_sha,
        "score": _headline(numbers, groups["categories"][ALL_CATEGORIES], pass_at),
        "outcomes": {
            "samples": len(numbers),
            "scored": len(numbers) - sum(numbers.void.values()),
            "void": dict(numbers.void),
        },
        **{
            grouping: {name: score.to_record() for name, score in scores.items()} for grouping, scores in groups.items()
        },
        "spending": numbers.spending.to_record(),
        "run": run or {},
    }


def _headline(numbers: RunNumbers, overall: Score, pass_at: float) -> dict[str, Any]:
    """The run in one object: the score, what repeated trials show, and the score under stricter readings."""
    samples = numbers.columns
    informed = samples.of_kinds(lambda kind: ScenarioCategories.INSUFFICIENT_INFORMATION not in kind.categories)
    pure = samples.take(~samples.has_fallback)
    return {
        **overall.to_record(),
        **_of_trials(samples.trials, pass_at),
        "lost_by_fault": dict(numbers.lost_by_fault),
        "broken_rules": dict(numbers.broken_rules),
        "without_insufficient_information": _mean(informed.scores),
        "pure": _mean(pure.scores),
        "mixed": overall.similarity,
        "samples_with_fallback": len(samples) - len(pure),
    }


def shown_numbers(most: int) -> list[int]:
    """The k of pass^k and pass@k that people are shown: all there are, or of many the powers of two and the last."""
    return [k for k in range(1, most + 1) if most <= _ALL_TRIALS_UP_TO or k & (k - 1) == 0 or k == most]


def _of_trials(trials: Trials, pass_at: float) -> dict[str, Any]:
    """What repeated trials show."""
    from tool_sandbox.runs.statistics.trials import flaky, flip_rate, pass_rates

    rates, flips = pass_rates(trials, pass_at), flip_rate(trials, pass_at)
    return {
        "pass_at": pass_at,
        "pass_hat_k": {str(rate.k): rate.all_pass.value for rate in rates},
        "pass_at_k": {str(rate.k): rate.any_passes.value for rate in rates},
        "flip_rate": flips.value if flips else None,
        "flaky": list(flaky(trials, pass_at)),
    }


def total_spending(results: Iterable[SampleResult]) -> Spending:
    """What all samples cost together."""
    known = getattr(results, "numbers", None)  # they are on the disk, and so is little read
    return known.spending if known else reduce(add, (result.spending for result in results), Spending())


def _floors(samples: Columns) -> dict[str, float]:
    """Agent that does not do the work → its mean score; where it is not known, doing nothing stands for it."""
    kinds = [samples.kinds[at] for at in dict.fromkeys(samples.kind.tolist())]
    agents = dict.fromkeys(agent for kind in kinds for agent, _ in kind.floors)
    means = {agent: _mean(samples.per_sample(partial(_floor_of, agent))) for agent in agents}
    return {agent: mean for agent, mean in means.items() if mean is not None}


def _floor_of(agent: str, kind: Kind) -> float:
    return dict(kind.floors).get(agent, kind.nop_floor)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
