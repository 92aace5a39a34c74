"""From an entry and its world to a scenario that can be played and scored."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import Factory, evolve, field, frozen

from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.scenario import Scenario, ScenarioExtension
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools, is_shipped
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType, ScenarioCategories
from tool_sandbox.evaluation.comparing.calls import Canonical
from tool_sandbox.scenarios.compiling.milestones import compiled, credit_of
from tool_sandbox.scenarios.compiling.outcome import outcome_of
from tool_sandbox.scenarios.compiling.solutions import needed_tools, script_of
from tool_sandbox.scenarios.compiling.texts import composed_words
from tool_sandbox.scenarios.compiling.troubles import troubles_of
from tool_sandbox.scenarios.compiling.values import Values
from tool_sandbox.scenarios.language import entries as spec
from tool_sandbox.scenarios.language.calls import SolutionStep, ToolCalls, ToolParameters
from tool_sandbox.scenarios.language.worlds import World
from tool_sandbox.scenarios.seeding.variation import FOUND
from tool_sandbox.scenarios.user_simulator_few_shot_examples import (
    default_example,
    instruction,
    named_user_simulator_few_shot_examples,
)
from tool_sandbox.world_seed import CANONICAL

END_CONVERSATION = "end_conversation"
_TO_CONSOLE = (RoleType.SYSTEM, RoleType.EXECUTION_ENVIRONMENT)

AGENT_INSTRUCTION = (
    "You help a person with their phone by calling tools. Only pass argument values that the person gave you or that a "
    "tool returned; never guess them. When a request leaves open what exactly is meant, ask before you act."
)


@frozen
class Compiler:
    """Compiles entries; what scenarios of one world share is made once.

    Args:
        worlds: By name.
        backend: Which implementation of a tool wins.
        seed: Which of the suite's many worlds these are.
    """

    worlds: Mapping[str, World]
    backend: ToolBackend = ToolBackend.DEFAULT
    seed: int = CANONICAL
    tools: Mapping[str, Callable[..., Any]] = field(
        default=Factory(lambda self: get_all_tools(self.backend), takes_self=True), repr=False
    )
    _canonical: Mapping[str, Canonical] = field(
        default=Factory(lambda self: canonical_arguments(self.tools), takes_self=True), init=False, repr=False
    )
    _blank: ExecutionContext = field(
        default=Factory(lambda self: _blank(self.backend), takes_self=True), init=False, repr=False
    )
    _contexts: dict[str, ExecutionContext] = field(factory=dict, init=False, repr=False)
    _examples: dict[str, list[dict[str, Any]]] = field(
        factory=named_user_simulator_few_shot_examples, init=False, repr=False
    )

    def scenario(self, entry: spec.Entry) -> Scenario:
        """The scenario an entry describes, with just the tools it needs.

        Raises:
            ScenarioError: The entry contradicts itself or its world.
        """
        return self.extension(entry).get_extended_scenario()[entry.name]

    def extension(self, entry: spec.Entry, base: Scenario | None = None) -> ScenarioExtension:
        """An entry as what it adds to a base scenario.

        Args:
            entry: The scenario as written.
            base: A scenario with the entry's world; by default a new one.
        """
        user = entry.user
        checks = (check for milestone in entry.milestones for check in milestone.checks)
        values = Values(
            self.worlds[entry.world],
            heard=(user.knows, user.says, *user.replies),
            written=tuple(composed_words(checks)),
            tools=frozenset(needed_tools(entry)),
        )
        script = script_of(entry, values)
        base = base or self.base_scenario(entry.world)
        milestones = compiled(entry, values, self._canonical)
        minefields = compiled(entry, values, self._canonical, forbidden=True)
        return ScenarioExtension(
            name=entry.name,
            base_scenario=evolve(
                self._in_trouble(base, entry) if entry.trouble else base,
                max_messages=entry.max_messages,
                script=script,
                tags=entry.tags,
                description=entry.description or None,
                nop_floor=_nop_floor(entry),
                world_seed=CANONICAL if FOUND in entry.pinned else self.seed,
                source=f"{entry.place.file}:{entry.place.line}",
            ),
            messages=self.messages(entry),
            tool_allow_list=needed_tools(entry),
            tool_deny_list=list(entry.without) or None,
            milestones=milestones.nodes,
            milestone_edge_list=milestones.edges,
            minefields=minefields.nodes,
            minefield_edge_list=minefields.edges,
            categories=categories_of(entry),
            credit=credit_of(entry.milestones) if entry.scoring == "facts" else None,
            outcome=outcome_of(entry, milestones.compiler),
        )

    def base_scenario(self, world_name: str, name: str | None = None) -> Scenario:
        """A world with nothing to do in it yet."""
        world = self.worlds[world_name]
        return Scenario(starting_context=self.starting_context(world), name=name, world=world_name, clock=world.clock)

    def _in_trouble(self, base: Scenario, entry: spec.Entry) -> Scenario:
        context = base.starting_context.fork()
        context.troubles = troubles_of(entry, needed_tools(entry), self.worlds)
        return evolve(base, starting_context=context)

    def starting_context(self, world: World) -> ExecutionContext:
        """A world as it is before anybody says anything."""
        if world.name not in self._contexts:
            self._contexts[world.name] = self._starting_context(world)
        return self._contexts[world.name].fork()

    def _starting_context(self, world: World) -> ExecutionContext:
        context = self._blank.fork()
        context.add_rows(DatabaseNamespace.SANDBOX, self._opening_rows(world))
        for table, rows in world.tables.items():
            if rows or context.rows(table):
                context.replace_rows(table, rows)
        return context

    def _opening_rows(self, world: World) -> list[dict[str, Any]]:
        rows = [dict(row) for row in world.log or ()]
        if world.log is None:
            rows = [_row(RoleType.SYSTEM, RoleType.AGENT, AGENT_INSTRUCTION), *self._examples[default_example()]]
        if any((row["sender"], row["recipient"]) == _TO_CONSOLE for row in rows):
            return rows
        return [_row(*_TO_CONSOLE, import_prelude(self.tools.values())), *rows]

    def messages(self, entry: spec.Entry) -> list[dict[str, Any]]:
        """What an entry adds to the log of its world."""
        if entry.log is not None:
            return [dict(row) for row in entry.log]
        examples = [row for name in entry.user.examples for row in self._examples[name]]
        return [
            *examples,
            _row(RoleType.SYSTEM, RoleType.USER, instruction(entry.user.knows, entry.user.manner)),
            _row(RoleType.USER, RoleType.AGENT, entry.user.says),
        ]


def _blank(backend: ToolBackend) -> ExecutionContext:
    context = ExecutionContext(tool_allow_list=[END_CONVERSATION], preferred_tool_backend=backend)
    context.trace_tool = True
    return context


def import_prelude(tools: Iterable[Callable[..., Any]]) -> str:
    """The code that makes our tools known in the console: one import line for each module that defines some.

    Tools of users' own are put there as what they are, by the execution environment.
    """
    by_module: dict[str, list[str]] = {}
    for tool in filter(is_shipped, tools):
        by_module.setdefault(tool.__module__, []).append(tool.__name__)
    lines = [f"from {module} import {', '.join(names)}" for module, names in by_module.items()]
    return "".join(f"{line}\n" for line in ["import json", *lines])


def canonical_arguments(tools: Mapping[str, Callable[..., Any]]) -> dict[str, Canonical]:
    """Of the tools that say when arguments are equal, what makes them so."""
    found = {name: getattr(tool, "canonical", None) for name, tool in tools.items()}
    return {name: canonical for name, canonical in found.items() if canonical is not None}


def tool_parameters(tools: Mapping[str, Callable[..., Any]]) -> dict[str, ToolParameters]:
    """The names of the arguments each tool takes; ``None`` for one that takes any."""
    return {name: _parameters(tool) for name, tool in tools.items()}


def _parameters(tool: Callable[..., Any]) -> ToolParameters:
    parameters = inspect.signature(tool).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    return frozenset(parameter.name for parameter in parameters)


def _row(sender: RoleType, recipient: RoleType, content: str) -> dict[str, Any]:
    return {"sender": sender, "recipient": recipient, "content": content}


def categories_of(entry: spec.Entry) -> list[ScenarioCategories]:
    """The categories an entry names, then those that follow from its solution, if it has one."""
    given = [ScenarioCategories[name.upper()] for name in entry.categories]
    if entry.solution and ScenarioCategories.INSUFFICIENT_INFORMATION not in given:
        given += [_tool_category(entry.solution, given), _turn_category(entry.user, given)]
    return list(dict.fromkeys(given))


def _tool_category(solution: Sequence[SolutionStep], given: list[ScenarioCategories]) -> ScenarioCategories:
    single, several = ScenarioCategories.SINGLE_TOOL_CALL, ScenarioCategories.MULTIPLE_TOOL_CALL
    calls = sum(len(step.calls) for step in solution if isinstance(step, ToolCalls))
    return single if single in given or (calls <= 1 and several not in given) else several


def _turn_category(user: spec.User, given: list[ScenarioCategories]) -> ScenarioCategories:
    single, several = ScenarioCategories.SINGLE_USER_TURN, ScenarioCategories.MULTIPLE_USER_TURN
    return several if several in given or (user.replies and single not in given) else single


def _nop_floor(entry: spec.Entry) -> float:
    """The share of milestones that any words to the user meet; all of them when there are none (D-33)."""
    if entry.nop_floor is not None:
        return entry.nop_floor
    if not entry.milestones:
        return 1.0
    free = sum(all(check.match.get("content") == "any" for check in node.checks) for node in entry.milestones)
    return free / len(entry.milestones)
