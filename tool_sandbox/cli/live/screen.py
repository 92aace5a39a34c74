"""A run on a terminal: a block of lines at the bottom, drawn a few times a second."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Self

from tool_sandbox.cli.live.block import Block
from tool_sandbox.cli.live.bottom import BottomBlock
from tool_sandbox.cli.live.display import ShownProgress
from tool_sandbox.cli.live.status import Status


class ScreenProgress(ShownProgress):
    """The block; taken away when the run is over."""

    pause = 0.2

    def __enter__(self) -> Self:
        self._block = Block(sys.stderr.encoding, has_trials=self.watched.has_trials)
        self._bottom: BottomBlock | None = None
        with suppress(OSError):  # no room for a file: the run goes on without a display
            self._bottom = BottomBlock()
        return super().__enter__()

    def show(self, status: Status) -> None:
        """Draw it."""
        if self._bottom is not None:
            size = self._bottom.size
            self._bottom.draw(self._block.drawn(status, self.watched.budget, size.columns, size.lines))

    def show_last(self, status: Status) -> None:  # noqa: ARG002 -- the report says it
        """Take it away."""
        if self._bottom is not None:
            self._bottom.close()
