"""The tools of a server as tools like ours."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.errors import UsageError
from tool_sandbox.tools.mcp.parameters import described, parameters_of
from tool_sandbox.tools.mcp.server import ToolServer

if TYPE_CHECKING:
    from mcp_types import Tool

    from tool_sandbox.common.execution_context import ExecutionContext

_SHORT = 16


def tools_of(server: ToolServer) -> ModuleType:
    """A module with the tools of a server, which is started for it and stopped again.

    Raises:
        ToolServerError: The server cannot be started or reached.
        UsageError: It offers none that can be used, or some that may change something, and nobody said ``writes``.
    """
    try:
        listed = server.tools()
    finally:
        server.stop()
    writing = [tool.name for tool in listed if not (tool.annotations and tool.annotations.read_only_hint)]
    if writing and server.address.writes is None:
        message = (
            f"{server.address.shown} has tools that may change something, as they do not say readOnlyHint: "
            f"{', '.join(writing)}. Write 'writes: true' to offer them, too, or 'writes: false' to leave them out."
        )
        raise UsageError(message)
    offered = [tool for tool in listed if server.address.writes or tool.name not in writing]
    if not offered:
        message = f"{server.address.shown} offers no tool{' that only reads' if writing else ''}."
        raise UsageError(message)
    module = ModuleType(server.address.name)
    for tool in offered:
        setattr(module, tool.name, _tool(server, tool))
    return module


def servers_of(worlds: Iterable[ExecutionContext]) -> list[ToolServer]:
    """The servers whose tools are on offer in some worlds, each once."""
    every = (getattr(tool, "mcp_server", None) for world in worlds for tool in _on_offer(world).values())
    return list(dict.fromkeys(server for server in every if server is not None))


def digests_of(world: ExecutionContext) -> dict[str, str]:
    """Name → what tells the tool from others of that name, of the servers' tools on offer in a world."""
    return {name: tool.mcp_digest for name, tool in _on_offer(world).items() if hasattr(tool, "mcp_digest")}


def record_of_servers(worlds: Iterable[ExecutionContext]) -> dict[str, Any]:
    """What a run writes down about the servers that it uses, by their names."""
    every = list(worlds)
    records: dict[str, Any] = {server.address.name: {**server.to_record(), "tools": {}} for server in servers_of(every)}
    for world in every:
        for name, tool in _on_offer(world).items():
            if server := getattr(tool, "mcp_server", None):
                records[server.address.name]["tools"][name] = tool.mcp_digest
    return records


def _on_offer(world: ExecutionContext) -> Mapping[str, Any]:
    return world.get_available_tools(scrambling_allowed=False)


def _tool(server: ToolServer, listed: Tool) -> Callable[..., Any]:
    """A function that asks the server, with the signature and the docstring that give the tool's schema again."""

    def call(**arguments: Any) -> Any:
        return server.call(listed.name, {name: each for name, each in arguments.items() if each is not NOT_GIVEN})

    try:
        parameters = parameters_of(listed.input_schema)
    except ValueError as error:
        message = f"the tool {listed.name!r} of {server.address.shown} cannot be offered: {error}."
        raise UsageError(message) from error
    function: Any = call
    # Messages name the place of a tool's code: for people it is where they named the server.
    function.__code__ = call.__code__.replace(co_filename=server.address.source, co_firstlineno=server.address.line)
    function.__name__ = function.__qualname__ = listed.name
    function.__module__ = server.address.name
    function.__doc__ = "\n".join(_docstring(listed))
    function.__signature__ = inspect.Signature(parameters)
    function.__annotations__ = {each.name: each.annotation for each in parameters}
    tool: Any = register_as_tool()(function)
    tool.mcp_server, tool.mcp_digest = server, _digest(listed)
    result: Callable[..., Any] = tool
    return result


def _docstring(listed: Tool) -> Iterator[str]:
    text = inspect.cleandoc(listed.description or listed.title or "")
    yield text
    about = described(listed.input_schema)
    if about and not any(line.startswith("Args:") for line in text.splitlines()):
        yield "\nArgs:"
        yield from (f"    {name}: {words}" for name, words in about.items())


def _digest(listed: Tool) -> str:
    told = [listed.name, listed.description, listed.input_schema]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:_SHORT]
