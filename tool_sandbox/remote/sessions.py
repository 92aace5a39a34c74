"""The samples of a run whose agents are outside: each begins when an agent asks for it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from attrs import frozen

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import SessionError
from tool_sandbox.nearest import hint
from tool_sandbox.remote.session import Session
from tool_sandbox.runs.results import cancelled
from tool_sandbox.runs.scheduler import Ending

if TYPE_CHECKING:
    from tool_sandbox.registry.sample import Sample
    from tool_sandbox.registry.settings import RunSettings
    from tool_sandbox.roles.base_role import BaseRole
    from tool_sandbox.runs.outcomes import SampleResult
    from tool_sandbox.runs.scheduler import Schedule

_REMEMBERED = 1000
"""So many sessions that are over can still be asked about."""
Key = tuple[str, int]


@frozen(kw_only=True)
class Count:
    """How many samples of a run are where."""

    left: int
    """Nobody has begun them, or who did gave up."""
    playing: int
    finished: int


class Sessions:
    """Agents outside play the samples of a run. May be used from any thread, once the run has begun.

    Args:
        agent: What results call these agents.
        turn_timeout: Seconds that an agent has for a turn; ``None`` for any time.
        tells_score: Whether agents are told at each turn what the conversation so far is worth.
    """

    def __init__(self, agent: str, *, turn_timeout: float | None = None, tells_score: bool = False) -> None:
        self.agent, self._turn_timeout, self._tells_score = agent, turn_timeout, tells_score
        self._lock = Lock()
        self.begun: Future[None] = Future()
        """Is done when samples can be asked for."""
        self._run: tuple[asyncio.AbstractEventLoop, Schedule] | None = None
        self._ending: Ending | None = None
        self._closed = False
        self._most = 0
        self._left: OrderedDict[Key, Sample] = OrderedDict()
        self._playing: dict[Key, Session] = {}
        self._finished: set[Key] = set()
        self._over: OrderedDict[str, Session] = OrderedDict()

    def role(self, sample: Sample) -> BaseRole:
        """The agent of a sample that somebody has asked for."""
        from tool_sandbox.roles.callable_agent import callable_role

        return callable_role(self._playing[sample.key].ask, self.agent, RoleType.AGENT)

    async def play(self, schedule: Schedule, left: Sequence[Sample], settings: RunSettings) -> None:
        """Play samples as they are asked for, until all are finished or something stops the run.

        Args:
            schedule: Plays what is added to it.
            left: What can be asked for.
            settings: The run's settings.
        """
        with self._lock:
            self._left = OrderedDict((sample.key, sample) for sample in left if not self._closed)
            self._most = settings.concurrency
            schedule.is_open = bool(self._left)
            self._run = asyncio.get_running_loop(), schedule
        self.begun.set_result(None)
        try:
            await schedule.run(())
        finally:
            with self._lock:
                self._ending = schedule.ending
                playing = list(self._playing.values())
            for session in playing:
                self.finished(cancelled(session.sample, settings))

    def finished(self, result: SampleResult) -> None:
        """A sample is over; one that was only stopped can be asked for again."""
        with self._lock:
            session = self._playing.pop(result.key)
            self._over[session.id] = session
            if len(self._over) > _REMEMBERED:
                self._over.popitem(last=False)
            if result.finished:
                self._finished.add(result.key)
            elif not self._closed:
                self._left[result.key] = session.sample
            is_last = not self._left and not self._playing
        session.end(result)
        if is_last:
            self._close_schedule()

    def begin(self, name: str | None = None, trial: int | None = None, *, key: str | None = None) -> Session:
        """Begin a sample.

        Args:
            name: The scenario; by default whichever is next.
            trial: Which trial of it; by default the first that is left.
            key: What tells this request from others: the same one again means the same session.

        Raises:
            SessionError: There is no such sample, somebody else has it, or no room for another one.
        """
        with self._lock:
            if key is not None and (begun := self._session(key=key)):
                return begun
            loop, schedule = self._open_run()
            if len(self._playing) >= self._most:
                message = f"{self._most} samples are being played, and no more may be at once (-p); try again later."
                raise SessionError(message, kind="too_many_sessions")
            sample = self._left.pop(self._chosen(name, trial))
            session = Session(sample, turn_timeout=self._turn_timeout, key=key, tells_score=self._tells_score)
            self._playing[sample.key] = session
        with suppress(RuntimeError):  # the loop is closed: the run is over, and ``play`` ends the session
            loop.call_soon_threadsafe(schedule.add, sample)
        return session

    def close(self) -> None:
        """Have nothing more begun, and give up what is being played: the run ends, with what is finished."""
        with self._lock:
            self._closed = True
            if self._run is None or self._ending is not None:
                return
            self._left.clear()
            playing = list(self._playing.values())
        for session in playing:
            session.give_up()
        if not playing:
            self._close_schedule()

    def session(self, session_id: str) -> Session:
        """A session by its id.

        Raises:
            SessionError: There is none, or it was over long ago.
        """
        with self._lock:
            session = self._session(session_id=session_id)
        if session is None:
            message = (
                f"there is no sample {session_id!r} here: give the id that beginning one returned. Of those that are "
                f"over, the last {_REMEMBERED} are known; all are in the run directory."
            )
            raise SessionError(message, kind="unknown_sample")
        return session

    def count(self) -> Count:
        """How many samples are where."""
        with self._lock:
            return Count(left=len(self._left), playing=len(self._playing), finished=len(self._finished))

    def _session(self, *, session_id: str | None = None, key: str | None = None) -> Session | None:
        if session_id is not None and session_id in self._over:
            return self._over[session_id]
        known = [*self._playing.values(), *(self._over.values() if key else ())]
        return next((each for each in known if each.id == session_id or (key and each.key == key)), None)

    def _open_run(self) -> tuple[asyncio.AbstractEventLoop, Schedule]:
        if self._ending is Ending.DONE:
            raise SessionError("no sample is left: the run is done.", kind="nothing_left")
        if self._run is None:
            raise SessionError("the run has not begun yet; wait until it has.", kind="not_begun")
        ending = self._run[1].ending
        if ending is not Ending.DONE:  # some of it may still be played, but no more is begun
            message = f"the run is over ({ending.value}); no further sample can be begun."
            raise SessionError(message, kind="run_over")
        return self._run

    def _close_schedule(self) -> None:
        """Soon: what was given up last must not count as the end of a run that is not open."""
        assert self._run is not None
        loop, schedule = self._run
        with suppress(RuntimeError):  # the loop is closed: the run is over
            loop.call_soon_threadsafe(schedule.close)

    def _chosen(self, name: str | None, trial: int | None) -> Key:
        """The sample that somebody asks for."""
        fitting = next((key for key in self._left if name in (None, key[0]) and trial in (None, key[1])), None)
        if fitting:
            return fitting
        every = [*self._left, *self._playing, *self._finished]
        names = sorted({key[0] for key in every})
        if name is not None and name not in names:
            message = f"there is no scenario {name!r} in this run; {hint(name, names)}"
            raise SessionError(message, kind="unknown_scenario")
        if name is not None and trial is not None and (name, trial) in every:
            how = "is being played" if (name, trial) in self._playing else "is finished"
            raise SessionError(f"trial {trial} of {name!r} {how}; ask for another one.", kind="taken")
        wanted = " ".join([f"of {name!r}"] * (name is not None) + [f"with trial={trial}"] * (trial is not None))
        message = f"no sample {wanted} is left: all are being played or finished.".replace("  ", " ")
        raise SessionError(message, kind="nothing_left")
