"""Ctrl-C and SIGTERM: an orderly end if there can be one, and an end in any case."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

INTERRUPTED = 130

_GRACE = 1.2
"""Seconds for an orderly end: of the processor's time, and of standing still."""
_GLANCES = 4
"""How often the main thread is looked at in that time: when it never moves, there will be no orderly end."""
_LONGEST = 10.0
"""Seconds by the clock for an orderly end on a machine that is busy with something else."""
_LAST_WORDS = 0.4
"""Seconds for what is left to do before the process ends the hard way."""
_LAST_THREADS = 5.0
"""Seconds for threads that others started to end with the process."""
_MOMENT = 0.05
"""Seconds in which the main thread handles a signal, unless it waits for something."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_END = 0
"""No signal has this number."""


class Interrupts:
    """What the signals mean, from the start of the process to its end.

    The first one asks for an orderly end: the run that is played stops, or ``KeyboardInterrupt`` is raised where none
    is. If that takes too long, or at the second one, the process ends the hard way: a role may wait for an answer that
    never comes, a library may swallow the exception, a thread may hold the interpreter at its end.
    """

    def __init__(self) -> None:
        self._signals = SignalPipe()
        self._raised = False
        self._stop: Callable[[], None] | None = None
        self._leave: Callable[[], None] = _nothing
        self._finishing: Callable[[], bool] = _never

    @classmethod
    def current(cls) -> Interrupts:
        """What handles the signals of this process; when nobody does, one that they never reach."""
        handler = signal.getsignal(signal.SIGINT)
        return handler if isinstance(handler, Interrupts) else cls()

    @contextlib.contextmanager
    def handled(self) -> Iterator[None]:
        """Handle the signals inside the block; outside the main thread, where none arrives, do nothing."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before: dict[int, Any] = {number: signal.signal(number, self) for number in _SIGNALS}
        watching = threading.Thread(target=self._watch, args=(_terminal_settings(),), daemon=True, name="interrupts")
        with self._signals.open():
            watching.start()
            try:
                yield
            finally:
                self._signals.end()
                watching.join()
                for number, handler in before.items():
                    signal.signal(number, handler)

    @contextlib.contextmanager
    def during(self, leave: Callable[[], None], finishing: Callable[[], bool] | None = None) -> Iterator[None]:
        """Inside the block, a run can be played.

        Args:
            leave: Is called before the process ends the hard way, to leave nothing running and to say how to go on.
            finishing: Whether the process stands still because it brings what was paid for to its place.
        """
        before, self._leave, self._finishing = self._leave, leave, finishing or _never
        try:
            yield
        finally:
            self._stop, self._leave, self._finishing = None, before, _never

    def stop_with(self, stop: Callable[[], None]) -> None:
        """Have the first signal call ``stop``, until the block of ``during`` ends."""
        self._stop = stop

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """Handle one signal, in the main thread between any two of its steps: no lock may be taken here."""
        if self._stop is not None:
            self._stop()
        elif not self._raised:
            self._raised = True
            raise KeyboardInterrupt

    def _watch(self, terminal: Callable[[], None]) -> None:
        """Wait, in a thread of its own, for a first signal, then for a second one or for the time to be up."""
        first = self._signals.next()
        if not first:
            return
        self._wake_main_thread(first)
        if self._ended_orderly():
            return
        last = threading.Thread(target=self._last_words, daemon=True)
        last.start()
        last.join(_LAST_WORDS)
        terminal()
        os._exit(INTERRUPTED)

    def _wake_main_thread(self, number: int) -> None:
        """Have the main thread handle a signal that another thread got while the main thread waits for something."""
        if self._stop is not None:
            self._stop()
            return
        time.sleep(_MOMENT)
        if not self._raised and hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident or 0, number)
            self._signals.next(_MOMENT)  # our own

    def _last_words(self) -> None:
        self._leave()
        flush_streams()

    def _ended_orderly(self) -> bool:
        """Wait for the block to end; not when a second signal comes, nothing moves or the time is up."""
        worked, began = time.process_time(), time.monotonic()
        seen: list[tuple[object, ...]] = []
        while time.process_time() - worked < _GRACE and time.monotonic() - began < _LONGEST:
            number = self._signals.next(_GRACE / _GLANCES)
            if number is not None:
                return number == _END
            seen = [*seen, _place_of_main_thread()][-_GLANCES:]
            if len(seen) == _GLANCES and len(set(seen)) == 1 and not self._finishing():
                return False
        return False


class SignalPipe:
    """The numbers of the signals that arrive, in whichever thread the system has them arrive."""

    def __init__(self) -> None:
        self._reader: socket.socket | None = None
        self._writer: socket.socket | None = None

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Receive signals inside the block, in the main thread of the process."""
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            self._reader.close()
            self._writer.close()

    def next(self, timeout: float | None = None) -> int | None:
        """The next of the signals that are ours, or ``_END``; ``None`` if none arrives in ``timeout`` seconds."""
        assert self._reader is not None
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self._reader], [], [], left)[0]:
                return None
            (number,) = self._reader.recv(1)
            if number == _END or number in _SIGNALS:
                return number

    def end(self) -> None:
        """Have ``next`` return ``_END``."""
        assert self._writer is not None
        with contextlib.suppress(BlockingIOError):  # full of signals, so that nobody waits
            self._writer.send(bytes([_END]))


def leave_at_once(code: int = INTERRUPTED) -> None:
    """End the process: a thread that still waits must not hold it."""
    flush_streams()
    os._exit(code)


def leave_soon(code: int) -> None:
    """Make sure that the process ends: a thread or process that a tool or role left behind must not hold it."""

    def leave() -> None:
        time.sleep(_LAST_THREADS)
        leave_at_once(code)

    threading.Thread(target=leave, daemon=True, name="leave-soon").start()


def flush_streams() -> None:
    """Write out what standard output and standard error still hold, as far as they are there."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # broken, closed or not there
            stream.flush()


def _nothing() -> None:
    pass


def _never() -> bool:
    return False


def _place_of_main_thread() -> tuple[object, ...]:
    """Which step of which function it is at, all the way down."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)  # noqa: SLF001 -- the documented way to ask
    place: list[object] = []
    while frame is not None:
        place += [frame.f_code, frame.f_lasti]
        frame = frame.f_back
    return tuple(place)


def _terminal_settings() -> Callable[[], None]:
    """What gives the terminal back as it was: a library that reads a line from it may have changed how it behaves."""
    try:
        import termios
    except ImportError:  # Windows
        return _nothing
    try:
        descriptor = sys.stdin.fileno()
        settings = termios.tcgetattr(descriptor)
    except (AttributeError, OSError, ValueError, termios.error):  # standard input is not a terminal
        return _nothing

    def restore() -> None:
        with contextlib.suppress(OSError, termios.error):
            if os.tcgetpgrp(descriptor) == os.getpgrp():  # a process in the background would be stopped
                termios.tcsetattr(descriptor, termios.TCSANOW, settings)

    return restore
