"""One run against another, as data and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import asdict, frozen

from tool_sandbox.analysis.permutation import LEAST_CLUSTERS, McNemar
from tool_sandbox.analysis.power import Need, Resolution
from tool_sandbox.analysis.wording import dollars, interval, p_value, signed
from tool_sandbox.common.counted import counted
from tool_sandbox.common.visible_text import KEPT
from tool_sandbox.runs.statistics.intervals import Estimate, Interval

SHOWN_AT = 0.05
"""Up to this p-value a difference is told from chance."""
WIDTH = 140
"""Characters for the names of scenarios, unless somebody says otherwise."""


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
    def scenarios(self) -> int:
        """How many base scenarios both have."""
        return len(self.better) + len(self.worse) + self.equal

    @property
    def unpaired(self) -> int:
        """Samples that only one of the runs has."""
        return self.only_first + self.only_second

    @property
    def is_shown(self) -> bool:
        """Whether the test tells the difference from chance at the 5% level; the interval may say otherwise."""
        return self.adjusted_p_value <= SHOWN_AT

    @property
    def detectable(self) -> float | None:
        """The smallest true difference that such a comparison shows four times out of five."""
        return self.resolution.detectable() if self.resolution else None

    @property
    def can_show_something(self) -> bool:
        """Whether there are scenarios enough to tell any difference from chance."""
        return self.scenarios >= LEAST_CLUSTERS and self.detectable is not None and self.detectable < 1

    def need(self, difference: float) -> Need | None:
        """What it takes to show a ``difference`` above 0; ``None`` with fewer than two base scenarios."""
        return self.resolution.need(difference) if self.resolution else None

    @property
    def need_of_half(self) -> Need | None:
        """What it takes to show half of ``detectable``."""
        return self.need(self.detectable / 2) if self.detectable else None

    def to_record(self) -> dict[str, Any]:
        """It as JSON-able data: the attributes, with what it shows, what it can show and what half of that takes."""
        half = self.need_of_half
        derived = {"is_shown": self.is_shown, "detectable": self.detectable}
        return {**asdict(self), **derived, "need_of_half": asdict(half) if half else None}

    @property
    def names(self) -> str:
        """What is compared."""
        return f"{self.first} − {self.second}"

    @property
    def in_short(self) -> str:
        """The difference in one line."""
        found, verdict = self.difference, "shown" if self.is_shown else "not shown"
        return (
            f"{self.names} {signed(found.value)}, 95% interval {interval(found.low, found.high)}, "
            f"{p_value(self.adjusted_p_value)}: {verdict} at 5%; paired by scenario and trial, "
            f"{counted(self.pairs, 'pair')}"
        )

    def lines(self, pass_at: float, width: int = WIDTH, *, brief: bool = False) -> Iterator[str]:
        """It for people.

        Args:
            pass_at: The score from which a sample counts as a success.
            width: Characters for the names of scenarios; at least one is named.
            brief: Whether success, and what such a comparison can show, are left out.
        """
        yield self.in_short
        better, worse = len(self.better), len(self.worse)
        yield f"{self.first} is better in {counted(better, 'scenario')}, worse in {worse:,}, equal in {self.equal:,}"
        if better:
            yield _named("  better: ", self.better, width)
        if worse:
            yield _named("  worse: ", self.worse, width)
        yield from self.left_out()
        if not brief:
            yield _success(self, pass_at)
            yield from _power(self)

    def left_out(self) -> Iterator[str]:
        """What could not be paired, for people."""
        counts = {self.first: self.only_first, self.second: self.only_second}
        only = [f"{counted(number, 'sample')} that only {name} has" for name, number in counts.items() if number]
        if only:
            yield f"left out: {', '.join(only)}"
        if self.void_pairs:
            found = self.range_with_void
            yield (
                f"left out: {counted(self.void_pairs, 'pair')} with a void sample; whatever those had scored, the "
                f"difference is {interval(found.low, found.high)}"
            )


def _success(contrast: Contrast, pass_at: float) -> str:
    success = contrast.success
    return (
        f"success (score {pass_at:g}): only {contrast.first} in {counted(success.better, 'pair')}, only "
        f"{contrast.second} in {success.worse:,}; {p_value(success.p_value)} (McNemar)"
    )


def _power(contrast: Contrast) -> Iterator[str]:
    if not contrast.can_show_something:
        yield f"{counted(contrast.scenarios, 'scenario')} in common: too few to show any difference"
        return
    half = contrast.need_of_half
    told = f"smallest difference this size can show: {contrast.detectable:.3f}"
    yield f"{told}; {_in_words(half)}" if half else told


def _in_words(need: Need) -> str:
    if need.trials is None:
        return f"{need.difference:.3f} would take {need.scenarios} such scenarios, as more trials are not enough"
    price = f" (≈ {dollars(need.cost)})" if need.cost else ""
    least = "at least " if need.at_least else ""
    trials = f"{counted(need.trials, 'more trial')} of every scenario"
    return f"{least}{trials}{price} would show {need.difference:.3f}"


def _named(start: str, flips: Sequence[Flip], width: int) -> str:
    """As many scenarios as fit into one line, at least one."""
    line, shown = start, 0
    for flip in flips:
        more = f"{', ' if shown else ''}{flip.scenario} " + f"{flip.first:.2f} vs {flip.second:.2f}".replace(" ", KEPT)
        rest = f" and {len(flips) - shown - 1:,} more" if shown + 1 < len(flips) else ""
        if shown and len(line + more + rest) > width:
            break
        line, shown = line + more, shown + 1
    return line + (f" and {len(flips) - shown:,} more" if shown < len(flips) else "")
