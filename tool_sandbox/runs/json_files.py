"""Reading what a run has written, which anybody may have torn or replaced since."""

from __future__ import annotations

import json
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
    try:
        return json.loads(path.read_bytes())
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
        message = f"{str(path)!r} holds {type(content).__name__}; expected a JSON object, as a run writes it."
        raise SettingsError(message)
    return content


def read_summary(path: AnyPath) -> dict[str, Any]:
    """The content of a ``result_summary.json``.

    Raises:
        SettingsError: It is not a summary: it lacks the results of the samples, or they are not objects with a name.
    """
    summary = read_object(path)
    results = summary.get("per_scenario_results")
    if not isinstance(results, list) or not all(isinstance(one, dict) and "name" in one for one in results):
        message = (
            f"{str(path)!r} is not a result summary: expected 'per_scenario_results', a list with one object for "
            "each sample."
        )
        raise SettingsError(message)
    return summary


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "it is nested too deeply" if isinstance(error, RecursionError) else f"it is not JSON ({error})"
