"""Python's collector of garbage, where looking for it is in vain."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MADE_BETWEEN, _YOUNG_BETWEEN, _OLD_BETWEEN = 50_000, 20, 50


def seldom() -> None:
    """Look for garbage seldom from now on, and never in what there is already: for a process that is ours alone.

    Looking is a sixth of the time of playing and judging one conversation after the other, nearly all of it in vain.
    """
    gc.freeze()
    gc.set_threshold(_MADE_BETWEEN, _YOUNG_BETWEEN, _OLD_BETWEEN)


@contextmanager
def kept() -> Iterator[None]:
    """Look for no garbage while everything that is made is kept: looking takes a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
