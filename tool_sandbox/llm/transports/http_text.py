"""What a key or header may hold to go through HTTP; looked at before the first call, and never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tool_sandbox.errors import SettingsError
from tool_sandbox.redaction import is_secret_name

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SENT_AS_IT_IS = frozenset({"api_key", "organization", "api_version", "api_base"})
_FREE_TEXT = frozenset({"vertex_credentials"})
"""JSON of many lines, or a file's name; it is sent as neither."""


def check_sendable(model: str, connection: Mapping[str, Any], variables: Mapping[str, str]) -> None:
    """Make sure that HTTP can carry the credentials and headers of a connection.

    Args:
        model: Whose connection it is, for messages.
        connection: LiteLLM's keywords.
        variables: The environment, to say which variable a value came from.

    Raises:
        SettingsError: It cannot; the message names the variable or the key, and not the value.
    """
    for name, value in connection.items():
        if name == "extra_headers":
            _check_headers(model, value, variables)
        elif isinstance(value, str) and name not in _FREE_TEXT and (name in _SENT_AS_IT_IS or is_secret_name(name)):
            _check(value, f"the {name} of {model!r}", variables)


def check_variable(name: str, value: str) -> None:
    """Make sure that HTTP can carry what an environment variable holds.

    Raises:
        SettingsError: It cannot; the message names the variable, and not its value.
    """
    _check(value, f"the environment variable {name}", {name: value})


def _check_headers(model: str, headers: Any, variables: Mapping[str, str]) -> None:
    for name, value in dict(headers or {}).items():
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            message = f"extra_headers of {model!r}: {name!r} cannot name a header; use letters, digits and dashes."
            raise SettingsError(message)
        if not isinstance(value, str):
            message = f"extra_headers of {model!r}: the header {name!r} is {type(value).__name__}; write it as text."
            raise SettingsError(message)
        if value:
            _check(value, f"the header {name!r} of {model!r} (extra_headers)", variables)


def _check(value: str, owner: str, variables: Mapping[str, str]) -> None:
    problem = _problem(value)
    if problem is None:
        return
    variable = next((name for name, held in variables.items() if held == value), None)
    who = owner if variable is None else f"the environment variable {variable}"
    advice = "" if variable is None else f', for example: export {variable}="$(printf %s "${variable}")"'
    how = f"Set it without{advice}" if problem == "ends with a line break" else "Copy it again, as plain text"
    message = f"{who} {problem}, which HTTP cannot carry. {how}."
    raise SettingsError(message)


def _problem(value: str) -> str | None:
    if not value.rstrip("\r\n"):
        return "holds nothing but line breaks" if value else None
    if not re.search(r"[\r\n]", value.rstrip("\r\n")) and value.endswith(("\r", "\n")):
        return "ends with a line break"
    if re.search(r"[\r\n]", value):
        return "holds a line break"
    if value != value.strip():
        return "begins or ends with a space"
    odd = next((letter for letter in value if not " " <= letter <= "~" and letter != "\t"), None)
    return None if odd is None else f"holds the character U+{ord(odd):04X}"
