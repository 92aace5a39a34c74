"""The command line in processes of its own that need not import it: a server of its own has, and forks for each call.

What a command does, prints and leaves is that of ``python -m tool_sandbox``; most of what that takes are the imports.
Run as a script, this is the server: it takes calls as lines of JSON and answers each with its exit code.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

PROGRAM = "tool_sandbox"
_LIBRARIES = ("polars", "scipy.stats", "starlette.applications", "altair")
"""What commands import when they need it."""


class ForkingProgram:
    """A server that is there."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(
        self, arguments: list[str], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end.

        Args:
            arguments: Of the program.
            folder: The current one.
            environment: All variables.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as written:
            streams = [str(Path(written, name)) for name in ("out", "err")]
            call = {"arguments": arguments, "folder": str(folder), "environment": {**environment}, "streams": streams}
            self._process.stdin.write(json.dumps(call) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            out, err = (Path(each).read_text("utf-8") for each in streams)
        return subprocess.CompletedProcess(arguments, code, out, err)


@contextmanager
def forking_program(environment: Mapping[str, str]) -> Iterator[ForkingProgram]:
    """Start the server, and end it.

    Args:
        environment: Variables that Python itself reads when it starts.
    """
    command = [sys.executable, __file__]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env={**environment}) as process:
        try:
            yield ForkingProgram(process)
        finally:
            process.kill()


def _serve() -> dict[str, Any]:
    """Fork for each call; returns in the processes that are forked, with what they are to do."""
    for line in sys.stdin:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # libraries may have threads, none of which is at work
            child = os.fork()
        if not child:
            call: dict[str, Any] = json.loads(line)
            return call
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201 -- the answer
    sys.exit()


def _become(call: Mapping[str, Any]) -> None:
    """Have the folder, variables, streams and arguments of a call."""
    os.chdir(call["folder"])
    os.environ.clear()
    os.environ.update(call["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in enumerate(call["streams"], 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    ours: Any = sys  # its types do not let the streams be others that Python found at the start
    ours.stdin = ours.__stdin__ = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 -- as Python itself does
    ours.stdout = ours.__stdout__ = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    ours.stderr = ours.__stderr__ = open(2, "w", 1, "utf-8", "backslashreplace", closefd=False)  # noqa: SIM115
    sys.path[0] = os.getcwd()  # noqa: PTH109 -- a text, as Python itself has it
    sys.argv = [PROGRAM, *call["arguments"]]


def _import_everything() -> None:
    package = import_module(PROGRAM)
    for module in walk_packages(package.__path__, f"{PROGRAM}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    for name in _LIBRARIES:
        import_module(name)


if __name__ == "__main__":
    _import_everything()
    gc.freeze()  # what is shared is neither copied nor looked through again
    _become(_serve())
    runpy.run_module(PROGRAM, run_name="__main__", alter_sys=True)
