"""Tool schemas in the forms of other providers, as the original's agents made them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def to_cohere_tool(openai_tool: Mapping[str, Any]) -> dict[str, Any]:
    """A tool schema in the form that Cohere's prompt templates take.

    Args:
        openai_tool: ``{"type": "function", "function": {…}}``.

    Raises:
        AssertionError: It is not a function.
    """
    if openai_tool.get("type") != "function":
        message = f"only tools of type 'function' can be converted, not {openai_tool.get('type')!r}."
        raise AssertionError(message)
    function = openai_tool["function"]
    parameters = function.get("parameters") or {}
    required = set(parameters.get("required") or ())
    return {
        "name": function["name"],
        "description": function.get("description") or "",
        "parameter_definitions": {
            name: {
                "description": schema.get("description") or "No description.",
                "type": schema.get("type") or "object",
                "required": name in required,
            }
            for name, schema in (parameters.get("properties") or {}).items()
        },
    }


def convert_to_anthropic_tool(name: str, tool: Any) -> dict[str, Any]:
    """A tool's schema in the form of Anthropic's API.

    Args:
        name: The name the model sees.
        tool: The Python function.
    """
    from tool_sandbox.common.tool_conversion import convert_to_openai_tool

    function = convert_to_openai_tool(tool, name=name)["function"]
    return {
        "name": function["name"],
        "description": function["description"],
        "input_schema": function["parameters"],
    }
