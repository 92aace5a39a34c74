"""Scores that a run must reach, over all of its samples or over those of a category or tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.summary import Score, categories_counted

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.runs.numbers import Kind

OVERALL = "overall"
"""The group of all samples."""


@frozen
class Threshold:
    """A score that is to be reached.

    Args:
        group: A category or tag, or ``overall``; in any case.
        least: The lowest score that is enough, in [0, 1].
    """

    group: str
    least: float

    @classmethod
    def parse(cls, text: str) -> Threshold:
        """The threshold that ``0.8`` or ``state_dependency=0.6`` means.

        Raises:
            SettingsError: It means none.
        """
        group, equals, number = text.rpartition("=")
        try:
            least = float(number)
        except ValueError:
            least = -1.0
        if not 0 <= least <= 1 or (equals and not group.strip()):
            message = (
                f"--fail-under {text!r} must be a score between 0 and 1, or the name of a category or tag with one, "
                "such as 0.8 or state_dependency=0.6."
            )
            raise SettingsError(message)
        return cls(group.strip() or OVERALL, least)

    def includes(self, result: SampleResult | Kind) -> bool:
        """Whether a sample counts."""
        return self.group.casefold() in {OVERALL, *_groups(categories_counted(result.categories), result.tags)}


@frozen
class Shortfall:
    """A threshold that a run does not reach.

    Args:
        threshold: Which one.
        score: What was reached, over the samples that it is about; void ones have no score and do not count.
    """

    threshold: Threshold
    score: Score

    def __str__(self) -> str:
        """What was reached and what was asked for, in words."""
        name, score = "score" if self.threshold.group == OVERALL else self.threshold.group, self.score
        if score.similarity is None:
            return f"{name}: none of {score.samples} samples was scored, wanted {self.threshold.least:g}"
        over = f" over {score.scored} of {score.samples} samples" if score.scored < score.samples else ""
        return f"{name} {_below(score.similarity, self.threshold.least)}{over}, wanted {self.threshold.least:g}"


_MOST_DIGITS = 9
_TOLERANCE = 1e-9
"""A mean of thirds may lie this much beside what it is."""


def shortfalls(thresholds: Iterable[str], results: Sequence[SampleResult]) -> tuple[Shortfall, ...]:
    """The thresholds that results do not reach; one of whose samples none was scored is not reached.

    Args:
        thresholds: As after ``--fail-under``.
        results: Every sample of a run.
    """
    asked = [Threshold.parse(threshold) for threshold in thresholds]
    if not asked:
        return ()
    from tool_sandbox.runs.numbers import RunNumbers  # numpy is slow to import

    found, samples = [], RunNumbers.of(results).columns
    for threshold in asked:
        score = Score.of(samples.of_kinds(threshold.includes))
        if score.similarity is None or score.similarity < threshold.least - _TOLERANCE:
            found.append(Shortfall(threshold, score))
    return tuple(found)


@frozen(kw_only=True)
class CoverageShortfall:
    """Fewer samples are scored than are enough."""

    scored: int
    samples: int
    least: float
    """The share of scored samples that is enough, in [0, 1]."""

    def __str__(self) -> str:
        """What was reached and what was asked for, in words."""
        share = self.scored / self.samples if self.samples else 0.0
        return (
            f"{self.scored} of {self.samples} samples are scored ({_below(share, self.least)}), wanted {self.least:g}"
        )


def coverage_shortfall(least: float | None, results: Sequence[SampleResult]) -> CoverageShortfall | None:
    """Whether fewer samples are scored than are enough; never, when nobody asked.

    Args:
        least: As after ``--min-coverage``.
        results: Every sample of a run.
    """
    if least is None:
        return None
    from tool_sandbox.runs.numbers import RunNumbers  # numpy is slow to import

    scored = int(RunNumbers.of(results).columns.is_scored.sum())
    if scored >= least * len(results) - _TOLERANCE:
        return None
    return CoverageShortfall(scored=scored, samples=len(results), least=least)


def check_thresholds(thresholds: Iterable[str], scenarios: Mapping[str, Scenario]) -> None:
    """Make sure that every threshold is about some of the scenarios.

    Raises:
        SettingsError: One is about none, or means nothing.
    """
    known: dict[str, None] = {OVERALL: None}
    for scenario in scenarios.values():
        known |= dict.fromkeys(_groups(categories_counted(scenario.categories), scenario.tags))
    for threshold in map(Threshold.parse, thresholds):
        if threshold.group.casefold() not in known:
            near = hint(threshold.group.casefold(), list(known))
            message = f"--fail-under {threshold.group}: no scenario of the run has this category or tag; {near}"
            raise SettingsError(message)


def _below(reached: float, least: float) -> str:
    """A number that is too low with as many digits as show it: 0.7996 is below 0.8."""
    digits = 3
    while round(reached, digits) >= least and digits < _MOST_DIGITS:
        digits += 1
    return f"{reached:.{digits}f}"


def _groups(categories: Iterable[str], tags: Iterable[str]) -> list[str]:
    return [str(name).casefold() for name in (*categories, *tags)]
