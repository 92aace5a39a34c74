"""Whether a mark in a text is meant or only talked about."""

from __future__ import annotations

import re

_QUOTES = "`\"'“”’«»"


def is_quoted(match: re.Match[str], text: str) -> bool:
    """Whether a mark stands in quotation marks or in a span of code within a line."""
    line = line_before(match, text)
    after = text[match.end() : match.end() + 1]
    if line and after and line[-1] in _QUOTES and after in _QUOTES:
        return True
    return line.replace("```", "").count("`") % 2 == 1


def line_before(match: re.Match[str], text: str) -> str:
    """The part of a mark's line in front of it."""
    return text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
