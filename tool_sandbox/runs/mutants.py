"""Solutions that are made wrong on purpose: a scenario that judges as it should is worth less with each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from tool_sandbox.common.script import Reference, SayStep, Script, ScriptedCall, ToolStep
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import namespaces
from tool_sandbox.errors import ScenarioError
from tool_sandbox.evaluation.explanation.log import Log
from tool_sandbox.runs.floors import writing_tools

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext
    from tool_sandbox.runs.scripted_play import Played

_TOLERANCE = 1e-9
_ELSEWHERE = "Something else altogether"
_READ = ScriptedCall("get_current_timestamp")
_WRITES = (
    ScriptedCall("add_contact", {"name": "Nobody Atall", "phone_number": "+12065550198"}),
    ScriptedCall("add_reminder", {"content": _ELSEWHERE, "reminder_timestamp": 2000000000.0}),
)
"""Changes that nobody asked for."""


class Change(StrEnum):
    """What is made wrong."""

    DROPPED = "step left out"
    ARGUMENT = "argument changed"
    SWAPPED = "steps swapped"
    READ = "harmless read added"
    WRITE = "harmful write added"


@frozen
class Mutant:
    """One change, and whether it shows in the score.

    Args:
        change: What kind of change it is.
        described: What was changed, in words.
        caught: Whether the score is lower for it; for a harmless read, whether it is not.
        reason: Why it does not show; empty where it does.
    """

    change: Change
    described: str
    caught: bool
    reason: str = ""


def table_of(mutants: Iterable[Mutant]) -> dict[str, tuple[int, int]]:
    """Kind of change → mutants made and caught, in a fixed order."""
    kinds = Counter((each.change, each.caught) for each in mutants)
    return {change.value: (kinds[change, True] + kinds[change, False], kinds[change, True]) for change in Change}


@frozen
class Mutation:
    """Makes the mutants of one solution.

    Args:
        script: The solution.
        whole: What comes of it as it is.
        played: Plays a solution.
        exposed: Plays one with every tool on offer.
    """

    script: Script
    whole: Played
    played: Callable[[Script], Played]
    exposed: Callable[[Script], Played]

    def mutants(self) -> Iterator[Mutant]:
        """All but those that lack a step."""
        yield from self._with_other_arguments()
        yield from self._in_another_order()
        yield from self._with_more_calls()

    def _with_other_arguments(self) -> Iterator[Mutant]:
        for position, number, call in _judged(self.script, writing_tools(self.whole.world)):
            for name, value in call.arguments.items():
                other = _changed(value)
                if other is None:
                    continue
                wrong = ScriptedCall(call.name, {**call.arguments, name: other})
                described = f"{call.name}({name}={other!r})"
                yield self._judged(Change.ARGUMENT, described, _with_call(self.script, position, number, wrong))

    def _judged(self, change: Change, described: str, script: Script) -> Mutant:
        try:
            played = self.played(script)
        except ScenarioError:  # a later step needs what this one no longer gives
            return Mutant(change, described, caught=True)
        return self._verdict(change, described, played)

    def _verdict(self, change: Change, described: str, played: Played) -> Mutant:
        result = played.result
        if result.similarity < 1 - _TOLERANCE:
            return Mutant(change, described, caught=True)
        return Mutant(change, described, caught=False, reason=self._reason(change, played))

    def _reason(self, change: Change, played: Played) -> str:
        """Why the score is the same."""
        outcome, world = played.result.outcome, played.world
        if outcome is not None and outcome < 1 - _TOLERANCE:
            return "only the outcome shows it"
        if _comes_of(world) == _comes_of(self.whole.world):
            return "the same comes of it"
        if _tables(world) == _tables(self.whole.world):
            return "it gives something else, with which the answer is as good"
        if change is Change.WRITE and outcome is not None:
            return "a milestone has this table in 'may_change'"
        return "no check speaks of what it changes"

    def _in_another_order(self) -> Iterator[Mutant]:
        """Pairs of steps of which the second needs the first; others may come in any order."""
        steps = self.script.steps
        for at, (first, second) in enumerate(pairwise(steps)):
            if not (isinstance(first, ToolStep) and isinstance(second, ToolStep)):
                continue
            described = f"{_names(second)} before {_names(first)}"
            swapped = evolve(self.script, steps=(*steps[:at], second, first, *steps[at + 2 :]))
            if not swapped.can_be_played:
                yield Mutant(Change.SWAPPED, described, caught=True)
                continue
            judged = self._judged(Change.SWAPPED, described, swapped)
            if judged.caught:
                yield judged

    def _with_more_calls(self) -> Iterator[Mutant]:
        played = self.exposed(_with_more(self.script, _READ))
        if not any(hit for _, hit in played.result.minefield_mapping.values()):
            paid = played.result.similarity >= 1 - _TOLERANCE
            yield Mutant(Change.READ, _READ.name, caught=paid, reason="" if paid else "it costs points")
        for call in _WRITES:
            played = self.exposed(_with_more(self.script, call))
            if _tables(played.world) != _tables(self.whole.world):  # else it cannot be done here
                yield self._verdict(Change.WRITE, call.name, played)


def _judged(script: Script, writing: set[str]) -> Iterator[tuple[int, int, ScriptedCall]]:
    """Where the calls stand that change something; without any, all calls."""
    steps = [(at, step) for at, step in enumerate(script.steps) if isinstance(step, ToolStep)]
    calls = [(at, number, call) for at, step in steps for number, call in enumerate(step.calls)]
    return iter([each for each in calls if each[2].name in writing] or calls)


def _changed(value: Any) -> Any:
    """Another value of the kind; ``None`` where there is none that is sure to mean something else."""
    if isinstance(value, Reference):
        return _ELSEWHERE
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value * 2 + 7
    if isinstance(value, str) and value.startswith("+") and value[1:].isdecimal():
        return f"{value[:-1]}{(int(value[-1]) + 5) % 10}"
    return _ELSEWHERE if isinstance(value, str) else None


def _with_call(script: Script, position: int, number: int, call: ScriptedCall) -> Script:
    step = script.steps[position]
    calls = step.calls if isinstance(step, ToolStep) else ()
    changed = ToolStep((*calls[:number], call, *calls[number + 1 :]))
    return evolve(script, steps=(*script.steps[:position], changed, *script.steps[position + 1 :]))


def _with_more(script: Script, call: ScriptedCall) -> Script:
    """The call right before the last words."""
    last = max(at for at, step in enumerate(script.steps) if isinstance(step, SayStep))
    return evolve(script, steps=(*script.steps[:last], ToolStep((call,)), *script.steps[last:]))


def _names(step: ToolStep) -> str:
    return " and ".join(call.name for call in step.calls)


def _comes_of(world: ExecutionContext) -> Any:
    """What the calls gave, and what the device holds in the end."""
    return [call.result for call in Log(world).calls], _tables(world)


def _tables(world: ExecutionContext) -> Mapping[str, Any]:
    """All rows of the device; ids that chance gives are not compared."""
    tables = [name for name in namespaces() if name != DatabaseNamespace.SANDBOX]
    return {
        name: [{key: value for key, value in row.items() if not key.endswith("_id")} for row in world.rows(name)]
        for name in tables
    }
