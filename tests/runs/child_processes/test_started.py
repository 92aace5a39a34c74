"""Workers as processes of this machine."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from tool_sandbox.runs.workers.processes import Processes


@pytest.mark.skipif(sys.platform == "win32", reason="no signals are held back there")
def test_whoever_starts_several_at_once_hears_of_a_ctrl_c_afterwards() -> None:
    async def started() -> None:
        processes = Processes()
        links = await asyncio.gather(*(processes.start(name) for name in ("1", "2", "3")))
        await asyncio.gather(*(link.end(0) for link in links))

    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        asyncio.run(started())
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
