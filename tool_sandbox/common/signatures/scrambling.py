"""Taking away what a model is told about a tool: descriptions and types."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection

from tool_sandbox.common.vocabulary import TOOL_AUGMENTATION_TYPE, ScenarioCategories

_ARGUMENTS = "Args:"
_ARGUMENT_DESCRIPTIONS = re.compile(r"(^[ \t]*Args:[ \t]*\n).*?(?=^[ \t]*Returns)", re.DOTALL | re.MULTILINE)


def maybe_scramble_arg_type(
    params: list[inspect.Parameter],
    tool_augmentation_list: Collection[TOOL_AUGMENTATION_TYPE],
) -> list[inspect.Parameter]:
    """The parameters, without their types if ``ARG_TYPE_SCRAMBLED`` is active."""
    if ScenarioCategories.ARG_TYPE_SCRAMBLED not in tool_augmentation_list:
        return params
    return [param.replace(annotation=type(None)) for param in params]


def maybe_scramble_tool_description(
    docstring: str,
    tool_augmentation_list: Collection[TOOL_AUGMENTATION_TYPE],
) -> str:
    """The docstring, without what stands before its arguments if ``TOOL_DESCRIPTION_SCRAMBLED`` is active.

    A docstring without arguments stays as it is, as in the original.
    """
    if ScenarioCategories.TOOL_DESCRIPTION_SCRAMBLED not in tool_augmentation_list:
        return docstring
    return docstring[max(docstring.rfind(_ARGUMENTS), 0) :]


def maybe_scramble_arg_description(
    docstring: str,
    tool_augmentation_list: Collection[TOOL_AUGMENTATION_TYPE],
) -> str:
    """The docstring, without what it says about arguments if ``ARG_DESCRIPTION_SCRAMBLED`` is active.

    A docstring without the section ``Returns:`` stays as it is, as in the original.
    """
    if ScenarioCategories.ARG_DESCRIPTION_SCRAMBLED not in tool_augmentation_list:
        return docstring
    return _ARGUMENT_DESCRIPTIONS.sub(r"\1\n", docstring)
