"""The samples of a run are judged when there is time for it; where too many wait, a process beside this one helps."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from tool_sandbox.runs.idle import until_idle
from tool_sandbox.runs.judging.beside import Beside, Setup
from tool_sandbox.runs.judging.verdict import Case, FailureOf, judge
from tool_sandbox.runs.outcomes import Played

if TYPE_CHECKING:
    from tool_sandbox.registry.settings import RunSettings

_MANY = 64
"""So many samples that wait show that this process has no time: another one is worth the second it takes to start."""
_AT_ONCE = 16
"""So many are with the other process, so that it always has one while answers are on their way."""


class Judges:
    """Judges samples in the order in which they were played. It is used in one event loop.

    Args:
        settings: The run's settings.
        setup: The run as another process needs it; ``None`` where only this one can know what is played.
        many: So many samples that wait have another process started.
        clock: The time, in seconds.
    """

    def __init__(
        self,
        settings: RunSettings,
        setup: Setup | None = None,
        *,
        many: int = _MANY,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._settings, self._many, self._clock = settings, many, clock
        self._waiting: deque[asyncio.Future[bool]] = deque()
        """Those whose turn has not come: whether it is here."""
        self._elsewhere: set[asyncio.Future[bool]] = set()
        """Those that are with the other process."""
        self._here: asyncio.Task[None] | None = None
        """Gives those a turn here who wait."""
        self._beside = None if setup is None or (os.cpu_count() or 1) == 1 else Beside(setup, self._give_turns)

    async def judge(self, case: Case, failure_of: FailureOf) -> Played:
        """The verdict on a sample, as soon as calls of models leave time for it.

        Args:
            case: What was played.
            failure_of: Says what went wrong with it.

        Raises:
            BaseException: What ``failure_of`` raises.
        """
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._give_turns()
        try:
            played = None if await turn or self._beside is None else await self._beside.judge(case)
        finally:
            self._elsewhere.discard(turn)
            self._give_turns()
        return played or judge(case, self._settings, failure_of)

    async def aclose(self) -> None:
        """End the other process."""
        if self._beside is not None:
            await self._beside.aclose()

    def _give_turns(self) -> None:
        """Have those judged who wait, here and beside."""
        if self._beside is not None and len(self._waiting) >= self._many:
            self._beside.begin()
        while self._waiting and self._beside is not None and self._beside.is_ready and len(self._elsewhere) < _AT_ONCE:
            self._give(here=False)
        if self._waiting and self._here is None:
            self._here = asyncio.create_task(self._give_turns_here())

    async def _give_turns_here(self) -> None:
        while self._waiting:
            await until_idle(self._clock)
            if self._waiting:
                self._give(here=True)
        self._here = None

    def _give(self, *, here: bool) -> None:
        turn = self._waiting.popleft()
        if turn.done():  # whoever waited was cancelled
            return
        if not here:
            self._elsewhere.add(turn)
        turn.set_result(here)
