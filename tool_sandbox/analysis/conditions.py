"""In what two runs differ beside the model: what a comparison of them would measure too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from attrs import evolve, field, frozen

from tool_sandbox.registry.settings import INCIDENTAL
from tool_sandbox.runs.numbers import Columns, NumbersReader
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.run_result import RunResult

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NOT_COMPARED = frozenset(
    {
        # the model itself and who serves it
        *("agent", "agent_rules", "router_config"),
        # told from the samples
        *("user", "scenarios", "presentations", "tags", "exclude", "limit", "failed", "trials"),
        *INCIDENTAL,
    }
)
_VOID_SHARES_APART = 0.05
_SHOWN = 3


@frozen
class _Likeness:
    """What is the same in all samples of one scenario, and mostly is not when it was changed."""

    digest: str
    categories: tuple[str, ...]
    nop_floor: float
    floors: tuple[tuple[str, float], ...]

    @classmethod
    def of(cls, result: SampleResult) -> Self:
        floors = sorted((agent, round(floor, 6)) for agent, floor in result.floors.items())
        return cls(result.digest, tuple(sorted(result.categories)), round(result.nop_floor, 6), tuple(floors))

    def is_like(self, other: _Likeness) -> bool:
        """Whether two samples are of the same scenario: by its digest where both have one."""
        if self.digest and other.digest:
            return self.digest == other.digest
        return evolve(self, digest="") == evolve(other, digest="")


@frozen(kw_only=True)
class RunFacts:
    """What is known about a run."""

    name: str
    samples: Columns
    """The samples that were played to their end."""
    users: tuple[str, ...]
    """Who played the user in them."""
    scenarios: Mapping[str, Collection[_Likeness]]
    """What they played, by name; of a scenario that was changed meanwhile, each state of it."""
    record: Mapping[str, Any] = field(factory=dict)
    """The content of its ``run.json``; empty for runs of the original, which have none."""

    @classmethod
    def of(cls, name: str, results: Iterable[SampleResult], record: Mapping[str, Any] | None = None) -> RunFacts:
        """What is known about a run from its samples and, as far as there is one, its ``run.json``."""
        if record is None:
            record = results.record if isinstance(results, RunResult) else {}
        reader, scenarios = NumbersReader(), dict[str, dict[_Likeness, None]]()
        for result in results:
            if result.finished:
                reader.add(result)
                scenarios.setdefault(result.name, {})[_Likeness.of(result)] = None
        numbers = reader.numbers()
        return cls(name=name, samples=numbers.columns, users=numbers.users, scenarios=scenarios, record=record)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What it was asked to do."""
        found = self.record.get("settings")
        return found if isinstance(found, Mapping) else {}

    @property
    def unplayed(self) -> int:
        """How many samples of the run were not played to their end, as far as its record says."""
        scenarios, trials = self.record.get("scenarios"), self.settings.get("trials")
        if self.settings.get("until_decided"):  # those are as many as were to be, up to the last one that was begun
            trials = int(self.samples.trials.number.max(initial=-1)) + 1
        if not isinstance(scenarios, list) or not isinstance(trials, int):
            return 0
        return max(0, len(scenarios) * trials - len(self.samples))


def differing_conditions(first: RunFacts, second: RunFacts) -> tuple[str, ...]:
    """One sentence for each way in which two runs differ in more than the model."""
    return tuple(
        sentence
        for found in (_versions, _scenarios, _users, _settings, _unfinished, _void_shares, _fallbacks)
        for sentence in found(first, second)
    )


def _versions(first: RunFacts, second: RunFacts) -> Iterator[str]:
    one, other = (run.record.get("scoring_version", "unknown") for run in (first, second))
    if one != other:
        yield f"rules of scoring: version {one} in {first.name}, {other} in {second.name}; scores are not comparable"


def _scenarios(first: RunFacts, second: RunFacts) -> Iterator[str]:
    """Scenarios of one name that are not the same; what only one run has is left out of a comparison anyway."""
    changed = [
        name
        for name, states in second.scenarios.items()
        if not all(one.is_like(other) for one in first.scenarios.get(name, ()) for other in states)
    ]
    if changed:
        yield f"scenarios that are not the same in both: {_some(changed)}"
    elif _same(first, second, "scenarios") and not _same(first, second, "scenario_set"):
        yield "scenarios: something in them was changed between the two runs"


def _same(first: RunFacts, second: RunFacts, key: str) -> bool:
    return bool(first.record.get(key) == second.record.get(key))


def _users(first: RunFacts, second: RunFacts) -> Iterator[str]:
    one, other = (", ".join(sorted(run.users)) for run in (first, second))
    if one and other and one != other:  # the original's results do not say
        yield f"simulated user: {_both(first, one, second, other)}"


def _settings(first: RunFacts, second: RunFacts) -> Iterator[str]:
    if not first.settings or not second.settings:
        return
    for name, one in first.settings.items():
        other = second.settings.get(name, one)  # an earlier version may not have known the setting
        if name not in _NOT_COMPARED and one != other:
            yield f"{name}: {_both(first, one, second, other)}"


def _unfinished(first: RunFacts, second: RunFacts) -> Iterator[str]:
    for run in (first, second):
        if run.unplayed:
            every = run.unplayed + len(run.samples)
            yield f"{run.name} is not finished: {run.unplayed:,} of its {every:,} samples were not played to their end"


def _void_shares(first: RunFacts, second: RunFacts) -> Iterator[str]:
    one, other = (_share(~run.samples.is_scored) for run in (first, second))
    if abs(one - other) > _VOID_SHARES_APART:
        yield f"share of void samples: {one:.0%} in {first.name}, {other:.0%} in {second.name}"


def _fallbacks(first: RunFacts, second: RunFacts) -> Iterator[str]:
    for run in (first, second):
        if share := _share(run.samples.has_fallback):
            yield f"another model answered in {share:.1%} of the samples of {run.name}, as a fallback"


def _share(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else 0.0


def _both(first: RunFacts, one: Any, second: RunFacts, other: Any) -> str:
    return f"{one!r} in {first.name}, {other!r} in {second.name}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
