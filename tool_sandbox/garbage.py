"""Python's collector of garbage, where looking for it is in vain."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_MADE_BETWEEN, _YOUNG_BETWEEN, _OLD_BETWEEN = 50_000, 20, 50
_OLD_BETWEEN_IN_RUNS = 2
"""Fewer than for a process of ours: what one run leaves behind must not wait for the next ones to be taken away."""


def seldom() -> None:
    """Look for garbage seldom from now on, and never in what there is already: for a process that is ours alone.

    Looking is a sixth of the time of playing and judging one conversation after the other, nearly all of it in vain.
    """
    gc.freeze()
    gc.set_threshold(_MADE_BETWEEN, _YOUNG_BETWEEN, _OLD_BETWEEN)


class _Seldom:
    """Whoever is inside, in whichever thread, looks seldom; the last one to leave puts things back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = (0, 0, 0)

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._before = gc.get_threshold()
                gc.set_threshold(_MADE_BETWEEN, _YOUNG_BETWEEN, _OLD_BETWEEN_IN_RUNS)

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                gc.set_threshold(*self._before)


SELDOM = _Seldom()
"""A context in which garbage is looked for seldom: looking is an eighth of the time of a run, nearly all in vain."""


@contextmanager
def kept() -> Iterator[None]:
    """Look for no garbage while everything that is made is kept, nor in that right after it: a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            _take_for_old()
            gc.enable()


def _take_for_old() -> None:
    """Have all that there is looked through only with what is oldest, as if it had lived long already."""
    were_frozen = gc.get_freeze_count()
    gc.freeze()
    if not were_frozen:
        gc.unfreeze()
