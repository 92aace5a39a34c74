"""What subclasses of the agent and the simulated user may replace, and whom they may ask."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from tests.llm.fakes import FakeModel, answer
from tests.roles.worlds import asks, log, replies, system, world
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.errors import ProviderUnavailableError
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.scripted import NopModel
from tool_sandbox.roles.litellm_agent import LiteLLMAgent
from tool_sandbox.roles.model_role import ModelRole


@pytest.fixture(params=[False, True], ids=["blocking", "awaited"])
def awaited(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


async def turn(role: ModelRole, awaited: bool) -> Any:
    """The message that the role adds."""
    with world(system(), asks()):
        await role.arespond() if awaited else role.respond()
        return log()[-1]


class AsksTwice(LiteLLMAgent):
    def _make_llm_call(self, *call: Any) -> ChatResponse:
        super()._make_llm_call(*call)
        return super()._make_llm_call(*call)


class AwaitsTwice(LiteLLMAgent):
    async def _amake_llm_call(self, *call: Any) -> ChatResponse:
        await super()._amake_llm_call(*call)
        return await super()._amake_llm_call(*call)


@pytest.mark.parametrize("kind", [AsksTwice, AwaitsTwice])
async def test_another_way_to_ask_is_used_however_the_turn_is_taken(kind: type[LiteLLMAgent], awaited: bool) -> None:
    role = kind("m", model=FakeModel(answer("first"), answer("second")))
    assert await turn(role, awaited) == replies("second")
    assert role.tally.spending.calls == 2


async def test_a_way_to_ask_that_blocks_does_not_block_the_event_loop_and_sees_the_world() -> None:
    seen: list[Any] = []

    class Looks(LiteLLMAgent):
        def _make_llm_call(self, *call: Any) -> ChatResponse:
            seen.append((threading.current_thread(), get_current_context()))
            return super()._make_llm_call(*call)

    with world(system(), asks()) as context:
        await Looks("m", model=FakeModel()).arespond()
        assert seen[0][1] is context
    assert seen[0][0] is not threading.current_thread()


async def test_another_way_to_take_a_turn_is_used_in_a_run() -> None:
    class Polite(LiteLLMAgent):
        def respond(self, ending_index: int | None = None) -> None:
            super().respond(ending_index)
            self.add_messages([replies("Thank you.")])

    assert await turn(Polite("m", model=FakeModel()), awaited=True) == replies("Thank you.")


async def test_a_model_may_be_one_that_can_only_block(awaited: bool) -> None:
    class Blocks:
        def complete(self, request: ChatRequest) -> ChatResponse:
            return answer(f"asked as {request.model}")

    role = LiteLLMAgent("m", model=Blocks())  # type: ignore[arg-type]  # what it lacks is made up for
    assert await turn(role, awaited) == replies("asked as m")


async def test_who_answered_and_what_failed_is_counted_by_the_role_itself(awaited: bool) -> None:
    role = LiteLLMAgent("m", model=FakeModel(ProviderUnavailableError("down"), answer("Hi", model="one")))
    with pytest.raises(ProviderUnavailableError):
        await turn(role, awaited)
    await turn(role, awaited)
    role.model = FakeModel(answer("Hi", model="other"))
    await turn(role, awaited)
    assert role.tally.models == ["one", "other"]
    assert (role.tally.spending.calls, role.tally.spending.failed_calls) == (2, 1)
    assert role.counters["answers"] == 2


class Hesitates(NopModel):
    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        await asyncio.sleep(0)
        return super().complete(request)


class Consults(LiteLLMAgent):
    async def _ask(self, request: ChatRequest) -> ChatResponse:
        await asyncio.sleep(0)
        return await super()._ask(request)


@pytest.mark.parametrize(("kind", "script"), [(LiteLLMAgent, Hesitates()), (Consults, NopModel())])
async def test_a_script_that_waits_or_a_role_that_does_may_still_do_so(
    kind: type[LiteLLMAgent], script: NopModel, awaited: bool
) -> None:
    assert await turn(kind("m", model=script), awaited) == replies("Hmm.")
