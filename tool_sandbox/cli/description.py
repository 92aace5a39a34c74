"""One scenario in lines for people: who wants what, where, with which tools, what is judged, and how it is solved."""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import Factory, frozen

from tool_sandbox.cli.tools import first_sentence, signature_of
from tool_sandbox.cli.worlds import settings_text, sizes_text
from tool_sandbox.common.call_text import value_text
from tool_sandbox.common.execution_context import new_context
from tool_sandbox.common.script import EndStep, Reference, SayStep, ToolStep, UserStep
from tool_sandbox.common.signatures.docstrings import described as taken_apart
from tool_sandbox.common.tool_conversion import augmented_getdoc, convert_to_openai_tools
from tool_sandbox.common.transcript import is_few_shot
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.common.world.schemas import namespaces
from tool_sandbox.evaluation.constraints import names_of
from tool_sandbox.evaluation.explanation.wanted import Wanted
from tool_sandbox.runs.floors import floors_of
from tool_sandbox.scenarios.compiling.compiler import AGENT_INSTRUCTION
from tool_sandbox.scenarios.user_simulator_few_shot_examples import task_and_manner

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.common.script import Step
    from tool_sandbox.evaluation.matching.matching import MilestoneMatcher

_LONGEST = 400
"""Characters of a message that are shown."""
_ID = re.compile(r'"([^"]{8,})"')


