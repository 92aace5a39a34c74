"""What samples lost, and by whose fault; which rules their simulated users broke."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from tool_sandbox.evaluation.explanation.parts import Party, Reason

if TYPE_CHECKING:
    from tool_sandbox.runs.outcomes import SampleResult


@frozen(kw_only=True)
class Lost:
    """Points that one sample lost at one milestone or minefield."""

    sample: SampleResult
    record: Mapping[str, Any]
    """As in ``SampleResult.explanation``."""
    points: float
    """Of the sample's score, in [0, 1]."""

    def __str__(self) -> str:
        place = "" if self.record["message"] is None else f" [{self.record['message']}]"
        return f"{self.sample.name} #{self.sample.trial}{place} {self.record['id']}: {self.record['text']}"


def losses_of(result: SampleResult) -> Iterator[Lost]:
    """What a scored sample lost, and where.

    A milestone and an unasked change take their share; a minefield takes what these left.
    """
    hits = [record for record in result.explanation if record["reason"] == Reason.FORBIDDEN]
    milestones = [record for record in result.explanation if record["reason"] != Reason.FORBIDDEN]
    for record in milestones:
        if record["credit"] < 1:
            yield Lost(sample=result, record=record, points=(1 - record["credit"]) / len(milestones))
    for record in hits:
        yield Lost(sample=result, record=record, points=(result.milestone_similarity or 0.0) / len(hits))


@define
class LossSums:
    """What samples lost by whose fault, and which rules their simulated users broke; the samples are not kept."""

    scored: int = field(default=0, init=False)
    """How many of the samples have a score."""
    _points: dict[str, array[float]] = field(factory=dict, init=False)
    """What each party took from the scores of samples."""
    _broken: Counter[frozenset[str]] = field(factory=Counter, init=False)
    """In how many samples the same rules were broken."""

    def add(self, result: SampleResult) -> list[Lost]:
        """Count one more sample; what it lost."""
        self._broken[frozenset(str(record["rule"]) for record in result.broken_rules)] += 1
        if result.status != "scored":
            return []
        self.scored += 1
        lost = list(losses_of(result))
        for loss in lost:
            self._points.setdefault(_party_of(loss), array("d")).append(loss.points)
        return lost

    def by_fault(self) -> dict[str, float]:
        """What parties took from the score of the run, in [0, 1]; the agent is there in any case."""
        shares = {party: sum((each / self.scored for each in lost), 0.0) for party, lost in self._points.items()}
        return {str(Party.AGENT): 0.0, **shares}

    def broken_rules(self) -> dict[str, int]:
        """Rule of the simulated user → in how many samples it was broken; ``any`` of them comes first."""
        by_rule: Counter[str] = Counter()
        for rules, count in self._broken.items():
            by_rule.update(dict.fromkeys(rules, count))
        return {"any": sum(count for rules, count in self._broken.items() if rules), **dict(sorted(by_rule.items()))}


def _party_of(loss: Lost) -> str:
    """Whose fault a loss is; earlier versions do not say, and mean the agent."""
    return str(loss.record.get("fault") or Party.AGENT)
