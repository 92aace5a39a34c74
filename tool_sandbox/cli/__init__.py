"""The command line, and the names the original kept in this package.

::

    commands   app (finds them, and tells how they went), commands (what each takes: a folder of its own), options,
               arguments, config (flags, file and environment become settings), chosen_samples (which ones of a run)
    to begin   init, starter (what it writes), new, doctor (and what it says of the machine: machine)
    scenarios  scenarios, tools, worlds, inspect, description (one scenario), conversion
    to play    plan, play, replay, until_decided, interrupts, live (what is shown meanwhile: a folder of its own),
               serve (to agents outside)
    after it   run_report (what a run ends with), void, explain, view, serve_pages (listening), report (a page as one
               file), compare, comparison_text, capsule (packing, reproducing)
    over MCP   assistant (what it is offered, and how it is served)
    printing   lines, columns, tables, listing (a table, lines or JSON), streams
    original   legacy (its flags), sandbox and utils (its functions), __main__

A command is a function in commands that says what it takes, and a module here that does it. What it finds out comes
from runs or analysis, so that Python has it too; only what it looks like on a terminal is made here.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = [
    "DEFAULT_USER_TYPE",
    "get_git_sha",
    "has_local_changes",
    "main",
    "run_sandbox",
    "write_result_summary",
]

_IN_SANDBOX = frozenset(__all__) - {"main"}


def main() -> None:
    """Run the command line and end the process."""
    from tool_sandbox.cli.interrupts import Interrupts, leave_at_once

    with Interrupts().handled():  # before anything slow is imported
        try:
            from tool_sandbox.cli.app import main as run_command_line

            run_command_line()
        except KeyboardInterrupt:
            leave_at_once()


def __getattr__(name: str) -> Any:
    if name in _IN_SANDBOX:  # loaded on demand: they need scenarios, roles and more
        return getattr(import_module("tool_sandbox.cli.sandbox"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
