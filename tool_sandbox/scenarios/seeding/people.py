"""Who is called what: every name of the people of a suite has another one in a fresh world, the same everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources

from tool_sandbox.scenarios.seeding.words import in_any_order

_TITLES = frozenset(
    {"dr", "mr", "mrs", "ms", "miss", "prof", "aunt", "uncle", "grandma", "grandpa", "mum", "mom", "dad"}
)
_BUSINESSES = frozenset(
    {
        "apotek",
        "autos",
        "bakery",
        "cafe",
        "café",
        "clinic",
        "club",
        "coaches",
        "corner",
        "däckservice",
        "dental",
        "hire",
    }
    | {"garage", "hire", "home", "hotel", "library", "moving", "nursery", "office", "pharmacy", "pitches", "pizza"}
    | {"plumbing", "roadhouse", "school", "shop", "store", "surgery", "taxi", "the", "van", "walking"}
)
"""What says in a name which kind of business it is."""
_PARTICLE = re.compile(r"\b(?:da|de|del|della|den|der|di|dos|du|la|le|ter|van|von|y|zu)\b")
_FIRST = ("she", "he", "either")


def other_names(seed: int, people: Iterable[str], words: frozenset[str], pinned: frozenset[str]) -> dict[str, str]:
    """What each name becomes.

    Args:
        seed: Which world.
        people: The whole names of people in the worlds.
        words: Those of the suite's texts. A part of a name that also stands there in small letters is none, unless it
            is listed; a spare name that stands there is not spare.
        pinned: What keeps its name.
    """
    lists = listed()
    kinds = {name: kind for kind, names in lists["suite"].items() for name in names}
    kinds |= {name: kind for kind, names in lists["spare"].items() for name in names if name in words}
    for name, kind in _unlisted(people, lists, words):
        kinds.setdefault(name, kind)
    spare = {
        kind: [each for each in in_any_order(names, "name", seed, kind) if each not in kinds]
        for kind, names in lists["spare"].items()
    }
    left = {kind: iter(names) for kind, names in spare.items()}
    found: dict[str, str] = {}
    for name, kind in kinds.items():
        other = next(left[kind], None) or next((each for kind in _FIRST for each in left[kind]), None)
        if other is not None and name not in pinned:
            found[name] = other
    return found


def names_of(person: str) -> list[str]:
    """The parts of a whole name that name somebody; none where it says what somebody does, as in Window cleaner."""
    parts = _PARTICLE.sub(" ", re.split("[(,;]", person)[0]).split()
    if not all(part[0].isupper() for part in parts):
        return []
    return [part for part in parts if part.isalpha() and len(part) > 1 and part.casefold() not in _TITLES | _BUSINESSES]


def written_large(names: Iterable[str]) -> set[str]:
    """Which of some names are meant only in large letters: those that are also words, and unknown ones."""
    lists = listed()
    suite = {name for kinds in lists["suite"].values() for name in kinds}
    return {name for name in names if name not in suite or name in lists["also"]["words"]}


@cache
def listed() -> dict[str, dict[str, list[str]]]:
    """Which names the suite has and which are free, by kind: ``she``, ``he`` and ``either``, ``last``, ``house``."""
    text = resources.files(__package__).joinpath("names.json").read_text(encoding="utf-8")
    names: dict[str, dict[str, list[str]]] = json.loads(text)
    return names


def _unlisted(
    people: Iterable[str], lists: Mapping[str, Mapping[str, list[str]]], words: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """The names that are not in the lists of the suite, and what they are."""
    known = {name: kind for kind, names in lists["spare"].items() for name in names}
    suite = {word for names in lists["suite"].values() for name in names for word in (name, *name.split())}
    for names in map(names_of, people):
        for position, name in enumerate(names):
            if name not in suite and name.casefold() not in words:
                is_last = position and position == len(names) - 1
                yield name, known.get(name, "last" if is_last else "either")
