"""Tool calls as Python code and back.

A tool call travels as three lines of Python, ``ID_parameters = …``, ``ID_response = tool(**ID_parameters)`` and
``print(repr(ID_response))``. What a model or provider wrote (ids, arguments) enters that code only as a checked
identifier or as a literal.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import json
import keyword
import math
import re
from functools import lru_cache
from typing import Any

from attrs import frozen

_PARAMETERS = "_parameters = "
_RESPONSE = "_response = "
QUOTED_TOOLS = "__tools__"
"""Where the console keeps tools whose names cannot stand in code, by name."""
_TAKEN = frozenset({"print", "repr", *(name for name, value in vars(builtins).items() if isinstance(value, type))})
"""Names that the code around a call uses itself, among them those of exceptions."""
_MAX_DEPTH = 64
"""Nesting at which Python's own parser is still far from its limits."""


@frozen
class ParsedToolCall:
    """A tool call read back from code."""

    id: str
    """The name that stands for the call's id in the code."""
    function_name: str
    arguments: str
    """JSON text."""


# -- tool call to code -----------------------------------------------------------------------------------------------


def safe_variable_name(call_id: str) -> str:
    """A name that stands for a provider's call id in code: the id itself if it can be part of a variable's name.

    The same id always gives the same name, so that code can be recognised as belonging to an id.
    """
    if call_id.isascii() and f"{call_id}{_PARAMETERS[:11]}".isidentifier() and not keyword.iskeyword(call_id):
        return call_id
    letters = re.sub(r"[^A-Za-z0-9_]+", "_", call_id)[:32].strip("_")
    digest = hashlib.blake2s(call_id.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"call_{letters}_{digest}"


def parse_tool_arguments(text: str | None) -> dict[str, Any]:
    """The arguments a model wrote, as a dict.

    Args:
        text: JSON text; empty text means no arguments.

    Raises:
        ValueError: The text is not one JSON object, or holds something no tool can take (NaN, infinities, lone
            surrogates, absurdly deep nesting). The message is fit for the model to read.
    """
    try:
        arguments = json.loads(text or "{}", parse_constant=_refuse_constant)
    except RecursionError:
        message = "The arguments are nested too deeply."
        raise ValueError(message) from None
    except json.JSONDecodeError as error:
        message = f"The arguments are not valid JSON: {error}."
        raise ValueError(message) from error
    if not isinstance(arguments, dict):
        message = f"The arguments must be one JSON object, not {type(arguments).__name__}."
        raise ValueError(message)  # noqa: TRY004 -- a fault of the model's text, reported with the others
    _check_value(arguments, depth=0)
    return arguments


def _refuse_constant(name: str) -> Any:
    message = f"The arguments are not valid JSON: {name} is not a JSON value."
    raise ValueError(message)


def _check_value(value: Any, depth: int) -> None:
    if depth > _MAX_DEPTH:
        message = f"The arguments are nested more than {_MAX_DEPTH} levels deep."
        raise ValueError(message)
    if isinstance(value, dict):
        for key, item in value.items():
            _check_value(key, depth)
            _check_value(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_value(item, depth + 1)
    elif isinstance(value, str) and not value.isascii():
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        message = "The arguments hold a number too large to represent."
        raise ValueError(message)


def _check_text(value: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        message = "The arguments hold a broken character (a lone surrogate)."
        raise ValueError(message) from error


def tool_call_to_code(call_id: str, tool_name: str, arguments: Any, execution_name: str | None = None) -> str:
    """The three lines that make the execution environment call a tool.

    Args:
        call_id: The provider's id.
        tool_name: Agent-facing name.
        arguments: What the tool is called with.
        execution_name: Real name, if it differs.
    """
    name = safe_variable_name(call_id)
    return f"{name}{_PARAMETERS}{_literal(arguments)}\n{call_lines(name, execution_name or tool_name)}"


def call_lines(name: str, tool_name: str) -> str:
    """The two lines that call a tool and print what it gave.

    Args:
        name: Stands for the call's id.
        tool_name: The tool's real name.
    """
    called = f"{QUOTED_TOOLS}[{tool_name!r}]" if needs_quotes(tool_name) else tool_name
    return f"{name}{_RESPONSE}{called}(**{name}_parameters)\nprint(repr({name}_response))"


def needs_quotes(tool_name: str) -> bool:
    """Whether a tool's name cannot stand in code: it is not an identifier, or it means something else there."""
    return not tool_name.isidentifier() or keyword.iskeyword(tool_name) or tool_name in _TAKEN


def rejected_call_to_code(
    call_id: str, tool_name: str, reason: str, arguments: Any = None, *, error: str = "NameError"
) -> str:
    """Code that makes the execution environment answer a call that cannot be made with an error.

    Args:
        call_id: The provider's id.
        tool_name: Name the model used; not part of the code.
        reason: What was wrong, for the model to read.
        arguments: What the model wanted to pass, if that could be read.
        error: Name of the built-in exception.
    """
    del tool_name
    name = safe_variable_name(call_id)
    text = " ".join(reason.split())
    return f"{name}{_PARAMETERS}{_literal(arguments or {})}\n{name}{_RESPONSE}{error}({text!r})\nraise {name}_response"


def _literal(value: Any) -> str:
    # An infinity has no literal of its own, but 1e999 is one that both the compiler and ``ast.literal_eval`` read.
    if isinstance(value, float) and math.isinf(value):
        return "1e999" if value > 0 else "-1e999"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return repr(value)


# -- code to tool call -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def parse_tool_call_code(python_code: str) -> ParsedToolCall:
    """The tool call that a piece of code makes.

    Raises:
        AssertionError: The code has another shape.
        ValueError: The arguments are not literals.
    """
    first, _, rest = python_code.partition("\n")
    end = first.rfind(_PARAMETERS)
    while end >= 0:
        name, arguments = first[:end], first[end + len(_PARAMETERS) :]
        prefix = f"{name}{_RESPONSE}"
        function_name = _unquoted(rest[len(prefix) :].partition("(")[0]) if rest.startswith(prefix) else ""
        if arguments and function_name:
            return ParsedToolCall(name, function_name, json.dumps(_evaluated(arguments)))
        end = first.rfind(_PARAMETERS, 0, end + len(_PARAMETERS) - 1)
    message = f"This code is not a tool call: {python_code!r}."
    raise AssertionError(message)


def _unquoted(called: str) -> str:
    if not called.startswith(f"{QUOTED_TOOLS}["):
        return called
    return str(_evaluated(called.removeprefix(f"{QUOTED_TOOLS}[").removesuffix("]")))


def _evaluated(arguments: str) -> Any:
    try:
        return ast.literal_eval(arguments)
    except (SyntaxError, MemoryError, RecursionError) as error:
        message = f"The arguments of a tool call are not literals: {arguments[:200]!r}."
        raise ValueError(message) from error
