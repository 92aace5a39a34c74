"""Names that resemble a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_TOO_MANY = 20


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names closest to ``name``, best first; none when nothing is close."""
    return get_close_matches(str(name), list(known), n=count, cutoff=0.5)


def hint(name: str, known: Iterable[str]) -> str:
    """A half sentence that helps: the nearest names, or every known one when none is close."""
    known = list(known)
    close = nearest(name, known)
    if close:
        return f"did you mean {' or '.join(repr(each) for each in close)}?"
    if len(known) > _TOO_MANY:
        return f"there are {len(known)} to choose from, such as {', '.join(known[:5])}."
    return f"expected one of {', '.join(known) or 'none at all'}."
