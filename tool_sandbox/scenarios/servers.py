"""The tools of servers that scenario files name, offered beside all others."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from tool_sandbox.common.signatures.tool_rules import check_tools
from tool_sandbox.common.tool_discovery import extra_tool_modules, set_extra_tool_modules
from tool_sandbox.errors import ScenarioError, ToolServerError, UsageError
from tool_sandbox.scenarios.language.document import Document
from tool_sandbox.scenarios.language.servers import read_servers
from tool_sandbox.tools.mcp.address import ServerAddress
from tool_sandbox.tools.mcp.extra import check_installed


def offer_servers(documents: Sequence[Document]) -> None:
    """Offer the tools of the servers that files name under ``mcp``; each is asked for them once.

    Raises:
        ScenarioError: A server is not written as it should be, cannot be started, or has tools that cannot be offered.
        MissingDependencyError: The extra is not installed.
    """
    found = [_module(address) for address in read_servers(documents).values()]
    if not found:
        return
    names = {module.__name__ for module in found}
    # Loaded once more, a file offers what its server offers now.
    others = [each for each in extra_tool_modules() if not (hasattr(each, _MARK) and each.__name__ in names)]
    try:
        check_tools([*others, *found])
    except UsageError as error:
        raise ScenarioError(str(error)) from error
    set_extra_tool_modules([*others, *found])


_MARK = "of_mcp_server"


def _module(address: ServerAddress) -> ModuleType:
    from tool_sandbox.tools.mcp.offered import tools_of
    from tool_sandbox.tools.mcp.server import ToolServer

    place = f"{address.source}:{address.line}: mcp.{address.name}:"
    check_installed(f"{place} a server of tools")
    try:
        module = tools_of(ToolServer(address))
    except (ToolServerError, UsageError) as error:
        message = f"{place} {error}"
        raise ScenarioError(message) from error
    setattr(module, _MARK, True)
    return module
