"""Whose fault it is when an agent or a user of somebody's own fails."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

import tool_sandbox
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.roles.base_role import BaseRole
from tool_sandbox.runs.run_result import RunResult


def raises(messages: list[Any], tools: list[Any]) -> str:
    raise ZeroDivisionError("nothing to divide by")


def answers_a_number(messages: list[Any], tools: list[Any]) -> Any:
    return 5


class Raises(BaseRole):
    role_type: ClassVar[RoleType] = RoleType.AGENT

    def respond(self, ending_index: int | None = None) -> None:
        raise ZeroDivisionError("nothing to divide by")


class Unmade(Raises):
    def __init__(self) -> None:
        raise ZeroDivisionError("nothing to divide by")


class Silent(Raises):
    def respond(self, ending_index: int | None = None) -> None:
        """Write nothing."""


class RaisesAsUser(Raises):
    role_type: ClassVar[RoleType] = RoleType.USER


def played(agent: Any, user: Any = "oracle", *, workers: int = 1) -> RunResult:
    return tool_sandbox.run(agent, user, scenarios=["switch_wifi_off"], workers=workers)


@pytest.mark.parametrize("agent", [raises, Raises, Unmade])
def test_an_agent_that_raises_is_named_with_the_line(agent: Any) -> None:
    (sample,) = played(agent)

    assert (sample.status, sample.cause, sample.exception_type) == ("void", "agent", "ZeroDivisionError")
    assert sample.error is not None
    assert sample.error["role"] == "AGENT"
    assert str(sample.error["where"]).startswith(f"{__file__}:")


@pytest.mark.parametrize("agent", [answers_a_number, Silent])
def test_an_agent_that_answers_with_nothing_that_can_be_read_is_named(agent: Any) -> None:
    (sample,) = played(agent)

    assert (sample.status, sample.cause) == ("void", "agent")


@pytest.mark.parametrize("user", [raises, RaisesAsUser])
def test_a_user_that_raises_is_no_fault_of_the_agent(user: Any) -> None:
    (sample,) = played("nop", user)

    assert (sample.status, sample.cause) == ("void", "user_simulator")
    assert str((sample.error or {})["where"]).startswith(f"{__file__}:")


def test_an_agent_that_raises_in_another_process_is_named_as_well() -> None:
    (sample,) = played("tests.runs.test_own_roles:Raises", workers=2)

    assert (sample.status, sample.cause) == ("void", "agent")
