"""What samples lost, and by whose fault; which rules their simulated users broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

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


def party_of(loss: Lost) -> str:
    """Whose fault a loss is; earlier versions do not say, and mean the agent."""
    return str(loss.record.get("fault") or Party.AGENT)


def points_by_party(points: Mapping[str, Iterable[float]], scored: int) -> dict[str, float]:
    """What parties lost of the run's score; the agent is there in any case.

    Args:
        points: What each of them lost of the scores of samples.
        scored: How many samples have a score.
    """
    shares = {party: (each / scored for each in lost) for party, lost in points.items()}
    return {str(Party.AGENT): 0.0, **{party: sum(each, 0.0) for party, each in shares.items()}}


def broken_rules_of(result: SampleResult) -> frozenset[str]:
    """The rules that the simulated user broke in a sample."""
    return frozenset(str(record["rule"]) for record in result.broken_rules)


def counted_rules(samples: Mapping[frozenset[str], int]) -> dict[str, int]:
    """Rule of the simulated user → in how many samples it was broken; ``any`` of them comes first.

    Args:
        samples: How many samples there are in which the same rules were broken.
    """
    by_rule: Counter[str] = Counter()
    for rules, count in samples.items():
        by_rule.update(dict.fromkeys(rules, count))
    return {"any": sum(count for rules, count in samples.items() if rules), **dict(sorted(by_rule.items()))}
