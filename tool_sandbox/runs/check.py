"""Proving scenarios without a model: that they can be solved, that doing nothing does not solve them, and so on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from tool_sandbox.common.counted import counted
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.runs.proof import Problem, Proof

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

_VARIANTS = {
    ScenarioCategories.THREE_DISTRACTION_TOOLS,
    ScenarioCategories.TEN_DISTRACTION_TOOLS,
    ScenarioCategories.ALL_TOOLS_AVAILABLE,
}


@frozen(kw_only=True)
class CheckReport:
    """What was proved and what was not."""

    scenarios: int
    """How many scenarios were checked, each in its plain presentation."""
    plays: int
    """How many conversations were played for it."""
    seconds: float
    problems: tuple[Problem, ...] = ()
    unsolved: tuple[str, ...] = ()
    """Scenarios without a solution: only what doing nothing scores could be checked."""
    proved: tuple[Scenario, ...] = ()
    """The scenarios that were checked."""

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
        return "\n".join(lines)


def check_scenarios(scenarios: Mapping[str, Scenario]) -> CheckReport:
    """Prove scenarios without a model.

    The oracle scores 1.0 and trips nothing, nop stays at or under its floor, the saboteur trips each minefield, every
    step of a solution is needed, and all nine presentations can be played. Other solutions and right wordings score
    1.0, wrong ones next to nothing, and agents that only talk or only read are not paid.

    Args:
        scenarios: By name; of those in several presentations only the plain one is proved, together with the others.

    Raises:
        ScenarioError: The file of proofs beside a scenario file is not written as it should be.
    """
    started = time.monotonic()
    for scenario in scenarios.values():
        if scenario.script:
            scenario.script.proofs()  # what cannot be read is no problem of one scenario
    plain = {name: scenario for name, scenario in scenarios.items() if not _VARIANTS & set(scenario.categories)}
    problems: list[Problem] = []
    plays = 0
    for name, scenario in (plain or scenarios).items():
        proof = Proof(name, scenario)
        problems.extend(proof.problems())
        plays += proof.plays[0]
    return CheckReport(
        proved=tuple((plain or scenarios).values()),
        scenarios=len(plain or scenarios),
        plays=plays,
        seconds=time.monotonic() - started,
        problems=tuple(problems),
        unsolved=tuple(name for name, scenario in (plain or scenarios).items() if scenario.script is None),
    )
