"""A process that judges samples of a run beside the one that plays it."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from attrs import frozen

from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.child_processes.started import Child, Starter
from tool_sandbox.runs.judging.verdict import Case
from tool_sandbox.runs.outcomes import Played, SampleResult


@frozen(kw_only=True)
class Setup:
    """The first message to the process: the run."""

    settings: RunSettings
    directory: str
    """The run directory, on this machine."""


@frozen
class Ready:
    """It can judge."""


@frozen(kw_only=True)
class Question:
    """A sample that was played, to be judged."""

    number: int
    sample: bytes
    """A pickled ``Sent``: what cannot be read there is no reason to miss the next question."""


@frozen(kw_only=True)
class Sent:
    """A sample as the process needs it, which has its scenario already."""

    changes: Mapping[str, Any]
    """What playing made of the world that it began in."""
    result: SampleResult
    user_is_model: bool

    @classmethod
    def of(cls, case: Case) -> Sent:
        """What is sent of a case."""
        changes = case.world.changes_since(case.scenario.starting_context)
        return cls(changes=changes, result=case.result, user_is_model=case.user_is_model)


@frozen(kw_only=True)
class Verdict:
    """The answer."""

    number: int
    played: Played | None
    """Its files are written already. ``None`` when something went wrong: whoever asked finds out and says what."""


class Beside:
    """Starts the process when that is wanted. It is used in one event loop.

    Args:
        setup: The run.
        changed: Is told when the process has become ready, or is gone.
    """

    def __init__(self, setup: Setup, changed: Callable[[], None]) -> None:
        self.is_ready = False
        """Whether it judges."""
        self._setup, self._changed = setup, changed
        self._asked: dict[int, asyncio.Future[Played | None]] = {}
        self._count = 0
        self._child: Child | None = None
        self._starting: asyncio.Task[Child] | None = None
        self._listening: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start the process, unless that was done before; one that is gone stays so."""
        if self._starting is None:
            self._starting = asyncio.create_task(Starter("tool_sandbox.runs.judging.process").start())
            self._listening = asyncio.create_task(self._listen(self._starting))

    async def judge(self, case: Case) -> Played | None:
        """The verdict on a sample whose files are written then; ``None`` when it has to be judged here."""
        self._count += 1
        number, answer = self._count, asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            if self._child is None or not self.is_ready:
                return None
            sample = pickle.dumps(Sent.of(case), pickle.HIGHEST_PROTOCOL)
            self._child.send(Question(number=number, sample=sample))
            verdict: Played | None = await answer
        except Exception:  # noqa: BLE001 -- a user's own tool may have left in the world what cannot be sent
            return None
        finally:
            del self._asked[number]
        return verdict

    async def aclose(self) -> None:
        """End the process: what it has not judged by now nobody waits for."""
        if self._starting is not None and self._listening is not None:
            await asyncio.wait([self._starting])  # else it would be nobody's
            self._listening.cancel()
            await asyncio.wait([self._listening])
            if not self._starting.cancelled() and self._starting.exception() is None:
                await self._starting.result().end(0)

    async def _listen(self, starting: asyncio.Task[Child]) -> None:
        try:
            with suppress(Exception):  # the system has no room for another process, or nobody knows where Python is
                self._child = await asyncio.shield(starting)
                self._child.send(self._setup)
                while (said := await self._child.receive()) is not None:
                    self._heard(said)
        finally:
            self.is_ready = False
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_result(None)
            self._changed()

    def _heard(self, said: Ready | Verdict) -> None:
        if isinstance(said, Ready):
            self.is_ready = True
            self._changed()
        elif (answer := self._asked.get(said.number)) is not None and not answer.done():
            answer.set_result(said.played)
