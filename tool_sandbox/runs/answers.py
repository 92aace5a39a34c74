"""What other last answers to the user are worth, after everything else was done as the solution does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from tool_sandbox import clock as world_clock
from tool_sandbox.common.script import Script, filled
from tool_sandbox.evaluation.comparing.answers import wanted_texts
from tool_sandbox.evaluation.credit import Kind
from tool_sandbox.evaluation.explanation.log import Log
from tool_sandbox.llm.scripted import OracleModel
from tool_sandbox.runs.scripted_play import play

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario


@frozen
class TriedAnswer:
    """An answer, played in place of the last words of the solution."""

    text: str
    worth: float
    """What the milestone of the last words counts, in [0, 1]."""
    score: float
    """The score of the sample, in [0, 1]."""
    reasons: tuple[str, ...] = ()
    """What it lacks and what it gets wrong, in plain words."""


def last_words(scenario: Scenario) -> int | None:
    """The last milestone about what the user hears; ``None`` without one, and where only wordings are compared."""
    credit = scenario.evaluation.credit
    words = [node for node, kind in enumerate(credit.kinds) if kind is Kind.WORDS] if credit else []
    return words[-1] if words else None


def tried(scenario: Scenario, text: str) -> TriedAnswer:
    """Play the solution with another last answer.

    Args:
        scenario: One with a solution.
        text: What the agent says in place of its last words.
    """
    script = (scenario.script or Script()).ending(text)
    played = play(scenario, OracleModel(script), script)
    result, words = played.result, last_words(scenario)
    worth = result.similarity if words is None else result.milestone_credit[words]
    results = [(call.tool, call.result) for call in Log(played.world).calls]
    with world_clock.use(scenario.clock):
        text, said = (filled(each, results) for each in (text, (scenario.script or Script()).last_words()))
    return TriedAnswer(text, worth, result.similarity, _reasons(scenario, words, text, said))


def _reasons(scenario: Scenario, words: int | None, text: str, said: str) -> tuple[str, ...]:
    """Placeholders are filled as in the solution's own sentence."""
    milestones = scenario.evaluation.milestone_matcher.milestones
    verdicts = [wanted.verdict(text, said) for wanted in (() if words is None else wanted_texts(milestones[words]))]
    return tuple(reason for one in verdicts for reason in one.reasons)
