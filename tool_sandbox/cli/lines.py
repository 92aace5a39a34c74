"""Lines of text that fit any terminal: no word in them is broken, and a command stays in one piece to be copied."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_INDENT = "  "
_PIECE = re.compile(r"(?<=: )tool_sandbox .*$|\S+")


def print_line(console: Console, text: str) -> None:
    """Print one line; on a terminal that is too narrow it goes on, indented, between two words.

    Args:
        console: Where to. A file or another program gets the line as it is.
        text: The line; a command at its end comes after ": ".
    """
    for line in _filled(text, console.width) if console.is_terminal else [text]:
        console.print(line, markup=False, soft_wrap=True)


def _filled(text: str, width: int) -> list[str]:
    from rich.cells import cell_len

    lines = [text[: len(text) - len(text.lstrip())]]
    for piece in _PIECE.findall(text):
        longer = f"{lines[-1]} {piece}" if lines[-1].strip() else f"{lines[-1]}{piece}"
        if cell_len(longer) <= width or not lines[-1].strip():
            lines[-1] = longer
        else:
            lines.append(f"{_INDENT}{piece}")
    return lines
