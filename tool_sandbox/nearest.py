"""Names that resemble a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_TOO_MANY = 20


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names closest to ``name``, best first, then those that begin with it; none when nothing is close."""
    known = list(known)
    close = get_close_matches(str(name), known, n=count, cutoff=0.5)
    longer = [each for each in known if name and each.startswith(str(name))]
    return list(dict.fromkeys([*close, *longer]))[:count]


def hint(name: str, known: Iterable[str]) -> str:
    """A half sentence that helps: the nearest names, or every known one when none is close."""
    known = list(known)
    close = nearest(name, known)
    if close:
        return f"did you mean {' or '.join(repr(each) for each in close)}?"
    if len(known) > _TOO_MANY:
        return f"there are {len(known)} to choose from, such as {', '.join(known[:5])}."
    return f"expected one of {', '.join(known) or 'none at all'}."
