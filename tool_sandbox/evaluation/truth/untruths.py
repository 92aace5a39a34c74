"""Why a message is untrue, by the first rule that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.comparing.answers import MOST_READ, TextSimilarity, WantedText
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
    wanted = wanted_facts(target)
    return None if wanted is None else untruth(wanted, trajectory, index)


def wanted_facts(target: Target | None) -> WantedText | None:
    """What a message should say, where that is told by facts and not a whole text that must not be said."""
    measure = target.measures.get("content") if target is not None else None
    return next(iter(measure.texts.values())) if isinstance(measure, TextSimilarity) and not measure.whole else None


def untruth(wanted: WantedText, trajectory: Views, index: int) -> str | None:
    """The same as ``untrue``, for what is wanted of a message."""
    rows = trajectory.view(DatabaseNamespace.SANDBOX, index).rows
    if len(rows) != 1 or len(trajectory.view(DatabaseNamespace.SETTING, index).rows) != 1:
        return None
    said = reading_of(str(rows[0]["content"])[:MOST_READ], wanted.surroundings)
    message = Message(said, wanted, Past(trajectory, index))
    return next(filter(None, (rule(message) for rule in _RULES)), None)
