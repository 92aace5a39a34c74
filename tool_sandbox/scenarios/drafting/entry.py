"""The entry that asks for some calls, in YAML."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from tool_sandbox.common.tool_discovery import domain_of
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import schema_of
from tool_sandbox.scenarios.drafting.arguments import TEXT, TEXT_FACT, Argument
from tool_sandbox.scenarios.drafting.calls import MadeCall, Rows, Tools
from tool_sandbox.scenarios.language.worlds import World

REQUESTS = ("Please help me: {what}", "I need your help with my {domain}.", "Hello there")
"""What stands for the user's own words until somebody writes them; the first in which nothing gives the answer away."""

_TIME_TOOLS = ("get_current_timestamp", "timestamp_to_datetime_info", "datetime_info_to_timestamp")
"""What an agent needs to turn a time into a timestamp."""
_BY_ITSELF = ("creation_timestamp",)
"""Columns that the clock fills in."""
_DONE = "I have done that for you."
_QUOTED_KEY = re.compile(r"'(on|off)': ")


def entry_text(name: str, world: World, calls: Sequence[MadeCall], tools: Tools, request: str) -> str | None:
    """The entry; nothing where the last call has no result that an answer could hold.

    Args:
        name: Of the scenario.
        world: Where it starts.
        calls: What a perfect agent does.
        tools: All there are.
        request: What the user says, with ``{what}`` or ``{domain}``.
    """
    milestones = [milestone(number, calls, world) for number in range(len(calls))]
    told = _told(calls, [milestone["id"] for milestone in milestones])
    if told is None:
        return None
    last = tools[calls[-1].tool]
    what, (judged, answer) = _summary(last), told
    ends = [f"    - say: {flow(answer)}"] if answer else []
    says = request.format(what=what[:1].lower() + what[1:], domain=domain_of(last))
    lines = [
        f"- name: {name}",
        f"  world: {world.name}",
        *_offered(calls),
        "  user:",
        "    # What the simulated user is told, and its first message: write both as a person would.",
        f"    knows: {flow(f'You want this: {what}{_known(calls)}')}",
        f"    says: {flow(says)}",
        "  milestones: # what must have happened, in this order",
        *(f"    - {flow(each)}" for each in (*milestones, judged)),
        f"  solution: # what a perfect agent does{'' if ends else '; it ends by saying what is said last above'}",
        *(f"    - {step_text(call)}" for call in calls),
        *ends,
    ]
    return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    """A value of YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=False)
    return _QUOTED_KEY.sub(r"\1: ", text.removesuffix("\n").removesuffix("\n..."))


def _known(calls: Sequence[MadeCall]) -> str:
    """What the user has to tell: the arguments that no tool returns."""
    arguments = [(name, argument) for call in calls for name, argument in call.arguments.items()]
    told = [
        f"{name} is {_shown(each)}" for name, each in arguments if not each.is_returned and not name.endswith("_id")
    ]
    return f" The {', the '.join(told)}." if told else ""


def _shown(argument: Argument) -> str:
    written = argument.written
    return str(written["at"]) if isinstance(written, dict) and "at" in written else flow(argument.value)


def _offered(calls: Sequence[MadeCall]) -> Iterator[str]:
    """The tools on offer, where the agent needs more than the solution calls."""
    written = [argument.written for call in calls for argument in call.arguments.values()]
    if any(isinstance(each, dict) and "at" in each for each in written):
        yield f"  tools: {flow(list(dict.fromkeys([*(call.tool for call in calls), *_TIME_TOOLS])))}"


def step_text(call: MadeCall) -> str:
    """A step of a solution, on one line."""
    written = {name: argument.written for name, argument in call.arguments.items()}
    return f"{call.tool}: {flow(written)}" if written else call.tool


def milestone(number: int, calls: Sequence[MadeCall], world: World) -> dict[str, Any]:
    """What shows that a call was made: what it changed, else the call itself."""
    call, name = calls[number], {"id": f"step_{number + 1}"}
    earlier = {table for each in calls[:number] for table in each.changed} - set(call.changed)
    may_change = {"may_change": sorted(table.lower() for table in earlier)} if earlier else {}
    if not call.changed:
        written = {each: argument.written for each, argument in call.arguments.items() if not argument.is_returned}
        return {**name, "called": {call.tool: written} if written else call.tool, **may_change}
    table = call.changed[0]
    before, after = call.before[table], call.after[table]
    if table == DatabaseNamespace.SETTING:
        changed = {column: cell for column, cell in after[0].items() if before[0][column] != cell}
        return {**name, "state": {"setting": changed}, **may_change}
    verb, rows = _difference(table, before, after)
    shown = [_cells(row, call, world) for row in rows]
    return {**name, verb: {table.lower(): shown if len(shown) > 1 else shown[0]}, **may_change}


def _difference(table: str, before: Rows, after: Rows) -> tuple[str, list[dict[str, Any]]]:
    """How a table changed, and the rows that show it; of a row that went its key, of a changed one what is new, too."""
    key = next(iter(schema_of(table).columns))
    old, new = ({row[key]: row for row in rows} for rows in (before, after))
    if gone := [{key: each} for each in old if each not in new]:
        return "removed", gone
    if come := [_without_ids(row) for each, row in new.items() if each not in old]:
        return "added", come
    changed = [(old[each], row) for each, row in new.items() if old[each] != row]
    return "updated", [
        {key: row[key], **{name: row[name] for name in row if row[name] != was[name]}} for was, row in changed
    ]


def _without_ids(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: cell for name, cell in row.items() if not name.endswith("_id")}


def _cells(row: Mapping[str, Any], call: MadeCall, world: World) -> dict[str, Any]:
    """The cells of a row as they stand in a check, without those that nobody chose."""
    chosen = {name: cell for name, cell in row.items() if cell is not None and name not in _BY_ITSELF}
    return {name: _cell(name, cell, call, world) for name, cell in chosen.items()}


def _cell(column: str, cell: Any, call: MadeCall, world: World) -> Any:
    if cell == TEXT:
        return {"text": TEXT, "facts": [TEXT_FACT]}
    given = [each.written for each in call.arguments.values() if each.value == cell and not each.is_returned]
    if given and isinstance(given[0], dict):
        return given[0]
    if not isinstance(cell, str):
        return cell
    named = ((key, name) for key, row in world.named_rows.items() for name in row if row[name] == cell)
    return next(({"world": f"{key}.{name}"} for key, name in named if column.endswith(name)), cell)


def _told(calls: Sequence[MadeCall], ids: Sequence[str]) -> tuple[dict[str, Any], str] | None:
    """The last milestone, which judges what the user is told; and what a solution says if not just its sentence."""
    name = {"id": "told"}
    deeds = [each for each, call in zip(ids, calls, strict=True) if call.changed]
    last = calls[-1]
    if deeds:
        return {**name, "said": _DONE, "facts": {"done": deeds[-1]}}, ""
    if isinstance(last.result, bool):
        answer = "Yes, that is so." if last.result else "No, that is not so."
        return {**name, "said": answer, "facts": {"words": ["yes", "on"] if last.result else ["no", "off"]}}, ""
    part = _answer_part(last)
    if part is None:
        return None
    path, value = part
    told = {**name, "said": "It is {answer}.", "using": {"from": ids[-1], "take": {"answer": path}}}
    return told, f"It is {value}."


def _answer_part(call: MadeCall) -> tuple[str, Any] | None:
    """A part of the result that nobody knew before: its path and the value."""
    is_list = isinstance(call.result, list)
    first = call.result[0] if is_list else call.result
    if isinstance(first, str | int | float) and first != "":
        return ("0" if is_list else ""), first
    if not isinstance(first, Mapping):
        return None
    known = [argument.value for argument in call.arguments.values()]
    for name, value in first.items():
        is_telling = isinstance(value, str | int | float) and not isinstance(value, bool) and value not in ("", *known)
        if is_telling and not name.endswith(("_id", "_timestamp")):
            return (f"0.{name}" if is_list else name), value
    return None


def _summary(tool: Callable[..., Any]) -> str:
    text = " ".join((inspect.getdoc(tool) or f"{tool.__name__}.").partition("\n\n")[0].split())
    return text.partition(". ")[0].rstrip(".") + "."
