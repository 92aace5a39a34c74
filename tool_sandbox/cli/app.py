"""The command line: finds the command that is meant, and tells what became of it by a message and the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

from tool_sandbox.cli import options
from tool_sandbox.cli.arguments import spread, with_number
from tool_sandbox.cli.commands import authoring, environment, play, results, scenarios
from tool_sandbox.cli.interrupts import INTERRUPTED, leave_at_once, leave_soon
from tool_sandbox.cli.legacy import is_legacy
from tool_sandbox.cli.lines import print_message
from tool_sandbox.cli.streams import forgiving_streams
from tool_sandbox.errors import ToolSandboxError, UsageError
from tool_sandbox.redaction import redact_text

OK, USAGE, BROKEN = 0, 2, 70

DEBUG = "TOOL_SANDBOX_DEBUG"
"""Set it to see the traceback of an error in this package."""

app = typer.Typer(
    name="tool_sandbox",
    help="Find out how well a language model uses tools, in a stateful, conversational world.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (play, scenarios, results, authoring, environment):
    app.add_typer(group.commands)

ParserError: type[Any] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""What typer's parser raises; newer versions of typer carry a parser of their own instead of click's."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with the code that says how it went.

    Args:
        arguments: By default those of the process.
    """
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    with suppress(OSError):  # the current directory may be gone
        if not {"", str(Path.cwd())} & set(sys.path):
            sys.path.append(str(Path.cwd()))  # modules of the user's own, named by -a and the like
    with forgiving_streams() as written:
        code = exit_code(given)
    code = written.code(code, needed=not _leaves_a_run(given))
    if code == INTERRUPTED:
        leave_at_once()
    leave_soon(code)
    sys.exit(code)


def exit_code(arguments: Sequence[str]) -> int:
    """What the command line returns for these arguments; errors are told on standard error, in one message each."""
    try:
        return _dispatch(arguments)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (ParserError, ToolSandboxError) as error:
        return _complain(_mistake(error))
    except Exception as error:
        if DEBUG in os.environ:
            raise
        if isinstance(error, OSError | MemoryError):
            return _complain(_refused(error))
        print_message(_broken(error))
        return BROKEN


def _dispatch(arguments: Sequence[str]) -> int:
    if is_legacy(arguments):
        from tool_sandbox.cli.legacy import run_legacy

        return run_legacy(arguments)
    given = with_number(spread(arguments), "--flips", "5")
    code = app(given, prog_name="tool_sandbox", standalone_mode=False)
    return code if isinstance(code, int) else OK


def _mistake(error: Any) -> str:
    """What is wrong with the input, or with who was asked, in one message."""
    if isinstance(error, UsageError):
        return str(error)
    if isinstance(error, ToolSandboxError):
        return f"{type(error).__name__}: {error}"
    said, context = str(error.format_message()), getattr(error, "ctx", None)
    ended = said if said.endswith((".", "?")) else f"{said}."
    return said if context is None else f"{ended} See: {context.command_path} --help"


def _leaves_a_run(arguments: Sequence[str]) -> bool:
    """Whether what counts is written into a run directory, so that the command does without standard output."""
    return arguments[0] in {"run", "resume", "serve"} or is_legacy(arguments)


def _refused(error: OSError | MemoryError) -> str:
    """What the machine did not allow, in words; nobody but its owner can change that."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; play fewer samples at once with -p, for example."
    try:
        Path.cwd()
    except OSError:
        return "the current directory does not exist any more; change into one that does."
    where = f" ({error.filename})" if error.filename is not None else ""
    return f"the system refused something that is needed: {error.strerror or error}{where}."


def _broken(error: Exception) -> str:
    what = f"{type(error).__name__}: {redact_text(str(error))}"
    return f"tool_sandbox: this is a fault in tool_sandbox, not in your input: {what} (set {DEBUG}=1 for a traceback)"


def _complain(message: str) -> int:
    print_message(f"tool_sandbox: {redact_text(message)}")
    return USAGE


@app.callback(invoke_without_command=True)
def _options(version: options.Version = False) -> None:
    if version:
        from importlib.metadata import version as installed

        print(installed("tool_sandbox"))
        raise typer.Exit
