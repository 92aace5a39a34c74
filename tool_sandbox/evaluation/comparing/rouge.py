"""ROUGE-L with stemming, equal to ``rouge_score`` 0.1.2 and faster by remembering what was tokenised."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from tool_sandbox.evaluation.comparing.float32 import float32
from tool_sandbox.evaluation.comparing.stemmer import stem

_SEPARATORS = re.compile(r"[^a-z0-9]+")
_STEMMED_FROM = 4


@lru_cache(maxsize=1 << 14)
def tokens(text: str) -> tuple[str, ...]:
    """Lower-case ASCII words and numbers of the text, those of four and more characters stemmed."""
    words = _SEPARATORS.split(text.lower())
    stems = (stem(word) if len(word) >= _STEMMED_FROM else word for word in words)
    return tuple(part for part in stems if part)


class RougeL:
    """F-measure of the longest common subsequence of words with one wanted text.

    Args:
        wanted: The text that predictions are compared with.

    Raises:
        TypeError: ``wanted`` is not text.
    """

    __slots__ = ("_count", "_positions")

    def __init__(self, wanted: Any) -> None:
        words = tokens(_text(wanted))
        self._count = len(words)
        self._positions: dict[str, int] = {}
        for at, word in enumerate(words):
            self._positions[word] = self._positions.get(word, 0) | 1 << at

    def similarity(self, prediction: Any) -> float:
        """Between 0 and 1, rounded to 32 bits; 0 for a null prediction.

        Raises:
            TypeError: The prediction is neither text nor null.
        """
        if prediction is None:
            return 0.0
        words = tokens(_text(prediction))
        common = self._common(words)
        if not common:
            return 0.0
        precision, recall = common / len(words), common / self._count
        return float32(2 * precision * recall / (precision + recall))

    def _common(self, words: tuple[str, ...]) -> int:
        # Bit-parallel longest common subsequence (Hyyrö 2004): zero bits mark matched positions of the wanted text.
        everything = (1 << self._count) - 1
        row = everything
        for word in words:
            matches = row & self._positions.get(word, 0)
            row = ((row + matches) | (row - matches)) & everything
        return self._count - row.bit_count()


@lru_cache(maxsize=1 << 12)
def rouge_l_for(wanted: str) -> RougeL:
    """The comparison with one wanted text, prepared once."""
    return RougeL(wanted)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        message = f"{value!r} cannot be compared by words: ROUGE-L needs text. Use an exact match for this column."
        raise TypeError(message)
    return value
