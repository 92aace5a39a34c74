"""Recorded runs of scenarios as models really play them: reworded, out of order, in parallel, with errors and odd ids.

A recording is made by playing: the environment runs every call, so worlds, traces and errors are what a real run
leaves behind. Everything follows from the seed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from attrs import evolve, frozen

from tool_sandbox.common.execution.tool_code import rejected_call_to_code, tool_call_to_code
from tool_sandbox.common.execution_context import ExecutionContext, RoleType, get_current_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.script import SayStep, ScriptedCall
from tool_sandbox.errors import ScenarioError
from tool_sandbox.roles.base_role import BaseRole
from tool_sandbox.roles.execution_environment import ExecutionEnvironment

LONGEST = 57
ODD_IDS = ("functions.add:0", "chatcmpl-tool-9f2", "1abc", "", "call_1\nprint(1)", "class", "überruf", "a" * 80)
REWORDINGS = (
    lambda text: text,
    lambda text: text.lower(),
    lambda text: f"Sure! {text} Is there anything else?",
    lambda text: " ".join(text.split()[::-1]),
    lambda text: " ".join(text.split()[: max(1, len(text.split()) // 2)]),
    lambda text: text.replace(" ", "  ").upper(),
    lambda text: f"{text} 🙂",
    lambda text: "I could not do that.",
)
CHORES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("get_wifi_status", {}),
    ("set_wifi_status", {"on": False}),
    ("set_wifi_status", {"on": True}),
    ("set_cellular_service_status", {"on": True}),
    ("set_low_battery_mode_status", {"on": True}),
    ("set_low_battery_mode_status", {"on": False}),
    ("get_current_timestamp", {}),
    ("search_contacts", {"is_self": True}),
    ("search_contacts", {}),
    ("add_contact", {"name": "Zoe Quill", "phone_number": "+12065550177"}),
    ("add_contact", {"name": "Zoe Quill", "phone_number": "not a number"}),
    ("add_reminder", {"content": "Feed the cat", "reminder_timestamp": 1772500000.0}),
    ("search_reminder", {"content": "plants"}),
    ("send_message_with_phone_number", {"phone_number": "+12065550100", "content": "Hello"}),
    ("remove_contact", {"person_id": "nobody"}),
    ("unit_conversion", {"amount": 1.0, "from_unit": "meter", "to_unit": "foot"}),
    ("timestamp_diff", {"timestamp_0": 0.0, "timestamp_1": 86400.0}),
    ("search_holiday", {"holiday_name": 5}),
)


@frozen
class Calls:
    """A turn of the agent: calls that go out together."""

    calls: tuple[ScriptedCall, ...]


@frozen
class Words:
    """A turn of the agent: something for the user."""

    text: str


Turn = Calls | Words


def recording(scenario: Scenario, seed: int, longest: int = LONGEST) -> ExecutionContext:
    """One run of a scenario.

    Args:
        scenario: What is played.
        seed: Everything follows from it.
        longest: How many messages the conversation may have at most.
    """
    source = random.Random(seed)
    plan = _plan(scenario, source)
    limit = source.randint(3, longest)
    roles: Mapping[RoleType, BaseRole] = {
        RoleType.AGENT: _Agent(plan, source),
        RoleType.USER: _User(source, turns=source.randint(1, 4)),
        RoleType.EXECUTION_ENVIRONMENT: ExecutionEnvironment(),
    }
    return evolve(scenario, max_messages=limit).play(roles, seed=seed)


def _plan(scenario: Scenario, source: random.Random) -> list[Turn]:
    """What the agent will do: the solution, spoilt."""
    turns = list(_material(scenario))
    plan: list[Turn] = []
    while turns:
        fate = source.random()
        turn = turns.pop(0)
        if fate < 0.1:
            continue
        if fate < 0.2:
            plan.append(turn)  # twice
        if fate < 0.3 and turns:
            turns.insert(source.randrange(len(turns) + 1), turn)
            continue
        if fate < 0.5:
            plan.append(_chores(source))
        plan.append(_spoilt(turn, source))
    if source.random() < 0.3:
        plan = _merged(plan)
    if source.random() < 0.3:
        plan += [source.choice([_chores(source), Words("Anything else?")]) for _ in range(source.randint(1, 14))]
    return plan


def _material(scenario: Scenario) -> Iterator[Turn]:
    """The turns of the solution; without one, what the milestones and minefields want to see."""
    if scenario.script is not None:
        steps = scenario.script.agent_steps()
        yield from (Words(step.text) if isinstance(step, SayStep) else Calls(step.calls) for step in steps)
        return
    evaluation = scenario.evaluation
    for matcher in (evaluation.milestone_matcher, evaluation.minefield_matcher):
        for milestone in matcher.milestones:
            for constraint in milestone.snapshot_constraints:
                for row in constraint.target_rows or ():
                    yield from _wanted_turns(row)


def _wanted_turns(row: Mapping[str, Any]) -> Iterator[Turn]:
    if isinstance(row.get("tool_trace"), str):
        wanted = json.loads(row["tool_trace"])
        for trace in wanted if isinstance(wanted, list) else [wanted]:
            yield Calls((ScriptedCall(trace["tool_name"], trace["arguments"]),))
    elif row.get("sender") == "AGENT" and isinstance(row.get("content"), str):
        yield Words(row["content"])
    else:
        yield from _changes(row)


def _changes(row: Mapping[str, Any]) -> Iterator[Turn]:
    """Calls that bring a wanted row about, or something like it."""
    cells = {name: value for name, value in row.items() if value is not None}
    for name in ("cellular", "wifi", "location_service"):
        if name in cells:
            tool = f"set_{name}_service_status" if name == "cellular" else f"set_{name}_status"
            yield Calls((ScriptedCall(tool, {"on": cells[name]}),))
    if "recipient_phone_number" in cells:
        arguments = {"phone_number": cells["recipient_phone_number"], "content": str(cells.get("content", "Hello"))}
        yield Calls((ScriptedCall("send_message_with_phone_number", arguments),))
    if "person_id" in cells:
        columns: tuple[str, ...] = ("person_id", "relationship", "name", "phone_number")
        change = {name: cells[name] for name in columns if name in cells}
        tool = "modify_contact" if len(change) > 1 else "remove_contact"
        yield Calls((ScriptedCall(tool, change),))
    if "reminder_timestamp" in cells:
        change = {"content": str(cells.get("content", "")), "reminder_timestamp": cells["reminder_timestamp"]}
        yield Calls((ScriptedCall("add_reminder", change),))


def _chores(source: random.Random) -> Turn:
    several = source.choices((1, 2, 3, 5), (6, 2, 1, 1))[0]
    return Calls(tuple(ScriptedCall(*source.choice(CHORES)) for _ in range(several)))


def _merged(plan: Sequence[Turn]) -> list[Turn]:
    """The plan with neighbouring calls sent out together, whether or not they depend on each other."""
    merged: list[Turn] = []
    for turn in plan:
        last = merged[-1] if merged else None
        if isinstance(turn, Calls) and isinstance(last, Calls) and len(last.calls) < 4:
            merged[-1] = Calls((*last.calls, *turn.calls)[:5])
        else:
            merged.append(turn)
    return merged


def _spoilt(turn: Turn, source: random.Random) -> Turn:
    if isinstance(turn, Words):
        return Words(source.choice(REWORDINGS)(turn.text))
    return Calls(tuple(_spoilt_call(call, source) if source.random() < 0.25 else call for call in turn.calls))


def _spoilt_call(call: ScriptedCall, source: random.Random) -> ScriptedCall:
    arguments = dict(call.arguments)
    if not arguments or source.random() < 0.2:
        return ScriptedCall(source.choice(["no_such_tool", "get_wifi_status", call.name]), arguments)
    name = source.choice(sorted(arguments))
    value = arguments.pop(name)
    if source.random() < 0.6:
        arguments[name] = _wrong(value, source)
    return ScriptedCall(call.name, arguments)


def _wrong(value: Any, source: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + source.choice([-1000000.0, -1.0, 0.001, 30.0, 3600.0])
    if isinstance(value, str):
        return source.choice(REWORDINGS)(value)
    return source.choice([None, "", 0, "wrong"])


class _Agent(BaseRole):
    role_type: ClassVar[RoleType] = RoleType.AGENT

    def __init__(self, plan: Sequence[Turn], source: random.Random) -> None:
        self._plan = list(plan)
        self._source = source
        self._odd = source.random() < 0.3

    def respond(self, ending_index: int | None = None) -> None:
        turn = self._plan.pop(0) if self._plan else Words("Anything else?")
        if isinstance(turn, Words):
            self.add_messages([Message(RoleType.AGENT, RoleType.USER, turn.text)])
        else:
            self.add_messages([self._message(call, number) for number, call in enumerate(turn.calls)])

    def _message(self, call: ScriptedCall, number: int) -> Message:
        call_id = self._source.choice(ODD_IDS) if self._odd else f"call_{len(self._plan)}_{number}"
        known = call.name in get_current_context().name_to_tool
        try:
            arguments = call.resolved(_results())
        except ScenarioError:
            arguments = dict.fromkeys(call.arguments, "unknown")
        code = (
            tool_call_to_code(call_id, call.name, arguments)
            if known
            else rejected_call_to_code(call_id, call.name, f"there is no tool {call.name!r}", arguments)
        )
        return Message(
            RoleType.AGENT,
            RoleType.EXECUTION_ENVIRONMENT,
            code,
            openai_tool_call_id=call_id,
            openai_function_name=call.name,
        )


def _results() -> list[tuple[str, Any]]:
    traces = [json.loads(text) for row in get_current_context().log() for text in row["tool_trace"] or ()]
    return [(trace["tool_name"], trace["result"]) for trace in traces]


class _User(BaseRole):
    role_type: ClassVar[RoleType] = RoleType.USER
    LINES = ("ok", "no, the other one", "it's in my contacts", "go ahead", "tomorrow at five", "thanks")

    def __init__(self, source: random.Random, turns: int) -> None:
        self._source = source
        self._left = turns

    def respond(self, ending_index: int | None = None) -> None:
        self._left -= 1
        if self._left > 0:
            self.add_messages([Message(RoleType.USER, RoleType.AGENT, self._source.choice(self.LINES))])
        else:
            self.add_messages([Message(RoleType.USER, RoleType.EXECUTION_ENVIRONMENT, "end_conversation()")])
