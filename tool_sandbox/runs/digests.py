"""What a score depends on beside the model, as one short text for each scenario."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from enum import Enum
from functools import partial
from types import CodeType
from typing import TYPE_CHECKING, Any

from attrs import fields, has

from tool_sandbox.common.world.schemas import namespaces
from tool_sandbox.runs.provenance import SCORING_VERSION
from tool_sandbox.tools.mcp.offered import digests_of
from tool_sandbox.world_seed import CANONICAL

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

_OURS = "tool_sandbox."
_LENGTH = 16


def digest_of(scenario: Scenario) -> str:
    """A text that changes when another score could come of the same conduct.

    It is made of the starting world (its rows and clock, the tools on offer and what goes wrong with them, and what
    servers say of theirs), the longest conversation, milestones and minefields with all that they are compared with,
    the rules for credit and outcome, and the scoring version. Names, tags, descriptions, solutions and the code of
    tools are not part of it. Empty when it cannot be told.
    """
    try:
        return _hash(list(_parts(scenario)))
    except Exception:  # noqa: BLE001 -- what the author of a scenario compares with may be made of anything
        return ""


def digest_of_all(scenarios: Mapping[str, Scenario]) -> str:
    """A text that changes when a scenario is added, taken away or made different."""
    return _hash(sorted((name, digest_of(scenario)) for name, scenario in scenarios.items()))


def _hash(parts: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_LENGTH]


def _parts(scenario: Scenario) -> Iterator[Any]:
    world, evaluation = scenario.starting_context, scenario.evaluation
    yield SCORING_VERSION
    yield scenario.max_messages
    yield _plain(scenario.clock)
    if scenario.world_seed != CANONICAL:
        yield scenario.world_seed
    yield _plain(world.log())
    yield [[str(name), _plain(world.rows(name))] for name in sorted(map(str, namespaces()))]
    yield [_plain(tools) for tools in (world.tool_allow_list, world.tool_deny_list)]
    yield sorted(map(str, world.tool_augmentation_list))
    for matcher in (evaluation.milestone_matcher, evaluation.minefield_matcher):
        yield _plain(matcher.edge_list)
        yield _plain(matcher.milestones)
    yield _plain(evaluation.credit)
    yield _plain(evaluation.outcome)
    if world.troubles.plans:
        yield _plain(world.troubles.plans)
    if of_servers := digests_of(world):
        yield sorted(of_servers.items())


def _plain(value: Any, above: tuple[int, ...] = ()) -> Any:
    """A value as JSON-able data that is the same in every process; ``above`` holds the ids of what it is part of."""
    if id(value) in above and not isinstance(value, _ATOMS):
        return "again"
    for kinds, plain in _BY_KIND:
        if isinstance(value, kinds):
            return plain(value, (*above, id(value)))
    return _plain_object(value, (*above, id(value)))


def _word(value: Any, _above: tuple[int, ...]) -> Any:
    return f"{type(value).__name__} {value}"


def _itself(value: Any, _above: tuple[int, ...]) -> Any:
    return value


def _mapping(value: Any, above: tuple[int, ...]) -> Any:
    return ["mapping", *sorted(([str(key), _plain(each, above)] for key, each in value.items()), key=json.dumps)]


def _set(value: Any, above: tuple[int, ...]) -> Any:
    return ["set", *sorted((_plain(each, above) for each in value), key=json.dumps)]


def _list(value: Any, above: tuple[int, ...]) -> Any:
    return [_plain(each, above) for each in value]


def _partial(value: Any, above: tuple[int, ...]) -> Any:
    return ["partial", *(_plain(each, above) for each in (value.func, value.args, value.keywords))]


def _code(value: Any, above: tuple[int, ...]) -> Any:
    return [value.co_code.hex(), list(value.co_names), _plain(value.co_consts, above)]


_ATOMS = (Enum, str, bytes, int, float, type(None))
_BY_KIND: tuple[tuple[Any, Callable[[Any, tuple[int, ...]], Any]], ...] = (
    ((Enum, datetime, date, time, bytes), _word),
    ((str, int, float, type(None)), _itself),
    (Mapping, _mapping),
    (AbstractSet, _set),
    ((list, tuple), _list),
    (partial, _partial),
    (CodeType, _code),
)


def _plain_object(value: Any, above: tuple[int, ...]) -> Any:
    """Functions by name, with the code of those that are not ours; objects by their fields or attributes."""
    if (to_dicts := getattr(value, "to_dicts", None)) is not None:  # a data frame
        return _plain(to_dicts(), above)
    if callable(value) and hasattr(value, "__qualname__"):
        code = None if str(value.__module__).startswith(_OURS) else getattr(value, "__code__", None)
        cells = [cell.cell_contents for cell in getattr(value, "__closure__", None) or ()]
        bound = [getattr(value, "__defaults__", None), cells, getattr(value, "__self__", None)]
        return [f"{value.__module__}.{value.__qualname__}", _plain(code, above), _plain(bound, above)]
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if has(type(value)):
        return [kind, *([each.name, _plain(getattr(value, each.name), above)] for each in fields(type(value)))]
    state = getattr(value, "__dict__", None)
    return [kind, _plain(state, above)] if state else [kind, _described(value)]


def _described(value: Any) -> str:
    """How a value describes itself, unless that differs from process to process."""
    text = repr(value)
    return "" if " at 0x" in text else text
