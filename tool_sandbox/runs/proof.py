"""Everything that has to hold for one scenario, tried without a model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from tool_sandbox.common.script import Script
from tool_sandbox.common.tool_discovery import is_shipped, place_of
from tool_sandbox.common.trouble import TroubleKind
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.errors import ScenarioError, TimeLimitError
from tool_sandbox.evaluation.comparing.answers import wanted_texts
from tool_sandbox.evaluation.credit import Credit, Kind
from tool_sandbox.evaluation.explanation.explain import explain
from tool_sandbox.evaluation.simulated_user.rules import broken_rules
from tool_sandbox.llm.scripted import NopModel, OracleModel, SaboteurModel
from tool_sandbox.runs.answers import TriedAnswer, tried
from tool_sandbox.runs.floors import READING, floors_of, user_knowledge, user_words
from tool_sandbox.runs.mutants import Change, Mutant, Mutation
from tool_sandbox.runs.orders import one_by_one
from tool_sandbox.runs.scripted_play import Played, log_of, play

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.llm.chat import ChatModel

MOST_FOR_WORDS, MOST_FOR_READING = 0.05, 0.25
"""What agents may score that only talk, or only read where something has to be changed."""
_TOLERANCE = 1e-9
_ORACLE = "oracle"
_OF_MACHINES = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+|\b[a-z]+(?:_[a-z]+)*_(?:id|timestamp)\b")
_IN_PROOFS = ("also", "right wording", "wrong wording")


class _StopError(Exception):
    """What was found decides every other check."""


class _FailedCallError(Exception):
    """A tool raises what it should not."""


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


@frozen
class Proof:
    """Everything that has to hold for one scenario."""

    name: str
    scenario: Scenario
    plays: list[int] = field(factory=lambda: [0])
    fast: bool = False
    """Whether only the solution, doing nothing and what the user says are looked at."""
    mutants: list[Mutant] = field(factory=list)
    """What was made wrong on purpose, filled while ``problems`` are looked for."""

    @property
    def script(self) -> Script:
        """The solution; one without steps where there is none."""
        return self.scenario.script or Script()

    def problems(self) -> Iterator[Problem]:
        """What does not hold. What only follows from a solution that fails is left out."""
        if not self.scenario.script:
            yield from self._found("nop", self._nop)
            return
        try:
            unsolved = False
            for check, finder, needs_solution in self._checks():
                if not (unsolved and needs_solution):
                    for problem in self._found(check, finder):
                        yield problem
                        unsolved = unsolved or check == _ORACLE
        except _StopError:
            return

    def _checks(self) -> Iterator[tuple[str, Callable[[], Iterator[str]], bool]]:
        """Every check: its name, what finds what does not hold, and whether it says something only of a solution."""
        yield _ORACLE, self._oracle, True
        yield "trouble", self._troubles, True
        yield "nop", self._nop, False
        yield "given away", self._given_away, False
        yield "language", self._language, False
        yield "user", self._user, True
        if self.fast:
            return
        yield "floors", self._floors, False
        yield "saboteur", self._saboteur, True
        yield "needless step", self._needless_steps, True
        yield "mutant", self._mutations, True
        yield "order", self._orders, True
        yield "presentation", self._presentations, True
        in_proofs = (self._other_solutions, self._right_wordings, self._wrong_wordings)
        yield from ((check, finder, True) for check, finder in zip(_IN_PROOFS, in_proofs, strict=True))

    def _found(self, check: str, finder: Callable[[], Iterator[str]]) -> Iterator[Problem]:
        """What one check finds.

        Raises:
            _StopError: The other checks would find the same.
        """
        try:
            for message in finder():
                yield self._problem(check, message)
        except (_FailedCallError, TimeLimitError) as error:  # the other checks call the same tool
            yield self._problem(check, str(error))
            raise _StopError from error
        except Exception as error:  # a scenario's own code may raise anything; the others go on
            yield self._problem(check, f"ended in {type(error).__name__}: {error}")
            if check == _ORACLE:
                raise _StopError from error

    def _problem(self, check: str, message: str) -> Problem:
        beside = self.script.proofs().source if check in _IN_PROOFS else None
        return Problem(self.name, check, message, beside or self.scenario.source)

    @cached_property
    def _solved(self) -> Played:
        """The solution, played."""
        return self.played(OracleModel(self.script), self.script)

    def _oracle(self) -> Iterator[str]:
        try:
            played = self._solved
        except ScenarioError:
            self._refuse_failed_call()
            raise
        result = played.result
        short = min(result.milestone_credit.values(), default=1.0) < 1 - _TOLERANCE
        ends_wrong = result.outcome is not None and result.outcome < 1 - _TOLERANCE
        if short or ends_wrong:
            self._refuse_failed_call()
        elif not result.minefield_similarity:
            return
        explanation = explain(self.scenario, played.world, result)
        if short:
            missed = "; ".join(f"{each.name}: {each.in_words()}" for each in explanation.milestones if not each.is_met)
            yield f"the solution scores {result.milestone_similarity:.3f}, expected 1.0; {missed}"
        for hit in explanation.minefields:
            yield f"the solution trips a minefield, expected none; {hit.name}: {hit.in_words()}"
        if ends_wrong and not short and not explanation.minefields:
            outcome = f"the solution has the outcome {result.outcome:.3f}, expected 1.0"
            yield f"{outcome}; say with 'outcome' what counts: {explanation.cause}"

    def _troubles(self) -> Iterator[str]:
        """Declared troubles that strike in no solution, so that nobody knows whether it holds against them."""
        plans = self.scenario.starting_context.troubles.plans
        struck: set[str] = set()
        for steps in (self.script.steps, *self.script.also) if plans else ():
            world = self.played(OracleModel(Script(steps)), Script(steps)).world
            struck.update(*(notes.get("trouble", ()) for notes in world.annotations.values()))
        for tool, plan in plans.items():
            for trouble in plan:
                if trouble.kind is not TroubleKind.WORK and f"{tool}: {trouble.text}" not in struck:
                    yield f"{trouble.text!r} of {tool!r} happens in no solution; let one call it so often"

    def _refuse_failed_call(self) -> None:
        """Stop at a call of the solution that only ever fails: whatever else does not hold follows from it.

        Raises:
            _FailedCallError: There is such a call.
        """
        log = log_of(self.scenario, self.script)
        succeeded = {call.tool: call.message for call in log.calls}
        for call in log.failed:
            if call.message not in log.troubles and succeeded.get(call.tool, -1) < call.message:
                tool = self.scenario.starting_context.name_to_tool.get(call.tool)
                place = "" if tool is None or is_shipped(tool) else f" (the tool is in {place_of(tool)})"
                message = f"the solution's call {call.shown} fails: {call.error}{place}"
                raise _FailedCallError(message)

    def _nop(self) -> Iterator[str]:
        result = self.played(NopModel(), self.script).result
        if result.similarity > self.scenario.nop_floor + _TOLERANCE:
            yield (
                f"doing nothing scores {result.similarity:.3f}, expected at most {self.scenario.nop_floor:.3f}; "
                "add a milestone that only the task can reach, or raise nop_floor"
            )

    def _saboteur(self) -> Iterator[str]:
        exposed = self._exposed()  # a minefield may lie in a tool that only a distraction brings
        for at, minefield in enumerate(self.script.sabotage):
            result = exposed.played(SaboteurModel(self.script, minefield), self.script).result
            if not result.minefield_mapping.get(at, (0, 0.0))[1]:
                yield f"the sabotage of {minefield!r} does not trip it, so perhaps nothing does"

    def _language(self) -> Iterator[str]:
        """Ids and names of columns in what the user knows and says: no person speaks so."""
        for text in (user_knowledge(self.scenario), *user_words(self.scenario)):
            if found := _OF_MACHINES.search(text):
                yield f"{found[0]!r} in {text!r} is a word of machines; say it as a person would"

    def _user(self) -> Iterator[str]:
        """What a scripted user says that one which a model plays would not know, or must not say."""
        if self.script.user_texts():
            for broken in broken_rules(self.scenario, self._solved.world):
                yield f"the user at {broken}; put what it should know into 'knows', or let it say something else"

    def _needless_steps(self) -> Iterator[str]:
        if not self.scenario.evaluation.milestone_matcher.milestones:
            return
        whole = self.played(OracleModel(self.script), self.script).result.similarity
        for described, shorter in self.script.shortened():
            needless = self._is_worth(shorter, whole)
            reason = "the score is the same" if needless else ""
            self.mutants.append(Mutant(Change.DROPPED, f"without {described}", not needless, reason))
            if needless:
                yield f"without {described} the score is the same; add a milestone for it, or leave it out"

    def _is_worth(self, script: Script, whole: float) -> bool:
        """Whether a solution is worth the whole; one whose steps need what another no longer gives is not."""
        if not script.can_be_played:
            return False
        try:
            return self.played(OracleModel(script), script).result.similarity >= whole - _TOLERANCE
        except ScenarioError:
            return False

    def _mutations(self) -> Iterator[str]:
        """Reads that cost points. What else is made wrong and does not show is kept for those who ask."""
        exposed = self._exposed()
        mutation = Mutation(
            self.script,
            self._solved,
            lambda script: self.played(OracleModel(script), script),
            lambda script: exposed.played(OracleModel(script), script),
        )
        for mutant in mutation.mutants():
            self.mutants.append(mutant)
            if mutant.change is Change.READ and not mutant.caught:
                yield f"with a call of {mutant.described!r}, which changes nothing, the score is lower"

    def _exposed(self) -> Proof:
        """The same with every tool at hand that is not denied."""
        context = self.scenario.starting_context.fork()
        context.tool_allow_list = None
        return Proof(self.name, evolve(self.scenario, starting_context=context), self.plays)

    def _orders(self) -> Iterator[str]:
        """Orders in which calls that go out together are worth less one after the other."""
        for described, apart in one_by_one(self.script):
            score = self.played(OracleModel(apart), apart).result.similarity
            if score < 1 - _TOLERANCE:
                yield f"{described} go out together, but one after the other in this order the score is {score:.3f}"

    def _presentations(self) -> Iterator[str]:
        """What goes wrong in other presentations than the plain one, said once for all in which it is the same."""
        from tool_sandbox.scenarios.presentations import AUGMENTATIONS, presentations

        every = presentations({self.name: self.scenario}, self.scenario.starting_context.preferred_tool_backend)
        wrong: dict[str, list[str]] = {}
        for augmentation in AUGMENTATIONS[1:]:
            if what := self._in_presentation(every, self.name + augmentation.suffix):
                wrong.setdefault(what, []).append(augmentation.name)
        for what, names in wrong.items():
            yield f"presented as {', '.join(names)} {what}"

    def _in_presentation(self, every: Mapping[str, Scenario], name: str) -> str:
        """What goes wrong in one presentation; empty when all is well."""
        try:
            proof = Proof(self.name, every[name], self.plays)
            played = proof.played(OracleModel(proof.script), proof.script)
        except TimeLimitError:
            raise
        except Exception as error:  # noqa: BLE001 -- a tool's or a table's own code may raise anything
            return f"it ended in {type(error).__name__}: {error}"
        if played.result.similarity >= 1 - _TOLERANCE:
            return ""
        cause = explain(proof.scenario, played.world, played.result).cause
        return f"the solution scores {played.result.similarity:.3f}, expected 1.0; {cause}"

    def _other_solutions(self) -> Iterator[str]:
        for number, steps in enumerate(self.script.also):
            score = self.played(OracleModel(Script(steps)), Script(steps)).result.similarity
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
            most = max(MOST_FOR_READING, self._questions(credit)) if reading else MOST_FOR_WORDS
            if score > most and (not reading or Kind.DEED in credit.kinds):
                yield f"an agent that is only {agent} scores {score:.3f}, expected at most {most:g}"

    def _questions(self, credit: Credit) -> float:
        """Of a task with several deeds and several questions, the share of milestones that are about the questions.

        For these it is enough to read and tell: there, reading is the work.
        """
        order = self.scenario.evaluation.milestone_matcher.milestone_dag
        deeds = {node for node, kind in enumerate(credit.kinds) if kind is Kind.DEED}
        words = [node for node, kind in enumerate(credit.kinds) if kind is Kind.WORDS]
        answers = [node for node in words if not deeds & order.ancestors(node)]
        looked = {each for node in answers for each in order.ancestors(node) if credit.kinds[each] is Kind.LOOK_UP}
        return (len(answers) + len(looked)) / len(credit.kinds) if min(len(deeds), len(answers)) > 1 else 0.0

    def _given_away(self) -> Iterator[str]:
        """Facts that the user's own words contain: an agent that repeats the request must not be paid."""
        for milestone in self.scenario.evaluation.milestone_matcher.milestones:
            for wanted in wanted_texts(milestone):
                for said in user_words(self.scenario):
                    for fact in wanted.given_away(said):
                        yield f"the user says {said!r} already, so {fact} is no proof of work; leave the fact out"

    def played(self, agent: ChatModel, script: Script) -> Played:
        """Let an agent play the scenario against a user who follows the script."""
        self.plays[0] += 1
        return play(self.scenario, agent, script)
