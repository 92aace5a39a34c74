"""Where an environment's episodes are played: in this process, or by a run that is served."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

import httpx
from attrs import evolve

from tool_sandbox.common.execution.capture import dispatched_output
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import SessionError, UsageError
from tool_sandbox.nearest import hint
from tool_sandbox.registry.keywords import asked_for, in_words_of_python
from tool_sandbox.registry.sample import Sample
from tool_sandbox.remote.schema import SampleState
from tool_sandbox.remote.session import Session
from tool_sandbox.runs.preparation import new_runs
from tool_sandbox.runs.results import cancelled
from tool_sandbox.runs.session import play_sample
from tool_sandbox.threads import DaemonThreads

if TYPE_CHECKING:
    from tool_sandbox.registry.keywords import Role, Scenarios
    from tool_sandbox.roles.base_role import BaseRole

State = Mapping[str, Any]
"""A sample as ``SampleState`` tells it."""
_THREADS = 64
"""For tools and roles that block."""
_BUSY = 429
_played: ContextVar[Session] = ContextVar("tool_sandbox_episode")


class Samples(Protocol):
    """Where episodes are played. May be shared by many environments, in any thread."""

    scenarios: Sequence[str]
    """Their names."""
    is_endless: bool
    """Whether any trial of a scenario can be played, and again."""

    def begin(self, scenario: str | None = None, trial: int | None = None) -> State:
        """Begin an episode."""
        ...

    def take_turn(self, state: State, message: Mapping[str, Any]) -> State:
        """Take the agent's turn."""
        ...

    def give_up(self, state: State) -> None:
        """End an episode before its end."""
        ...

    def close(self) -> None:
        """Stop all of it."""
        ...


