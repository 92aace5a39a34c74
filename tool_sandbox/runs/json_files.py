"""Reading what a run has written, which anybody may have torn or replaced since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tool_sandbox.errors import SettingsError

if TYPE_CHECKING:
    from upath import UPath

    AnyPath = Path | UPath


def decoded(line: bytes) -> dict[str, Any] | None:
    """The JSON object in a line; ``None`` for one that a crash tore, or that is something else."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def read_json(path: AnyPath) -> Any:
    """The content of a file in JSON.

    Raises:
        SettingsError: It cannot be read, or is not JSON; the message names the file.
    """
    with readable(path):
        return json.loads(path.read_bytes())


@contextmanager
def readable(path: AnyPath) -> Iterator[None]:
    """Read a file in JSON in the block.

    Raises:
        SettingsError: It cannot be read, or is not JSON; the message names the file.
    """
    try:
        yield
    except (OSError, ValueError, RecursionError) as error:
        message = f"{str(path)!r} cannot be read: {_reason(error)}."
        raise SettingsError(message) from error


def read_object(path: AnyPath) -> dict[str, Any]:
    """The content of a file that holds one JSON object.

    Raises:
        SettingsError: It holds anything else.
    """
    content = read_json(path)
    if not isinstance(content, dict):
        raise no_object(path, content)
    return content


def no_object(path: AnyPath, content: Any) -> SettingsError:
    """What to say of a file that holds anything else."""
    return SettingsError(f"{str(path)!r} holds {type(content).__name__}; expected a JSON object, as a run writes it.")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "it is nested too deeply" if isinstance(error, RecursionError) else f"it is not JSON ({error})"
