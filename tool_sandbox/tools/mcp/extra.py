"""The package that both directions of MCP need."""

from __future__ import annotations

from importlib.util import find_spec

from tool_sandbox.errors import MissingDependencyError


def check_installed(what: str) -> None:
    """Make sure that the extra is there.

    Args:
        what: Who needs it.

    Raises:
        MissingDependencyError: It is not; the message says how to get it.
    """
    if find_spec("mcp") is None:
        message = f"{what} needs the package 'mcp', which is not installed: .venv/bin/uv pip install -e '.[mcp]'"
        raise MissingDependencyError(message)
