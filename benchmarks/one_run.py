"""One row of ``benchmarks/runs.py`` in a process of its own.

``python one_run.py WAY SAMPLES CONCURRENCY SERVER FOLDER``

Prints what it measured as one line of JSON. Whatever is done once in a process, such as importing LiteLLM, is done
before the clock runs, by playing every scenario once. CPU seconds are those of this process and of its workers, in all
their threads; the memory of workers is that of the one that held most. Actors of the Ray cluster that ``RAY_ADDRESS``
names, and that whoever starts this has started as well, are looked at while they play.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import cycle, islice
from typing import Any, Self

from attrs import define, field, frozen
from processes import children, command, cpu_seconds, peak_megabytes
from two_nodes import actors_of

import tool_sandbox
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Layer
from tool_sandbox.llm.scripted import OracleModel, ScriptedUserModel
from tool_sandbox.roles.execution_environment import ExecutionEnvironment
from tool_sandbox.roles.litellm_agent import LiteLLMAgent
from tool_sandbox.roles.litellm_user import LiteLLMUser
from tool_sandbox.scenarios import named_scenarios

SIX_CALLS = (
    "accept_the_night_shift",
    "change_of_mind_about_the_recipient",
    "clear_what_is_older_than_this_week",
    "delivery_from_a_text_to_the_reminders",
    "extra_ice_if_it_gets_hot",
    "miles_to_the_pharmacy_on_low_battery",
    "move_reminder_just_read",
    "nobody_owns_the_new_phone",
    "remind_me_at_the_pharmacy",
    "reminder_bit_by_bit",
)
"""Bundled scenarios whose agent answers six times."""
CALLS = 6

Play = Callable[[int, int], int]
"""Plays so many samples, so many at once; returns how many scored 1."""


def a_run(model: str, **more: Any) -> Callable[[str, str], Play]:
    """A run as anybody starts it, written to the disk."""

    def at(server: str, folder: str) -> Play:
        def play(samples: int, concurrency: int) -> int:
            trials = max(1, samples // len(SIX_CALLS))
            settings = more if model == "oracle" else {"api_base": server, "api_key": "x", "timeout": 600, **more}
            done = tool_sandbox.run(
                model, "oracle", SIX_CALLS, output=folder, trials=trials, concurrency=concurrency, **settings
            )
            return sum(each.similarity == 1 for each in done.samples)

        return play

    return at


Ask = Callable[[ChatRequest], Awaitable[Any]]


def alone(client: Callable[[str], AbstractAsyncContextManager[Ask]]) -> Callable[[str, str], Play]:
    """The same requests by a client alone: nothing is played, judged or written."""

    def at(server: str, _folder: str) -> Play:
        conversations = recorded()

        async def everything(samples: int, concurrency: int) -> int:
            left = islice(cycle(conversations), samples)

            async def one_after_the_other(ask: Ask) -> int:
                done = 0
                for conversation in left:
                    for request in conversation:
                        await ask(request)
                    done += 1
                return done

            async with client(server) as ask:
                return sum(await asyncio.gather(*(one_after_the_other(ask) for _ in range(concurrency))))

        return lambda samples, concurrency: asyncio.run(everything(samples, concurrency))

    return at


@asynccontextmanager
async def aiohttp_alone(server: str) -> AsyncIterator[Ask]:
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=2048)) as session:

        async def ask(request: ChatRequest) -> Any:
            body = {"model": request.model, "messages": request.messages, **request.call_params()}
            async with session.post(f"{server}/chat/completions", json=body) as answer:
                return (await answer.json())["choices"][0]

        yield ask


@asynccontextmanager
async def litellm_alone(server: str) -> AsyncIterator[Ask]:
    from tool_sandbox.llm.transports.through_litellm.transport import close_litellm, load_litellm

    litellm = load_litellm()
    fixed = {"model": "openai/gpt-4o", "api_base": server, "api_key": "x", "num_retries": 0, "max_retries": 0}

    async def ask(request: ChatRequest) -> Any:
        answer = await litellm.acompletion(messages=list(request.messages), **request.call_params(), **fixed)
        return answer.choices[0]

    yield ask
    await close_litellm()


@frozen
class Recorder(Layer):
    """A model that keeps what it was asked."""

    inner: OracleModel
    requests: list[ChatRequest] = field(factory=list)

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        self.requests.append(request)
        return await self.inner.acomplete(request)


def recorded() -> list[list[ChatRequest]]:
    """What an agent asks in each of the scenarios."""
    scenarios, conversations = named_scenarios(ToolBackend.DEFAULT), []
    for name in SIX_CALLS:
        script = scenarios[name].script
        if script is None:
            message = f"{name!r} has no solution"
            raise SystemExit(message)
        recorder = Recorder(OracleModel(script))
        roles = {
            RoleType.AGENT: LiteLLMAgent("gpt-4o", model=recorder, api_key="x"),
            RoleType.USER: LiteLLMUser("script", model=ScriptedUserModel(script)),
            RoleType.EXECUTION_ENVIRONMENT: ExecutionEnvironment(),
        }
        scenarios[name].play(roles, name)
        conversations.append(recorder.requests)
    return conversations


WAYS: dict[str, Callable[[str, str], Play]] = {
    "aiohttp alone": alone(aiohttp_alone),
    "direct:": a_run("direct:gpt-4o", workers=1),
    "direct:, 2 workers": a_run("direct:gpt-4o", workers=2),
    "direct:, 2 nodes of Ray": a_run("direct:gpt-4o", workers=2, executor="ray"),
    "litellm alone": alone(litellm_alone),
    "LiteLLM": a_run("openai/gpt-4o", workers=1),
    "LiteLLM, 2 workers": a_run("openai/gpt-4o", workers=2),
    "LiteLLM, 2 nodes of Ray": a_run("openai/gpt-4o", workers=2, executor="ray"),
    "oracle": a_run("oracle", workers=1),
}
"""How the calls are made. Each way is given the server's address and a folder, and plays."""


LOOK = 0.2
"""Seconds between two looks at workers."""


@define
class Watch:
    """Looks at the workers of this process for the time of a block."""

    peak: float = 0.0
    """Megabytes that one of them held at most."""
    cpu: dict[int, float] = field(factory=dict)
    """Seconds that each actor has used: Ray's processes are not ours to wait for."""
    _over: threading.Event = field(factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOK):
            actors = actors_of(children(os.getppid())) if "RAY_ADDRESS" in os.environ else []
            self.cpu.update((each, cpu_seconds(each)) for each in actors)
            workers = [each for each in children(os.getpid()) if "tool_sandbox" in command(each)]
            self.peak = max([self.peak, *map(peak_megabytes, actors + workers)])


def own_cpu_seconds() -> float:
    """Of this process and of those it has waited for."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def main(arguments: Sequence[str]) -> None:
    way, server, folder = arguments[0], arguments[3], arguments[4]
    samples, concurrency = map(int, arguments[1:3])
    play = WAYS[way](server, folder)
    play(len(SIX_CALLS), min(concurrency, len(SIX_CALLS)))
    began, used, before = time.monotonic(), own_cpu_seconds(), peak_megabytes()
    with Watch() as watch:
        solved = play(samples, concurrency)
        wall = time.monotonic() - began
    cpu = own_cpu_seconds() - used + sum(watch.cpu.values())
    result = {"solved": solved, "wall_s": wall, "cpu_s": cpu, "start_cpu_s": used, "start_mb": before}
    print(json.dumps({**result, "peak_mb": peak_megabytes(), "peak_worker_mb": watch.peak}))


if __name__ == "__main__":
    main(sys.argv[1:])
