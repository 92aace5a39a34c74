"""Choosing scenarios by name, pattern, presentation, tag and category."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from tool_sandbox import garbage
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.errors import ScenarioError
from tool_sandbox.nearest import hint, nearest
from tool_sandbox.scenarios.presentations import AUGMENTATIONS, base_name, presentation_of
from tool_sandbox.scenarios.suite import in_order, names_of, outside_of
from tool_sandbox.scenarios.tag_expressions import TagExpression

_PATTERN = re.compile(r"[*?\[]")
_CATEGORY_NAMES = [category.value.lower() for category in ScenarioCategories]
_ENDS_OF_FILES = (".yaml", ".yml", ".json", ".py")
_EVERY_PRESENTATION = "all"


@garbage.kept()
def select(
    scenarios: Mapping[str, Scenario],
    names: Sequence[str] | None = None,
    tags: Iterable[str] = (),
    categories: Iterable[str] = (),
    *,
    presentations: Sequence[str] = (),
    exclude: Sequence[str] = (),
    among: Collection[str] | None = None,
    limit: int | None = None,
) -> dict[str, Scenario]:
    """The scenarios that fit every condition, in the order in which they were loaded.

    Args:
        scenarios: All there are, by name.
        names: Names or patterns such as ``text_*``; ``None`` is all of the default, or, where tags, categories or
            names to choose among are given, all there are; an empty list is none.
        tags: At least one of these, where any are given; the name of a category counts as a tag, and each may be an
            expression such as ``smoke and not slow``.
        categories: All of these, in upper or lower case.
        presentations: In one of these: ``plain``, ``all``, or names and patterns of them. Where any are given, a name
            stands for all presentations of its scenario; by default the eight, but for names that say otherwise.
        exclude: Names or patterns of what is left out.
        among: Names of which nothing else is taken.
        limit: So many at most, the first ones.

    Raises:
        ScenarioError: A name, pattern, presentation, tag or category fits nothing; the message says what comes closest.
    """
    needed = [_category(name) for name in categories]
    any_of = list(tags)
    wanted = set(names_of(scenarios)) if names is None else _matching(scenarios, names)
    if names is None and among is None:
        wanted = {name for name in wanted if presentations or presentation_of(name).by_default}
        wanted -= frozenset() if needed or any_of else outside_of(scenarios)
    left_out = _matching(scenarios, exclude, in_any_presentation=True)
    if presentations:
        shown = _shown(presentations)
        left_out = _in_all_presentations(scenarios, left_out)
        wanted = {name for name in _in_all_presentations(scenarios, wanted) if presentation_of(name).name in shown}
    wanted -= left_out
    expressions = _expressions(scenarios, any_of)
    named = in_order(scenarios, wanted if among is None else wanted.intersection(among))
    fitting = (
        (name, scenarios[name])
        for name in named
        if all(category in scenarios[name].categories for category in needed)
        and (not expressions or any(expression.holds(_labels(scenarios[name])) for expression in expressions))
    )
    return dict(islice(fitting, limit))


def by_category(scenarios: Mapping[str, Scenario]) -> dict[str, list[str]]:
    """Category → names of its scenarios, in the order of the categories."""
    found = {
        category.value: [name for name, scenario in scenarios.items() if category in scenario.categories]
        for category in ScenarioCategories
    }
    return {category: names for category, names in found.items() if names}


def _matching(scenarios: Mapping[str, Any], names: Sequence[str], *, in_any_presentation: bool = False) -> set[str]:
    """What the names and patterns fit; a pattern means the eight presentations unless it fits only others."""
    found: set[str] = set()
    missing = []
    for wanted in names:
        if wanted in scenarios:
            found.add(wanted)
            continue
        hits = {name for name in names_of(scenarios) if fnmatchcase(name, wanted)} if _PATTERN.search(wanted) else set()
        if not hits:
            missing.append(wanted)
        usual = {name for name in hits if presentation_of(name).by_default}
        found |= hits if in_any_presentation else usual or hits
    if missing:
        raise ScenarioError(_missing(scenarios, missing))
    return found


def _missing(scenarios: Mapping[str, Any], missing: Sequence[str]) -> str:
    parts = []
    for name in missing:
        if _PATTERN.search(name):
            parts.append(f"no scenario fits the pattern {name!r}")
            continue
        if name.casefold().endswith(_ENDS_OF_FILES):
            parts.append(f"there is no scenario {name!r}; a file with scenarios goes after --scenarios-from")
            continue
        close = nearest(name, names_of(scenarios))
        parts.append(
            f"there is no scenario {name!r}" + (f"; did you mean {' or '.join(map(repr, close))}?" if close else "")
        )
    return f"{'; '.join(parts)} ({len(scenarios)} scenarios are loaded; `tool_sandbox list` shows them)"


def _in_all_presentations(scenarios: Mapping[str, Any], names: Collection[str]) -> set[str]:
    """The names, and those of the other presentations of every scenario whose plain name is among them."""
    return {name for name in names_of(scenarios) if name in names or base_name(name) in names}


def _shown(presentations: Sequence[str]) -> set[str]:
    """The presentations that are named."""
    known = [each.name for each in AUGMENTATIONS]
    shown: set[str] = set()
    for wanted in map(str.casefold, presentations):
        pattern = "*" if wanted == _EVERY_PRESENTATION else wanted
        hits = {name for name in known if fnmatchcase(name, pattern)}
        if not hits:
            message = f"there is no presentation {wanted!r}; {hint(wanted, [_EVERY_PRESENTATION, *known])}"
            raise ScenarioError(message)
        shown |= hits
    return shown


def _category(name: str) -> ScenarioCategories:
    try:
        return ScenarioCategories[name.upper()]
    except KeyError:
        message = f"there is no category {name!r}; {hint(name.lower(), _CATEGORY_NAMES)}"
        raise ScenarioError(message) from None


def _expressions(scenarios: Mapping[str, Scenario], tags: Sequence[str]) -> list[TagExpression]:
    if not tags:
        return []
    known = {label for scenario in scenarios.values() for label in _labels(scenario)}
    return [TagExpression.parse(tag, known | set(_CATEGORY_NAMES)) for tag in tags]


def _labels(scenario: Scenario) -> set[str]:
    """Tags and categories of a scenario, in lower case."""
    return {str(label).casefold() for label in (*scenario.tags, *scenario.categories)}
