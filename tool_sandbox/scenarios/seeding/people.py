"""Who is called what: every name of the people of a suite has another one in a fresh world, the same everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources

from tool_sandbox.scenarios.seeding.words import in_any_order

_TITLES = frozenset(
    {"dr", "mr", "mrs", "ms", "miss", "prof", "aunt", "uncle", "grandma", "grandpa", "mum", "mom", "dad"}
)
_FIRST = ("she", "he", "either")


def other_names(seed: int, people: Iterable[str], spoken: frozenset[str], pinned: frozenset[str]) -> dict[str, str]:
    """What each name becomes.

    Args:
        seed: Which world.
        people: The whole names of people in the worlds.
        spoken: Words that stand somewhere in lower case; a name that nobody knows as such may be one of them.
        pinned: What keeps its name.
    """
    listed = _names()
    kinds = {name: kind for kind, names in listed["suite"].items() for name in names}
    for name, kind in _unlisted(people, listed, spoken):
        kinds.setdefault(name, kind)
    spare = {
        kind: [each for each in in_any_order(names, "name", seed, kind) if each not in kinds]
        for kind, names in listed["spare"].items()
    }
    left = {kind: iter(names) for kind, names in spare.items()}
    found: dict[str, str] = {}
    for name, kind in kinds.items():
        other = next(left[kind], None) or next((each for kind in _FIRST for each in left[kind]), None)
        if other is not None and name not in pinned:
            found[name] = other
    return found


def written_large(names: Iterable[str]) -> set[str]:
    """Which of some names are meant only in large letters: those that are also words, and unknown ones."""
    listed = {name for kinds in _names()["suite"].values() for name in kinds}
    return {name for name in names if name not in listed or name in _names()["also"]["words"]}


def _unlisted(
    people: Iterable[str], listed: Mapping[str, Mapping[str, list[str]]], spoken: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """The names that are not in the lists of the suite, and what they are."""
    known = {name: kind for kind, names in listed["spare"].items() for name in names}
    suite = [name for names in listed["suite"].values() for name in names]
    within = {word for name in suite for word in name.split()} | set(suite)
    for person in people:
        names = person.split()
        for position, name in enumerate(names):
            is_name = name[:1].isupper() and name.isalpha() and len(name) > 1 and name.casefold() not in _TITLES
            if is_name and name not in within and name.casefold() not in spoken and name not in STAY:
                yield name, known.get(name, "last" if position and position == len(names) - 1 else "either")


STAY = frozenset(
    {
        "Apotek",
        "Autos",
        "Bakery",
        "Cafe",
        "Café",
        "Clinic",
        "Club",
        "Coaches",
        "Corner",
        "Däckservice",
        "Dental",
        "Garage",
    }
    | {"Hire", "Home", "Hotel", "Library", "Moving", "Nursery", "Office", "Pharmacy", "Pitches", "Pizza", "Plumbing"}
    | {"Roadhouse", "School", "Shop", "Store", "Surgery", "Taxi", "The", "Van", "Walking"}
)
"""Parts of names that say what kind of business it is."""


@cache
def _names() -> dict[str, dict[str, list[str]]]:
    """Which names the suite has and which are free, by kind: ``she``, ``he`` and ``either``, ``last``, ``house``."""
    text = resources.files(__package__).joinpath("names.json").read_text(encoding="utf-8")
    names: dict[str, dict[str, list[str]]] = json.loads(text)
    return names
