"""Judging a finished run anew by today's scenarios and rules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from tool_sandbox.common.counted import counted
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.folder_names import folder_name
from tool_sandbox.errors import SettingsError
from tool_sandbox.evaluation.constraints import names_of
from tool_sandbox.evaluation.simulated_user.rules import BrokenRule, broken_rules
from tool_sandbox.registry.names import is_model
from tool_sandbox.runs.outcomes import as_tuple
from tool_sandbox.runs.store import SUMMARY, TRAJECTORIES, TRIAL, RunStore
from tool_sandbox.runs.summary_file import SummaryFile

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.evaluation.matching.matching import MilestoneMatcher
    from tool_sandbox.evaluation.result import EvaluationResult
    from tool_sandbox.runs.places import AnyPath

_TRIAL = re.compile(rf"{TRIAL}[0-9]+")

TOLERANCE = 1e-6
"""Scores closer than this are the same: recorded ones went through 32-bit arithmetic."""


@frozen(kw_only=True)
class Rescored:
    """One sample, judged before and now."""

    name: str
    trial: int
    before: float | None
    """The recorded score; ``None`` when the sample had none."""
    now: float
    turns_before: int | None
    turns_now: int
    reasons: tuple[str, ...] = field(default=(), converter=as_tuple)
    """What differs, in words; empty when nothing does."""
    broken_rules: tuple[BrokenRule, ...] = ()
    """Where a simulated user left its part."""

    @property
    def changed(self) -> bool:
        """Whether the score or the turn count differs."""
        if self.before is None:
            return True
        return abs(self.before - self.now) > TOLERANCE or self.turns_before != self.turns_now


@frozen(kw_only=True)
class Skipped:
    """One sample that cannot be judged anew."""

    name: str
    trial: int
    why: str


@frozen(kw_only=True)
class Rescoring:
    """A whole run, judged anew."""

    samples: tuple[Rescored, ...] = field(converter=as_tuple)
    skipped: tuple[Skipped, ...] = field(converter=as_tuple)

    @property
    def changes(self) -> tuple[Rescored, ...]:
        """The samples whose score or turn count differs."""
        return tuple(sample for sample in self.samples if sample.changed)

    @property
    def with_broken_rules(self) -> tuple[Rescored, ...]:
        """The samples in which the simulated user left its part."""
        return tuple(sample for sample in self.samples if sample.broken_rules)


def rescore(location: str, scenarios: Mapping[str, Scenario]) -> Rescoring:
    """Evaluate every recorded trajectory of a run with ``scenarios``. The run is not changed.

    Args:
        location: Run directory of ours or of the original.
        scenarios: Today's scenarios by name.

    Raises:
        SettingsError: There are no recorded trajectories.
    """
    directory = RunStore.open(location).directory
    samples: list[Rescored] = []
    skipped: list[Skipped] = []
    shared = _shared(str(path) for _, path in _recorded(directory, scenarios))
    for record, path in _recorded(directory, scenarios):
        judged = _overwritten(record) if str(path) in shared else _judged(record, path, scenarios)
        (samples if isinstance(judged, Rescored) else skipped).append(judged)  # type: ignore[arg-type]
    if not samples and not skipped:
        message = f"{location!r} holds no trajectories; expected {TRAJECTORIES}/<scenario>/execution_context.json."
        raise SettingsError(message)
    return Rescoring(samples=samples, skipped=skipped)


def _shared(paths: Iterable[str]) -> set[str]:
    """The paths that are there more than once; of the others only a number is kept."""
    seen, shared = set[int](), set[str]()
    for path in paths:
        if hash(path) in seen:
            shared.add(path)
        seen.add(hash(path))
    return shared


def _recorded(directory: AnyPath, names: Iterable[str]) -> Iterator[tuple[Mapping[str, Any], AnyPath]]:
    """Every recorded sample with its files; without any list of results, whatever trajectories there are."""
    store, is_told = RunStore(directory), False
    for record in _records(directory):
        is_told = True
        yield record, store.trajectory_of(record)
    if not is_told and (directory / TRAJECTORIES).is_dir():
        yield from _unrecorded(directory / TRAJECTORIES, {folder_name(name): name for name in names})


def _unrecorded(trajectories: AnyPath, name_of: Mapping[str, str]) -> Iterator[tuple[Mapping[str, Any], AnyPath]]:
    for folder in sorted(path.name for path in trajectories.iterdir()):
        name, path = name_of.get(folder, folder), trajectories / folder
        trials = [below.name for below in path.iterdir() if _TRIAL.fullmatch(below.name)] if path.is_dir() else []
        for trial in sorted(trials):
            yield {"name": name, "trial": int(trial.removeprefix(TRIAL))}, path / trial
        if not trials:
            yield {"name": name}, path


def _records(directory: AnyPath) -> Iterator[Mapping[str, Any]]:
    summary = directory / SUMMARY
    if summary.exists():
        with closing(SummaryFile(summary)) as file:
            yield from (record for _, record in file.records())
        return
    yield from (result.to_record() for result in RunStore(directory).read_results())


def _overwritten(record: Mapping[str, Any]) -> Skipped:
    """A sample of an earlier version, which kept long names alike in one folder."""
    why = "another sample's trajectory was written over its own, so nobody knows whose is left"
    return Skipped(name=str(record["name"]), trial=int(record.get("trial", 0)), why=why)


def _judged(record: Mapping[str, Any], path: AnyPath, scenarios: Mapping[str, Scenario]) -> Rescored | Skipped:
    """The sample's new score; one whose files are torn or anybody else's is left out with the reason."""
    try:
        return _judge(record, path, scenarios)
    except Exception as error:  # noqa: BLE001 -- what was recorded may be anything, and so may a user's own matcher
        why = f"what was recorded cannot be judged ({type(error).__name__}: {error})"
        return Skipped(name=str(record["name"]), trial=0, why=why)


def _judge(record: Mapping[str, Any], path: AnyPath, scenarios: Mapping[str, Scenario]) -> Rescored | Skipped:
    name, trial = str(record["name"]), int(record.get("trial", 0))
    scenario = scenarios.get(name)
    if scenario is None:
        return Skipped(name=name, trial=trial, why="there is no scenario of this name any more")
    if record.get("status") == "void":
        return Skipped(name=name, trial=trial, why=f"it is void ({record.get('cause')}), so there is nothing to judge")
    if record.get("exception_type"):
        why = f"it ended in {record['exception_type']} and was scored 0 for that, whatever its messages"
        return Skipped(name=name, trial=trial, why=why)
    file = path / "execution_context.json"
    try:
        world = ExecutionContext.from_dict(json.loads(file.read_text(encoding="utf-8")))
    except Exception as error:  # noqa: BLE001 -- it may be torn, or anybody else's
        return Skipped(name=name, trial=trial, why=f"its execution_context.json cannot be read: {error!r}")
    evaluation = scenario.evaluate(world)
    simulated = "user" not in record or is_model(str(record["user"]))  # the original's is always a model
    return Rescored(
        name=name,
        trial=trial,
        before=record.get("similarity"),
        now=evaluation.similarity,
        turns_before=record.get("turn_count"),
        turns_now=evaluation.turn_count,
        reasons=_reasons(record, evaluation, scenario),
        broken_rules=broken_rules(scenario, world) if simulated else (),
    )


def _reasons(record: Mapping[str, Any], evaluation: EvaluationResult, scenario: Scenario) -> list[str]:
    if "similarity" not in record:
        return ["no score was recorded"]
    wanted, forbidden = scenario.evaluation.milestone_matcher, scenario.evaluation.minefield_matcher
    reasons = [
        *_mapping_reasons("milestone", wanted, record.get("milestone_mapping") or {}, evaluation.milestone_mapping),
        *_mapping_reasons("minefield", forbidden, record.get("minefield_mapping") or {}, evaluation.minefield_mapping),
    ]
    if evaluation.unasked:
        tables = ", ".join(sorted({change.table.lower() for change in evaluation.unasked}))
        reasons.append(f"{counted(len(evaluation.unasked), 'change')} that nobody asked for ({tables})")
    if record.get("turn_count") != evaluation.turn_count:
        reasons.append(f"turns: {record.get('turn_count')} before, {evaluation.turn_count} now")
    return reasons


def _mapping_reasons(
    kind: str, matcher: MilestoneMatcher, before: Mapping[str, Any], now: Mapping[int, tuple[int, float]]
) -> Iterator[str]:
    names = dict(enumerate(names_of(matcher.milestones)))
    recorded = {int(node): (int(match[0]), float(match[1])) for node, match in before.items()}
    for node in sorted({*recorded, *now}):
        old, new = recorded.get(node), now.get(node)
        if old is None or new is None or abs(old[1] - new[1]) > TOLERANCE or old[0] != new[0]:
            yield f"{kind} {names.get(node, node)}: {_match(old)} before, {_match(new)} now"


def _match(match: tuple[int, float] | None) -> str:
    return "not there" if match is None else f"{match[1]:.4f} at message {match[0]}"