class LocalSamples:
    """Episodes in this process, as many as one likes; nothing of them is written down.

    Args:
        scenarios: As for ``tool_sandbox.run``.
        user: As for ``tool_sandbox.run``; by default what plays the user's part of each scenario's own solution.
        agent: What results call the agent.
        turn_timeout: Seconds that the agent has for a turn; ``None`` for any time.
        tells_score: Whether each turn is told what the conversation so far is worth.
        settings: As for ``tool_sandbox.run``.

    Raises:
        UsageError: As for ``tool_sandbox.run``.
    """

    is_endless = True

    def __init__(
        self,
        scenarios: Scenarios = (),
        user: Role = "oracle",
        *,
        agent: str = "trained",
        turn_timeout: float | None = None,
        tells_score: bool = False,
        **settings: Any,
    ) -> None:
        asked, objects = asked_for("oracle", user, scenarios, **settings)
        objects = evolve(objects, roles={**objects.roles, RoleType.AGENT: self._role})
        with in_words_of_python():
            (self._run,) = new_runs([evolve(asked, agent=agent)], objects, temporary=True)
        self.scenarios: Sequence[str] = list(self._run.scenarios)
        self._agent, self._turn_timeout, self._tells_score = agent, turn_timeout, tells_score
        self._sessions: dict[str, Session] = {}
        self._played: set[Future[None]] = set()
        self._count = itertools.count()
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(DaemonThreads(_THREADS))
        self._output = dispatched_output()
        self._output.__enter__()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tool_sandbox-episodes", daemon=True)
        self._thread.start()

    def begin(self, scenario: str | None = None, trial: int | None = None) -> State:
        """Begin an episode.

        Args:
            scenario: Its name; by default each in turn.
            trial: From it and the name follows everything random; by default how many rounds there were before.

        Raises:
            SessionError: There is no such scenario.
        """
        turn = next(self._count)
        name = self.scenarios[turn % len(self.scenarios)] if scenario is None else scenario
        if name not in self._run.scenarios:
            message = f"there is no scenario {name!r} here; {hint(name, self.scenarios)}"
            raise SessionError(message, kind="unknown_scenario")
        number = turn // len(self.scenarios) if trial is None else trial
        sample = Sample(name=name, scenario=self._run.scenarios[name], trial=number)
        session = Session(sample, turn_timeout=self._turn_timeout, tells_score=self._tells_score)
        self._sessions[session.id] = session
        played = asyncio.run_coroutine_threadsafe(self._play(session), self._loop)
        self._played.add(played)
        played.add_done_callback(self._played.discard)
        reply = session.first.result()
        if reply.result is not None:
            self._sessions.pop(session.id, None)
        return SampleState.of(session, reply, whole=True).model_dump()

    def take_turn(self, state: State, message: Mapping[str, Any]) -> State:
        """Take the agent's turn; arguments and errors are those of ``Session.take_turn``."""
        session = self._sessions[state["id"]]
        reply = session.take_turn(message, state["turn"]).result()
        if reply.result is not None:
            self._sessions.pop(session.id, None)
        return SampleState.of(session, reply).model_dump()

    def give_up(self, state: State) -> None:
        """End an episode before its end."""
        session = self._sessions.pop(state["id"], None)
        if session is not None:
            session.give_up()

    def close(self) -> None:
        """Give up what is being played, and leave nothing behind; may be called twice."""
        if self._loop.is_closed():
            return
        for session in list(self._sessions.values()):
            session.give_up()
        wait(list(self._played))
        asyncio.run_coroutine_threadsafe(self._run.cast.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._output.__exit__(None, None, None)
        self._run.close()
        self._run.store.discard()

    def _role(self) -> BaseRole:
        from tool_sandbox.roles.callable_agent import callable_role

        return callable_role(_played.get().ask, self._agent, RoleType.AGENT)

    async def _play(self, session: Session) -> None:
        _played.set(session)  # several environments may play one and the same sample
        try:
            with self._run.rules():
                played = await play_sample(
                    session.sample, self._run.cast, self._run.settings, digests=self._run.digests
                )
            session.end(played.result)
        except BaseException:
            session.end(cancelled(session.sample, self._run.settings))
            raise


class ServedSamples:
    """Episodes of a run that ``tool_sandbox serve`` plays, and records.

    Args:
        url: What it printed.
        token: What it printed beside that, if it did.

    Raises:
        UsageError: Nothing answers there.
    """

    is_endless = False

    def __init__(self, url: str, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._url = url.rstrip("/")
        limits = httpx.Limits(max_connections=None)
        self._client = httpx.Client(base_url=f"{self._url}/", headers=headers, timeout=None, limits=limits)  # noqa: S113 -- the server has time limits
        self.scenarios: Sequence[str] = self._ask("GET", "run")["scenarios"]

    def begin(self, scenario: str | None = None, trial: int | None = None) -> State:
        """Begin an episode; where the server plays as many as it may, wait until one is over.

        Args:
            scenario: Its name; by default whichever is next.
            trial: By default the first that is left.

        Raises:
            SessionError: There is no such sample, or none is left.
        """
        key = {"Idempotency-Key": secrets.token_hex(8)}
        return self._ask("POST", "samples", {"scenario": scenario, "trial": trial}, key)

    def take_turn(self, state: State, message: Mapping[str, Any]) -> State:
        """Take the agent's turn; errors are those of ``Session.take_turn``."""
        return self._ask("POST", f"samples/{state['id']}/messages", {**message, "turn": state["turn"]})

    def give_up(self, state: State) -> None:
        """End an episode before its end."""
        self._ask("DELETE", f"samples/{state['id']}")

    def close(self) -> None:
        """Close the connections; the run is the server's."""
        self._client.close()

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> State:
        while True:
            try:
                answer = self._client.request(method, path, json=body, headers=headers)
            except httpx.TransportError as error:
                message = (
                    f"nothing answers at {self._url!r}: {error}. Give the address that tool_sandbox serve printed."
                )
                raise UsageError(message) from error
            if answer.status_code != _BUSY:
                break
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        try:
            told: dict[str, Any] = answer.json()
            if answer.is_error:
                raise SessionError(told["detail"], kind=told["code"])
        except (ValueError, LookupError, TypeError) as error:
            message = (
                f"{self._url!r} is no address of tool_sandbox serve: it answered with status {answer.status_code}."
            )
            raise UsageError(message) from error
        return told
