"""What each turn of a conversation took of models: calls, time and money, and what was out of the ordinary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.counted import counted
from tool_sandbox.common.transcript import is_few_shot
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.common.world.schemas import INDEX_COLUMN, Row
from tool_sandbox.llm.layers.tally import SCRIPT

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext

Facts = Mapping[str, Any]
"""What is known about an answer of a model, as it stands beside its first message."""

_ODD = {"fallback": "by a fallback", "attempts": "tried again", "cached": "from the cache", "adjustments": "adjusted"}


def turns_data(world: ExecutionContext) -> list[dict[str, Any]]:
    """One mapping for each of the user's turns that models answered in: ``message``, its first one, and ``facts``."""
    turns: dict[int, list[Facts]] = {}
    for row in world.log():
        if _begins_turn(row) or not turns:
            turns[row[INDEX_COLUMN]] = []
        if answered := answered_by_model(world, row):
            turns[max(turns)].append(answered)
    return [{"message": message, "facts": list(_facts(each))} for message, each in turns.items() if each]


def answered_by_model(world: ExecutionContext, row: Row) -> Facts:
    """What is known about the answer that began with a message; nothing where no model gave it."""
    facts: Facts = world.annotations.get(row[INDEX_COLUMN], {}).get("answered") or {}
    return {} if facts.get("provider") == SCRIPT else facts


def seconds_in_words(answers: Iterable[Facts]) -> str:
    """How long models took for answers, tries and waits between them included."""
    times = [facts.get("seconds") for facts in answers]
    known = [each for each in times if each is not None]
    if not known:
        return "time not recorded"
    told = f"{sum(known):.{1 if sum(known) >= 1 else 2}f} s"
    return told if len(known) == len(times) else f"{told} and {counted(len(times) - len(known), 'call')} not timed"


def dollars(cost: float) -> str:
    """An amount with as many digits as it needs."""
    return f"${cost:.6f}".rstrip("0").rstrip(".")


def _begins_turn(row: Row) -> bool:
    return row["sender"] == RoleType.USER and row["recipient"] == RoleType.AGENT and not is_few_shot(row)


def _facts(answers: Sequence[Facts]) -> Iterator[str]:
    yield from (counted(len(answers), "call"), seconds_in_words(answers))
    costs = [facts["cost"] for facts in answers if facts.get("cost") is not None]
    if costs:
        yield dollars(sum(costs)) if len(costs) == len(answers) else f"at least {dollars(sum(costs))}"
    for name, words in _ODD.items():
        if count := sum(1 for facts in answers if facts.get(name)):
            yield f"{count} {words}"
