"""Standard streams that never end a command: what cannot be written is forgotten, and told once at the end."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from attrs import define

from tool_sandbox.cli.lines import print_message

_NAMES = ("stdin", "stdout", "stderr")
_CANNOT_WRITE = 2


class ForgivingOutput(io.RawIOBase):
    """A file whose errors are kept instead of raised.

    Args:
        raw: Where the bytes go; ``None`` for a stream that was closed when the program began.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.error = OSError(errno.EBADF, "it is closed") if raw is None else None
        """The first error, if there was any."""

    def write(self, data: Any) -> int:
        """Write ``data``, or forget it."""
        size = memoryview(data).nbytes
        if self.error is not None:
            return size
        try:
            return int(self._raw.write(data) or 0)
        except OSError as error:
            self.error = error
            return size

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The file's number, which terminals are asked about."""
        if self._raw is None:
            raise io.UnsupportedOperation("fileno")
        return int(self._raw.fileno())

    def isatty(self) -> bool:
        """Whether a person is reading."""
        return self._raw is not None and bool(self._raw.isatty())


@define
class Written:
    """What became of the output of one command."""

    error: OSError | None = None
    """Why standard output was cut short."""

    def code(self, code: int, *, needed: bool) -> int:
        """The exit code of a command that ended with ``code``.

        Args:
            code: What the command itself says.
            needed: Whether its output was all there is of it.
        """
        if self.error is None or self.error.errno == errno.EPIPE:  # a reader that stops early is not a mistake
            return code
        print_message(f"tool_sandbox: standard output cannot be written: {self.error.strerror}.")
        return code or (_CANNOT_WRITE if needed else code)


@contextmanager
def forgiving_streams() -> Iterator[Written]:
    """Within the block, nobody who prints or reads meets a closed, full or broken standard stream.

    Where a character cannot be written there is a ``?``.
    """
    before = {name: getattr(sys, name) for name in _NAMES}
    written = Written()
    _occupy_closed_numbers()
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 -- open as long as the program
    out, err = _forgiving(sys.stdout), _forgiving(sys.stderr)
    sys.stdout, sys.stderr = out or sys.stdout, err or sys.stderr
    try:
        yield written
    finally:
        with suppress(ValueError):  # somebody closed it
            sys.stdout.flush()
            sys.stderr.flush()
        written.error = None if out is None else out.buffer.raw.error  # type: ignore[attr-defined]  # made below
        for name, stream in before.items():
            setattr(sys, name, stream)


def _occupy_closed_numbers() -> None:
    """Keep files that are opened later from taking the place of a closed standard stream."""
    for number in range(len(_NAMES)):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it gets the lowest free number, this one


def _forgiving(stream: Any) -> io.TextIOWrapper | None:
    """The stream in a forgiving form; ``None`` for one that is not the system's own."""
    if stream is None:
        return io.TextIOWrapper(io.BufferedWriter(ForgivingOutput(None)), encoding="utf-8")
    if not isinstance(stream, io.TextIOWrapper):
        return None
    with suppress(OSError):
        stream.flush()
    raw = getattr(stream.buffer, "raw", stream.buffer)
    return io.TextIOWrapper(
        io.BufferedWriter(ForgivingOutput(raw)),
        encoding=stream.encoding,
        errors="replace" if stream.errors in {"strict", "surrogateescape"} else stream.errors,
        line_buffering=stream.line_buffering or stream.write_through,  # the latter is that of PYTHONUNBUFFERED
        write_through=stream.write_through,
    )
