"""Roles, tools and scenarios that a Python caller hands over as they are, where a command line has names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from attrs import Factory, field, frozen

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import UsageError
from tool_sandbox.registry.callables import name_of, role_maker

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.roles.base_role import BaseRole

_KINDS = "a name, a role class, a function that makes a role, or a function (messages, tools) that answers"


@frozen(kw_only=True)
class Objects:
    """What belongs to a run and cannot be written down in its settings."""

    roles: Mapping[RoleType, Callable[..., BaseRole]] = Factory(dict)
    """What makes the roles of the agent or the user whom the settings only call by a name."""
    tools: Sequence[ModuleType] = field(default=())
    """Modules with tools, offered beside those of the settings."""
    scenarios: Mapping[str, Scenario] | None = None
    """What is played, instead of what the settings name."""


def role_object(value: Any, role_type: RoleType) -> tuple[str, Callable[..., BaseRole] | None]:
    """The name under which a role is written down, and what makes it unless the name alone says so.

    Args:
        value: A name, a class of roles, a function that makes one, or a function that answers in the chat format.
        role_type: AGENT or USER.

    Raises:
        UsageError: It is something else.
    """
    from tool_sandbox.roles.base_role import BaseRole

    if isinstance(value, str):
        return value, None
    if isinstance(value, BaseRole):
        name = type(value).__name__
        message = f"{value!r} is one role for all samples; give what makes one for each, such as {name} or a lambda."
        raise UsageError(message)
    if not callable(value):
        message = f"the {role_type.lower()} is {value!r}; expected {_KINDS}."
        raise UsageError(message)
    return _reference(value), role_maker(value, role_type)


def tool_modules(tools: Sequence[Any]) -> tuple[list[str], list[ModuleType]]:
    """The sources of tools that have a name, and modules with the tools that have none.

    Args:
        tools: Files, folders or modules by name, modules, and functions decorated with ``register_as_tool``.

    Raises:
        UsageError: One is something else.
    """
    names: list[str] = []
    modules: list[ModuleType] = []
    loose = ModuleType("tools")
    for tool in tools:
        if isinstance(tool, str):
            names.append(tool)
        elif isinstance(tool, ModuleType):
            modules.append(tool)
        elif getattr(tool, "is_tool", False) is True:
            setattr(loose, tool.__name__, tool)
        else:
            message = f"{tool!r} is not a tool; expected a function decorated with @register_as_tool(), or a module."
            raise UsageError(message)
    return names, [*modules, loose] if len(vars(loose)) > len(vars(ModuleType("tools"))) else modules


def _reference(value: Callable[..., Any]) -> str:
    """``module:Class`` where that leads to the same object, so that the run can be gone on with elsewhere."""
    module, name = getattr(value, "__module__", None), name_of(value)
    if module in (None, "__main__"):
        return name
    return f"{module}:{name}" if getattr(sys.modules.get(str(module)), name, None) is value else name
