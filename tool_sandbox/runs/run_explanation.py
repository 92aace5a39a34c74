"""Where a whole run lost its points: what was wanted and missed most, and which milestones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from html import escape
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from tool_sandbox.common.counted import counted
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.evaluation.explanation.parts import Party
from tool_sandbox.evaluation.simulated_user.rules import Rule
from tool_sandbox.runs.losses import LossSums, Lost
from tool_sandbox.scenarios.presentations import AUGMENTATIONS

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.runs.outcomes import SampleResult
    from tool_sandbox.runs.stored_sample import StoredSample

EXAMPLES = 3
"""So many samples stand beside each group."""
MOST_GROUPS = 15
"""A printed explanation shows the costliest groups, at most so many of each kind."""


@frozen(kw_only=True)
class LossGroup:
    """Losses of several samples that have something in common."""

    name: str
    """What they have in common."""
    points: float
    """What they took from the score of the run, in [0, 1]."""
    samples: int
    """How many samples lost something here."""
    examples: tuple[Lost, ...]
    """Some of them, those that lost most first."""


@frozen(kw_only=True)
class RunExplanation:
    """Where a run lost its points."""

    scored: int
    """How many samples have a score."""
    void: Mapping[str, int]
    """Cause → how many samples have none for it."""
    lost: float
    """What is missing from a score of 1."""
    endings: Mapping[str, int]
    """How the conversations ended, and how many did so."""
    talked: int
    """How many agents called no tool although the solution does."""
    broken_rules: Mapping[str, int]
    """Rule of the simulated user → in how many scored samples it was broken; ``any`` of them comes first."""
    by_fault: Mapping[str, float]
    """What was lost by the fault of the agent, the simulated user, the scenario or a tool, as far as samples say it."""
    by_reason: tuple[LossGroup, ...]
    """By reason and by table and column, tool and argument, or milestone; the costliest first."""
    by_milestone: tuple[LossGroup, ...]
    """By scenario, in whatever presentation, and milestone; the costliest first."""

    @classmethod
    def of(cls, results: Iterable[SampleResult]) -> RunExplanation:
        """Where samples lost points; void ones are only counted, and those without an explanation are left out."""
        reader = _Reader()
        for result in results:
            if result.status == "scored":
                reader.add(result)
            else:
                reader.void[result.cause or "unknown"] += 1
        return reader.explanation()

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        """It in a notebook: what took points, as tables."""
        first = "<br>".join(escape(line) for line in self._head())
        parts = (("What took it", self.by_reason), ("Where", self.by_milestone))
        return f"<p>{first}</p>{''.join(_table(title, groups) for title, groups in parts if groups)}"

    def lines(self) -> Iterator[str]:
        """It for people."""
        yield from self._head()
        yield from _shown("What took it", self.by_reason)
        yield from _shown("Where", self.by_milestone)

    def _head(self) -> Iterator[str]:
        yield f"{self.lost:.3f} of 1 lost over {counted(self.scored, 'scored sample')}{_of_others(self.by_fault)}"
        if self.void:
            causes = ", ".join(f"{count:,} {cause}" for cause, count in self.void.items())
            yield f"  {counted(sum(self.void.values()), 'sample')} without a score left out: {causes}"
        yield from (f"  {count} ended because {why}" for why, count in self.endings.items())
        if self.talked:
            yield f"  {self.talked} talked and called no tool"
        if self.broken_rules["any"]:
            yield f"  {broken_in_words(self.broken_rules)}"


def reason_of(loss: Lost) -> str:
    """Why points were lost: a word and a place, such as ``column: setting.cellular``."""
    return f"{str(loss.record['reason']).replace('_', ' ')}: {loss.record['where']}"


def broken_in_words(samples: Mapping[str, int]) -> str:
    """In how many samples the simulated user broke which rule, for people; empty where it broke none."""
    every, rules = samples["any"], {rule: count for rule, count in samples.items() if rule != "any"}
    shown = ", ".join(f"{_IN_WORDS.get(rule, rule)} in {count}" for rule, count in rules.items())
    return f"The simulated user broke its rules in {counted(every, 'sample')}: {shown}" if every else ""


_IN_WORDS: Mapping[str, str] = {
    Rule.INVENTED: "said what it cannot know",
    Rule.AS_ASSISTANT: "spoke as the assistant",
    Rule.LEFT_EARLY: "left early",
}


def lost_in_words(points: Mapping[str, float]) -> str:
    """What was lost and what of it is not the agent's fault; empty where everything is."""
    others = _of_others(points)
    return f"Lost {sum(points.values()):.3f}{others}" if others else ""


