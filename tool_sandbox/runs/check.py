"""Proving scenarios without a model: that they can be solved, that doing nothing does not solve them, and so on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from tool_sandbox.common.script import SayStep, Script, ToolStep
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.errors import ScenarioError, TimeLimitError
from tool_sandbox.evaluation.comparing.answers import wanted_texts
from tool_sandbox.evaluation.constraints import names_of
from tool_sandbox.evaluation.credit import Kind
from tool_sandbox.llm.scripted import NopModel, OracleModel, SaboteurModel
from tool_sandbox.runs.answers import TriedAnswer, tried
from tool_sandbox.runs.floors import READING, floors_of, user_words
from tool_sandbox.runs.scripted_play import play

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.evaluation.result import EvaluationResult
    from tool_sandbox.llm.chat import ChatModel

MOST_FOR_WORDS, MOST_FOR_READING = 0.05, 0.25
"""What agents may score that only talk, or only read where something has to be changed."""
_TOLERANCE = 1e-9
_VARIANTS = {
    ScenarioCategories.THREE_DISTRACTION_TOOLS,
    ScenarioCategories.TEN_DISTRACTION_TOOLS,
    ScenarioCategories.ALL_TOOLS_AVAILABLE,
}


@frozen
class Problem:
    """One thing that does not hold.

    Args:
        scenario: Name of the scenario.
        check: What was tried: ``oracle``, ``nop``, ``saboteur``, ``right wording`` and so on.
        message: What was found and what was expected.
        source: File and line of the scenario, if known.
    """

    scenario: str
    check: str
    message: str
    source: str | None = None

    def __str__(self) -> str:
        return f"{self.source or ''}{': ' if self.source else ''}{self.scenario}: {self.check}: {self.message}"


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
        verdict = f"{len(self.problems)} problem(s)" if self.problems else "all hold"
        lines.append(f"{self.scenarios} scenarios checked in {self.plays} plays, {self.seconds:.1f} s: {verdict}")
        return "\n".join(lines)


def check_scenarios(scenarios: Mapping[str, Scenario]) -> CheckReport:
    """Prove scenarios without a model.

    The oracle scores 1.0 and trips nothing, nop stays at or under its floor, the saboteur trips each minefield, every
    step of a solution is needed, and all eight presentations can be played. Other solutions and right wordings score
    1.0, wrong ones next to nothing, and agents that only talk or only read are not paid.

    Args:
        scenarios: By name; of those in several presentations only the plain one is proved, together with the others.
    """
    started = time.monotonic()
    plain = {name: scenario for name, scenario in scenarios.items() if not _VARIANTS & set(scenario.categories)}
    problems: list[Problem] = []
    plays = 0
    for name, scenario in (plain or scenarios).items():
        proof = _Proof(name, scenario)
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


@frozen
class _Proof:
    """Everything that has to hold for one scenario."""

    name: str
    scenario: Scenario
    plays: list[int] = field(factory=lambda: [0])

    @property
    def script(self) -> Script:
        return self.scenario.script or Script()

    def problems(self) -> Iterator[Problem]:
        of_a_solution = {
            "oracle": self._oracle,
            "nop": self._nop,
            "saboteur": self._saboteur,
            "needless step": self._needless_steps,
            "augmentation": self._augmentations,
            "also": self._other_solutions,
            "right wording": self._right_wordings,
            "wrong wording": self._wrong_wordings,
            "floors": self._floors,
            "given away": self._given_away,
        }
        for check, finder in (of_a_solution if self.scenario.script else {"nop": self._nop}).items():
            try:
                for message in finder():
                    yield self._problem(check, message)
            except TimeLimitError as error:  # the other checks call the same tool
                yield self._problem(check, str(error))
                return
            except Exception as error:  # noqa: BLE001 -- a scenario's own code may raise anything; the others go on
                yield self._problem(check, f"ended in {type(error).__name__}: {error}")

    def _problem(self, check: str, message: str) -> Problem:
        return Problem(self.name, check, message, self.scenario.source)

    def _oracle(self) -> Iterator[str]:
        result = self.played(OracleModel(self.script), self.script)
        if result.milestone_similarity < 1 - _TOLERANCE:
            names = names_of(self.scenario.evaluation.milestone_matcher.milestones)
            missed = ", ".join(
                f"milestone {names[index]} {similarity:.3f}"
                for index, (_, similarity) in sorted(result.milestone_mapping.items())
                if similarity < 1 - _TOLERANCE
            )
            yield (
                f"the solution scores {result.milestone_similarity:.3f}, expected 1.0; short of it: {missed} "
                "(0.000 can also mean that a table changed which is not in may_change)"
            )
        if result.outcome is not None and result.outcome < 1 - _TOLERANCE:
            yield f"the solution has the outcome {result.outcome:.3f}, expected 1.0; say with 'outcome' what counts"
        if result.minefield_similarity:
            yield f"the solution trips a minefield (similarity {result.minefield_similarity:.3f}), expected none"

    def _nop(self) -> Iterator[str]:
        result = self.played(NopModel(), self.script)
        if result.similarity > self.scenario.nop_floor + _TOLERANCE:
            yield (
                f"doing nothing scores {result.similarity:.3f}, expected at most {self.scenario.nop_floor:.3f}; "
                "add a milestone that only the task can reach, or raise nop_floor"
            )

    def _saboteur(self) -> Iterator[str]:
        # With every tool at hand that is not denied: a minefield may lie in a tool that only a distraction brings.
        context = self.scenario.starting_context.fork()
        context.tool_allow_list = None
        exposed = _Proof(self.name, evolve(self.scenario, starting_context=context), self.plays)
        for at, minefield in enumerate(self.script.sabotage):
            result = exposed.played(SaboteurModel(self.script, minefield), self.script)
            if not result.minefield_mapping.get(at, (0, 0.0))[1]:
                yield f"the sabotage of {minefield!r} does not trip it, so perhaps nothing does"

    def _needless_steps(self) -> Iterator[str]:
        if not self.scenario.evaluation.milestone_matcher.milestones:
            return
        whole = self.played(OracleModel(self.script), self.script).similarity
        for described, shorter in _shortened(self.script):
            if not _can_be_played(shorter):
                continue  # a later step needs what the dropped one found out
            try:
                score = self.played(OracleModel(shorter), shorter).similarity
            except ScenarioError:
                continue  # a later step needs a result that failed without the dropped one
            if score >= whole - _TOLERANCE:
                yield f"without {described} the score is the same; add a milestone for it, or leave it out"

    def _augmentations(self) -> Iterator[str]:
        from tool_sandbox.scenarios.presentations import AUGMENTATIONS, augmented

        backend = self.scenario.starting_context.preferred_tool_backend
        variants = augmented({self.name: self.scenario}, backend)
        for augmentation in AUGMENTATIONS[1:]:
            variant = variants[self.name + augmentation.suffix]
            proof = _Proof(self.name, variant, self.plays)
            score = proof.played(OracleModel(proof.script), proof.script).similarity
            if score < 1 - _TOLERANCE:
                yield f"as {variant.name} the solution scores {score:.3f}, expected 1.0"

    def _other_solutions(self) -> Iterator[str]:
        for number, steps in enumerate(self.script.also):
            score = self.played(OracleModel(Script(steps)), Script(steps)).similarity
            if score < 1 - _TOLERANCE:
                yield f"solution {number + 2} scores {score:.3f}, expected 1.0"

    def _right_wordings(self) -> Iterator[str]:
        for text in self.script.right:
            answer = self._tried(text)
            if answer.score < 1 - _TOLERANCE:
                why = f": {'; '.join(answer.reasons)}" if answer.reasons else ""
                yield f"{text!r} scores {answer.score:.3f}, expected 1.0{why}"

    def _wrong_wordings(self) -> Iterator[str]:
        for wrong in self.script.wrong:
            answer = self._tried(wrong.text)
            if answer.worth > wrong.at_most + _TOLERANCE:
                yield f"{wrong.text!r} is worth {answer.worth:.3f} as an answer, expected at most {wrong.at_most:g}"

    def _tried(self, text: str) -> TriedAnswer:
        self.plays[0] += 1
        return tried(self.scenario, text)

    def _floors(self) -> Iterator[str]:
        credit = self.scenario.evaluation.credit
        if credit is None or self.scenario.nop_floor:
            return
        if ScenarioCategories.INSUFFICIENT_INFORMATION in self.scenario.categories:
            return  # the right word is the work
        for agent, score in floors_of(self.scenario).items():
            self.plays[0] += 1
            reading = agent == READING
            most = MOST_FOR_READING if reading else MOST_FOR_WORDS
            if score > most and (not reading or Kind.DEED in credit.kinds):
                yield f"an agent that is only {agent} scores {score:.3f}, expected at most {most:g}"

    def _given_away(self) -> Iterator[str]:
        """Facts that the user's own words contain: an agent that repeats the request must not be paid."""
        for milestone in self.scenario.evaluation.milestone_matcher.milestones:
            for wanted in wanted_texts(milestone):
                for said in user_words(self.scenario):
                    for fact in wanted.given_away(said):
                        yield f"the user says {said!r} already, so {fact} is no proof of work; leave the fact out"

    def played(self, agent: ChatModel, script: Script) -> EvaluationResult:
        self.plays[0] += 1
        return play(self.scenario, agent, script).result


def _shortened(script: Script) -> Iterator[tuple[str, Script]]:
    """The script without each one of the agent's steps and calls, and what is missing."""
    for position, step in enumerate(script.steps):
        if isinstance(step, SayStep):
            yield f"saying {step.text!r}", script.without(position)
        elif isinstance(step, ToolStep) and len(step.calls) == 1:
            yield f"calling {step.calls[0].name!r}", script.without(position)
        elif isinstance(step, ToolStep):
            for number, call in enumerate(step.calls):
                calls = (*step.calls[:number], *step.calls[number + 1 :])
                steps = (*script.steps[:position], ToolStep(calls), *script.steps[position + 1 :])
                yield f"calling {call.name!r}", evolve(script, steps=steps)


def _can_be_played(script: Script) -> bool:
    """Whether every reference is to a call that still comes before it."""
    called: list[str] = []
    for step in script.steps:
        if not isinstance(step, ToolStep):
            continue
        for call in step.calls:
            for reference in call.references():
                needed = reference.call + 1 if reference.call >= 0 else -reference.call
                if called.count(reference.tool) < needed:
                    return False
        called.extend(call.name for call in step.calls)
    return True
