"""The rules that a simulated user has to keep, and which of them a played conversation breaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from attrs import frozen

from tool_sandbox import clock
from tool_sandbox.common.vocabulary import RoleType, ScenarioCategories
from tool_sandbox.common.world.schemas import INDEX_COLUMN
from tool_sandbox.evaluation.explanation.log import Log
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.simulated_user.inventions import Known, inventions
from tool_sandbox.evaluation.simulated_user.leaving import left_open
from tool_sandbox.evaluation.simulated_user.pretence import words_of_the_assistant

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext
    from tool_sandbox.common.scenario import Scenario


class Rule(StrEnum):
    """What a simulated user must not do."""

    INVENTED = "invented"
    """It says a number, a date or a name that is neither in its task nor in the conversation so far."""
    AS_ASSISTANT = "as_assistant"
    """It speaks as the assistant: offers help, or claims to have done the phone's work."""
    LEFT_EARLY = "left_early"
    """It ends the conversation before anything was answered."""


_IN_WORDS = {
    Rule.INVENTED: "said {}, which it cannot know",
    Rule.AS_ASSISTANT: "spoke as the assistant: {}",
    Rule.LEFT_EARLY: "left before anything was answered: {}",
}


@frozen(order=True)
class BrokenRule:
    """One place where the simulated user left its part.

    Args:
        message: Index of the message.
        rule: Which rule.
        value: What it said there; for a user that left, what it left open.
    """

    message: int
    rule: Rule
    value: str

    def to_record(self) -> dict[str, Any]:
        """It as JSON-able data."""
        return {"rule": str(self.rule), "message": self.message, "value": self.value}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """What ``to_record`` made.

        Raises:
            ValueError: It is something else.
        """
        try:
            return cls(int(record["message"]), Rule(record["rule"]), str(record["value"]))
        except (KeyError, TypeError) as error:
            message = f"{record!r} is no broken rule of a simulated user; expected rule, message and value"
            raise ValueError(message) from error

    def __str__(self) -> str:
        return f"[{self.message}] {_IN_WORDS[self.rule].format(repr(self.value))}"


def broken_rules(scenario: Scenario, world: ExecutionContext) -> tuple[BrokenRule, ...]:
    """Where the simulated user left its part, in the order of the messages.

    It is for users that a model plays: people know more than their task, and a script says what it says.

    Args:
        scenario: What was played.
        world: The world after the last message, live or read from ``execution_context.json``.
    """
    log = Log(world)
    task = "\n".join(row["content"] or "" for row in log.instructions_of_user)
    played_from = scenario.starting_context.max_sandbox_message_index + 1
    surroundings = _surroundings(scenario)
    found = [*_of_words(log, task, surroundings, played_from), *_of_the_end(scenario, log, surroundings)]
    return tuple(sorted(found))


def _of_words(log: Log, task: str, surroundings: Surroundings, played_from: int) -> Iterator[BrokenRule]:
    known = Known(surroundings).told(task)
    asked = ""
    for row in log.rows:
        text, message = row["content"] or "", row[INDEX_COLUMN]
        way = (row["sender"], row["recipient"])
        if way == _TO_AGENT and message >= played_from:
            for rule, values in (
                (Rule.INVENTED, inventions(text, known, asked)),
                (Rule.AS_ASSISTANT, words_of_the_assistant(text, task)),
            ):
                yield from (BrokenRule(message, rule, value) for value in values)
        if way in (_TO_AGENT, _TO_USER):
            known = known.told(text)
            asked = text if way == _TO_USER else asked


def _of_the_end(scenario: Scenario, log: Log, surroundings: Surroundings) -> Iterator[BrokenRule]:
    ended = next((row[INDEX_COLUMN] for row in log.rows if row["conversation_active"] is False), None)
    if ended is None or _ends_with_a_question(scenario, surroundings):
        return
    texts = [row["content"] or "" for row in log.rows if (row["sender"], row["recipient"]) == _TO_USER]
    replies = scenario.script.user_texts() if scenario.script else ()
    if open_question := left_open(texts, len(log.replies), len(replies), surroundings):
        yield BrokenRule(ended, Rule.LEFT_EARLY, open_question)


def _ends_with_a_question(scenario: Scenario, surroundings: Surroundings) -> bool:
    """Whether asking for what is missing, which the user does not know, is all that can be done."""
    if ScenarioCategories.INSUFFICIENT_INFORMATION in scenario.categories:
        return True
    return bool(scenario.script and left_open([scenario.script.last_words()], 0, 0, surroundings))


def _surroundings(scenario: Scenario) -> Surroundings:
    world_clock = scenario.clock or scenario.loaded_at or clock.current()
    return Surroundings(now=datetime.fromtimestamp(world_clock.instant, world_clock.tzinfo()))


_TO_AGENT, _TO_USER = (RoleType.USER, RoleType.AGENT), (RoleType.AGENT, RoleType.USER)


def in_words(broken: Iterable[BrokenRule]) -> str:
    """Broken rules in one line."""
    return "; ".join(map(str, broken))
