"""Running what one message holds, within the time that a tool may take."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import CodeType
from typing import Any

from attrs import frozen

from tool_sandbox.common.execution.console import Console, Execution, compiled
from tool_sandbox.common.execution.tool_code import call_lines, parse_tool_call_code
from tool_sandbox.common.tool_discovery import is_shipped
from tool_sandbox.errors import TimeLimitError
from tool_sandbox.threads import run_with_deadline
from tool_sandbox.tools.search.backend import answers_at_once

_IMPORTS_OF_OURS = re.compile(r"(?:(?:import json|from tool_sandbox\.tools[\w.]* import [\w, ]+)\n)+")
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


def only_computes(console: Console, source: str) -> bool:
    """Whether code is a call of one of our own tools, which come to an end by themselves and ask nobody outside.

    Such code, and what imports these tools, needs neither a thread nor a time limit.
    """
    if not is_tool_call(source):
        return _IMPORTS_OF_OURS.fullmatch(source) is not None
    tool: Any = console.locals.get(parse_tool_call_code(source).function_name)
    return callable(tool) and hasattr(tool, "is_tool") and is_shipped(tool) and answers_at_once()


def is_tool_call(source: str) -> bool:
    """Whether code is a call of a tool and nothing else."""
    try:
        parsed = parse_tool_call_code(source)
    except (AssertionError, ValueError):
        return False
    return source.partition("\n")[2] == call_lines(parsed.id, parsed.function_name)


def _executed_in_time(console: Console, body: CodeType, source: str) -> Execution:
    limit = _time_limit.get()
    if limit is None or only_computes(console, source):
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
