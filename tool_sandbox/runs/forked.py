"""Work that is divided among forked processes, which know all that this one knows without being told."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tool_sandbox import garbage

T = TypeVar("T")
R = TypeVar("R")

_WITHOUT_LOCKS = {"interrupts", "loading"}
"""Threads that only wait for Ctrl-C, and that only tell a terminal what is being done."""


def in_processes(work: Callable[[T], R], items: Sequence[T], processes: int) -> list[R]:
    """The results of some work, in the order of the items.

    What has other threads, or a system that does not fork well, does it all by itself.

    Args:
        work: Gives what can be pickled.
        items: On what.
        processes: How many at most.

    Raises:
        RuntimeError: A process ended before its work was done.
    """
    processes = min(processes, len(items))
    if processes < 2 or sys.platform != "linux" or _has_other_threads():  # noqa: PLR2004 -- one is no other
        return [work(item) for item in items]
    fork = multiprocessing.get_context("fork")
    pipes = [fork.Pipe(duplex=False) for _ in range(processes)]
    workers = [
        fork.Process(target=_send, args=(sender, work, items[number::processes]), daemon=True)
        for number, (_, sender) in enumerate(pipes)
    ]
    try:
        for worker, (_, sender) in zip(workers, pipes, strict=True):
            worker.start()
            sender.close()
        found: list[Any] = [None] * len(items)
        for number, (receiver, _) in enumerate(pipes):
            found[number::processes] = _received(receiver)
    finally:
        for worker in workers:
            if worker.pid is not None:
                worker.terminate()
                worker.join()
    return found


def _has_other_threads() -> bool:
    """Whether a thread may hold a lock for which a forked process would wait."""
    others = {each.name for each in threading.enumerate() if each is not threading.main_thread()}
    return not others <= _WITHOUT_LOCKS


def _send(sender: Any, work: Callable[[T], R], items: Sequence[T]) -> None:
    garbage.seldom()
    # The parent handles Ctrl-C for all and ends the others; what they are told must not reach its own pipe of signals.
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sender.send([work(item) for item in items])


def _received(receiver: Any) -> Any:
    try:
        return receiver.recv()
    except EOFError as error:
        message = "a process ended before its work was done; what it printed says why"
        raise RuntimeError(message) from error
