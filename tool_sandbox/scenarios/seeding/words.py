"""Whole words, and what stands in their place, written as the word was: CAPITALS, lower case, without accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from tool_sandbox import world_seed

T = TypeVar("T", bound=str)
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L"})


class Words:
    """Replaces words in texts, all at once, so that nothing is replaced twice.

    Args:
        instead: Word, or several in a row, to what stands in its place.
        exactly: Those that are only meant when they are written just so, as they are also other words.
    """

    def __init__(self, instead: Mapping[str, str], exactly: Iterable[str] = ()) -> None:
        self._exactly = frozenset(exactly)
        self._instead: dict[str, tuple[str, str]] = {}
        for word, other in instead.items():
            for form in (word, plain(word)):
                self._instead.setdefault(form.casefold(), (word, other))
        spellings = sorted(self._instead, key=len, reverse=True)
        pattern = "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in spellings)
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if spellings else None

    def __call__(self, text: str) -> str:
        """The text with other words."""
        return self._pattern.sub(self._other, text) if self._pattern else text

    def _other(self, match: re.Match[str]) -> str:
        found = match[0]
        known = self._instead.get(re.sub(r"\s+", " ", found).casefold())
        if known is None or (known[0] in self._exactly and found != known[0]):
            return found
        word, other = known
        return _cased(found, word, plain(other) if found.isascii() and not word.isascii() else other)


def _cased(found: str, word: str, other: str) -> str:
    """Written in the manner in which a word was found."""
    if found == word:
        return other
    if found.isupper() and len(found) > 1:
        return other.upper()
    if found.islower():
        return other.lower()
    if found.istitle() and " " in found:
        return other.title()
    return other[:1].upper() + other[1:] if found[:1].isupper() else other


def plain(text: str) -> str:
    """A text without accents."""
    parted = unicodedata.normalize("NFKD", text)
    return "".join(each for each in parted if not unicodedata.combining(each)).translate(_LETTERS)


def in_any_order(items: Iterable[T], *about: object) -> Sequence[T]:
    """The items in an order that always belongs to these values."""
    return sorted(items, key=lambda item: world_seed.share(*about, item))
