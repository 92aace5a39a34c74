"""What makes a function a tool: registration, and the trace of what was called with what result."""

from __future__ import annotations

import functools
import inspect
import json
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.vocabulary import RoleType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

P = ParamSpec("P")
R = TypeVar("R")


def register_as_tool(
    visible_to: tuple[RoleType, ...] | None = None,
    backend: ToolBackend = ToolBackend.DEFAULT,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make the decorated function a tool that roles can call.

    A call binds its arguments to the signature with defaults applied. When the current context traces tools, a call
    that returns is recorded; tools called inside a tool are not.

    Args:
        visible_to: Who may call it; only the agent when omitted.
        backend: Which of several implementations of the same name this one is.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def tool(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            context = get_current_context()
            if not context.trace_tool:
                return function(*bound.args, **bound.kwargs)
            arguments = _arguments_json(tool, _recorded_arguments(bound))
            context.trace_tool = False
            try:
                result = function(*bound.args, **bound.kwargs)
            finally:
                context.trace_tool = True
            get_current_context().append_tool_trace(_trace_json(tool, arguments, result))
            return result

        tool.is_tool = True  # type: ignore[attr-defined]
        tool.visible_to = visible_to if visible_to is not None else (RoleType.AGENT,)  # type: ignore[attr-defined]
        tool.backend = backend  # type: ignore[attr-defined]
        return tool

    return decorate


def add_tool_trace(f: Callable[..., Any], result: Any, *args: Any, **kwargs: Any) -> None:
    """Record on the last message of the log that ``f`` was called with these arguments and gave this result.

    Does nothing unless the current context traces tools.

    Raises:
        TypeError: The arguments do not fit ``f`` or cannot be written as JSON.
        IndexError: The log has no message to attach the trace to.
    """
    context = get_current_context()
    if not context.trace_tool:
        return
    bound = inspect.signature(f).bind(*args, **kwargs)
    bound.apply_defaults()
    context.append_tool_trace(_trace_json(f, _arguments_json(f, _recorded_arguments(bound)), result))


def _recorded_arguments(bound: inspect.BoundArguments) -> dict[str, Any]:
    """All parameters with their values, except those that were not given; variadic ones in the shape of the call."""
    recorded: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            recorded.update({key: given for key, given in value.items() if given is not NOT_GIVEN})
        elif kind is inspect.Parameter.VAR_POSITIONAL:
            if value:
                recorded[name] = value[0] if len(value) == 1 else list(value)
        elif value is not NOT_GIVEN:
            recorded[name] = value
    return recorded


def _arguments_json(function: Callable[..., Any], arguments: Mapping[str, Any]) -> str:
    try:
        return json.dumps(arguments, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        message = f"The arguments of {_name(function)} must be JSON values, got {dict(arguments)!r}: {error}."
        raise TypeError(message) from error


def _trace_json(function: Callable[..., Any], arguments_json: str, result: Any) -> str:
    """The trace as JSON text. A result that JSON cannot express is recorded by its ``repr``: its call did succeed."""
    try:
        result_json = json.dumps(result, ensure_ascii=False, default=repr)
    except (TypeError, ValueError):
        result_json = json.dumps(repr(result), ensure_ascii=False)
    name_json = json.dumps(_name(function), ensure_ascii=False)
    return f'{{"tool_name": {name_json}, "arguments": {arguments_json}, "result": {result_json}}}'


def _name(function: Callable[..., Any]) -> str:
    name: str = getattr(function, "__name__", type(function).__name__)
    return name
