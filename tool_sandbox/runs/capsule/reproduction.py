"""The scores of a run against those that its journal comes to here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import asdict, frozen

from tool_sandbox.llm.layers.journal.calls import Journal
from tool_sandbox.runs.capsule.surroundings import Difference, differences
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.replay import ReplayedRun, replayed_run
from tool_sandbox.runs.run import Observer
from tool_sandbox.runs.sample_explanation import failure_text
from tool_sandbox.runs.written_results import WrittenResults

_COMPARED = ("similarity", "milestone_similarity", "minefield_similarity", "outcome", "turn_count")


@frozen
class Changed:
    """A sample that did not come to what was recorded."""

    name: str
    trial: int
    text: str
    """What is different, in words."""


@frozen(kw_only=True)
class Reproduction:
    """A run that was played again."""

    samples: int
    """How many have a recorded score."""
    changed: Sequence[Changed]
    left_out: int
    """How many have none, and were not played."""
    surroundings: Sequence[Difference]
    """What is different here."""

    @property
    def is_same(self) -> bool:
        """Whether every sample has the very scores that were recorded."""
        return not self.changed

    def to_record(self) -> dict[str, Any]:
        """The same as JSON-able data."""
        return {**asdict(self), "is_same": self.is_same}


def reproduce(location: str, changes: Mapping[str, Any]) -> Reproduction:
    """Play a run from its journal and compare it, sample by sample, with its record.

    Args:
        location: The run directory.
        changes: ``scenarios_from`` and ``tools_from``, where they are elsewhere here.

    Raises:
        UsageError: It cannot be played.
    """
    one = replayed_run(location, {"max_void": 0, **changes}, temporary=True)
    try:
        one.open()
        surroundings = _differences(one)
        report = one.play(Observer())
    finally:
        one.close()
        one.store.discard()
    again = report.results
    assert isinstance(again, WrittenResults)
    samples, changed = 0, list[Changed]()
    for result in one.results:
        if result.status == "scored":
            samples += 1
            at = again.find(result.key)
            if text := _changed(result, None if at is None else again[at]):
                changed.append(Changed(*result.key, text))
    return Reproduction(samples=samples, changed=changed, left_out=one.left_out, surroundings=surroundings)


def _differences(one: ReplayedRun) -> list[Difference]:
    journal = Journal(one.recorded.recorded_calls())
    try:
        return differences(one.recorded.read_run(), one.results, one.scenarios, journal.entries())
    finally:
        journal.close()


def _changed(before: SampleResult, now: SampleResult | None) -> str:
    """What is different about a sample; empty when nothing is."""
    if now is None or now.status != "scored":
        return "it is not there any more" if now is None else failure_text(now)
    pairs = ((name, getattr(before, name), getattr(now, name)) for name in _COMPARED)
    return "; ".join(f"{name} {old} → {new}" for name, old, new in pairs if old != new)
