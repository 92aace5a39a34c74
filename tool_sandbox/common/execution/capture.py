"""Collecting what a piece of code prints, in its own thread or task only."""

from __future__ import annotations

import io
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

_capture: ContextVar[io.StringIO | None] = ContextVar("tool_sandbox_capture", default=None)


class Dispatcher(io.TextIOBase):
    """Stands in for ``sys.stdout`` while anything is collected: text goes where its own context wants it.

    A context that collects nothing writes to the stream that was there before, also long after: whoever has taken hold
    of this object, such as ``contextlib.redirect_stdout`` or a log handler, can keep it. No lock is held while the
    stream beneath is called, so it does not matter which locks that one takes.

    Args:
        stream: What was ``sys.stdout`` before; ``None`` in a process without one.
    """

    stream: TextIO | None = None  # also of one that is being forgotten: asking for it would ask for it again, endlessly

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self.stream = stream

    def write(self, text: str) -> int:
        """Write ``text`` to the collector of this context, or to the stream beneath."""
        target = _capture.get() or self.stream
        return len(text) if target is None else target.write(text)

    def flush(self) -> None:
        """Flush the stream beneath, unless this context collects."""
        if _capture.get() is None and self.stream is not None and not self.stream.closed:
            self.stream.flush()

    def close(self) -> None:
        """Nothing: the stream beneath belongs to somebody else, and this is called whenever one of us is forgotten."""

    @property
    def buffer(self) -> Any:
        """Where bytes are written; those of a context that collects are decoded."""
        return getattr(self.stream, "buffer", None) if _capture.get() is None else _Bytes(self)

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """Whether text of this context goes to a terminal."""
        return _capture.get() is None and self.stream is not None and self.stream.isatty()

    def fileno(self) -> int:
        """The file descriptor of the stream beneath."""
        return super().fileno() if self.stream is None else self.stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the stream beneath."""
        return getattr(self.stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """What the stream beneath does with characters that it cannot hold."""
        return getattr(self.stream, "errors", None)

    def __getattr__(self, name: str) -> Any:
        """Whatever else the stream beneath can do: notebooks put methods of their own on it."""
        return getattr(self.stream, name)


class _Bytes(io.RawIOBase):
    def __init__(self, dispatcher: Dispatcher) -> None:
        super().__init__()
        self._dispatcher = dispatcher

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        content = bytes(data)
        self._dispatcher.write(content.decode(self._dispatcher.encoding, "replace"))
        return len(content)


_lock = threading.Lock()
_dispatching = 0
_former: deque[Dispatcher] = deque(maxlen=16)
"""Those that were ``sys.stdout`` last. ``print`` holds no reference to it while it writes: one that were forgotten in
the middle of that, because the run around it ended, would take the process with it."""


@contextmanager
def dispatched_output() -> Iterator[None]:
    """Have ``sys.stdout`` look, inside the block, at who writes.

    Whoever plays many conversations at once holds it for all of them: then everybody who redirects ``sys.stdout`` in
    the meantime finds a dispatcher and puts one back, in whichever order they begin and end. At the end the stream that
    was there before is put back, unless somebody else has replaced it, who then has one that passes everything on.
    """
    _begin()
    try:
        yield
    finally:
        _end()


@contextmanager
def captured_output() -> Iterator[io.StringIO]:
    """Collect what is printed inside the block, in this thread or task only; other output is left alone.

    Standard error is left alone as well: warnings and log records of a tool are not part of its answer.
    """
    collected = io.StringIO()
    _begin()
    try:
        token = _capture.set(collected)
        try:
            yield collected
        finally:
            _capture.reset(token)
    finally:
        _end()


def _begin() -> None:
    global _dispatching  # noqa: PLW0603 -- the process has one sys.stdout; this counts who needs the dispatcher
    with _lock:
        _dispatching += 1
        if not isinstance(sys.stdout, Dispatcher):
            sys.stdout = Dispatcher(sys.stdout)


def _end() -> None:
    global _dispatching  # noqa: PLW0603 -- as above
    with _lock:
        _dispatching -= 1
        if _dispatching == 0 and isinstance(sys.stdout, Dispatcher):
            _former.append(sys.stdout)
            sys.stdout = sys.stdout.stream
