"""Playing agents trial after trial until it is decided which of them is better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from attrs import define, evolve, field

from tool_sandbox.analysis.sequential import Decision, decide_on, is_decided
from tool_sandbox.analysis.wording import dollars, interval, signed
from tool_sandbox.common.counted import counted
from tool_sandbox.registry.run_resources import paid_in
from tool_sandbox.runs.numbers import Columns, RunNumbers
from tool_sandbox.runs.preparation import short_name
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.statistics.trials import Trials

if TYPE_CHECKING:
    from tool_sandbox.runs.outcomes import SampleResult
    from tool_sandbox.runs.preparation import PreparedRun
    from tool_sandbox.runs.run import Report

Why = Literal["decided", "trials", "budget", "interrupted", "void"]
"""Why no further trial is played: it is decided, there were as many as allowed, the money does not last, …"""

_WHY: Mapping[Ending, Why] = {Ending.BUDGET: "budget", Ending.VOID: "void", Ending.INTERRUPTED: "interrupted"}


@define(kw_only=True)
class Series:
    """Agents that play the same scenarios, one trial of each after the other.

    A look is taken after every trial that all of them have finished. An agent about whom everything is decided plays no
    further trial.

    Args:
        runs: The run of every agent, by what the agent is called.
        play: Plays what a run has left to play for now.
        told: Is told in a line what each look has shown.
    """

    runs: Mapping[str, PreparedRun]
    play: Callable[[PreparedRun], Report]
    told: Callable[[str], None]
    results: dict[str, Sequence[SampleResult]] = field(factory=dict)
    reports: dict[str, Report] = field(factory=dict)
    decisions: tuple[Decision, ...] = ()
    trials: int = 0
    """How many trials were looked at."""
    why: Why = "trials"

    @property
    def first(self) -> PreparedRun:
        """Any of the runs, whose settings differ in the agent only."""
        return next(iter(self.runs.values()))

    def play_until_decided(self) -> None:
        """Play until it is decided, nothing more may be played, or something stops it."""
        self.results = {name: one.done for name, one in self.runs.items()}
        most = self.first.settings.trials
        for trial in range(1, most + 1):
            if stopped := self._play_trial(trial):
                self.why = stopped
                return
            self.trials = trial
            self.decisions = decide_on({name: self._up_to(name, trial) for name in self.runs}, trials=most)
            self.told(f"After trial {trial} of at most {most}: {'; '.join(map(_look, self.decisions))}.")
            if is_decided(self.decisions):
                self.why = "decided"
                return

    def spent(self) -> float:
        """US dollars that all of them have cost, as far as anybody knows."""
        return sum(map(self._spent, self.runs))

    def to_record(self) -> dict[str, Any]:
        """What became of it as JSON-able data."""
        return {
            "stopped_by": self.why,
            "trials": self.trials,
            "spent": self.spent(),
            "pairs": [_pair(decision) for decision in self.decisions],
        }

    def sentences(self) -> list[str]:
        """What became of it for people, one sentence for every two agents."""
        played = f"after {counted(self.trials, 'trial')} of {counted(len(self.first.scenarios), 'scenario')}"
        if not self.decisions:
            names = " or ".join(self.runs)
            return [f"It stayed open whether {names} is better: no trial of all of them is finished, {self._reason()}."]
        return [_sentence(decision, played, self._reason()) for decision in self.decisions]

    def _reason(self) -> str:
        """Why it stayed open, to stand behind a comma."""
        return {
            "decided": "",
            "trials": "the most that --trials allows",
            "budget": f"and the budget has no room for a further one ({dollars(self.spent())} is spent)",
            "interrupted": "when it was interrupted",
            "void": "when too many samples were void",
        }[self.why]

    def _play_trial(self, trial: int) -> Why | None:
        """Play one trial with everybody about whom something is open; why that failed, if it did."""
        missing = {name: self._missing(name, trial) for name in self._open()}
        if not self._lasts(missing):
            return "budget"
        for name, samples in missing.items():
            if samples:
                report = self.play(self._part(name, trial))
                self.reports[name] = report
                self.results[name] = report.results
                if report.ending is not Ending.DONE:
                    return _WHY[report.ending]
        return None

    def _open(self) -> list[str]:
        open_ones = {name for each in self.decisions if each.verdict == "open" for name in (each.first, each.second)}
        return [name for name in self.runs if name in open_ones or not self.decisions]

    def _finished(self, name: str) -> Columns:
        """The samples that were played to their end."""
        columns = RunNumbers.of(self.results[name]).columns
        return columns.take(columns.is_finished)

    def _up_to(self, name: str, trial: int) -> Trials:
        trials = self._finished(name).trials
        return trials.take(np.flatnonzero(trials.number < trial))

    def _missing(self, name: str, trial: int) -> int:
        """How many samples of the trials up to this one are not played."""
        return len(self.runs[name].scenarios) * trial - len(self._up_to(name, trial))

    def _part(self, name: str, trial: int) -> PreparedRun:
        """A run up to a trial, with what the others have left of the budget."""
        one, left = self.runs[name], self._left()
        if left is not None:
            left += self._spent(name)  # which its journal knows, and the budget is counted from
        return one.part(trial, self.results[name], left)

    def _left(self) -> float | None:
        budget = self.first.settings.budget
        return None if budget is None else max(0.0, budget - self.spent())

    def _lasts(self, missing: Mapping[str, int]) -> bool:
        """Whether the money is enough for so many samples if they cost what the others did: halves decide nothing."""
        left = self._left()
        if left is None or not any(missing.values()):
            return True
        each = {name: self._spent(name) / max(1, len(self._finished(name))) for name in missing}
        return left > 0 and sum(each[name] * samples for name, samples in missing.items()) <= left

    def _spent(self, name: str) -> float:
        return paid_in(self.runs[name].store.calls)


def named(runs: Sequence[PreparedRun]) -> dict[str, PreparedRun]:
    """The runs by their agents, or where two are called alike, by their directories."""
    names = [short_name(one.settings.agent) for one in runs]
    bearers = Counter(names)
    unlike = [name if bearers[name] == 1 else one.store.directory.name for name, one in zip(names, runs, strict=True)]
    return dict(zip(unlike, runs, strict=True))


def _sentence(decision: Decision, played: str, reason: str) -> str:
    first, second, difference = decision.first, decision.second, decision.difference
    if difference is None:
        return f"It stayed open whether {first} or {second} is better: no scenario is scored for both, {reason}."
    if decision.verdict == "worse":
        return _sentence(_turned(decision), played, reason)
    by = f"{difference.value:.3f}" if decision.verdict == "better" else signed(difference.value)
    sure = f"{by} (95% interval {interval(difference.low, difference.high)})"
    if decision.verdict == "better":
        return f"{first} is better than {second} by {sure}, decided {played}."
    return f"It stayed open whether {first} or {second} is better: the difference is {sure} {played}, {reason}."


def _turned(decision: Decision) -> Decision:
    """The same with the better one first."""
    found = decision.difference
    assert found is not None
    difference = evolve(found, value=-found.value, low=-found.high, high=-found.low)
    return evolve(
        decision, first=decision.second, second=decision.first, verdict="better", difference=difference, looks=()
    )


def _look(decision: Decision) -> str:
    if not decision.looks:
        return f"{decision.first} and {decision.second} have no scored sample in common"
    look = decision.looks[-1]
    first, second = (decision.first, decision.second) if look.difference >= 0 else (decision.second, decision.first)
    found = f"{first} leads {second} by {abs(look.difference):.3f}" if look.difference else f"{first} equals {second}"
    if decision.verdict != "open":
        return f"{found}, which is enough"
    return found if look.boundary is None else f"{found} ({look.boundary:.3f} would be enough)"


def _pair(decision: Decision) -> dict[str, Any]:
    difference = decision.difference
    return {
        "first": decision.first,
        "second": decision.second,
        "verdict": decision.verdict,
        "difference": difference and difference.value,
        "low": difference and difference.low,
        "high": difference and difference.high,
        "trials": decision.looks[-1].trials if decision.looks else 0,
    }
