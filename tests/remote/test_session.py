from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.runs.fakes import scenario
from tests.waiting import auntil
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import CancelledRunError, SessionError, TimeLimitError
from tool_sandbox.registry.sample import Sample
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.remote.session import Session
from tool_sandbox.remote.sessions import Sessions
from tool_sandbox.runs.results import cancelled

USER = {"role": "user", "content": "Hello"}
HI: dict[str, Any] = {"role": "assistant", "content": "Hi"}


def session(turn_timeout: float | None = None) -> Session:
    return Session(Sample(name="greeting", scenario=scenario()), turn_timeout=turn_timeout)


async def test_an_agent_is_asked_and_told_only_what_is_new() -> None:
    one = session()
    asked = asyncio.create_task(one.ask([USER], []))
    await auntil(one.reply.done)
    assert (one.reply.result().turn, one.reply.result().messages) == (1, [USER])
    later = one.take_turn(HI)
    assert await asked == HI
    asked = asyncio.create_task(one.ask([USER, HI, {"role": "user", "content": "Bye"}], []))
    await auntil(later.done)
    assert (later.result().turn, later.result().messages) == (2, [{"role": "user", "content": "Bye"}])
    one.give_up()
    with pytest.raises(CancelledRunError, match="the agent gave up"):
        await asked


async def test_an_agent_that_gave_up_meanwhile_is_not_asked_again() -> None:
    one = session()
    asked = asyncio.create_task(one.ask([USER], []))
    await auntil(one.reply.done)
    one.take_turn(HI)
    await asked
    one.give_up()
    with pytest.raises(CancelledRunError):
        await one.ask([USER, HI, USER], [])


async def test_a_turn_without_a_number_waits_for_the_answer_to_the_last_one() -> None:
    one = session()
    asked = asyncio.create_task(one.ask([USER], []))
    await auntil(one.reply.done)
    one.take_turn(HI)
    with pytest.raises(SessionError, match="turn 1 is still being played"):
        one.take_turn({"role": "assistant", "content": "And?"})
    assert await asked == HI


async def test_a_turn_that_comes_too_late_is_told_the_end() -> None:
    one = session(turn_timeout=0.0)
    with pytest.raises(TimeLimitError, match=r"within 0 s, the time limit of a turn"):
        await one.ask([USER], [])
    one.end(cancelled(one.sample, RunSettings(agent="remote", user="oracle")))
    assert one.take_turn(HI, 1).result().result is one.over.result()
    with pytest.raises(SessionError, match=r"turn=3 is not the turn"):
        one.take_turn(HI, 3)


def test_before_a_run_has_begun_nothing_can() -> None:
    with pytest.raises(SessionError, match="has not begun yet") as refused:
        Sessions("remote").begin()
    assert refused.value.kind == "not_begun"


def test_a_role_is_the_agents() -> None:
    sessions = Sessions("remote:mine")
    one = session()
    sessions._playing[one.sample.key] = one
    role = sessions.role(one.sample)
    assert (role.role_type, getattr(role, "model_name", None)) == (RoleType.AGENT, "remote:mine")
