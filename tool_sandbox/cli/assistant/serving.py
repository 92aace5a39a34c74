"""An assistant connected to our tools, over standard streams or over HTTP on this machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from tool_sandbox.cli.lines import print_message
from tool_sandbox.common.checks import number
from tool_sandbox.errors import SettingsError
from tool_sandbox.tools.mcp.extra import check_installed

if TYPE_CHECKING:
    from mcp.server.lowlevel.server import Server

    from tool_sandbox.cli.assistant.answer import Answer
    from tool_sandbox.cli.assistant.protocol import OfferedTool
    from tool_sandbox.registry.settings import RunSettings

HOST = "127.0.0.1"
PATH = "/mcp"
_ENDS_IT = "(Ctrl-C ends it)"
_PORTS = range(1, 65536)


def serve(settings: RunSettings, *, only_here: bool, budget: float | None, port: int | None) -> None:
    """Serve until the client leaves or somebody stops the process.

    Args:
        settings: Where scenarios and tools come from and where runs are.
        only_here: Whether no other runs than those are read, and no code or file is used that a client names.
        budget: US dollars that all runs started here may spend together.
        port: Where to listen on this machine; ``None`` for standard input and output.

    Raises:
        MissingDependencyError: The extra is not installed.
        SettingsError: The port is none, or taken, or the budget is no amount.
    """
    check_installed("'tool_sandbox mcp'")
    if port is not None and port not in _PORTS:
        message = f"--http {port} must be a port from {_PORTS[0]} to {_PORTS[-1]}."
        raise SettingsError(message)
    if budget is not None:
        number(0).check("--budget", budget)
    import anyio

    from tool_sandbox.cli.assistant.protocol import server_of

    with _offered(settings, only_here=only_here, budget=budget) as tools:
        server = server_of(tools, version("tool_sandbox"))
        if port is None:
            if sys.stdin.isatty():
                print_message(f"An assistant is awaited at standard input, with messages of MCP. {_ENDS_IT}")
            anyio.run(_over_streams, server)
        else:
            _over_http(server, port)


@contextmanager
def _offered(settings: RunSettings, *, only_here: bool, budget: float | None) -> Iterator[list[OfferedTool]]:
    """The tools, and no run that goes on after the block."""
    from tool_sandbox.cli.assistant.background import BackgroundTools
    from tool_sandbox.cli.assistant.places import RunPlaces
    from tool_sandbox.cli.assistant.protocol import OfferedTool
    from tool_sandbox.cli.assistant.results import ResultTools
    from tool_sandbox.cli.assistant.scenarios import ScenarioTools

    scenarios = ScenarioTools(settings)
    results = ResultTools(RunPlaces(output=settings.output, is_only=only_here))
    background = BackgroundTools(settings, budget, only_here)
    reading: list[Callable[..., Answer]] = [
        *(scenarios.list_scenarios, scenarios.show_scenario),
        *(results.list_runs, results.summarise_run, results.explain_run, results.explain_sample, results.compare_runs),
        background.run_progress,
    ]
    try:
        yield [
            *(OfferedTool(function=each) for each in reading),
            OfferedTool(function=background.start_run, reads_only=False, reaches_out=True),
            OfferedTool(function=background.stop_run, reads_only=False, is_destructive=True),
        ]
    finally:
        background.close()


async def _over_streams(server: Server[Any]) -> None:
    from mcp.server.stdio import stdio_server

    async with stdio_server() as (incoming, outgoing):  # what anybody prints goes to standard error
        await server.run(incoming, outgoing, server.create_initialization_options())


def _over_http(server: Server[Any], port: int) -> None:
    import socket

    import uvicorn

    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        message = f"--http {port}: nothing can listen there: {error.strerror or error}. Take another port."
        raise SettingsError(message) from error
    app = server.streamable_http_app(streamable_http_path=PATH, host=HOST)
    with listening:
        listening.listen()
        print_message(f"An assistant is awaited at http://{HOST}:{port}{PATH}  {_ENDS_IT}")
        uvicorn.Server(uvicorn.Config(app, log_config=None, log_level="warning")).run(sockets=[listening])
