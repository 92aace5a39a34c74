"""Agents that do at a terminal what they should not, for runs in processes of their own."""

# ruff: noqa: T201 -- writing is what these are for

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.roles.base_role import BaseRole

MAY_END = "TALKER_MAY_END"
"""Names the file for which a talker waits before its answer, so that whoever watches has seen what they wait for."""


class Talker(BaseRole):
    """Writes in every way there is, with a display in between."""

    role_type: ClassVar[RoleType] = RoleType.AGENT

    def respond(self, ending_index: int | None = None) -> None:
        say: list[Callable[[], object]] = [
            lambda: print("printed"),
            lambda: print("printed to stderr", file=sys.stderr),
            lambda: logging.getLogger("talker").warning("logged"),
            lambda: warnings.warn("warned", stacklevel=2),
            lambda: _in_a_thread(lambda: print("printed by a thread")),
            lambda: os.write(1, b"written to 1\n"),
            lambda: os.write(2, b"written to 2\n"),
            lambda: subprocess.run(["echo", "echoed by a child"], check=True),  # noqa: S607
        ]
        for each in say:
            each()
            time.sleep(0.15)
        while MAY_END in os.environ and not Path(os.environ[MAY_END]).exists():
            time.sleep(0.01)
        answer = Message(sender=RoleType.AGENT, recipient=RoleType.USER, content="Wi-Fi is switched off.")
        self.add_messages([answer])


def _in_a_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


class Slow(BaseRole):
    """Takes its time, and says nothing but its answer."""

    role_type: ClassVar[RoleType] = RoleType.AGENT

    async def arespond(self, ending_index: int | None = None) -> None:
        await asyncio.sleep(1)
        answer = Message(sender=RoleType.AGENT, recipient=RoleType.USER, content="Wi-Fi is switched off.")
        self.add_messages([answer])


class Deaf(BaseRole):
    """Blocks the thread it is asked in."""

    role_type: ClassVar[RoleType] = RoleType.AGENT

    def respond(self, ending_index: int | None = None) -> None:
        print("stuck", flush=True)
        time.sleep(600)


class Struck(BaseRole):
    """Is where the system delivers the signal, while the main thread waits."""

    role_type: ClassVar[RoleType] = RoleType.AGENT

    def respond(self, ending_index: int | None = None) -> None:
        time.sleep(0.3)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        time.sleep(600)


class Mute(Struck):
    """Is where the signal arrives, and leaves a standard output that takes nothing any more."""

    def respond(self, ending_index: int | None = None) -> None:
        sys.stdout = _Full()
        super().respond(ending_index)


class _Full(io.StringIO):
    def write(self, _text: str, /) -> int:
        time.sleep(600)
        return 0


class Blocking(BaseRole):
    """Blocks the event loop."""

    role_type: ClassVar[RoleType] = RoleType.AGENT

    async def arespond(self, ending_index: int | None = None) -> None:
        print("stuck", flush=True)
        time.sleep(600)  # noqa: ASYNC251 -- the mistake that is tried


class Stubborn(BaseRole):
    """Cannot be cancelled."""

    role_type: ClassVar[RoleType] = RoleType.AGENT

    async def arespond(self, ending_index: int | None = None) -> None:
        print("stuck", flush=True)
        while True:
            try:
                await asyncio.sleep(600)
            except asyncio.CancelledError:
                print("never", flush=True)


class Broken(BaseRole):
    """Has a fault."""

    role_type: ClassVar[RoleType] = RoleType.AGENT

    def respond(self, ending_index: int | None = None) -> None:
        raise ZeroDivisionError("nothing to divide by")