@frozen
class Description:
    """A scenario for people.

    Args:
        name: Under which it is known.
        scenario: The scenario itself.
        with_schemas: Show tools as the model is shown them, not only what they are called with.
    """

    name: str
    scenario: Scenario
    with_schemas: bool = False
    _names: Mapping[str, str] = Factory(lambda self: _names_of_ids(self.scenario), takes_self=True)

    def lines(self) -> Iterator[str]:
        """Everything about it."""
        yield self.name
        yield from _indented(self._head())
        for title, lines in self._sections().items():
            found = list(lines)
            if found:
                yield ""
                yield title
                yield from _indented(map(self._named, found))

    def _head(self) -> Iterator[str]:
        scenario = self.scenario
        if scenario.description:
            yield scenario.description
        yield f"categories  {' '.join(map(str, scenario.categories)) or '-'}"
        yield f"tags        {' '.join(scenario.tags) or '-'}"
        yield f"source      {_place(scenario.source)}"
        yield f"messages    at most {scenario.max_messages}"
        floors = ", ".join(f"{agent} {score:.2f}" for agent, score in floors_of(scenario).items())
        yield f"floors      {floors or '-'}"
        if scenario.nop_floor:
            yield f"            doing nothing may score {scenario.nop_floor:g}"

    def _sections(self) -> dict[str, Iterable[str]]:
        evaluation = self.scenario.evaluation
        milestones = list(self._nodes(evaluation.milestone_matcher, kinds=True))
        return {
            "conversation": self._opening(),
            self._world_title(): self._world(),
            "tools": self._schemas() if self.with_schemas else self._tools(),
            "trouble": self.scenario.starting_context.troubles.lines(),
            "milestones": milestones,
            "minefields": self._nodes(evaluation.minefield_matcher),
            "outcome": self._outcome(known=milestones),
            "solution": self._steps(),
        }

    def _opening(self) -> Iterator[str]:
        rows = [row for row in self.scenario.starting_context.log() if not is_few_shot(row)]
        for row in rows:
            sender, recipient = row["sender"], row["recipient"]
            text = str(row["content"] or "")
            if sender != RoleType.SYSTEM:
                yield f"{sender.lower()} to {recipient.lower()}: {_short(text)}"
            elif recipient == RoleType.USER:
                task, manner = task_and_manner(text)
                yield f"the user knows: {_short(task)}"
                if manner:
                    yield f"the user writes: {manner}"
            elif recipient == RoleType.AGENT and text != AGENT_INSTRUCTION:
                yield f"the agent is told: {_short(text)}"
        for text in self.scenario.script.user_texts() if self.scenario.script else ():
            yield f"asked back, the user answers: {text}"

    def _world_title(self) -> str:
        return f"world {self.scenario.world}" if self.scenario.world else "world"

    def _world(self) -> Iterator[str]:
        context, clock = self.scenario.starting_context, self.scenario.clock
        if clock is not None:
            yield f"time      {clock.shown(clock.instant)}, {clock.zone}"
        settings = next(iter(context.rows(DatabaseNamespace.SETTING)), {})
        states = {name: value for name, value in settings.items() if isinstance(value, bool)}
        yield f"settings  {settings_text(states)}"
        own = (DatabaseNamespace.SANDBOX, DatabaseNamespace.SETTING)
        yield f"rows      {sizes_text({t.lower(): len(context.rows(t)) for t in namespaces() if t not in own})}"

    def _tools(self) -> Iterator[str]:
        with new_context(self.scenario.starting_context.fork()) as context:
            for name, tool in context.get_available_tools(scrambling_allowed=True).items():
                about = taken_apart(augmented_getdoc(tool), ()).description
                real = "" if tool.__name__ == name else f"  (is {tool.__name__})"
                yield f"{signature_of(name, tool)}{real}"
                if about:
                    yield f"  {first_sentence(about)}"

    def _schemas(self) -> Iterator[str]:
        with new_context(self.scenario.starting_context.fork()) as context:
            tools = context.get_available_tools(scrambling_allowed=True)
            shown = [each["function"] for each in convert_to_openai_tools(tools)]
        for each in shown:
            yield from json.dumps(each, indent=2, ensure_ascii=False).splitlines()

    def _nodes(self, matcher: MilestoneMatcher, *, kinds: bool = False) -> Iterator[str]:
        names = names_of(matcher.milestones)
        credit = self.scenario.evaluation.credit if kinds else None
        for number, milestone in enumerate(matcher.milestones):
            before = sorted(first for first, second in matcher.edge_list or () if second == number)
            about = [str(credit.kinds[number])] if credit else []
            about += [f"after {' and '.join(names[each] for each in before)}"] if before else []
            yield names[number] + (f"  ({', '.join(about)})" if about else "")
            if milestone.because:
                yield f"  because: {milestone.because}"
            yield from (f"  {line}" for line in self._wanted().of_milestone(milestone))

    def _outcome(self, known: Iterable[str]) -> Iterator[str]:
        """The end; facts that stand at a milestone are not said again."""
        told = {line.strip() for line in known}
        outcome = self.scenario.evaluation.outcome
        for line in self._wanted().of_outcome(outcome) if outcome else ():
            if not (line.startswith(" ") and line.strip() in told):
                yield line

    def _wanted(self) -> Wanted:
        return Wanted(names_of(self.scenario.evaluation.milestone_matcher.milestones), self.scenario.clock)

    def _steps(self) -> Iterator[str]:
        for step in self.scenario.script.steps if self.scenario.script else ():
            yield from _step(step)

    def _named(self, line: str) -> str:
        """The line, in which ids say whose they are."""
        return _ID.sub(lambda found: found[0] + self._names.get(found[1], ""), line)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _names_of_ids(scenario: Scenario) -> dict[str, str]:
    """Id of a row of the starting world → what tells people which row it is."""
    return {
        str(row[f"{kind}_id"]): f" ({_short(str(row[says]), 40)})"
        for table, kind, says in (
            (DatabaseNamespace.CONTACT, "person", "name"),
            (DatabaseNamespace.MESSAGING, "message", "content"),
            (DatabaseNamespace.REMINDER, "reminder", "content"),
        )
        for row in scenario.starting_context.rows(table)
    }


def _short(text: str, longest: int = _LONGEST) -> str:
    return textwrap.shorten(text, longest, placeholder="…")


def _place(source: str | None) -> str:
    """Where a scenario was loaded from; for the bundled ones, from the package's folder on."""
    package = Path(__file__).parents[1]
    return "-" if source is None else source.removeprefix(f"{package.parent}{os.sep}")


def _step(step: Step) -> Iterator[str]:
    match step:
        case ToolStep(calls):
            for call in calls:
                arguments = ", ".join(f"{key}={_argument(value)}" for key, value in call.arguments.items())
                yield f"{'and ' if call is not calls[0] else ''}{call.name}({arguments})"
        case SayStep(text):
            yield f"agent: {text}"
        case UserStep(text):
            yield f"user: {text}"
        case EndStep():
            yield "user ends the conversation"


def _argument(value: Any) -> str:
    if isinstance(value, Reference):
        which = {-1: "", 0: "the first "}.get(value.call, f"call {value.call} of ")
        return f"<{value.take or 'the result'} of {which}{value.tool}>"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key!r}: {_argument(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_argument, value))}]"
    return value_text(value) if isinstance(value, str) else repr(value)