def _of_others(points: Mapping[str, float]) -> str:
    others = [f"{lost:.3f} by the {party}" for party, lost in points.items() if party != Party.AGENT]
    return f", of which {' and '.join(others)}" if others else ""


def _milestone_of(loss: Lost) -> str:
    return f"{_base_name(loss.sample.name)}: {loss.record['id']}"


def _base_name(name: str) -> str:
    """A scenario's name without what its presentation adds."""
    suffixes = sorted((each.suffix for each in AUGMENTATIONS if each.suffix), key=len, reverse=True)
    return next((name.removesuffix(suffix) for suffix in suffixes if name.endswith(suffix)), name)


@define
class _Group:
    """Losses that have something in common; of the samples only the examples are kept."""

    points: float = 0.0
    samples: int = 0
    latest: tuple[str, int] | None = None
    examples: list[Lost] = field(factory=list)

    def add(self, loss: Lost) -> None:
        self.points += loss.points
        self.samples += loss.sample.key != self.latest
        self.latest = loss.sample.key
        self.examples = sorted([*self.examples, loss], key=lambda each: -each.points)[:EXAMPLES]


@define
class _Reader:
    """Takes one scored sample after the other."""

    sums: LossSums = field(factory=LossSums)
    void: Counter[str] = field(factory=Counter)
    lost: float = 0.0
    endings: Counter[str] = field(factory=Counter)
    talked: int = 0
    by_reason: defaultdict[str, _Group] = field(factory=lambda: defaultdict(_Group))
    by_milestone: defaultdict[str, _Group] = field(factory=lambda: defaultdict(_Group))

    def add(self, result: SampleResult) -> None:
        self.lost += 1 - (result.similarity or 0.0)
        self.talked += bool(result.tools_wanted) and not result.tools_called
        if result.ending:
            self.endings[result.ending] += 1
        for loss in self.sums.add(result):
            self.by_reason[reason_of(loss)].add(loss)
            self.by_milestone[_milestone_of(loss)].add(loss)

    def explanation(self) -> RunExplanation:
        return RunExplanation(
            scored=self.sums.scored,
            void=self.void,
            lost=self.lost / max(self.sums.scored, 1),
            endings=self.endings,
            talked=self.talked,
            broken_rules=self.sums.broken_rules(),
            by_fault=self.sums.by_fault(),
            by_reason=self._costliest_first(self.by_reason),
            by_milestone=self._costliest_first(self.by_milestone),
        )

    def _costliest_first(self, groups: Mapping[str, _Group]) -> tuple[LossGroup, ...]:
        found = [
            LossGroup(
                name=name, points=each.points / self.sums.scored, samples=each.samples, examples=tuple(each.examples)
            )
            for name, each in groups.items()
        ]
        return tuple(sorted(found, key=lambda group: (-group.points, group.name)))


def _shown(title: str, groups: Sequence[LossGroup]) -> Iterator[str]:
    if groups:
        yield f"{title}:"
    for group in groups[:MOST_GROUPS]:
        yield f"  -{group.points:.3f}  {group.name} ({counted(group.samples, 'sample')})"
        yield from (f"            {loss}" for loss in group.examples)
    if len(groups) > MOST_GROUPS:
        rest = groups[MOST_GROUPS:]
        yield f"  -{sum(group.points for group in rest):.3f}  {len(rest)} others"


def _table(title: str, groups: Sequence[LossGroup]) -> str:
    rows = "".join(
        f"<tr><td>-{group.points:.3f}</td><td>{escape(group.name)}</td><td>{group.samples}</td>"
        f"<td>{escape(str(group.examples[0]))}</td></tr>"
        for group in groups[:MOST_GROUPS]
    )
    head = "".join(f"<th>{name}</th>" for name in ("points", escape(title), "samples", "for example"))
    return f"<table><tr>{head}</tr>{rows}</table>"


def with_records(
    samples: Iterable[StoredSample], scenarios: Callable[[], AbstractContextManager[Mapping[str, Scenario]]]
) -> Iterator[StoredSample]:
    """The samples, each with its compact explanation; those of earlier versions and of the original get one now.

    Args:
        samples: Samples of a run.
        scenarios: Gives what was played; asked for only when a sample has no explanation yet.
    """
    with ExitStack() as stack:
        known: Mapping[str, Scenario] | None = None
        for sample in samples:
            if sample.status != "scored" or sample.explanation:
                yield sample
                continue
            known = stack.enter_context(scenarios()) if known is None else known
            yield _with_record(sample, known)


def _with_record(sample: StoredSample, scenarios: Mapping[str, Scenario]) -> StoredSample:
    """The sample as it is where its scenario or its files are gone."""
    try:
        return sample.with_explanation(sample.explained_by(scenarios))
    except (SettingsError, UsageError):
        return sample
