"""The words everything else is said in: roles, tables and scenario categories.

Values are spelled out because the standard library's automatic ones are lower-case, which stored files are not.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal


class DatabaseNamespace(StrEnum):
    """The tables of a world. ``SANDBOX`` is the message log, the others are the simulated device."""

    __hash__ = str.__hash__  # the same number as Enum's own, but without a Python function for every look-up

    SANDBOX = "SANDBOX"
    SETTING = "SETTING"
    CONTACT = "CONTACT"
    MESSAGING = "MESSAGING"
    REMINDER = "REMINDER"


class RoleType(StrEnum):
    """Who can send or receive a message."""

    __hash__ = str.__hash__  # the same number as Enum's own, but without a Python function for every look-up

    SYSTEM = "SYSTEM"
    """Gives the others their instructions."""
    USER = "USER"
    """Wants something done; simulated by a model, or scripted."""
    AGENT = "AGENT"
    """The model under test."""
    EXECUTION_ENVIRONMENT = "EXECUTION_ENVIRONMENT"
    """A Python console in which tool calls are run."""


class ScenarioCategories(StrEnum):
    """What a scenario tests, and how its tools are presented."""

    __hash__ = str.__hash__  # the same number as Enum's own, but without a Python function for every look-up

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
