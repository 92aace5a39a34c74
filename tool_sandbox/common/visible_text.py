"""Text that anybody may have written, made fit for a terminal: nothing acts there, and lines have a width."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

KEPT = "\u00a0"
"""A space at which no line ends."""
_WORD = re.compile(rf"[^\S{KEPT}]*[\S{KEPT}]+")
"""With the spaces before it."""
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
    escaped = {ord(character): _escaped(character) for character in set(text) if _is_unseen(character)}
    return text.translate(escaped) if escaped else text


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
    return list(_wrapped(text, width))


@lru_cache(maxsize=1024)  # instructions and lists of tools are the same in many conversations
def _wrapped(text: str, width: int) -> tuple[str, ...]:
    return tuple([line for own in _own_lines(text) for line in _lines(own, width)])


def hanging(text: str, width: int, *, whole_words: bool = False) -> list[str]:
    """The same, what goes on of a line two columns further in than its beginning.

    Args:
        text: As for ``wrapped``.
        width: At least 1.
        whole_words: Whether a word that alone is wider stays in one piece.
    """
    return [line for own in _own_lines(text) for line in _lines(own, width, further_in=2, whole_words=whole_words)]


def _own_lines(text: str) -> list[str]:
    return visible(text).expandtabs(4).split("\n")


@lru_cache(maxsize=1024)  # instructions differ in a line or two
def _lines(line: str, width: int, *, further_in: int = 0, whole_words: bool = False) -> tuple[str, ...]:
    if cells(line) <= width:
        return (line.rstrip(),)
    own = len(line) - len(line.lstrip(" "))
    most = min(width // 2, max(width - 2, 0))  # a character may be two columns wide
    first, later = (min(indent, most) for indent in (own, own + further_in))
    lines = [" " * first]
    taken = first
    is_empty = True
    for word in _WORD.findall(line.strip(" ")):
        stays = whole_words or (is_empty and cells(word) <= width - first)
        for piece in [word] if stays else _pieces(word, width - later):
            added = piece.lstrip(" ") if is_empty else piece
            if is_empty or taken + cells(piece) <= width:
                lines[-1] += added
                taken += cells(added)
            else:
                lines.append(f"{' ' * later}{piece.lstrip(' ')}")
                taken = cells(lines[-1])
            is_empty = False
    return tuple(lines)


def _pieces(word: str, room: int) -> list[str]:
    """A word with the spaces before it, one wider than a line in parts, at brackets if possible."""
    own = word.lstrip(" ")
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
