"""A bar with words behind it, on one line."""

from __future__ import annotations

import io

from tool_sandbox.common.visible_text import cells

_WIDEST = 40
_NARROWEST = 8


class Bar:
    """Draws bars in the colours of a terminal.

    Args:
        encoding: Of the terminal.
    """

    def __init__(self, encoding: str) -> None:
        from rich.console import Console

        paper = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        self._console = Console(file=paper, force_terminal=True, legacy_windows=False, width=_WIDEST)

    def drawn(self, done: int, total: int, words: str, room: int) -> str:
        """The line, in no more than ``room`` columns, in which the words fit: the bar gives way to them."""
        width = min(_WIDEST, room - cells(words) - 1)
        return words if width < _NARROWEST else f"{self._drawn(done, total, width)} {words}"

    def _drawn(self, done: int, total: int, width: int) -> str:
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        with self._console.capture() as drawn:
            self._console.print(ProgressBar(total=max(total, 1), completed=done, width=width), end="")
        # Without colours the part that is left is not drawn at all.
        return drawn.get() + " " * (width - Text.from_ansi(drawn.get()).cell_len)
