"""Workers on a Ray cluster: each is an async actor on a core of its own.

What is said goes through one call of the actor at a time in each direction, so that it arrives in order: one brings
whatever has been said to the worker since the last, the other waits until the worker has something to say.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from typing import Any

from attrs import define, evolve, field

from tool_sandbox.errors import MissingDependencyError, SettingsError, how_to_install
from tool_sandbox.runs.workers.messages import FromWorker, Setup, ToWorker
from tool_sandbox.runs.workers.worker import work

_OF_ITS_OWN = ("RAY_", "PYTHON", "LD_", "VIRTUAL_ENV", "PATH", "HOME", "PWD", "TMPDIR")
"""How variables begin that are about a machine, not about models."""
_KNOCK = 10.0
"""Seconds in which the head of a cluster takes a connection."""
_CALLS_AT_ONCE = 8
"""Of an actor: its work, and what is said in both directions."""


def check_ray() -> None:
    """Make sure that Ray is installed.

    Raises:
        MissingDependencyError: It is not.
    """
    if find_spec("ray") is None:
        message = f"--executor ray needs the package 'ray', which is not installed: {how_to_install('ray')}"
        raise MissingDependencyError(message)


def cores_of_cluster(address: str | None) -> int:
    """The cores of a Ray cluster, which is connected to, or started on this machine.

    Args:
        address: Where its head is; ``None`` for the one that ``RAY_ADDRESS`` names, or a new one.

    Raises:
        SettingsError: None answers there.
    """
    ray = _connected(address)
    return int(ray.cluster_resources().get("CPU", 1))


class Actors:
    """Starts an actor for each worker, spread over the nodes of a cluster.

    Args:
        address: As for ``cores_of_cluster``.
    """

    delivers_last_words = False

    def __init__(self, address: str | None) -> None:
        self._address = address

    async def start(self, worker: str) -> ActorLink:  # noqa: ARG002 -- its first message names it
        """Start a worker; without a name on the cluster, where another run may have one that is called the same."""
        ray = _connected(self._address)
        kind = ray.remote(num_cpus=1, max_concurrency=_CALLS_AT_ONCE, scheduling_strategy="SPREAD")(Actor)
        actor = kind.remote()
        return ActorLink(actor, partial(ray.kill, actor))


class Actor:
    """What runs on the cluster."""

    def __init__(self) -> None:
        self._inbox: asyncio.Queue[ToWorker | None] = asyncio.Queue()
        self._outbox: asyncio.Queue[FromWorker | None] = asyncio.Queue()

    async def work(self) -> None:
        """Play until it is enough."""
        try:
            await work(self)
        finally:
            self._outbox.put_nowait(None)

    def send(self, message: FromWorker) -> None:
        """Say something to the controller."""
        self._outbox.put_nowait(message)

    async def receive(self) -> ToWorker | None:
        """What the controller says next."""
        return await self._inbox.get()

    async def tell(self, messages: Sequence[ToWorker]) -> None:
        """Called by the controller: what it says."""
        for message in messages:
            if isinstance(message, Setup):
                for name, value in message.environment.items():
                    os.environ.setdefault(name, value)
            self._inbox.put_nowait(message)

    async def said(self) -> list[FromWorker | None]:
        """Called by the controller: wait for what the worker says, and give all of it; ``None`` when it has ended."""
        messages = [await self._outbox.get()]
        while not self._outbox.empty():
            messages.append(self._outbox.get_nowait())
        return messages


@define(eq=False)
class ActorLink:
    """The connection to one actor."""

    _actor: Any
    _kill: Callable[[], None]
    _unsent: list[ToWorker] = field(factory=list)
    _heard: list[FromWorker | None] = field(factory=list)
    _sending: asyncio.Task[None] | None = None
    _working: Any = None

    def send(self, message: ToWorker) -> None:
        """Say something."""
        if isinstance(message, Setup):
            message = evolve(message, environment=_environment_of_models())
        self._unsent.append(message)
        if self._working is None:
            self._working = self._actor.work.remote()
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())

    async def receive(self) -> FromWorker | None:
        """What the worker says next; ``None`` when it is gone."""
        if not self._heard:
            try:
                self._heard = list(await self._actor.said.remote())
            except _ray_errors():
                return None
        return self._heard.pop(0)

    async def end(self, patience: float) -> None:
        """Wait so many seconds for the worker to end, then end it."""
        if self._working is not None and patience:
            with suppress(TimeoutError, *_ray_errors()):
                await asyncio.wait_for(_answer(self._working), patience)
        with suppress(*_ray_errors()):
            self._kill()

    async def _send(self) -> None:
        with suppress(*_ray_errors()):  # the worker is gone, which is heard where it is listened to
            while self._unsent:
                messages, self._unsent = self._unsent, []
                await self._actor.tell.remote(messages)


def _environment_of_models() -> dict[str, str]:
    """The variables of this process that models may need and that a node may lack."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OF_ITS_OWN)}


async def _answer(reference: Any) -> Any:
    return await reference


def _ray_errors() -> tuple[type[Exception], ...]:
    import ray

    return (ray.exceptions.RayError,)


def _connected(address: str | None) -> Any:
    import ray

    if ray.is_initialized():
        return ray
    try:
        _reach(address)
        ray.init(address=address, include_dashboard=False, logging_level=logging.ERROR, log_to_driver=True)
    except (OSError, ValueError, RuntimeError) as error:
        message = (
            f"no Ray cluster answers at {address!r} ({error}). Start one with 'ray start --head', or leave it out."
        )
        raise SettingsError(message) from error
    return ray


def _reach(address: str | None) -> None:
    """Knock where a cluster is said to be, since Ray itself waits for minutes.

    Raises:
        OSError: Nobody is there.
    """
    host, colon, port = (address or "").removeprefix("ray://").rpartition(":")
    if colon and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=_KNOCK).close()
