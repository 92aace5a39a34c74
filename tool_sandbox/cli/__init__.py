"""The command line, and the names the original kept in this package."""

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
