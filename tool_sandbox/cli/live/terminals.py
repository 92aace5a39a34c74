"""What can be written to standard error: lines that are taken away again, or only a log."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress

_SHORT = {"–": "-", "…": "~", "≥": ">"}
"""What stands for a character where it cannot be written."""


def can_hold_lines() -> bool:
    """Whether standard error is a terminal on which something can be taken away again."""
    if os.name != "posix" or os.environ.get("TERM", "dumb") in {"dumb", "unknown"}:
        return False
    try:
        return sys.stderr.isatty() and os.isatty(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):  # closed, or no stream of the system
        return False


def log_line(text: str) -> None:
    """Write a line with the time of the day."""
    stamped = f"{time.strftime('%H:%M:%S')} {text}"
    with suppress(OSError, ValueError, AttributeError):  # nobody reads the log any more; the run goes on
        print(writable(stamped, sys.stderr.encoding or "utf-8"), file=sys.stderr, flush=True)


def writable(text: str, encoding: str) -> str:
    """The text as far as an encoding has its characters, in as many columns."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = "".join(_SHORT.get(character, character) for character in text)
    return text.encode(encoding, "replace").decode(encoding)
