"""One scenario in lines for people: who says what, the tools, what is judged, and how it is solved."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.script import EndStep, SayStep, ToolStep, UserStep
from tool_sandbox.common.transcript import is_few_shot
from tool_sandbox.evaluation.comparing.answers import TextSimilarity
from tool_sandbox.evaluation.constraints import names_of

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.common.script import Step
    from tool_sandbox.evaluation.constraints import SnapshotConstraint
    from tool_sandbox.evaluation.credit import Credit
    from tool_sandbox.evaluation.outcome import Outcome

_LONGEST_PRELUDE = 200


def described(name: str, scenario: Scenario) -> Iterator[str]:
    """One scenario, line by line."""
    context, evaluation = scenario.starting_context, scenario.evaluation
    yield name
    if scenario.description:
        yield f"  {scenario.description}"
    yield f"  categories  {' '.join(map(str, scenario.categories)) or '-'}"
    yield f"  tags        {' '.join(scenario.tags) or '-'}"
    yield f"  source      {_place(scenario.source)}"
    yield f"  tools       {', '.join(context.get_available_tools(scrambling_allowed=False))}"
    yield f"  messages    at most {scenario.max_messages}; doing nothing scores at most {scenario.nop_floor:g}"
    yield "messages"
    for row in context.log():
        if not is_few_shot(row) or row["sender"] == "SYSTEM":
            content = textwrap.shorten(str(row["content"]), _LONGEST_PRELUDE, placeholder="…")
            yield f"  {row['sender']} -> {row['recipient']}: {content}"
    yield from _expectations("milestones", evaluation.milestone_matcher, evaluation.credit)
    yield from _expectations("minefields", evaluation.minefield_matcher)
    if evaluation.outcome:
        yield from _outcome(evaluation.outcome)
    if scenario.script:
        yield "solution"
        for step in scenario.script.steps:
            yield from _step(step)


def _expectations(title: str, matcher: Any, credit: Credit | None = None) -> Iterator[str]:
    if not matcher.milestones:
        return
    yield title
    names = names_of(matcher.milestones)
    for number, milestone in enumerate(matcher.milestones):
        before = sorted(first for first, second in matcher.edge_list or () if second == number)
        kind = f" {credit.kinds[number]}" if credit else ""
        yield f"  {names[number]}{kind}" + (f" (after {', '.join(names[each] for each in before)})" if before else "")
        for constraint in milestone.snapshot_constraints:
            if not constraint.is_guardrail:
                yield f"    {constraint.database_namespace} {_name(constraint.snapshot_constraint)}"
                yield from _wanted(constraint)


def _wanted(constraint: SnapshotConstraint) -> Iterator[str]:
    """The rows of a constraint, each with the facts of its texts."""
    measures = constraint.column_similarity_measure or {}
    for row in constraint.target_rows or ():
        yield "      " + ", ".join(f"{key}: {value}" for key, value in row.items() if value is not None)
        for column, measure in measures.items():
            if isinstance(measure, TextSimilarity) and row.get(column) in measure.texts:
                wanted = measure.texts[row[column]]
                for title, facts in (("facts", wanted.required), ("never", wanted.never)):
                    if facts:
                        yield f"        {title}: {', '.join(map(str, facts))}"


def _outcome(outcome: Outcome) -> Iterator[str]:
    yield "outcome"
    for table in outcome.tables:
        for verb in ("states", "added", "updated", "removed"):
            for constraint in getattr(table, verb):
                yield f"    {table.namespace} {verb.removesuffix('s')}"
                yield from _wanted(constraint)
    for told in outcome.told:
        yield "    told"
        yield from _wanted(told[0].constraint)
    if outcome.unchanged:
        yield f"    unchanged: {', '.join(outcome.unchanged)}"


def _place(source: str | None) -> str:
    """Where a scenario was loaded from; for the bundled ones, from the package's folder on."""
    package = Path(__file__).parents[1]
    return "-" if source is None else source.removeprefix(f"{package.parent}{os.sep}")


def _name(function: Any) -> str:
    function = getattr(function, "func", function)
    return str(getattr(function, "__name__", type(function).__name__))


def _step(step: Step) -> Iterator[str]:
    match step:
        case ToolStep(calls):
            for call in calls:
                arguments = ", ".join(f"{key}={value!r}" for key, value in call.arguments.items())
                yield f"  {'and ' if call is not calls[0] else ''}{call.name}({arguments})"
        case SayStep(text):
            yield f"  agent: {text}"
        case UserStep(text):
            yield f"  user: {text}"
        case EndStep():
            yield "  user ends the conversation"
