"""Calls of tools as written, held against the tools there are."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from typing import Annotated, Any

from attrs import frozen
from pydantic import Field, PlainValidator, ValidationInfo
from typing_extensions import TypeAliasType

from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language.cells import Value
from tool_sandbox.scenarios.language.document import Mapping
from tool_sandbox.scenarios.language.fields import YOUR_OWN, Shown, Text, one_of
from tool_sandbox.scenarios.language.models import FileModel, described, problem

ToolParameters = frozenset[str] | None
"""Names of the parameters of a tool; ``None`` when it takes any."""


@frozen
class Call:
    """One tool call as written: in a check, in a solution."""

    tool: str
    arguments: Mapping


def _calls(value: Any, info: ValidationInfo[Any]) -> tuple[Call, ...]:
    """``tool``, or a mapping of tools to arguments."""
    tools = info.context.tools
    if isinstance(value, str):
        _check_tool(value, tools)
        return (Call(value, Mapping({})),)
    if not isinstance(value, Mapping) or not value:
        raise problem(f"expected {{tool: {{argument: value}}}}; got {described(value)}.")
    for tool, arguments in value.items():
        _check_tool(tool, tools, tool)
        _check_arguments(tool, arguments, tools[tool])
    return tuple(Call(tool, Mapping({}) if given is None else given) for tool, given in value.items())


def _check_tool(tool: str, known: AnyMapping[str, ToolParameters], *path: str) -> None:
    if tool not in known:
        raise problem(f"there is no tool {tool!r}; {hint(tool, known)} {YOUR_OWN.format('Tools')}", *path)


def _check_arguments(tool: str, arguments: Any, known: ToolParameters) -> None:
    if arguments is not None and not isinstance(arguments, Mapping):
        raise problem(f"expected the arguments of {tool!r} as a mapping; got {described(arguments)}.", tool)
    for name in arguments or ():
        if known is not None and name not in known:
            raise problem(f"{tool!r} has no argument {name!r}; {hint(name, sorted(known))}", tool, name)


def flat(groups: tuple[tuple[Call, ...], ...]) -> tuple[Call, ...]:
    """The calls of all groups, one after the other."""
    return tuple(call for group in groups for call in group)


Arguments = TypeAliasType("Arguments", dict[str, Value] | None)
_CallsShown = Text | Annotated[dict[str, Arguments], Field(min_length=1)]
Calls = TypeAliasType("Calls", Annotated[tuple[Call, ...], PlainValidator(_calls), Shown(lambda: _CallsShown)])
ToolName = Annotated[Text, one_of("tools", "tool ", YOUR_OWN.format("Tools"))]


class Say(FileModel):
    """A step of the agent: words for the user."""

    text: Text = Field(alias="say")
    """What the agent tells the user."""


class Together(FileModel):
    """A step of the agent: calls that go out together."""

    groups: tuple[Calls, ...] = Field(alias="together")
    """Calls that do not need each other's results."""


@frozen
class ToolCalls:
    """A step of the agent: calls that go out together, or one."""

    calls: tuple[Call, ...]


def _step(value: Any, info: ValidationInfo[Any]) -> SolutionStep:
    if isinstance(value, Mapping) and "say" in value:
        return Say.model_validate(value, context=info.context)
    if isinstance(value, Mapping) and "together" in value:
        return ToolCalls(flat(Together.model_validate(value, context=info.context).groups))
    return ToolCalls(_calls(value, info))


SolutionStep = Say | ToolCalls
Step = TypeAliasType("Step", Annotated[SolutionStep, PlainValidator(_step), Shown(lambda: Say | Together | Calls)])
