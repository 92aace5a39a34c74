"""Running what one message holds, within the time that a tool may take."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import CodeType

from attrs import frozen

from tool_sandbox.common.execution.console import Console, Execution, compiled
from tool_sandbox.common.execution.tool_code import parse_tool_call_code
from tool_sandbox.errors import TimeLimitError
from tool_sandbox.threads import run_with_deadline

_time_limit: ContextVar[float | None] = ContextVar("tool_sandbox_tool_timeout", default=None)


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Limit every piece of code that is run inside the block; ``None`` is any time."""
    token = _time_limit.set(seconds)
    try:
        yield
    finally:
        _time_limit.reset(token)


@frozen
class Outcome:
    """What a message that was run is answered with."""

    content: str
    exception: str | None = None
    refused: bool = False
    """The code could not even be compiled."""


def execute(console: Console, source: str) -> Outcome:
    """Run code in a console.

    Raises:
        TimeLimitError: It did not return in time; what it still does is left to itself.
    """
    try:
        body = compiled(source)
    except (OverflowError, SyntaxError, ValueError, MemoryError, RecursionError) as error:
        text = "".join(traceback.format_exception_only(type(error), error))
        return Outcome(text, text, refused=True)
    if body is None:
        text = f"Error: The given code was incomplete and could not be executed: '{source}'"
        return Outcome(text, text, refused=True)
    return _outcome(_executed_in_time(console, body, source))


def _executed_in_time(console: Console, body: CodeType, source: str) -> Execution:
    limit = _time_limit.get()
    if limit is None:
        return console.execute(body)
    try:
        return run_with_deadline(lambda: console.execute(body), limit)
    except TimeoutError:
        message = f"{_what_runs(source)} did not return within {limit:g} s, the time limit of a tool (--tool-timeout)."
        raise TimeLimitError(message) from None


def _what_runs(source: str) -> str:
    try:
        return f"the tool {parse_tool_call_code(source).function_name!r}"
    except (AssertionError, ValueError):
        return f"the code {source[:100]!r}"


def _outcome(execution: Execution) -> Outcome:
    lines = execution.output.rstrip().split("\n") if execution.output else []
    if execution.exception is not None:
        lines.append(execution.exception)
    return Outcome("\n".join(lines), execution.exception)
