"""A small real server of tools: ``library_server.py [--writes] [--port N] [STARTS_FILE]``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Literal

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations

server = MCPServer("library", version="1.2", log_level="ERROR")
READS = ToolAnnotations(read_only_hint=True)


@server.tool(annotations=READS)
def find_book(title: str, limit: int = 3, kind: Literal["any", "new"] = "any") -> list[dict[str, str]]:
    """Find books by their title.

    Args:
        title: Words of the title.
        limit: How many at most.
        kind: Which books.
    """
    if title == "Crash":
        os._exit(3)
    if title == "Sleep":
        time.sleep(600)
    return [{"title": title, "shelf": f"B{limit}"}]


@server.tool(annotations=READS)
def renew(member: dict[str, int]) -> str:
    """Renew."""
    return f"until {member['year']}"


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if "--writes" in arguments:
        arguments.remove("--writes")

        @server.tool()
        def borrow(title: str) -> str:
            """Borrow a book."""
            return title

    port = int(arguments.pop()) if "--port" in arguments else None
    if port is not None:
        server.run("streamable-http", port=port)
    for file in arguments:
        with Path(file).open("a", encoding="utf-8") as starts:
            starts.write(f"{os.getpid()}\n")
    server.run()
