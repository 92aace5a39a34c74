"""Calls that succeed in a world, one after the other, and what came of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from tool_sandbox import clock
from tool_sandbox.common.execution_context import ExecutionContext, new_context
from tool_sandbox.common.tool_discovery import domain_of
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import namespaces
from tool_sandbox.errors import ScenarioError
from tool_sandbox.nearest import hint
from tool_sandbox.plugins import reported
from tool_sandbox.scenarios.drafting.arguments import Argument, Returned, candidates, looks_up, parameters_of
from tool_sandbox.scenarios.language.worlds import World

Rows = Sequence[Mapping[str, Any]]
Tools = Mapping[str, Callable[..., Any]]


@frozen(kw_only=True)
class MadeCall:
    """A call that was made, and what came of it."""

    tool: str
    arguments: Mapping[str, Argument]
    result: Any
    before: Mapping[str, Rows]
    after: Mapping[str, Rows]

    @property
    def changed(self) -> list[str]:
        """The tables that it changed."""
        return [table for table in self.before if self.before[table] != self.after[table]]

    @property
    def told(self) -> Returned:
        """What later calls can use of it."""
        return Returned(self.tool, self.result)


def made_calls(
    names: Sequence[str], tools: Tools, world: World, context: ExecutionContext
) -> Iterator[tuple[MadeCall, ...]]:
    """Ways to call these tools in a world, one after the other; the likeliest first.

    A tool that takes the id of a row is preceded by one that finds it.

    Args:
        names: The tools.
        tools: All there are.
        world: Where it is.
        context: Its starting state, which stays as it is.

    Raises:
        ScenarioError: There is no such tool, or no way to call one was found.
    """
    for name in names:
        if name not in tools:
            message = f"there is no tool {name!r}; {hint(name, tools)}"
            raise ScenarioError(message)
    with clock.use(world.clock):
        yield from _continued(_with_finders(names, tools), tools, world, context, ())


def _continued(
    names: Sequence[str], tools: Tools, world: World, context: ExecutionContext, earlier: tuple[MadeCall, ...]
) -> Iterator[tuple[MadeCall, ...]]:
    if not names:
        yield earlier
        return
    name, *others = names
    problem: Exception | None = None
    went_on, fewest = False, len(parameters_of(name, tools[name])[1])
    for arguments in candidates(name, tools[name], world, [call.told for call in earlier]):
        there = context.fork()
        try:
            call = _made(name, tools[name], arguments, there)
            if call.changed or call.result not in (None, [], {}):
                for calls in _continued(others, tools, world, there, (*earlier, call)):
                    went_on = True
                    yield calls
        except ScenarioError as error:
            problem = error if problem is None or len(arguments) == fewest else problem
    if not went_on:
        raise problem if isinstance(problem, _NoWayError) else _NoWayError(name, world.name, problem)


class _NoWayError(ScenarioError):
    def __init__(self, tool: str, world: str, problem: Exception | None) -> None:
        why = str(problem) if problem else "It neither changes nor finds anything there."
        super().__init__(
            f"no way to call {tool!r} in the world {world!r} was found. {why} Choose another --world, or name "
            "the tools that come before it as well, each with --tool."
        )


def _made(
    name: str, tool: Callable[..., Any], arguments: Mapping[str, Argument], context: ExecutionContext
) -> MadeCall:
    before = _tables(context)
    with new_context(context), reported(f"Calling {name!r}", ScenarioError):
        result = tool(**{each: argument.value for each, argument in arguments.items()})
    if inspect.iscoroutine(result):
        result.close()
        message = f"{name!r} is a coroutine function; write the scenario by hand."
        raise ScenarioError(message)
    return MadeCall(tool=name, arguments=arguments, result=result, before=before, after=_tables(context))


def _tables(context: ExecutionContext) -> dict[str, Rows]:
    return {table: context.rows(table) for table in namespaces() if table != DatabaseNamespace.SANDBOX}


def _with_finders(names: Sequence[str], tools: Tools) -> list[str]:
    found: list[str] = []
    for name in names:
        _, required = parameters_of(name, tools[name])
        if any(each.endswith("_id") for each in required) and not found:
            found += [each for each in tools if _finds_for(each, name, tools)][:1]
        found.append(name)
    return found


def _finds_for(name: str, other: str, tools: Tools) -> bool:
    return looks_up(name) and name != other and domain_of(tools[name]) == domain_of(tools[other])
