"""Workers behind the connection of Ray's actors; the actors themselves live in the event loop of the test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import define, field

from tests.runs.workers.test_controller import NAMES, played, prepared
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.workers.actors import Actor, ActorLink
from tool_sandbox.runs.workers.messages import Setup

ray = pytest.importorskip("ray")


@define
class Handle:
    """An actor as whoever has started it sees it: each call gives something to wait for, until it is killed."""

    actor: Actor = field(factory=Actor)
    calls: list[asyncio.Task[Any]] = field(factory=list)
    is_dead: bool = False

    def __getattr__(self, name: str) -> Handle.Method:
        return Handle.Method(self, getattr(self.actor, name))

    def kill(self) -> None:
        self.is_dead = True
        for call in self.calls:
            call.cancel()

    @define
    class Method:
        handle: Handle
        method: Callable[..., Any]

        def remote(self, *arguments: Any) -> asyncio.Task[Any]:
            call = asyncio.create_task(self.answer(arguments))
            self.handle.calls.append(call)
            return call

        async def answer(self, arguments: tuple[Any, ...]) -> Any:
            try:
                if not self.handle.is_dead:
                    return await self.method(*arguments)
            except asyncio.CancelledError:
                if not self.handle.is_dead:
                    raise
            raise ray.exceptions.RayActorError


@define
class Actors:
    """Starts them; the first one dies with its first sample if it is to."""

    dies: bool = False
    handles: list[Handle] = field(factory=list)
    delivers_last_words: ClassVar[bool] = False

    async def start(self, worker: str) -> ActorLink:
        handle = Handle()
        if self.dies and not self.handles:
            handle.actor.tell = self.fatal(handle)  # type: ignore[method-assign]
        self.handles.append(handle)
        return ActorLink(handle, handle.kill)

    @staticmethod
    def fatal(handle: Handle) -> Any:
        tell = handle.actor.tell

        async def until_a_sample(messages: Any) -> None:
            if all(isinstance(each, Setup) for each in messages):
                await tell(messages)
            else:
                handle.kill()

        return until_a_sample


@pytest.mark.parametrize("dies", [False, True])
async def test_actors_play_a_run_also_when_one_is_lost(dies: bool, tmp_path: Path) -> None:
    executor: Any = Actors(dies)
    report = await played(prepared(tmp_path, trials=2), executor)

    assert report.ending is Ending.DONE
    assert [result.similarity for result in report.results] == [1.0] * 2 * len(NAMES)
    assert len(executor.handles) == 2 + dies
    assert all(handle.is_dead for handle in executor.handles)
