"""The servers of the benchmarks, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent


@contextmanager
def own_server(script: str, *arguments: str) -> Iterator[str]:
    """A script of this folder that serves, prints its port and ends with its standard input; its address."""
    command = [sys.executable, str(HERE / script), *arguments]
    with subprocess.Popen(  # noqa: S603  (our own script)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            message = "the server was started without its pipes"
            raise RuntimeError(message)
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.stdin.close()


def requests_at(root: str) -> int:
    """How many requests a server that counts them has got."""
    with urllib.request.urlopen(f"{root}/count") as answer:  # noqa: S310  (our own server)
        return int(answer.read())
