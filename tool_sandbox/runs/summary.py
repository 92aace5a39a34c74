"""From samples to the numbers of a run: the original's aggregation, and what it leaves out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any

from attrs import Factory, asdict, frozen

from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.runs.outcomes import SampleResult

ALL_CATEGORIES = "ALL_CATEGORIES"


@frozen(kw_only=True)
class Score:
    """The score of a set of samples, and how far the void ones could move it."""

    samples: int
    """How many samples there are."""
    scored: int
    """How many of them have a score."""
    similarity: float | None
    """Mean over the scored samples, in [0, 1]; ``None`` without any."""
    turn_count: float | None
    """Mean number of messages of their conversations."""
    lower: float | None
    """The mean if every void sample had failed."""
    upper: float | None
    """The mean if every void sample had been perfect."""
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
        scored = [result for result in results if result.status == "scored"]
        total = sum(result.similarity or 0 for result in scored)
        count = len(results)
        return cls(
            samples=count,
            scored=len(scored),
            similarity=_mean(result.similarity for result in scored),
            turn_count=_mean(result.turn_count for result in scored),
            lower=total / count if count else None,
            upper=(total + count - len(scored)) / count if count else None,
            nop_floor=_mean(result.nop_floor for result in results),
            outcome=_mean(result.outcome for result in scored),
            right_in_the_end=sum(result.outcome == 1 and result.similarity != 1 for result in scored),
            floors=(floors := _floors(results)),
            floor=max(floors.values(), default=_mean(result.nop_floor for result in results)),
        )


def categories_counted(categories: Iterable[str]) -> list[str]:
    """The categories a sample counts for.

    A scrambled variant does not count as one with three distraction tools, although it carries that category too.
    """
    names = [str(category) for category in categories]
    scrambled = any(name.endswith("_SCRAMBLED") for name in names)
    return [name for name in names if not (scrambled and name == ScenarioCategories.THREE_DISTRACTION_TOOLS)]


def by_category(results: Iterable[SampleResult]) -> dict[str, list[SampleResult]]:
    """The samples of every category in the order of the vocabulary, all of them under ``ALL_CATEGORIES`` last."""
    groups: dict[str, list[SampleResult]] = defaultdict(list)
    everything = list(results)
    for result in everything:
        for category in categories_counted(result.categories):
            groups[category].append(result)
    known = [str(category) for category in ScenarioCategories]
    ordered = [name for name in known if name in groups] + sorted(set(groups) - set(known))
    return {**{name: groups[name] for name in ordered}, ALL_CATEGORIES: everything}


def summarise(
    results: Sequence[SampleResult], *, git_sha: str | None, run: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The content of ``result_summary.json``: the original's three keys, then ours.

    Args:
        results: Every sample of the run, in the order they are to be listed.
        git_sha: Commit of the package.
        run: What else to tell about the run.
    """
    scores = {name: Score.over(group) for name, group in by_category(results).items()}
    return {
        "per_scenario_results": [result.to_record() for result in results],
        "category_aggregated_results": {
            name: {"similarity": score.similarity, "turn_count": score.turn_count}
            for name, score in scores.items()
            if score.scored
        },
        "git_sha": git_sha,
        "score": headline(results),
        "outcomes": outcomes(results),
        "categories": {name: asdict(score) for name, score in scores.items()},
        "spending": total_spending(results).to_record(),
        "run": run or {},
    }


def headline(results: Sequence[SampleResult]) -> dict[str, Any]:
    """The run in one object: the score, its bounds, and the same under stricter readings."""
    informed = [result for result in results if ScenarioCategories.INSUFFICIENT_INFORMATION not in result.categories]
    pure = [result for result in results if not result.fallback]
    overall = Score.over(results)
    return {
        "similarity": overall.similarity,
        "turn_count": overall.turn_count,
        "lower": overall.lower,
        "upper": overall.upper,
        "nop_floor": overall.nop_floor,
        "outcome": overall.outcome,
        "right_in_the_end": overall.right_in_the_end,
        "floor": overall.floor,
        "floors": dict(overall.floors),
        "without_insufficient_information": Score.over(informed).similarity,
        "pure": Score.over(pure).similarity,
        "mixed": overall.similarity,
        "samples_with_fallback": len(results) - len(pure),
    }


def outcomes(results: Sequence[SampleResult]) -> dict[str, Any]:
    """How many samples ended in which way."""
    void = Counter(str(result.cause) for result in results if result.status == "void")
    return {"samples": len(results), "scored": len(results) - void.total(), "void": dict(sorted(void.items()))}


def total_spending(results: Iterable[SampleResult]) -> Spending:
    """What all samples cost together."""
    return reduce(add, (result.spending for result in results), Spending())


def _floors(results: Sequence[SampleResult]) -> dict[str, float]:
    """Agent that does not do the work → its mean score; where it is not known, doing nothing stands for it."""
    agents = dict.fromkeys(agent for result in results for agent in result.floors)
    means = {agent: _mean(result.floors.get(agent, result.nop_floor) for result in results) for agent in agents}
    return {agent: mean for agent, mean in means.items() if mean is not None}


def _mean(values: Iterable[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return sum(numbers) / len(numbers) if numbers else None
