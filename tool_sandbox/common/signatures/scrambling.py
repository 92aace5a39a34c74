"""Taking away what a model is told about a tool: descriptions, types, and the names of arguments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any

from tool_sandbox.common.vocabulary import TOOL_AUGMENTATION_TYPE, ScenarioCategories

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
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


@lru_cache(maxsize=2048)
def scrambled_argument_names(function: Callable[..., Any]) -> Mapping[str, str]:
    """Opaque names of a function's arguments by real name: ``arg_0``, ``arg_1`` and so on.

    Arguments that a function takes under any name keep theirs.
    """
    parameters = inspect.signature(function).parameters.values()
    named = [parameter.name for parameter in parameters if parameter.kind not in _VARIADIC]
    return {name: f"arg_{number}" for number, name in enumerate(named)}


def maybe_scramble_arg_names(
    params: list[inspect.Parameter],
    tool_augmentation_list: Collection[TOOL_AUGMENTATION_TYPE],
    names: Mapping[str, str],
) -> list[inspect.Parameter]:
    """The parameters under opaque names if ``ARG_NAME_SCRAMBLED`` is active."""
    if ScenarioCategories.ARG_NAME_SCRAMBLED not in tool_augmentation_list:
        return params
    return [param.replace(name=names.get(param.name, param.name)) for param in params]


def with_scrambled_names(text: str, names: Mapping[str, str]) -> str:
    """A docstring or an error in which arguments are called by opaque names.

    A name of one plain word is taken for an argument's where it is quoted, begins a line of a docstring's arguments or
    is followed by ``=``: elsewhere it may be just a word.
    """
    for name, opaque in names.items():
        word = re.escape(name)
        sure = (
            rf"\b{word}\b"
            if "_" in name
            else rf"(?<=['\"`]){word}(?=['\"`])|(?<=^    ){word}(?=( \(.*\))?:)|\b{word}(?==)"
        )
        text = re.sub(sure, opaque, text, flags=re.MULTILINE)
    return text
