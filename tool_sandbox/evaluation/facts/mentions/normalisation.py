"""Texts as they are read: one form for what is written in several, and the way back to the original."""

from __future__ import annotations

import bisect
import re
import unicodedata
from functools import lru_cache
from itertools import chain

from attrs import frozen

from tool_sandbox.evaluation.facts.mentions.mention import Span

# Quotes, hyphens with minus and short dash, the ordinal sign for degrees, what has no width, and spaces.
_CHARACTERS = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-")
    | {"\u00ba": "\u00b0"}
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\ufe0e")
    | dict.fromkeys("\u00a0\u2007\u2009\u202f\t", " ")
)
_KEYCAP = re.compile("[0-9]\ufe0f?\u20e3")
_FRACTIONS = frozenset("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞")
_URL = re.compile(r"\(?\b(?:https?://|www\.)\S+")
_BULLET = re.compile(r"^[ ]*(?:[-*+•‣◦▪●–—]|>+|\#{1,6})[ ]+(?=\S)", re.MULTILINE)
_NUMBERED = re.compile(r"^[ ]*(?:\*\*)?(\d{1,2})[.)](?:\*\*)?[ ]+(?=\S)", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<!\d)(?<!\d )\*{1,3}|\*{1,3}(?! ?\d)|~~|`+|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)")
_STRUCK = re.compile(r"~~[^~\n]+~~(?=.*\w)")
"""What was so before what stands behind it."""
_ESCAPE = re.compile(r"\\(?=[^\w\s])")


@frozen
class Normalised:
    """A text in its normalised form.

    Args:
        text: What is read.
        origins: For every character of the text, and for its end, the index in the original.
    """

    text: str
    origins: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """Where a half open part of the original stands in the normalised text."""
        return Span(bisect.bisect_left(self.origins, start), bisect.bisect_left(self.origins, end))

    def original(self, span: Span) -> Span:
        """Where a part of the normalised text stands in the original."""
        if span.start == span.end:
            return Span(self.origins[span.start], self.origins[span.start])
        return Span(self.origins[span.start], self.origins[span.end - 1] + 1)


@lru_cache(maxsize=1 << 12)
def normalised(text: str) -> Normalised:
    """The text with one kind of quotes, hyphens and spaces, and without what markdown adds.

    Letters keep their accents; a minus and a short dash become a hyphen, a long dash stays; list marks and addresses of
    pages are taken out; lines stay lines.
    """
    draft = _Draft(text, tuple(range(len(text) + 1))).without(_KEYCAP).composed().without(_URL)
    if _NUMBERED.sub("", draft.text).strip() and re.search(r"^\W*1[.)]", draft.text, re.MULTILINE):
        draft = draft.without(_NUMBERED)
    for pattern in (_STRUCK, _BULLET, _EMPHASIS, _ESCAPE):
        draft = draft.without(pattern)
    return Normalised(draft.text, draft.origins)


def folded(text: str) -> str:
    """Lower case without accents, and as long as before, so that places stay true."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


@lru_cache(maxsize=1 << 11)
def _folded(character: str) -> str:
    lower = unicodedata.normalize("NFD", character)[0].lower()
    return lower if len(lower) == 1 else character


@frozen
class _Draft:
    """A text on its way, with the origin of every character and of the end."""

    text: str
    origins: tuple[int, ...]

    def without(self, pattern: re.Pattern[str]) -> _Draft:
        """Without what the pattern matches."""
        dropped = [match.span() for match in pattern.finditer(self.text)]
        if not dropped:
            return self
        starts, ends = (0, *(end for _, end in dropped)), (*(start for start, _ in dropped), len(self.text))
        kept = [slice(*part) for part in zip(starts, ends, strict=True)]
        origins = chain.from_iterable(self.origins[part] for part in kept)
        return _Draft("".join([self.text[part] for part in kept]), (*origins, self.origins[-1]))

    def composed(self) -> _Draft:
        """With letters and their marks as one character, and one character for those that mean the same."""
        if self.text.isascii() and "\t" not in self.text:
            return self  # of what means the same, only a tab is ASCII
        parts = [
            (character, self.origins[match.start()])
            for match in re.finditer(r"[^\u0300-\u036f][\u0300-\u036f]*|[\u0300-\u036f]+", self.text, re.DOTALL)
            for character in _plain(match.group())
        ]
        return _Draft(
            "".join(character for character, _ in parts), (*(origin for _, origin in parts), self.origins[-1])
        )


@lru_cache(maxsize=1 << 11)
def _plain(cluster: str) -> str:
    if cluster in _FRACTIONS:
        return cluster
    return unicodedata.normalize("NFKC", cluster.translate(_CHARACTERS)).translate(_CHARACTERS)
