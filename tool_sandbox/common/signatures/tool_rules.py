"""What a users' function must be like to be a tool: a name that providers take, parameters that a model can give."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

from tool_sandbox.common.signatures.annotations import annotations_of, function_of
from tool_sandbox.common.signatures.argument_types import CannotBeReadError, is_plain, reader_of
from tool_sandbox.common.tool_discovery import (
    Tool,
    ToolBackend,
    is_shipped,
    is_tool,
    named_tools,
    registered_tool,
    shipped_tools,
)
from tool_sandbox.errors import UsageError

_TOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PARAMETER_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_CALLED_BY_NAME = frozenset(
    {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
)  # the others are never given by a model


def check_there_are_tools(source: str, modules: Iterable[ModuleType]) -> None:
    """Make sure that a source brings tools of its own.

    Raises:
        UsageError: It brings none.
    """
    modules = list(modules)
    if not any(True for module in modules for _ in _own_tools(module)) and not any(map(_methods, modules)):
        message = (
            f"{source!r} defines no tool. A tool is a function that is decorated with @register_as_tool() from "
            "tool_sandbox.common.tool; a decorator above that one must use functools.wraps."
        )
        raise UsageError(message)


def check_tools(modules: Iterable[ModuleType]) -> None:
    """Make sure that the tools of users' modules can be offered and called, beside ours and beside each other.

    Raises:
        UsageError: One cannot; the message has its file and line.
    """
    modules = list(modules)
    known: dict[tuple[str, ToolBackend], Tool] = {(name, _backend(tool)): tool for name, tool in shipped_tools()}
    offered = set()
    for module in modules:
        for name, tool in _own_tools(module):
            first = known.setdefault((name, _backend(tool)), tool)
            offered.add(registered_tool(tool))
            problem = _problem(name, tool) if first == tool else _taken(name, first)
            if problem is not None:
                raise UsageError(f"{_place(tool)}{problem}")
    for module in modules:
        for name, method in _methods(module):
            if method not in offered:
                message = (
                    f"{_place(method)}{name} is marked as a tool, but only the methods of an object can be called; "
                    f"put one into a variable of the module, such as my_tool = {name.rpartition('.')[0]}()."
                    f"{name.rpartition('.')[2]}."
                )
                raise UsageError(message)


def _own_tools(module: ModuleType) -> Iterator[tuple[str, Tool]]:
    """The tools of a module and those below it, but ours, which it may import to call them."""
    ours = {id(tool) for _, tool in shipped_tools()}
    return ((name, tool) for name, tool in named_tools(module) if id(tool) not in ours or not is_shipped(tool))


def _methods(module: ModuleType) -> list[tuple[str, Tool]]:
    """The methods of the module's own classes that are marked as tools."""
    classes = [
        value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__
    ]
    return [
        (f"{owner.__name__}.{name}", function)
        for owner in classes
        for name, member in vars(owner).items()
        if is_tool(function := getattr(member, "__func__", member))
    ]


def _problem(name: str, tool: Tool) -> str | None:
    """What keeps a tool from being offered or called, in words."""
    if not _TOOL_NAME.fullmatch(name):
        return (
            f"providers refuse the tool name {name!r}: it must have 1 to 64 characters out of letters a to z, digits, "
            "'_' and '-'. Rename it, or register it as @register_as_tool(name=…)."
        )
    body = function_of(registered_tool(tool).__wrapped__)  # type: ignore[attr-defined]
    if inspect.isgeneratorfunction(body) or inspect.isasyncgenfunction(body):
        return f"the tool {name!r} yields its results; return them instead, in a list."
    annotations = annotations_of(registered_tool(tool).__wrapped__)  # type: ignore[attr-defined]
    parameters = inspect.signature(tool).parameters.values()
    problems = (_parameter_problem(name, each, annotations.get(each.name, Any)) for each in parameters)
    return next(filter(None, problems), None)


def _parameter_problem(tool: str, parameter: inspect.Parameter, annotation: Any) -> str | None:
    if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
        return (
            f"a model gives arguments by name, but {parameter.name!r} of the tool {tool!r} is positional-only; "
            "take the '/' out of its parameters."
        )
    if parameter.kind not in _CALLED_BY_NAME:
        return None
    if not _PARAMETER_NAME.fullmatch(parameter.name):
        return (
            f"providers refuse the parameter name {parameter.name!r} of the tool {tool!r}: it must have 1 to 64 "
            "characters out of letters a to z, digits and '_'."
        )
    if parameter.default is parameter.empty and not is_plain(annotation):
        try:
            reader_of(annotation)
        except CannotBeReadError as error:
            return f"a model cannot give the parameter {parameter.name!r} of the tool {tool!r}: {error}"
    return None


def _taken(name: str, first: Tool) -> str:
    where = "one of the bundled tools" if is_shipped(first) else f"the tool in {_place(first).removesuffix(': ')}"
    return f"the tool name {name!r} is taken by {where}; give this one a name of its own."


def _backend(tool: Tool) -> ToolBackend:
    return getattr(tool, "backend", ToolBackend.DEFAULT)


def _place(tool: Callable[..., Any]) -> str:
    """``"FILE:LINE: "`` of the function that does the tool's work."""
    code = getattr(function_of(inspect.unwrap(tool)), "__code__", None)
    return "" if code is None else f"{code.co_filename}:{code.co_firstlineno}: "
