"""Names by which things are looked for, however they are written."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable


@functools.lru_cache(maxsize=4096)
def comparable(text: str) -> str:
    """The text in small letters without accents and punctuation."""
    from rapidfuzz import utils

    without_accents = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return utils.default_process(without_accents)


class Names:
    """The names of things, all of which are compared at once.

    Args:
        things: The names of each.
    """

    def __init__(self, things: Iterable[Iterable[str]]) -> None:
        named = [(at, comparable(name)) for at, names in enumerate(things) for name in names]
        self._things, self._texts = [at for at, _ in named], [text for _, text in named]

    def like(self, wanted: str, least: float) -> dict[int, float]:
        """Which things have a name that is so much like a comparable text at least: number → likeness, in order."""
        from rapidfuzz import fuzz, process

        found: dict[int, float] = {}
        for _, likeness, at in process.extract(wanted, self._texts, scorer=fuzz.ratio, score_cutoff=least, limit=None):
            found[self._things[at]] = max(likeness, found.get(self._things[at], 0.0))
        return dict(sorted(found.items()))
