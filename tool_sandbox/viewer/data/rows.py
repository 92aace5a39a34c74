"""One row of a list for each sample: what can be sorted, filtered and searched by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.visible_text import visible
from tool_sandbox.runs.losses import losses_of
from tool_sandbox.runs.run_explanation import reason_of
from tool_sandbox.runs.sample_explanation import first_loss
from tool_sandbox.runs.summary import categories_counted
from tool_sandbox.scenarios.presentations import presentation_of

if TYPE_CHECKING:
    from tool_sandbox.runs.stored_sample import StoredSample

COLUMNS: Mapping[str, str] = {
    "run": "which of the runs, by its name",
    "name": "scenario",
    "trial": "trial of the scenario, from 0",
    "base": "scenario without its presentation",
    "presentation": "how the tools are presented, such as plain",
    "category": "categories that the sample counts for",
    "tag": "tags of the scenario",
    "agent": "who played the agent",
    "user": "who played the user",
    "void": "whether it has no score",
    "cause": "why it is void",
    "score": "0 to 1; nothing when void",
    "outcome": "how right the end is, 0 to 1",
    "floor": "the most that can be had without the work",
    "turns": "messages of the conversation",
    "seconds": "how long it took",
    "calls": "calls of models",
    "tokens": "tokens read and written",
    "cost": "US dollars; nothing when unknown",
    "fallback": "whether a fallback answered",
    "reason": "what took points, each as a word and a place",
    "points": "what each of these took of the score",
    "why": "what took the first points, in words",
}
"""Column → what it holds, in the order of a row."""


def row_data(run: str, sample: StoredSample) -> list[Any]:
    """The cells of one sample, in the order of ``COLUMNS``; lists and numbers stay what they are."""
    points = _points(sample)
    presentation = presentation_of(sample.name)
    cells = {
        "run": run,
        "name": sample.name,
        "trial": sample.trial,
        "base": sample.name.removesuffix(presentation.suffix),
        "presentation": presentation.name,
        "category": categories_counted(sample.categories),
        "tag": list(sample.tags),
        "agent": sample.agent,
        "user": sample.user,
        "void": sample.status == "void",
        "cause": sample.cause,
        "score": _rounded(sample.similarity, 4),
        "outcome": _rounded(sample.outcome, 4),
        "floor": _rounded(sample.floor, 4),
        "turns": sample.turn_count,
        "seconds": _rounded(sample.duration, 2),
        "calls": sample.spending.calls,
        "tokens": sample.spending.prompt_tokens + sample.spending.completion_tokens,
        "cost": _rounded(sample.spending.cost.total, 6),
        "fallback": sample.fallback,
        "reason": list(points),
        "points": [round(each, 4) for each in points.values()],
        "why": first_loss(sample),
    }
    return [_shown(cells[column]) for column in COLUMNS]


def _points(sample: StoredSample) -> dict[str, float]:
    """What each reason took of a score."""
    points: dict[str, float] = {}
    for loss in losses_of(sample) if sample.status == "scored" else ():
        points[reason_of(loss)] = points.get(reason_of(loss), 0.0) + loss.points
    return points


def _rounded(value: Any, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [visible(each) if isinstance(each, str) else each for each in value]
    return visible(value) if isinstance(value, str) else value
