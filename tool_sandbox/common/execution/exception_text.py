"""What a model is told of an exception that its tool call raised."""

from __future__ import annotations

import traceback

from tool_sandbox.common.compatibility import original_rules
from tool_sandbox.folder_imports import shown_name

LIMIT = 4000
"""Characters of one exception that are told; validation errors of large inputs go on for ever."""
_DEEPEST_GROUP = 4


def exception_text(error: BaseException) -> str:
    """Type and message, notes and the members of a group included, as Python prints them but for the traceback.

    By the original's rules it is the last of these lines.
    """
    if original_rules():
        return _printed(error).splitlines()[-1]
    text = shown_name("\n".join(_lines(error, 0)))
    return text if len(text) <= LIMIT else f"{text[:LIMIT]}… ({len(text) - LIMIT} more characters)"


def _lines(error: BaseException, depth: int) -> list[str]:
    lines = _printed(error).splitlines()
    if isinstance(error, SyntaxError):  # Python prints the place first, but what is wrong comes first here
        kind = next((line for line in lines if line.startswith(type(error).__name__)), None)
        lines = lines if kind is None else [kind, *(line for line in lines if line is not kind)]
    if isinstance(error, BaseExceptionGroup) and depth < _DEEPEST_GROUP:
        for member in error.exceptions:
            first, *more = _lines(member, depth + 1)
            lines += [f"  - {first}", *(f"    {line}" for line in more)]
    return lines


def _printed(error: BaseException) -> str:
    try:
        text = "".join(traceback.format_exception_only(type(error), error)).rstrip()
    except Exception:  # noqa: BLE001 -- an exception may refuse to be shown
        text = ""
    return text or type(error).__name__
