"""Lines of text that fit any terminal: no word in them is broken, and a command stays in one piece to be copied."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tool_sandbox.common.visible_text import visible

if TYPE_CHECKING:
    from rich.console import Console

KEPT = "\u00a0"
"""A space at which no line ends."""
_FURTHER_IN = "  "
_COMMAND = re.compile(r"(?<=: )tool_sandbox .*$")


def print_line(console: Console, text: str) -> None:
    """Print one line; on a terminal that is too narrow it goes on, further in, between two words.

    Args:
        console: Where to. A file or another program gets the line as it is.
        text: The line; a command at its end comes after ": ".
    """
    from rich.text import Text

    shown = visible(text)
    for line in filled(shown, console.width) if console.is_terminal else [shown]:
        console.print(Text(line.replace(KEPT, " ")), soft_wrap=True)


def filled(text: str, width: int) -> list[str]:
    """A line as lines of as many words as fit into the width, at least one; those after the first stand further in."""
    from rich.cells import cell_len

    if cell_len(text) <= width:
        return [text]
    indent = text[: len(text) - len(text.lstrip())]
    command = _COMMAND.search(text)
    words = text[: command.start() if command else None].strip().split(" ")
    lines = [indent]
    for word in [*words, command[0]] if command else words:
        begins = not lines[-1].strip()
        longer = f"{lines[-1]}{word}" if begins else f"{lines[-1]} {word}"
        if begins or cell_len(longer) <= width:
            lines[-1] = longer
        elif word:
            lines.append(f"{indent}{_FURTHER_IN}{word}")
    return [line.rstrip(" ") for line in lines]
