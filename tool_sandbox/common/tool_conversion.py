"""Tools as JSON schemas, the way a model is offered them."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, Union, get_args, get_origin

from tool_sandbox.common.compatibility import original_rules
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.not_given import NotGiven
from tool_sandbox.common.shared_json import SharedJson
from tool_sandbox.common.signatures.annotations import annotations_of
from tool_sandbox.common.signatures.docstrings import described, described_originally
from tool_sandbox.common.signatures.json_types import PYTHON_TO_JSON_TYPES, is_union, json_schema, original_json_schema
from tool_sandbox.common.signatures.scrambling import (
    maybe_scramble_arg_description,
    maybe_scramble_arg_names,
    maybe_scramble_arg_type,
    maybe_scramble_tool_description,
    scrambled_argument_names,
    with_scrambled_names,
)
from tool_sandbox.common.vocabulary import ScenarioCategories

__all__ = [
    "PYTHON_TO_JSON_TYPES",
    "augmented_getdoc",
    "augmented_parameters",
    "convert_python_function_to_openai_function",
    "convert_to_openai_tool",
    "convert_to_openai_tools",
    "default_parameter_processing",
    "maybe_scramble_arg_description",
    "maybe_scramble_arg_type",
    "maybe_scramble_tool_description",
    "offered_tools",
]

Tool = Callable[..., Any]

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_ABSENT = (type(None), NotGiven)


def offered_tools(name_to_tool: dict[str, Tool]) -> list[dict[str, Any]]:
    """``convert_to_openai_tools`` without making copies: the entries are shared and must not be changed."""
    augmentations = tuple(get_current_context().tool_augmentation_list)
    original = original_rules()
    return [_offered(name, tool, tool.__doc__, augmentations, original) for name, tool in name_to_tool.items()]


def convert_to_openai_tools(name_to_tool: dict[str, Tool]) -> list[dict[str, Any]]:
    """Tools as entries of a chat request, under the names that are the keys."""
    return [convert_to_openai_tool(tool, name) for name, tool in name_to_tool.items()]


def convert_to_openai_tool(tool: Tool, name: str | None = None) -> dict[str, Any]:
    """A tool as an entry of a chat request.

    Args:
        tool: The function.
        name: The name under which it is offered; its own by default.
    """
    offered = tool.__name__ if name is None else name
    return {"type": "function", "function": convert_python_function_to_openai_function(offered, tool)}


def convert_python_function_to_openai_function(name: str, function: Tool) -> dict[str, Any]:
    """Name, description and parameters of a function, scrambled as the current context says."""
    augmentations = tuple(get_current_context().tool_augmentation_list)
    converted = _converted(name, function, function.__doc__, augmentations, original_rules())
    return copy.deepcopy(converted)


def augmented_getdoc(function: Tool) -> str:
    """The docstring of a function, scrambled as the current context says."""
    return _docstring(function, tuple(get_current_context().tool_augmentation_list), original_rules())


def augmented_parameters(function: Tool) -> list[inspect.Parameter]:
    """The parameters of a function with simplified annotations, scrambled as the current context says."""
    return _parameters(function, tuple(get_current_context().tool_augmentation_list), original_rules())


def default_parameter_processing(params: Iterable[inspect.Parameter]) -> list[inspect.Parameter]:
    """The parameters with ``Optional`` and ``NotGiven`` taken off their annotations, and int beside float widened."""
    return [param.replace(annotation=_simplified(param.annotation, original_rules())) for param in params]


@functools.lru_cache(maxsize=2048)
def _offered(
    name: str, function: Tool, docstring: str | None, augmentations: tuple[Any, ...], original: bool
) -> SharedJson:
    return SharedJson(type="function", function=_converted(name, function, docstring, augmentations, original))


@functools.lru_cache(maxsize=2048)
def _converted(
    name: str,
    function: Tool,
    docstring: str | None,  # noqa: ARG001 -- part of the key: a changed docstring is another description
    augmentations: tuple[Any, ...],
    original: bool,
) -> dict[str, Any]:
    parameters = [
        each for each in _parameters(function, augmentations, original) if original or each.kind not in _VARIADIC
    ]
    text = _docstring(function, augmentations, original)
    about = described_originally(text) if original else described(text, [each.name for each in parameters])
    properties: dict[str, Any] = {}
    for parameter in parameters:
        schema = (original_json_schema if original else json_schema)(parameter.annotation)
        if parameter.name in about.arguments:
            schema = {**schema, "description": about.arguments[parameter.name]}
        if schema or not original:
            properties[parameter.name] = schema
    required = [each.name for each in parameters if each.default is inspect.Parameter.empty]
    return {
        "name": name,
        "description": about.description,
        "parameters": {"type": "object", "properties": properties, "required": required},
    }


def _docstring(function: Tool, augmentations: tuple[Any, ...], original: bool) -> str:
    text = inspect.getdoc(function) or ""
    if ScenarioCategories.ARG_NAME_SCRAMBLED in augmentations and not original:
        text = with_scrambled_names(text, scrambled_argument_names(function))
    text = maybe_scramble_tool_description(text, augmentations)
    return maybe_scramble_arg_description(text, augmentations)


def _parameters(function: Tool, augmentations: tuple[Any, ...], original: bool) -> list[inspect.Parameter]:
    parameters = list(inspect.signature(function).parameters.values())
    if not original:
        hints = annotations_of(function)
        parameters = [param.replace(annotation=hints.get(param.name, param.annotation)) for param in parameters]
    parameters = [param.replace(annotation=_simplified(param.annotation, original)) for param in parameters]
    if not original:  # the original has no such thing
        parameters = maybe_scramble_arg_names(parameters, augmentations, scrambled_argument_names(function))
    return maybe_scramble_arg_type(parameters, augmentations)


def _simplified(annotation: Any, original: bool) -> Any:
    if not (get_origin(annotation) is Union if original else is_union(annotation)):
        return annotation
    members = get_args(annotation)
    real = [member for member in members if member not in _ABSENT]
    if len(real) == 1:
        return members[0] if original else real[0]
    numbers = members if original else real
    return float if numbers and all(member in {int, float} for member in numbers) else annotation
