"""Telling a person's Ctrl-C from code that raises ``KeyboardInterrupt``, and from code that wants to exit."""

from __future__ import annotations

import dis
import threading
from types import TracebackType

_OURS = "tool_sandbox"


def is_from_a_person(error: BaseException) -> bool:
    """Whether an exception is a ``KeyboardInterrupt`` that a signal caused rather than a ``raise`` in users' code.

    Signals reach the main thread only, and there they strike between two instructions; a handler of ours may raise.
    """
    if not isinstance(error, KeyboardInterrupt) or threading.current_thread() is not threading.main_thread():
        return False
    origin = _innermost(error.__traceback__)
    if origin is None:
        return True
    frame = origin.tb_frame
    if str(frame.f_globals.get("__name__", "")).partition(".")[0] == _OURS:
        return True
    return dis.opname[frame.f_code.co_code[origin.tb_lasti]] != "RAISE_VARARGS"


def _innermost(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace
