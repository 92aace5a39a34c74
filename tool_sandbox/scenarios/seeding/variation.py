"""What an entry or a world itself lets vary, in parallel forms, and what of it stays as it is, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tool_sandbox import world_seed
from tool_sandbox.scenarios.language.document import Mapping as YamlMapping

VARY, PINNED = "vary", "pinned"
DATES, FOUND = "dates", "found"
"""What can be pinned beside words: the clock and all dates, and what the search tools find."""


def chosen(forms: Any, seed: int, about: str) -> dict[str, Any]:
    """What stands in the place of what, for a seed.

    Args:
        forms: The list of lists behind ``vary``: what stands in the file first, then what may stand there instead; or
            several such lists.
        seed: Which world.
        about: The name of the entry or world.
    """
    found: dict[str, Any] = {}
    for number, group in enumerate(groups(forms)):
        written, *others = group
        if others:
            other = others[int(world_seed.share("vary", seed, about, number) * len(others))]
            found |= {str(one): two for one, two in zip(written, other, strict=False)}
    return found


def groups(forms: Any) -> Iterator[Sequence[Sequence[Any]]]:
    """The groups of forms that vary together; a single one need not be put into a list of its own."""
    if not isinstance(forms, list) or not forms:
        return
    if not all(isinstance(each, list) and each and isinstance(each[0], list) for each in forms):
        yield [form if isinstance(form, list) else [form] for form in forms]
    else:
        yield from forms


def stands_in(text: str, form: Any) -> bool:
    """Whether a form stands in a text, as whole words."""
    return re.search(rf"(?<!\w){re.escape(str(form))}(?!\w)", text, re.IGNORECASE) is not None


def texts_of(value: Any) -> Iterator[str]:
    """Every text and number in a value of a file."""
    if isinstance(value, str | int | float):
        yield str(value)
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from texts_of(each)


def pins(content: YamlMapping) -> frozenset[str]:
    """What an entry or a world pins."""
    pinned = content.get(PINNED)
    return frozenset(pinned) if isinstance(pinned, Mapping) else frozenset()
