"""A real server of pages on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn

from tests.waiting import until
from tool_sandbox.viewer.library import RunLibrary
from tool_sandbox.viewer.server import FEW, application


@contextmanager
def served(directories: Sequence[str], *, title: str, few: int = FEW) -> Iterator[str]:
    """The address at which runs are served."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application(RunLibrary(directories), title=title, few=few), log_config=None, log_level="error"
    )
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join()
