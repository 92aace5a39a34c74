"""Where a server of tools is, as a scenario file says it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from attrs import frozen

if TYPE_CHECKING:
    from mcp import Client


@frozen(kw_only=True)
class ServerAddress:
    """A command that is started, or the URL of a server that runs."""

    name: str
    """What the scenario file calls the server."""
    source: str
    """The file that says so."""
    line: int
    """And where in it."""
    command: tuple[str, ...] = ()
    """The program and its arguments; ``python`` is the interpreter that runs us."""
    url: str | None = None
    """In place of a command."""
    folder: Path | None = None
    """Where the command is started."""
    environment: tuple[str, ...] = ()
    """Names of the variables that the command gets beside those which any program needs."""
    writes: bool | None = None
    """Whether tools that may change something are offered; ``None`` where nobody said."""
    timeout: float = 60.0
    """Seconds for one answer."""

    @property
    def shown(self) -> str:
        """The server in messages."""
        return f"the MCP server {self.name!r} ({self.url or ' '.join(self.command)})"

    def client(self, said: TextIO) -> Client:
        """What talks to it; the connection is made when it is entered.

        Args:
            said: A real file, for what a command writes to standard error.
        """
        from mcp import Client, StdioServerParameters, stdio_client

        if self.url is not None:
            return Client(self.url, read_timeout_seconds=self.timeout)
        program, *arguments = self.command
        parameters = StdioServerParameters(
            command=sys.executable if program == "python" else program,
            args=arguments,
            env={name: os.environ[name] for name in self.environment if name in os.environ},
            cwd=self.folder,
        )
        return Client(stdio_client(parameters, errlog=said), read_timeout_seconds=self.timeout)

    def to_record(self) -> dict[str, Any]:
        """What tells it apart, as JSON-able data."""
        where = {"url": self.url} if self.url is not None else {"command": list(self.command)}
        return {**where, "writes": bool(self.writes)}
