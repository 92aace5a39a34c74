"""From one scenario to one entry of a scenario file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.script import EndStep, Reference, SayStep, Script, ScriptedCall, Step, ToolStep
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.scenarios.compiling.compiler import END_CONVERSATION, Compiler, tool_parameters
from tool_sandbox.scenarios.conversion.checks import CheckWriter, is_plain
from tool_sandbox.scenarios.conversion.losses import Losses, NoFormError
from tool_sandbox.scenarios.conversion.nodes import Node, NodeWriter, ids_of
from tool_sandbox.scenarios.conversion.starts import LogRow, UsualRows
from tool_sandbox.scenarios.user_simulator_few_shot_examples import USER_INSTRUCTION

Entry = dict[str, Any]
DEFAULT_MAX_MESSAGES = 30


@frozen
class EntryWriter:
    """Writes entries.

    Args:
        compiler: Knows the tools there are.
        usual: The rows that every scenario file makes.
    """

    compiler: Compiler
    usual: UsualRows

    def entry(self, name: str, scenario: Scenario, world: str, log: Sequence[LogRow], losses: Losses) -> Entry:
        """A scenario as an entry.

        Args:
            name: Its name.
            scenario: The scenario.
            world: Name of its world.
            log: What it adds to the log of its world.
            losses: Where to note what has no form.
        """
        entry: Entry = {"name": name}
        if scenario.description:
            entry["description"] = scenario.description
        if world != "base":
            entry["world"] = world
        entry |= {"categories": _categories(scenario), "scoring": "original"}
        if scenario.tags:
            entry["tags"] = list(scenario.tags)
        entry |= self._opening(log)
        entry |= self._tools(scenario, losses)
        entry |= self._nodes(scenario, losses)
        entry |= self._solution(scenario, entry, losses)
        if scenario.nop_floor:
            entry["nop_floor"] = scenario.nop_floor
        if scenario.max_messages != DEFAULT_MAX_MESSAGES:
            entry["max_messages"] = scenario.max_messages
        _note_context(scenario, losses)
        return entry

    def _opening(self, log: Sequence[LogRow]) -> Entry:
        """How the conversation begins: in the short form where it says the same."""
        texts = [str(row["content"]) for row in log[-2:]]
        knows, says = (texts[0].removeprefix(USER_INSTRUCTION), texts[-1]) if texts else ("", "")
        examples = self._examples(log[:-2])
        if examples is None or not knows.strip() or list(log) != self.usual.opening(examples, knows, says):
            return {"log": [dict(row) for row in log]}
        return {"user": {"knows": knows, "says": says, **({"examples": examples} if examples else {})}}

    def _examples(self, log: Sequence[LogRow]) -> list[str] | None:
        """The names of the examples that make up these rows; ``None`` when something else is among them."""
        names: list[str] = []
        rest = list(log)
        while rest:
            for name, rows in self.usual.examples.items():
                if rest[: len(rows)] == rows:
                    names.append(name)
                    del rest[: len(rows)]
                    break
            else:
                return None
        return names

    def _tools(self, scenario: Scenario, losses: Losses) -> Entry:
        known = self.compiler.tools
        context = scenario.starting_context
        allowed = list(known) if context.tool_allow_list is None else context.tool_allow_list
        for name in (*allowed, *(context.tool_deny_list or ())):
            if name not in known:
                losses.add("tools", f"there is no tool {name!r}, so it is left out")
        if END_CONVERSATION not in allowed:
            losses.add("tools", f"{END_CONVERSATION!r} is offered although the scenario does not list it")
        needed = [name for name in dict.fromkeys(allowed) if name in known and name != END_CONVERSATION]
        denied = [name for name in dict.fromkeys(context.tool_deny_list or ()) if name in known]
        return {"tools": needed or [END_CONVERSATION], **({"without": denied} if denied else {})}

    def _nodes(self, scenario: Scenario, losses: Losses) -> Entry:
        parameters = tool_parameters(self.compiler.tools)
        found: Entry = {}
        for key, kind, matcher in (
            ("milestones", "milestone", scenario.evaluation.milestone_matcher),
            ("minefields", "minefield", scenario.evaluation.minefield_matcher),
        ):
            ids = ids_of(matcher, kind)
            script = scenario.script
            if kind == "minefield" and script is not None and len(script.sabotage) == len(ids):
                ids = list(script.sabotage)
            checks = CheckWriter(parameters)
            nodes = NodeWriter(matcher, kind, checks, losses, ids).nodes()
            if nodes:
                found[key] = nodes
        return found

    @staticmethod
    def _solution(scenario: Scenario, entry: Entry, losses: Losses) -> Entry:
        script = scenario.script
        if script is None or "user" not in entry:
            return {}
        steps = script.agent_steps()
        if steps and not isinstance(steps[-1], SayStep):
            losses.add("solution", "it ends without words for the user; that of a scenario file always ends with some")
            return {}
        try:
            solution = [_written_step(step) for step in steps]
            for node in entry.get("minefields", ()):
                node.update(_sabotage(node, script))
        except NoFormError as error:
            losses.add("solution", error)
            return {}
        if replies := list(script.user_texts()):
            entry["user"]["replies"] = replies
        return {"solution": solution}


def _categories(scenario: Scenario) -> list[str]:
    """What the scenario is tagged with, apart from how its tools are presented: loading adds that."""
    return [
        str(category).lower()
        for category in dict.fromkeys(scenario.categories)
        if category != ScenarioCategories.NO_DISTRACTION_TOOLS
    ]


def _sabotage(node: Node, script: Script) -> Node:
    if node["id"] not in script.sabotage:
        return {}
    steps = [step for step in script.sabotage[node["id"]] if not isinstance(step, EndStep)]
    return {"sabotage": [_written_step(step) for step in steps]}


def _written_step(step: Step) -> Any:
    if isinstance(step, SayStep):
        return {"say": step.text}
    if isinstance(step, ToolStep):
        calls = [
            {call.name: {name: _written_value(value) for name, value in call.arguments.items()}} for call in step.calls
        ]
        return calls[0] if len(calls) == 1 else {"together": calls}
    message = f"the step {step!r} is neither the agent's words nor its calls"
    raise NoFormError(message)


def _written_arguments(call: ScriptedCall) -> dict[str, Any]:
    return {name: _written_value(value) for name, value in call.arguments.items()}


def _written_value(value: Any) -> Any:
    if isinstance(value, Reference):
        call = {} if value.call == -1 else {"call": value.call}
        return {"from": value.tool, **({"take": value.take} if value.take else {}), **call}
    if isinstance(value, (list, tuple)):
        return [_written_value(item) for item in value]
    if not is_plain(value):
        message = f"the argument {value!r} is not a text, number, truth value or list of them"
        raise NoFormError(message)
    return value


def _note_context(scenario: Scenario, losses: Losses) -> None:
    context = scenario.starting_context
    if not context.trace_tool:
        losses.add("world", "trace_tool is off; a scenario from a file always records tool traces")
    if context.tool_augmentation_list:
        names = ", ".join(str(each) for each in context.tool_augmentation_list)
        losses.add("tools", f"they are presented changed ({names}); loading a file makes such variants by itself")
    for name in context.interactive_console.locals:
        if not name.startswith("__"):
            losses.add("world", f"the console holds a variable {name!r}; a file has no way to set it")
