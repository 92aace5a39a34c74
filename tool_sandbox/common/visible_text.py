"""Text that anybody may have written, made fit for a terminal: nothing acts there, and lines have a width."""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"
"""Characters without a width of their own that Persian, Indian scripts and emoji need."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that move the cursor, turn the order of others around, or are not seen."""


def visible(text: str) -> str:
    """The text with every character that acts on a terminal, or that is not seen, written as Python escapes it.

    Line breaks and tabs stay.
    """
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(_escaped(character) if _is_unseen(character) else character for character in text)


def cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text, none wider than so many columns; words are broken only where one alone is wider.

    Args:
        text: May have lines of its own; they stay, and so does how far they are indented.
        width: At least 1.
    """
    return [line for own in visible(text).expandtabs(4).split("\n") for line in _lines(own, width)]


def hanging(text: str, width: int) -> list[str]:
    """The lines of a text, all but the first two columns further in."""
    first, *rest = wrapped(text, width)
    if not rest:
        return [first]
    indent = " " * min(len(first) - len(first.lstrip(" ")) + 2, width // 2)
    return [first, *(f"{indent}{line}" for line in wrapped(" ".join(map(str.strip, rest)), width - len(indent)))]


def _lines(line: str, width: int) -> list[str]:
    if cells(line) <= width:
        return [line.rstrip()]
    indent = " " * min(len(line) - len(line.lstrip(" ")), width // 2)
    lines = [""]
    for word in re.findall(r"\s*\S+", line.strip()):
        for piece in _pieces(word, width - len(indent)):
            joined = f"{lines[-1]}{piece}"
            if not lines[-1] or cells(joined) + len(indent) <= width:
                lines[-1] = joined
            else:
                lines.append(piece.lstrip())
    return [f"{indent}{each.lstrip()}" for each in lines]


def _pieces(word: str, room: int) -> list[str]:
    """A word with the spaces before it, one wider than a line in parts, at brackets if possible."""
    own = word.lstrip()
    if cells(own) <= room:
        return [word]
    parts = [""]
    for part in re.findall(r"[^(,/]+[(,/]*|[(,/]+", own):
        if cells(parts[-1]) + cells(part) > room:
            parts.append("")
        for character in part:
            if cells(parts[-1]) + cells(character) > room:
                parts.append("")
            parts[-1] += character
    first, *others = filter(None, parts)
    return [word[: -len(own)] + first, *others]


def _is_unseen(character: str) -> bool:
    return character not in "\n\t" and character not in _JOINERS and unicodedata.category(character) in _UNSEEN


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
