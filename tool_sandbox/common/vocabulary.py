"""The words everything else is said in: roles, tables and scenario categories."""

from __future__ import annotations

from enum import Enum
from typing import Any, Literal


class StrEnum(str, Enum):
    """An enum whose members are their own upper-case names and compare equal to plain strings.

    The standard library's ``StrEnum`` makes automatic values lower-case, which would change every stored file.
    """

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[Any]) -> str:  # noqa: ARG004 -- the signature is the enum module's
        return name

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, format_spec: str) -> str:
        return format(str(self.value), format_spec)


class DatabaseNamespace(StrEnum):
    """The tables of a world. ``SANDBOX`` is the message log, the others are the simulated device."""

    SANDBOX = "SANDBOX"
    SETTING = "SETTING"
    CONTACT = "CONTACT"
    MESSAGING = "MESSAGING"
    REMINDER = "REMINDER"


class RoleType(StrEnum):
    """Who can send or receive a message."""

    SYSTEM = "SYSTEM"
    USER = "USER"
    AGENT = "AGENT"
    EXECUTION_ENVIRONMENT = "EXECUTION_ENVIRONMENT"


class ScenarioCategories(StrEnum):
    """What a scenario tests, and how its tools are presented."""

    SINGLE_TOOL_CALL = "SINGLE_TOOL_CALL"
    MULTIPLE_TOOL_CALL = "MULTIPLE_TOOL_CALL"
    SINGLE_USER_TURN = "SINGLE_USER_TURN"
    MULTIPLE_USER_TURN = "MULTIPLE_USER_TURN"
    STATE_DEPENDENCY = "STATE_DEPENDENCY"
    CANONICALIZATION = "CANONICALIZATION"
    COREFERENCE = "COREFERENCE"
    DISAMBIGUATION = "DISAMBIGUATION"
    INSUFFICIENT_INFORMATION = "INSUFFICIENT_INFORMATION"
    NO_DISTRACTION_TOOLS = "NO_DISTRACTION_TOOLS"
    THREE_DISTRACTION_TOOLS = "THREE_DISTRACTION_TOOLS"
    TEN_DISTRACTION_TOOLS = "TEN_DISTRACTION_TOOLS"
    ALL_TOOLS_AVAILABLE = "ALL_TOOLS_AVAILABLE"
    TOOL_NAME_SCRAMBLED = "TOOL_NAME_SCRAMBLED"
    TOOL_DESCRIPTION_SCRAMBLED = "TOOL_DESCRIPTION_SCRAMBLED"
    ARG_DESCRIPTION_SCRAMBLED = "ARG_DESCRIPTION_SCRAMBLED"
    ARG_NAME_SCRAMBLED = "ARG_NAME_SCRAMBLED"
    ARG_TYPE_SCRAMBLED = "ARG_TYPE_SCRAMBLED"


TOOL_AUGMENTATION_TYPE = Literal[
    ScenarioCategories.TOOL_NAME_SCRAMBLED,
    ScenarioCategories.TOOL_DESCRIPTION_SCRAMBLED,
    ScenarioCategories.ARG_DESCRIPTION_SCRAMBLED,
    ScenarioCategories.ARG_TYPE_SCRAMBLED,
    ScenarioCategories.ARG_NAME_SCRAMBLED,
]
