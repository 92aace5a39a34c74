"""A server of tools that can be asked, started when it is needed and until it is stopped."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tool_sandbox.errors import ToolServerError
from tool_sandbox.redaction import redact_text
from tool_sandbox.tools.mcp.connection import Connection

if TYPE_CHECKING:
    from mcp import Client, MCPError
    from mcp_types import CallToolResult, Tool

    from tool_sandbox.tools.mcp.address import ServerAddress

_MOST_PAGES = 100


class ToolServer:
    """One server, which all samples of a run share. Threads may use it at once.

    Args:
        address: Where it is.
    """

    def __init__(self, address: ServerAddress) -> None:
        self.address = address
        self.version: str | None = None
        """Its name and version, as far as it told them."""
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._process = os.getpid()

    def start(self) -> None:
        """Connect to it, unless that was done.

        Raises:
            ToolServerError: It cannot be started or reached.
        """
        self._connected()

    def tools(self) -> list[Tool]:
        """What it offers.

        Raises:
            ToolServerError: It does not tell.
        """
        connection = self._connected()
        try:
            return connection.run(_every_tool)
        except Exception as error:
            raise self._failed("does not tell its tools", error) from error

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Any:
        """What a call gives: structured content where there is any, else text.

        Raises:
            ToolServerError: It died, or gave no answer that could be understood in time.
            ValueError: It refuses the call, or the tool says that it failed; the message is for the model, which can
                mend that.
        """
        from mcp import MCPError

        connection = self._connected()
        try:
            result = connection.run(lambda client: client.call_tool(tool, dict(arguments)))
        except MCPError as error:
            if problem := self._problem(tool, error):
                raise self._failed(problem, error) from error
            raise ValueError(error.message) from None
        except Exception as error:
            raise self._failed(f"gave no answer to {tool!r}", error) from error
        if result.is_error:
            raise ValueError(_text_of(result))
        return _content_of(result)

    def stop(self) -> None:
        """End it; a later call starts it anew."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None and self._process == os.getpid():
            connection.close()

    def to_record(self) -> dict[str, Any]:
        """What is written down about it."""
        return {**self.address.to_record(), "version": self.version}

    def _connected(self) -> Connection:
        with self._lock:
            if self._connection is None or self._process != os.getpid():  # no thread lives on in a forked process
                self._connection, self._process = self._connect(), os.getpid()
            return self._connection

    def _connect(self) -> Connection:
        try:
            connection = Connection(self.address)
        except ConnectionError as error:
            raise self._failed("cannot be started" if self.address.command else "cannot be reached", error) from error
        self.version = connection.run(_version)
        return connection

    def _problem(self, tool: str, error: MCPError) -> str | None:
        """What is wrong with the server itself, in words; nothing where it only refuses what it was asked."""
        from mcp_types import CONNECTION_CLOSED, INTERNAL_ERROR, REQUEST_TIMEOUT

        problems = {
            REQUEST_TIMEOUT: f"did not answer {tool!r} within {self.address.timeout:g} s",
            CONNECTION_CLOSED: f"ended before it answered {tool!r}",
            INTERNAL_ERROR: f"failed in {tool!r} by a fault of its own",
        }
        return problems.get(error.code)

    def _failed(self, what: str, error: Exception) -> ToolServerError:
        told = " ".join(str(error).split()) or type(error).__name__
        said = self._connection.last_words() if self._connection is not None else ""
        words = f"; it said: {said}" if said else ""
        return ToolServerError(redact_text(f"{self.address.shown} {what}: {told}{words}"))


async def _every_tool(client: Client) -> list[Tool]:
    found: list[Tool] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await client.list_tools(cursor=cursor)
        found += page.tools
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


async def _version(client: Client) -> str | None:
    told = client.server_info
    return f"{told.name} {told.version}".strip() if told is not None else None


def _content_of(result: CallToolResult) -> Any:
    """The library wraps what is no object into one with the only key ``result``."""
    structured = result.structured_content
    if structured is None:
        return _text_of(result)
    return structured["result"] if isinstance(structured, dict) and list(structured) == ["result"] else structured


def _text_of(result: CallToolResult) -> str:
    """The text of a result; of pictures and the like, that they are there."""
    return "\n".join(getattr(block, "text", None) or f"({block.type})" for block in result.content)
