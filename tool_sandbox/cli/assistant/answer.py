"""What a tool of ours tells an assistant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from tool_sandbox.common.visible_text import visible

LONGEST = 40_000
"""Characters of a text: some ten thousand tokens. What is longer is cut, and says so."""


@frozen
class Answer:
    """The same for a model to read and for its program."""

    text: str
    data: Mapping[str, Any]
    """JSON-able."""

    @classmethod
    def of(cls, lines: Iterable[str], data: Mapping[str, Any]) -> Answer:
        """An answer of these lines, in which nothing is hidden by control characters."""
        text = "\n".join(map(visible, lines))
        left_out = len(text) - LONGEST
        return cls(text if left_out <= 0 else f"{text[:LONGEST]}…\n({left_out:,} characters are left out.)", data)
