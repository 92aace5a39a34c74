"""From samples to the numbers of a run: the original's aggregation, and what it leaves out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from attrs import Factory, asdict, frozen

from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.registry.settings import PASS_AT
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.run_explanation import points_by_fault, samples_by_broken_rule
from tool_sandbox.scenarios.presentations import presentation_of

if TYPE_CHECKING:
    from tool_sandbox.runs.statistics.intervals import Interval

ALL_CATEGORIES = "ALL_CATEGORIES"


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
    def over(cls, results: Sequence[SampleResult]) -> Score:
        """The score of ``results``."""
        from tool_sandbox.runs.statistics.intervals import Interval, estimate_of_scores, range_with_void
        from tool_sandbox.runs.statistics.trials import Trials  # numpy is slow to import

        trials = Trials.of(results)
        estimate = estimate_of_scores(trials.score, trials.cluster)
        scored = [result for result in results if result.status == "scored"]
        total = sum(result.similarity or 0 for result in scored)
        count = len(results)
        return cls(
            samples=count,
            scored=len(scored),
            base_scenarios=estimate.clusters if estimate else 0,
            coverage=len(scored) / count if count else None,
            similarity=_mean(result.similarity for result in scored),
            turn_count=_mean(result.turn_count for result in scored),
            interval=Interval(estimate.low, estimate.high) if estimate else None,
            score_if_void_failed=total / count if count else None,
            score_if_void_passed=(total + count - len(scored)) / count if count else None,
            range_with_void=range_with_void(trials.score, trials.cluster),
            nop_floor=_mean(result.nop_floor for result in results),
            outcome=_mean(result.outcome for result in scored),
            right_in_the_end=sum(result.outcome == 1 and result.similarity != 1 for result in scored),
            floors=(floors := _floors([result for result in results if result.finished])),
            floor=max(floors.values(), default=_mean(result.nop_floor for result in results)),
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


def by_category(results: Iterable[SampleResult]) -> dict[str, list[SampleResult]]:
    """The samples of every category in the order of the vocabulary, all of them under ``ALL_CATEGORIES`` last."""
    everything = list(results)
    groups = _grouped(everything, lambda result: categories_counted(result.categories))
    known = [str(category) for category in ScenarioCategories]
    ordered = [name for name in known if name in groups] + [name for name in groups if name not in known]
    return {**{name: groups[name] for name in ordered}, ALL_CATEGORIES: everything}


GROUPINGS: Mapping[str, Callable[[Sequence[SampleResult]], Mapping[str, Sequence[SampleResult]]]] = {
    "categories": by_category,
    "presentations": lambda results: _grouped(results, lambda result: [presentation_of(result.name).name]),
    "tags": lambda results: _grouped(results, lambda result: result.tags),
    "tools": lambda results: _grouped(results, lambda result: result.tools_wanted),
}
"""By what samples can be told apart; a sample counts for each of its tags, and for each tool that it takes."""


def scores_by(grouping: str, results: Sequence[SampleResult]) -> dict[str, Score]:
    """The score of every group of samples; ``grouping`` is one of ``GROUPINGS``."""
    return {name: Score.over(group) for name, group in GROUPINGS[grouping](results).items()}


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
    groups = {grouping: scores_by(grouping, results) for grouping in GROUPINGS}
    return {
        "per_scenario_results": [result.to_record() for result in results],
        "category_aggregated_results": {
            name: {"similarity": score.similarity, "turn_count": score.turn_count}
            for name, score in groups["categories"].items()
            if score.scored
        },
        "git_sha": git_sha,
        "score": headline(results, groups["categories"][ALL_CATEGORIES], pass_at),
        "outcomes": outcomes(results),
        **{
            grouping: {name: score.to_record() for name, score in scores.items()} for grouping, scores in groups.items()
        },
        "spending": total_spending(results).to_record(),
        "run": run or {},
    }


def headline(results: Sequence[SampleResult], overall: Score, pass_at: float) -> dict[str, Any]:
    """The run in one object: the score, what repeated trials show, and the score under stricter readings."""
    informed = [result for result in results if ScenarioCategories.INSUFFICIENT_INFORMATION not in result.categories]
    pure = [result for result in results if not result.fallback]
    return {
        **overall.to_record(),
        **_of_trials(results, pass_at),
        "lost_by_fault": points_by_fault(results),
        "broken_rules": samples_by_broken_rule(results),
        "without_insufficient_information": Score.over(informed).similarity,
        "pure": Score.over(pure).similarity,
        "mixed": overall.similarity,
        "samples_with_fallback": len(results) - len(pure),
    }


def _of_trials(results: Sequence[SampleResult], pass_at: float) -> dict[str, Any]:
    """What repeated trials show."""
    from tool_sandbox.runs.statistics.trials import Trials, flaky, flip_rate, pass_rates

    trials = Trials.of(results)
    rates, flips = pass_rates(trials, pass_at), flip_rate(trials, pass_at)
    return {
        "pass_at": pass_at,
        "pass_hat_k": {str(rate.k): rate.all_pass.value for rate in rates},
        "pass_at_k": {str(rate.k): rate.any_passes.value for rate in rates},
        "flip_rate": flips.value if flips else None,
        "flaky": list(flaky(trials, pass_at)),
    }


def outcomes(results: Sequence[SampleResult]) -> dict[str, Any]:
    """How many samples ended in which way."""
    void = Counter(str(result.cause) for result in results if result.status == "void")
    return {"samples": len(results), "scored": len(results) - void.total(), "void": dict(sorted(void.items()))}


def total_spending(results: Iterable[SampleResult]) -> Spending:
    """What all samples cost together."""
    return reduce(add, (result.spending for result in results), Spending())


def _grouped(
    results: Iterable[SampleResult], labels: Callable[[SampleResult], Iterable[str]]
) -> dict[str, list[SampleResult]]:
    groups: dict[str, list[SampleResult]] = defaultdict(list)
    for result in results:
        for label in labels(result):
            groups[label].append(result)
    return {label: groups[label] for label in sorted(groups)}


def _floors(results: Sequence[SampleResult]) -> dict[str, float]:
    """Agent that does not do the work → its mean score; where it is not known, doing nothing stands for it."""
    agents = dict.fromkeys(agent for result in results for agent in result.floors)
    means = {agent: _mean(result.floors.get(agent, result.nop_floor) for result in results) for agent in agents}
    return {agent: mean for agent, mean in means.items() if mean is not None}


def _mean(values: Iterable[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return sum(numbers) / len(numbers) if numbers else None
