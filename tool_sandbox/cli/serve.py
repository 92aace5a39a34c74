"""Serving the samples of a run to agents outside, until they are played."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from tool_sandbox.access import is_loopback
from tool_sandbox.cli.config import OF_AGENTS
from tool_sandbox.cli.lines import print_message
from tool_sandbox.cli.listening import address_of, begin_serving, listening, server_of
from tool_sandbox.cli.options import FLAGS
from tool_sandbox.cli.play import OK, SOME_VOID, Display, play_in_turn
from tool_sandbox.common.checks import number
from tool_sandbox.common.counted import counted
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.registry.names import REMOTE, is_remote
from tool_sandbox.registry.objects import Objects
from tool_sandbox.remote.server import ServedRun, application
from tool_sandbox.remote.sessions import Sessions
from tool_sandbox.runs.continuation import CHANGEABLE, stopped_runs
from tool_sandbox.runs.preparation import new_runs
from tool_sandbox.runs.store import RunStore

if TYPE_CHECKING:
    from tool_sandbox.registry.settings import RunSettings
    from tool_sandbox.runs.preparation import PreparedRun

_LAST_QUESTIONS = 2.0
"""Seconds in which agents that ask for another sample are still told that none is left."""
_AFTER_DASHES = "After '--' stands the command that starts the agent."
_LAST_WORDS = 10.0
"""Seconds in which an agent that we started has to end when the run is over."""


@frozen(kw_only=True)
class Served:
    """How agents reach a run."""

    host: str
    port: int
    """0 takes a free one."""
    turn_timeout: float = field()
    """Seconds that an agent has for a turn; 0 for any time."""
    tells_score: bool = False
    """Whether agents are told at each turn what the conversation so far is worth."""
    command: Sequence[str] = field(default=())
    """What starts the agent, if we are to do that."""

    @turn_timeout.validator
    def _check(self, _attribute: Any, value: float) -> None:
        number(0).check("--turn-timeout", value)

    @command.validator
    def _check_command(self, _attribute: Any, value: Sequence[str]) -> None:
        if value and shutil.which(value[0]) is None:
            message = f"{value[0]!r} is no program that can be started here. {_AFTER_DASHES}"
            raise UsageError(message)

    def sessions(self, agent: str) -> Sessions:
        """What agents play, before it begins."""
        return Sessions(agent, turn_timeout=self.turn_timeout or None, tells_score=self.tells_score)


def agent_called(name: str | None) -> str:
    """What results call an agent that plays from outside."""
    return f"{REMOTE}:{name}" if name else REMOTE


def changes_in(flags: Mapping[str, Any], called: str | None) -> Mapping[str, Any]:
    """What is different when a run goes on.

    Raises:
        SettingsError: Something was given that only a new run has.
    """
    given = {name: value for name, value in flags.items() if value not in (None, [], {})}
    fixed = [FLAGS[name].flag for name in given if name not in CHANGEABLE] + ["--as"] * (called is not None)
    if fixed:
        message = f"{fixed[0]} would have no effect with --resume: the run has its settings. Leave it out."
        raise SettingsError(message)
    return given


def serve_new(settings: RunSettings, served: Served, display: Display) -> int:
    """Begin a run and serve it until all of it is played.

    Returns:
        The exit code.

    Raises:
        UsageError: Something about it is wrong, or the address cannot be used.
    """
    sessions = served.sessions(settings.agent)
    objects = Objects(roles={RoleType.AGENT: sessions.role})
    with listening(served.host, served.port) as listener:
        (prepared,) = new_runs([settings], objects, told=display.loading.tell)
        return _serve(prepared, sessions, served, listener, display)


def serve_stopped(
    location: str, changes: Mapping[str, Any], served: Served, display: Display, *, retry_void: bool
) -> int:
    """Go on with a run that was served.

    Args:
        location: Its run directory.
        changes: The settings that are different from now on; ``None`` for those that stay.
        served: How agents reach it.
        display: What is shown.
        retry_void: Whether void samples are played again.

    Returns:
        The exit code.

    Raises:
        UsageError: The run cannot be gone on with, or the address cannot be used.
    """
    agent = str(RunStore.open(location).read_run().get("settings", {}).get("agent"))
    if not is_remote(agent):
        message = f"{location!r} was played by {agent!r} and not served; go on with it by 'tool_sandbox resume'."
        raise SettingsError(message)
    sessions = served.sessions(agent)
    objects = Objects(roles={RoleType.AGENT: sessions.role})
    with listening(served.host, served.port) as listener:
        display.loading.tell("loading scenarios")
        (prepared,) = stopped_runs(location, changes, objects, retry_void=retry_void, alone=True)
        return _serve(prepared, sessions, served, listener, display)


def _serve(prepared: PreparedRun, sessions: Sessions, served: Served, listener: Any, display: Display) -> int:
    token = os.environ.get(OF_AGENTS[1]) or (None if is_loopback(served.host) else secrets.token_urlsafe(16))
    run = ServedRun(
        sessions=sessions,
        directory=str(prepared.store.directory),
        scenarios=tuple(prepared.scenarios),
        trials=prepared.settings.trials,
    )
    server = server_of(application(run, token=token))
    left = len(prepared.samples()) - len(prepared.done)
    address = f"{address_of(listener, served.host)}/v1"
    wait = begin_serving(server, listener, "agents")
    display.loading.close()
    told = f"{counted(left, 'sample')} to play at {address}" + (f" with the token {token}" if token else "")
    print(told, file=sys.stderr if display.leaves_standard_output else sys.stdout, flush=True)
    try:
        with _agent(served.command, {OF_AGENTS[0]: address, OF_AGENTS[1]: token or ""}, sessions) as agent:
            code = play_in_turn([evolve(prepared, demand=sessions)], display)
            if agent is None and not sessions.count().left:
                time.sleep(_LAST_QUESTIONS)
        return code or (SOME_VOID if agent is not None and agent.returncode else OK)
    finally:
        server.should_exit = True
        wait()


@contextmanager
def _agent(
    command: Sequence[str], told: Mapping[str, str], sessions: Sessions
) -> Iterator[subprocess.Popen[bytes] | None]:
    """Have the agent run inside the block; when it ends, nothing more can be played.

    Raises:
        UsageError: It cannot be started.
    """
    if not command:
        yield None
        return
    try:
        agent = subprocess.Popen(command, env={**os.environ, **told})  # noqa: S603 -- what somebody typed after --
    except OSError as error:
        message = f"{command[0]!r} cannot be started: {error.strerror}. {_AFTER_DASHES}"
        raise UsageError(message) from error

    def watch() -> None:
        agent.wait()
        sessions.close()

    threading.Thread(target=watch, name="agent", daemon=True).start()
    try:
        yield agent
    finally:
        try:
            agent.wait(_LAST_WORDS)
        except subprocess.TimeoutExpired:
            agent.kill()
            agent.wait()
    if agent.returncode:
        print_message(f"{command[0]!r} ended with exit code {agent.returncode}")
