"""One sample as plain data: its conversation, its world, what became of its milestones, and what it took."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.annotations import Annotations
from tool_sandbox.common.visible_text import visible
from tool_sandbox.errors import SettingsError
from tool_sandbox.evaluation.explanation.remarks import annotated
from tool_sandbox.viewer.data.messages import messages_data, remark_data
from tool_sandbox.viewer.data.milestones import milestones_data
from tool_sandbox.viewer.data.tables import tables_data
from tool_sandbox.viewer.data.turns import turns_data

if TYPE_CHECKING:
    from tool_sandbox.clock import Clock
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.evaluation.explanation.explanation import Explanation
    from tool_sandbox.runs.stored_sample import StoredSample


def sample_data(
    sample: StoredSample, explanation: Explanation, scenario: Scenario | None, *, note: str = ""
) -> dict[str, Any]:
    """Everything that a page about one sample shows.

    Args:
        sample: Which.
        explanation: Why it scored what it did.
        scenario: What was played, where it is at hand.
        note: What is to be said about the explanation.

    Returns:
        ``name``, ``trial``, ``score``, ``below`` (label, text and style of what stands under the conversation),
        ``messages``, ``turns``, ``tables``, ``milestones``, ``spending``, ``models``, ``notes``, and ``missing``: why
        there is no conversation.
    """
    said = annotated(explanation)
    return {
        "name": visible(sample.name),
        "trial": sample.trial,
        "score": sample.similarity,
        "below": [*_below(said), *([{"label": "note", "text": note, "style": "note"}] if note else [])],
        "milestones": milestones_data(explanation, scenario),
        "spending": sample.spending.to_record(),
        "seconds": round(sample.duration, 2),
        "models": [visible(model) for model in sample.models],
        "notes": [visible(each) for each in sample.notes],
        **_played(sample, said, scenario.clock if scenario else None),
    }


def _below(said: Annotations) -> Iterator[dict[str, str]]:
    for label, span in said.below:
        yield {"label": label, **remark_data(span)}


def _played(sample: StoredSample, said: Annotations, clock: Clock | None) -> dict[str, Any]:
    try:
        world = sample.world
    except SettingsError as error:
        return {"messages": [], "turns": [], "tables": [], "missing": visible(str(error))}
    return {
        "messages": messages_data(world, said),
        "turns": turns_data(world),
        "tables": tables_data(world, clock),
        "missing": "",
    }
