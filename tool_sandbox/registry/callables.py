"""Roles that a function or a class makes: a person's, and those of a user's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import ToolSandboxError, UsageError
from tool_sandbox.registry.factories import RoleFactory
from tool_sandbox.registry.sample import UnmadeRoleError

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.registry.sample import Sample
    from tool_sandbox.roles.base_role import BaseRole

_CHAT_PARAMETER = "messages"
_SAMPLE = "sample"
"""The parameter under which a factory is told what it makes a role for."""


class CallableRoleFactory(RoleFactory):
    """Roles that a function or class makes, from the configuration that it has parameters for.

    Args:
        make: Makes a role.
        at_once: How many samples can be played at once.
        types: Whether the roles are played by somebody who types at the terminal.
        name: What the roles are called, for messages.
        role_type: AGENT or USER.
        config: What was configured; those roles get of it what they have parameters for.
    """

    def __init__(
        self,
        make: Callable[..., BaseRole],
        *,
        at_once: int | None = None,
        types: bool = False,
        name: str = "",
        role_type: RoleType = RoleType.AGENT,
        config: Mapping[str, Any] | None = None,
    ) -> None:
        self.make, self.at_once, self.types = make, at_once, types
        self.name, self.role_type = name, role_type
        self._named, self._any_name = parameters_of(make)
        self.parameters = tuple(self._named)
        self._config = {key: value for key, value in (config or {}).items() if self.takes(key)}

    def takes(self, key: str) -> bool:
        """Whether the function or class has a parameter of this name, or takes any."""
        return key in self._named or self._any_name

    def check(self, scenarios: Mapping[str, Scenario]) -> None:  # noqa: ARG002 -- any can be played
        """Make sure that the roles can be made of what was configured.

        Raises:
            UsageError: They play another part, or a value that they need is missing.
        """
        meant = getattr(self.make, "role_type", None)
        if isinstance(meant, RoleType) and meant != self.role_type:
            message = f"{self.name!r} is made to play {meant}, not {self.role_type}."
            raise UsageError(message)
        given = {*self._config, _SAMPLE}
        needed = [name for name, required in self._named.items() if required and name not in given]
        if needed:
            flag = "--user-param" if self.role_type == RoleType.USER else "--param"
            message = f"{self.name!r} needs a value for {needed[0]!r}; give it with {flag} {needed[0]}=…"
            raise UsageError(message)

    def role(self, sample: Sample) -> BaseRole:
        """A fresh role; whoever has a parameter for the sample is told which one it is for.

        Raises:
            UnmadeRoleError: What makes it has failed.
        """
        told = {_SAMPLE: sample} if _SAMPLE in self._named else {}
        try:
            return self.make(**{**self._config, **told})
        except ToolSandboxError:
            raise
        except Exception as error:
            raise UnmadeRoleError(self.role_type) from error


def role_maker(value: Callable[..., Any], role_type: RoleType) -> Callable[..., BaseRole]:
    """What makes a role: a class or a function that does, or whatever takes the turns of one in the chat format.

    Args:
        value: A class of roles, a function that makes one, or a function ``(messages, tools)`` that answers.
        role_type: AGENT or USER.
    """
    if not _answers(value):
        return value
    from tool_sandbox.roles.callable_agent import callable_role

    return lambda: callable_role(value, name_of(value), role_type)


def name_of(value: Callable[..., Any]) -> str:
    """What something that can be called is called, else its class."""
    return str(getattr(value, "__name__", type(value).__name__))


def _answers(value: Callable[..., Any]) -> bool:
    """Whether it is asked with messages; a class makes roles, whatever its parameters are called."""
    if inspect.isclass(value):
        return False
    try:
        first = next(iter(inspect.signature(value).parameters), None)
    except (TypeError, ValueError):  # written in C, say
        return False
    return first == _CHAT_PARAMETER


def parameters_of(factory: Callable[..., Any]) -> tuple[dict[str, bool], bool]:
    """The parameters that can be given by name and whether each must be, and whether any other name is taken, too."""
    try:
        declared = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):  # written in C, say
        return {}, False
    by_name = [each for each in declared if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
    named = {each.name: each.default is each.empty for each in by_name}
    return named, any(each.kind is each.VAR_KEYWORD for each in declared)
