"""A server of ours in this process: where it listens, and how it ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from tool_sandbox.errors import UsageError

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

_SECONDS_FOR_LAST_ANSWERS = 1


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: A name or an address of this machine.
        port: 0 takes a free one.

    Raises:
        UsageError: The address cannot be used.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        message = f"cannot serve at {host}:{port}: {error}. Choose another address with --host and --port."
        raise UsageError(message) from error


def address_of(listener: socket.socket, host: str) -> str:
    """The address at which somebody reaches what listens, without a slash at its end."""
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"


def server_of(application: ASGIApp) -> uvicorn.Server:
    """What serves an application; it ends soon after its ``should_exit`` is set."""
    import uvicorn

    config = uvicorn.Config(
        application,
        log_config=None,  # its own would close every handler of this process, and some close standard error
        log_level="error",
        timeout_graceful_shutdown=_SECONDS_FOR_LAST_ANSWERS,
        server_header=False,
    )
    return uvicorn.Server(config)


def begin_serving(server: uvicorn.Server, listener: socket.socket, name: str) -> Callable[[], bool]:
    """Serve in a thread of its own: signals belong to the main thread.

    Returns:
        What waits until the server has ended.
    """
    over = threading.Event()

    def serve() -> None:
        try:
            server.run(sockets=[listener])
        finally:
            over.set()

    threading.Thread(target=serve, name=name, daemon=True).start()
    return over.wait
