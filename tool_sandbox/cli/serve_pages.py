"""Serving the pages of runs until Ctrl-C."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence

from tool_sandbox import garbage
from tool_sandbox.access import is_loopback
from tool_sandbox.cli.interrupts import Interrupts
from tool_sandbox.cli.listening import address_of, begin_serving, listening, server_of
from tool_sandbox.common.counted import counted
from tool_sandbox.viewer.library import RunLibrary
from tool_sandbox.viewer.server import TOKEN, application


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
    with garbage.kept():
        library = RunLibrary(directories)
        garbage.seldom()  # looking through all samples takes half a second, in which nobody is answered
    token = None if is_loopback(host) else secrets.token_urlsafe(16)
    server = server_of(application(library, title=" and ".join(library.runs()), token=token))

    def stop() -> None:
        server.should_exit = True

    interrupts = Interrupts.current()
    with listening(host, port) as listener:
        asked = f"/?{TOKEN}={token}" if token else "/"
        print(f"{counted(len(library.runs()), 'run')} at {address_of(listener, host)}{asked}  (Ctrl-C ends it)")
        sys.stdout.flush()
        with interrupts.during(stop):
            interrupts.stop_with(stop)
            begin_serving(server, listener, "pages")()
