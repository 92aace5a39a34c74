"""What makes a function a tool: registration, and the trace of what was called with what result."""

from __future__ import annotations

import functools
import inspect
import json
from types import FunctionType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from tool_sandbox.common.execution.coroutines import finished
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.signatures.annotations import function_of
from tool_sandbox.common.signatures.call_shape import CallShape
from tool_sandbox.common.signatures.json_words import as_json
from tool_sandbox.common.signatures.tool_arguments import ArgumentReaders
from tool_sandbox.common.tool_discovery import ToolBackend, called_as
from tool_sandbox.common.troubled_call import call_in
from tool_sandbox.common.vocabulary import RoleType

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_JSON = json.JSONEncoder(ensure_ascii=False).encode
_JSON_OR_REPR = json.JSONEncoder(ensure_ascii=False, default=repr).encode

P = ParamSpec("P")
R = TypeVar("R")


def register_as_tool(
    visible_to: tuple[RoleType, ...] | None = None,
    backend: ToolBackend = ToolBackend.DEFAULT,
    *,
    name: str | None = None,
    canonical: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make the decorated function a tool that roles can call.

    A call binds its arguments to the signature with defaults applied; what JSON cannot express, such as a date or a
    dataclass, is made from the JSON that a model sent. When the current context traces tools, a call that returns is
    recorded; tools called inside a tool are not. A coroutine is awaited.

    Args:
        visible_to: Who may call it; only the agent when omitted.
        backend: Which of several implementations of the same name this one is.
        name: The name under which it is offered; by default that of the variable that holds it.
        canonical: Arguments, perhaps not all of them → the same in one spelling, so that calls which ask for the same
            are judged alike, such as 120 minutes and 2 hours.

    Raises:
        TypeError: It is used without parentheses, or the name is not text.
    """
    _check_use(visible_to, name)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        shape = CallShape(inspect.signature(function))
        reading = ArgumentReaders(function)

        @functools.wraps(function)
        def tool(*args: P.args, **kwargs: P.kwargs) -> R:
            bound, given = shape.bound(args, kwargs)
            context = get_current_context()
            if not context.trace_tool:
                reading.read(bound, given)
                return _result(function, shape, bound)
            shown = called_as(tool) or tool.__name__
            as_given = given - reading.readers.keys()
            arguments = _arguments_json(shown, _recorded_arguments(bound, shape, as_given, reading.instance))
            reading.read(bound, given)
            context.trace_tool = False
            try:
                result = call_in(context, shown, lambda: _result(function, shape, bound))
            finally:
                context.trace_tool = True
            get_current_context().append_tool_trace(_trace_json(shown, arguments, result))
            return result

        _describe(tool, function, name)
        tool.visible_to = visible_to if visible_to is not None else (RoleType.AGENT,)  # type: ignore[attr-defined]
        tool.backend = backend  # type: ignore[attr-defined]
        tool.canonical = canonical  # type: ignore[attr-defined]
        return tool

    return decorate


def _result(function: Callable[..., R], shape: CallShape, bound: inspect.BoundArguments) -> R:
    args, kwargs = shape.passed(bound)
    return cast("R", finished(function(*args, **kwargs)))


def _check_use(visible_to: Any, name: Any) -> None:
    if isinstance(visible_to, FunctionType):
        message = "write @register_as_tool() with parentheses"
        raise TypeError(message)
    if name is not None and not isinstance(name, str):
        message = f"the name of a tool must be text, not {name!r}"
        raise TypeError(message)


def _describe(tool: Any, function: Any, name: str | None) -> None:
    """Give a tool what ``functools.wraps`` finds at plain functions only, and its registered name."""
    body = function_of(function)
    if body is not function and not isinstance(function, type):
        tool.__name__ = tool.__qualname__ = getattr(body, "__name__", tool.__name__)
        tool.__module__ = body.__module__
        tool.__doc__ = body.__doc__
    if name is not None:
        tool.__name__ = tool.registered_name = name
    tool.is_tool = True


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
    shape = CallShape(inspect.signature(f))
    bound, given = shape.bound(args, kwargs)
    name = getattr(f, "__name__", type(f).__name__)
    arguments = _arguments_json(name, _recorded_arguments(bound, shape, given))
    context.append_tool_trace(_trace_json(name, arguments, result))


def _recorded_arguments(
    bound: inspect.BoundArguments, shape: CallShape, as_given: Collection[str], instance: str | None = None
) -> dict[str, Any]:
    """All parameters with their values, except those that were not given; variadic ones in the shape of the call.

    Args:
        bound: What the function is called with.
        shape: How it can be called.
        as_given: What must be JSON; other values, defaults among them, are recorded in JSON's words.
        instance: The parameter that holds a method's own object, which is not part of the call.
    """
    recorded: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        if name == instance:
            continue
        kind = shape.variadic.get(name)
        if kind is inspect.Parameter.VAR_KEYWORD:
            recorded.update({key: given for key, given in value.items() if given is not NOT_GIVEN})
        elif kind is inspect.Parameter.VAR_POSITIONAL:
            if value:
                recorded[name] = value[0] if len(value) == 1 else list(value)
        elif value is not NOT_GIVEN:
            recorded[name] = value if name in as_given else as_json(value)
    return recorded


def _arguments_json(name: str, arguments: Mapping[str, Any]) -> str:
    try:
        return _JSON(arguments)
    except (TypeError, ValueError) as error:
        message = f"The arguments of {name} must be JSON values, got {dict(arguments)!r}: {error}."
        raise TypeError(message) from error


def _trace_json(name: str, arguments_json: str, result: Any) -> str:
    """The trace as JSON text. A result that JSON cannot express is recorded by its ``repr``: its call did succeed."""
    try:
        result_json = _JSON_OR_REPR(result)
    except (TypeError, ValueError):
        result_json = _JSON(repr(result))
    return f'{{"tool_name": {_JSON(name)}, "arguments": {arguments_json}, "result": {result_json}}}'
