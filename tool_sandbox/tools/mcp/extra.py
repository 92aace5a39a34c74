"""The package that both directions of MCP need."""

from __future__ import annotations

from importlib.util import find_spec

from tool_sandbox.errors import MissingDependencyError, how_to_install


def check_installed(what: str) -> None:
    """Make sure that the extra is there.

    Args:
        what: Who needs it.

    Raises:
        MissingDependencyError: It is not; the message says how to get it.
    """
    if find_spec("mcp") is None or find_spec("mcp_types") is None:  # the first alone is an older version
        message = f"{what} needs the package 'mcp>=2', which is not installed: {how_to_install('mcp')}"
        raise MissingDependencyError(message)
