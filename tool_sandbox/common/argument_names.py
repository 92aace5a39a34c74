"""The names of a tool's arguments as the agent sees them, which a presentation may scramble, and the real ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tool_sandbox.common.compatibility import original_rules
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.signatures.scrambling import scrambled_argument_names, with_scrambled_names
from tool_sandbox.common.vocabulary import ScenarioCategories


def agent_facing_arguments(tool_name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call under the names that the agent sees.

    Args:
        tool_name: The tool's real name.
        arguments: Under their real names.
    """
    names = _scrambled(tool_name)
    return {names.get(name, name): value for name, value in arguments.items()}


def agent_facing_json(tool_name: str, arguments: str) -> str:
    """``agent_facing_arguments`` for the text of a JSON object."""
    return json.dumps(agent_facing_arguments(tool_name, json.loads(arguments))) if _scrambled(tool_name) else arguments


def execution_facing_arguments(tool_name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call under their real names.

    Args:
        tool_name: The tool's real name.
        arguments: Under the names that the agent sees.

    Raises:
        ValueError: One has a real name, which the agent was not told.
    """
    names = _scrambled(tool_name)
    real = {opaque: name for name, opaque in names.items()}
    unknown = next((name for name in arguments if name in names and name not in real), None)
    if unknown is not None:
        message = f"got an unexpected keyword argument {unknown!r}"
        raise ValueError(message)
    return {real.get(name, name): value for name, value in arguments.items()}


def agent_facing_text(tool_name: str, text: str) -> str:
    """What a tool says about a call, in which its arguments have the names that the agent sees."""
    names = _scrambled(tool_name)
    return with_scrambled_names(text, names) if names else text


def _scrambled(tool_name: str) -> Mapping[str, str]:
    """Real name → scrambled name; nothing where names are told as they are."""
    context = get_current_context()
    if ScenarioCategories.ARG_NAME_SCRAMBLED not in context.tool_augmentation_list or original_rules():
        return {}
    tool = context.name_to_tool.get(tool_name)
    return {} if tool is None else scrambled_argument_names(tool)
