"""Serving the pages of runs until Ctrl-C."""

from __future__ import annotations

import secrets
import socket
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tool_sandbox.cli.interrupts import Interrupts
from tool_sandbox.common.counted import counted
from tool_sandbox.errors import UsageError
from tool_sandbox.viewer.library import RunLibrary
from tool_sandbox.viewer.server import TOKEN, application, is_loopback

if TYPE_CHECKING:
    import uvicorn

_SECONDS_FOR_LAST_ANSWERS = 1


def serve_pages(directories: Sequence[str], *, host: str, port: int) -> None:
    """Serve pages of runs until Ctrl-C.

    Args:
        directories: Run directories.
        host: Where from; any other address than this machine's own asks who comes for a token.
        port: 0 takes a free one.

    Raises:
        SettingsError: A run cannot be read.
        UsageError: The address cannot be used.
    """
    library = RunLibrary(directories)
    token = None if is_loopback(host) else secrets.token_urlsafe(16)
    title = " and ".join(library.runs())
    with _listening(host, port) as listener:
        asked = f"?{TOKEN}={token}" if token else ""
        address = f"http://{_in_address(host)}:{listener.getsockname()[1]}/{asked}"
        print(f"{counted(len(library.runs()), 'run')} at {address}  (Ctrl-C ends it)")
        sys.stdout.flush()
        _serve(_server(library, title, token), listener)


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        message = f"cannot serve at {host}:{port}: {error}. Choose another address with --host and --port."
        raise UsageError(message) from error


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _server(library: RunLibrary, title: str, token: str | None) -> uvicorn.Server:
    import uvicorn

    config = uvicorn.Config(
        application(library, title=title, token=token),
        log_level="error",
        timeout_graceful_shutdown=_SECONDS_FOR_LAST_ANSWERS,
        server_header=False,
    )
    return uvicorn.Server(config)


def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    """Serve in a thread of its own: signals belong to the main thread, which waits."""
    over = threading.Event()

    def stop() -> None:
        server.should_exit = True

    def serve() -> None:
        try:
            server.run(sockets=[listener])
        finally:
            over.set()

    interrupts = Interrupts.current()
    with interrupts.during(stop):
        interrupts.stop_with(stop)
        threading.Thread(target=serve, name="pages", daemon=True).start()
        over.wait()
