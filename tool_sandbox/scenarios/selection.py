"""Choosing scenarios by name, pattern, tag and category."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.errors import ScenarioError
from tool_sandbox.nearest import hint, nearest

_PATTERN = re.compile(r"[*?\[]")
_CATEGORY_NAMES = [category.value.lower() for category in ScenarioCategories]


def select(
    scenarios: Mapping[str, Scenario],
    names: Sequence[str] | None = None,
    tags: Iterable[str] = (),
    categories: Iterable[str] = (),
) -> dict[str, Scenario]:
    """The scenarios that fit every condition, in the order in which they were loaded.

    Args:
        scenarios: All there are, by name.
        names: Names or patterns such as ``text_*``; ``None`` is all of them, an empty list none.
        tags: At least one of these, where any are given; the name of a category counts as a tag.
        categories: All of these, in upper or lower case.

    Raises:
        ScenarioError: A name, pattern, tag or category fits nothing; the message says what comes closest.
    """
    wanted = set(scenarios) if names is None else _matching(scenarios, names)
    needed = [_category(name) for name in categories]
    any_of = list(tags)
    if any_of:
        _check_tags(scenarios, any_of)
    chosen = {name: scenarios[name] for name in scenarios if name in wanted}
    return {
        name: scenario
        for name, scenario in chosen.items()
        if all(category in scenario.categories for category in needed)
        and (not any_of or any(_has_tag(scenario, tag) for tag in any_of))
    }


def by_category(scenarios: Mapping[str, Scenario]) -> dict[str, list[str]]:
    """Category → names of its scenarios, in the order of the categories."""
    found = {
        category.value: [name for name, scenario in scenarios.items() if category in scenario.categories]
        for category in ScenarioCategories
    }
    return {category: names for category, names in found.items() if names}


def _matching(scenarios: Mapping[str, Any], names: Sequence[str]) -> set[str]:
    found: set[str] = set()
    missing = []
    for wanted in names:
        if wanted in scenarios:
            found.add(wanted)
            continue
        hits = {name for name in scenarios if fnmatchcase(name, wanted)} if _PATTERN.search(wanted) else set()
        if not hits:
            missing.append(wanted)
        found |= hits
    if missing:
        raise ScenarioError(_missing(scenarios, missing))
    return found


def _missing(scenarios: Mapping[str, Any], missing: Sequence[str]) -> str:
    parts = []
    for name in missing:
        if _PATTERN.search(name):
            parts.append(f"no scenario fits the pattern {name!r}")
            continue
        close = nearest(name, scenarios)
        parts.append(
            f"there is no scenario {name!r}" + (f"; did you mean {' or '.join(map(repr, close))}?" if close else "")
        )
    return f"{'; '.join(parts)} ({len(scenarios)} scenarios are loaded; `tool_sandbox list` shows them)"


def _category(name: str) -> ScenarioCategories:
    try:
        return ScenarioCategories[name.upper()]
    except KeyError:
        message = f"there is no category {name!r}; {hint(name.lower(), _CATEGORY_NAMES)}"
        raise ScenarioError(message) from None


def _has_tag(scenario: Scenario, tag: str) -> bool:
    return tag in scenario.tags or tag.upper() in [str(category) for category in scenario.categories]


def _check_tags(scenarios: Mapping[str, Scenario], tags: Sequence[str]) -> None:
    known = {tag for scenario in scenarios.values() for tag in scenario.tags}
    for tag in tags:
        if tag not in known and tag.lower() not in _CATEGORY_NAMES:
            message = f"no scenario has the tag {tag!r}; {hint(tag, sorted(known | set(_CATEGORY_NAMES)))}"
            raise ScenarioError(message)
