"""Lines of text that fit any terminal: no word in them is broken, and a command stays in one piece to be copied."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from tool_sandbox.common.visible_text import KEPT, hanging, visible

if TYPE_CHECKING:
    from rich.console import Console

_COMMAND = re.compile(
    r"(?<=: )export \S+|(?:(?<=: )(?:tool_sandbox|pip|\.venv/bin/uv)|(?<=^  )tool_sandbox) .*$", re.MULTILINE
)
"""What somebody copies: after a colon, or in a line of its own below what is said of it."""


def print_line(console: Console, text: str) -> None:
    """Print one line; on a terminal that is too narrow it goes on, further in, between two words.

    Args:
        console: Where to. A file or another program gets the line as it is.
        text: The line; a command at its end comes after ": ".
    """
    from rich.text import Text

    for line in filled(text, console.width) if console.is_terminal else [visible(text).replace(KEPT, " ")]:
        console.print(Text(line), soft_wrap=True)


def print_message(text: str) -> None:
    """Print a message on standard error; on a terminal it goes on, further in, between two words.

    Args:
        text: The message; a command at its end comes after ": ".
    """
    width = _width_of_standard_error()
    print("\n".join(filled(text, width)) if width else visible(text), file=sys.stderr, flush=True)


def filled(text: str, width: int) -> list[str]:
    """Lines as lines of as many words as fit into the width, at least one; those after the first stand further in."""
    kept = _COMMAND.sub(lambda command: command[0].replace(" ", KEPT), text)
    return [line.replace(KEPT, " ") for line in hanging(kept, width, whole_words=True)]


def _width_of_standard_error() -> int:
    """How many columns a terminal there has; 0 where there is none, or one that does not say."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError, AttributeError):  # no terminal, closed, or no stream of the system
        return 0
