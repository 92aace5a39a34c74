"""Proving scenarios without a model: that they can be solved, that doing nothing does not solve them, and so on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from tool_sandbox.common.counted import counted
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.runs.floors import floors_with_chance
from tool_sandbox.runs.forked import in_processes
from tool_sandbox.runs.mutants import Mutant
from tool_sandbox.runs.proof import Problem, Proof
from tool_sandbox.tools.mcp.offered import servers_of

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

_VARIANTS = {
    ScenarioCategories.THREE_DISTRACTION_TOOLS,
    ScenarioCategories.TEN_DISTRACTION_TOOLS,
    ScenarioCategories.ALL_TOOLS_AVAILABLE,
}


@frozen
class Proved:
    """What came of one scenario."""

    name: str
    plays: int
    problems: tuple[Problem, ...]
    mutants: tuple[Mutant, ...]
    floors: Mapping[str, float]
    """What agents score that do not do the work; nothing where nobody asked."""


@frozen(kw_only=True)
class CheckReport:
    """What was proved and what was not."""

    proved: tuple[Proved, ...]
    """What came of each scenario, in its plain presentation."""
    seconds: float
    unsolved: tuple[str, ...] = ()
    """Scenarios without a solution: only what doing nothing scores could be checked."""
    fast: bool = False
    """Whether most of it was left out."""

    @property
    def scenarios(self) -> int:
        """How many scenarios were checked."""
        return len(self.proved)

    @property
    def plays(self) -> int:
        """How many conversations were played for it."""
        return sum(each.plays for each in self.proved)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What does not hold."""
        return tuple(problem for each in self.proved for problem in each.problems)

    @property
    def mutants(self) -> tuple[tuple[str, Mutant], ...]:
        """What was made wrong on purpose, each with the name of its scenario."""
        return tuple((each.name, mutant) for each in self.proved for mutant in each.mutants)

    @property
    def passed(self) -> bool:
        """Whether everything holds."""
        return not self.problems

    def text(self) -> str:
        """The report for people: a line for each problem, then the sum."""
        lines = [str(problem) for problem in self.problems]
        if self.unsolved:
            lines.append(f"{len(self.unsolved)} without a solution, so not proved: {', '.join(self.unsolved)}")
        verdict = counted(len(self.problems), "problem") if self.problems else "all hold"
        checked = f"{counted(self.scenarios, 'scenario')} checked in {counted(self.plays, 'play')}"
        lines.append(f"{checked}, {self.seconds:.1f} s: {verdict}")
        if self.fast:
            lines.append("--fast looked at solutions, doing nothing and the user alone; without it all else is proved")
        return "\n".join(lines)


def check_scenarios(
    scenarios: Mapping[str, Scenario], *, fast: bool = False, floors: bool = False, processes: int = 1
) -> CheckReport:
    """Prove scenarios without a model.

    The oracle scores 1.0 and trips nothing, nop stays at or under its floor, the saboteur trips each minefield, every
    step of a solution is needed, and all nine presentations can be played. Other solutions and right wordings score
    1.0, wrong ones next to nothing, and agents that only talk or only read are not paid. Solutions are made wrong in
    many ways, to see whether that shows.

    Args:
        scenarios: By name; of those in several presentations only the plain one is proved, together with the others.
        fast: Only what the solution and doing nothing score, and what the user says.
        floors: Also say what agents score that do not do the work, of every scenario.
        processes: Among how many processes the work is divided, where that is possible.

    Raises:
        ScenarioError: The file of proofs beside a scenario file is not written as it should be.
    """
    started = time.monotonic()
    plain = {name: scenario for name, scenario in scenarios.items() if not _VARIANTS & set(scenario.categories)}
    chosen = plain or dict(scenarios)
    for scenario in chosen.values():
        if scenario.script and not fast:
            scenario.script.proofs()  # what cannot be read is no problem of one scenario
    try:
        proved = in_processes(partial(_proved, fast=fast, floors=floors), list(chosen.items()), processes)
    finally:
        for server in servers_of(scenario.starting_context for scenario in chosen.values()):
            server.stop()
    return CheckReport(
        proved=tuple(proved),
        seconds=time.monotonic() - started,
        unsolved=tuple(name for name, scenario in chosen.items() if scenario.script is None),
        fast=fast,
    )


def _proved(named: tuple[str, Scenario], *, fast: bool, floors: bool) -> Proved:
    name, scenario = named
    proof = Proof(name, scenario, fast=fast)
    problems = tuple(proof.problems())
    return Proved(name, proof.plays[0], problems, tuple(proof.mutants), floors_with_chance(scenario) if floors else {})
