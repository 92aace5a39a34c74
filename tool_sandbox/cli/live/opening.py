"""Which display a run gets."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tool_sandbox.cli.live.log import LogProgress
from tool_sandbox.cli.live.progress import Progress
from tool_sandbox.cli.live.screen import ScreenProgress
from tool_sandbox.cli.live.terminals import can_hold_lines

if TYPE_CHECKING:
    from tool_sandbox.cli.live.display import Watched


def display_of(watched: Watched, *, shows_nothing: bool = False) -> Progress:
    """The display that fits standard error; none beside a person who types, or for who wants none."""
    if shows_nothing or sys.stderr is None:
        return Progress(watched.total, len(watched.done), watched.interrupts)
    return (ScreenProgress if can_hold_lines() else LogProgress)(watched)
