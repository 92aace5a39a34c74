"""Why a message is untrue, by the first rule that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.comparing.answers import MOST_READ, TextSimilarity
from tool_sandbox.evaluation.facts.reading import reading_of
from tool_sandbox.evaluation.truth import deeds, people, phone, times
from tool_sandbox.evaluation.truth.message import Message
from tool_sandbox.evaluation.truth.past import Past, Views

if TYPE_CHECKING:
    from tool_sandbox.evaluation.comparing.targets import Target

_RULES = (*phone.RULES, *deeds.RULES, *people.RULES, *times.RULES)


def untrue(target: Target | None, trajectory: Views, index: int) -> str | None:
    """Why a message is untrue, as far as the tables and the calls before it show.

    Args:
        target: What is wanted of the message; where that is not facts, nothing is looked at.
        trajectory: The trajectory.
        index: The message.
    """
    measure = target.measures.get("content") if target is not None else None
    rows = trajectory.view(DatabaseNamespace.SANDBOX, index).rows
    if not isinstance(measure, TextSimilarity) or measure.whole or len(rows) != 1:
        return None
    if len(trajectory.view(DatabaseNamespace.SETTING, index).rows) != 1:
        return None
    wanted = next(iter(measure.texts.values()))
    said = reading_of(str(rows[0]["content"])[:MOST_READ], wanted.surroundings)
    message = Message(said, wanted, Past(trajectory, index))
    return next(filter(None, (rule(message) for rule in _RULES)), None)
