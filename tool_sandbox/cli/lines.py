"""Lines of text that fit any terminal: no word in them is broken, and a command stays in one piece to be copied."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tool_sandbox.common.visible_text import KEPT, hanging, visible

if TYPE_CHECKING:
    from rich.console import Console

_COMMAND = re.compile(r"(?<=: )tool_sandbox .*$", re.MULTILINE)


def print_line(console: Console, text: str) -> None:
    """Print one line; on a terminal that is too narrow it goes on, further in, between two words.

    Args:
        console: Where to. A file or another program gets the line as it is.
        text: The line; a command at its end comes after ": ".
    """
    from rich.text import Text

    for line in filled(text, console.width) if console.is_terminal else [visible(text).replace(KEPT, " ")]:
        console.print(Text(line), soft_wrap=True)


def filled(text: str, width: int) -> list[str]:
    """Lines as lines of as many words as fit into the width, at least one; those after the first stand further in."""
    kept = _COMMAND.sub(lambda command: command[0].replace(" ", KEPT), text)
    return [line.replace(KEPT, " ") for line in hanging(kept, width, whole_words=True)]
