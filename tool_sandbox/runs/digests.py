"""What a score depends on beside the model, as one short text for each scenario."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from enum import Enum
from functools import cache, partial
from types import CodeType
from typing import TYPE_CHECKING, Any

from attrs import fields, has

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import namespaces
from tool_sandbox.runs.provenance import SCORING_VERSION
from tool_sandbox.tools.mcp.offered import digests_of
from tool_sandbox.world_seed import CANONICAL

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.evaluation.result import Evaluation

_OURS = "tool_sandbox."
_FORMERLY = {"tool_sandbox.evaluation.facts.states.states": "tool_sandbox.evaluation.facts.states"}
"""Modules of ours by the names they had when digests began to hold them: where code lives changes no score."""
_LENGTH = 16


def digest_of(scenario: Scenario) -> str:
    """A text that changes when another score could come of the same conduct.

    It is made of the starting world (its rows and clock, the tools on offer and what goes wrong with them, and what
    servers say of theirs), the longest conversation, milestones and minefields with all that they are compared with,
    the rules for credit and outcome, and the scoring version. Names, tags, descriptions, solutions and the code of
    tools are not part of it. Empty when it cannot be told.
    """
    return Digests().of(scenario)


def digest_of_all(scenarios: Mapping[str, Scenario], digests: Digests | None = None) -> str:
    """A text that changes when a scenario is added, taken away or made different."""
    digests = digests or Digests()
    return _hash(json.dumps(sorted((name, digests.of(scenario)) for name, scenario in scenarios.items())))


class Digests:
    """``digest_of`` for many scenarios, as long as none of them is changed: what they share is gone through once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, str]] = {}

    def of(self, scenario: Scenario) -> str:
        """What ``digest_of`` says of it."""
        return self._once(scenario, lambda: self._digest(scenario))

    def _digest(self, scenario: Scenario) -> str:
        try:
            return _hash(f"[{', '.join(self._parts(scenario))}]")
        except Exception:  # noqa: BLE001 -- what the author of a scenario compares with may be made of anything
            return ""

    def _parts(self, scenario: Scenario) -> Iterator[str]:
        """What makes the digest, each part as JSON."""
        world = scenario.starting_context
        yield from map(json.dumps, (SCORING_VERSION, scenario.max_messages, _plain(scenario.clock)))
        if scenario.world_seed != CANONICAL:
            yield json.dumps(scenario.world_seed)
        yield self._once(world.versions(DatabaseNamespace.SANDBOX), lambda: json.dumps(_plain(world.log())))
        yield f"[{', '.join(self._table(world, name) for name in sorted(map(str, namespaces())))}]"
        yield json.dumps([_plain(tools) for tools in (world.tool_allow_list, world.tool_deny_list)])
        yield json.dumps(sorted(map(str, world.tool_augmentation_list)))
        yield self._once(scenario.evaluation, lambda: ", ".join(map(json.dumps, _expected(scenario.evaluation))))
        if world.troubles.plans:
            yield json.dumps(_plain(world.troubles.plans))
        if of_servers := digests_of(world):
            yield json.dumps(sorted(of_servers.items()))

    def _table(self, world: ExecutionContext, name: str) -> str:
        now = world.snapshot_version(name)
        return f"[{json.dumps(name)}, {'[]' if now is None else self._once(now, lambda: json.dumps(_plain(now.rows)))}]"

    def _once(self, shared: Any, text: Callable[[], str]) -> str:
        """What ``text`` says of an object, which is kept so that no other one gets its id."""
        if id(shared) not in self._known:
            self._known[id(shared)] = shared, text()
        return self._known[id(shared)][1]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _expected(evaluation: Evaluation) -> Iterator[Any]:
    for matcher in (evaluation.milestone_matcher, evaluation.minefield_matcher):
        yield _plain(matcher.edge_list)
        yield _plain(matcher.milestones)
    yield _plain(evaluation.credit)
    yield _plain(evaluation.outcome)


def _plain(value: Any, above: tuple[int, ...] = ()) -> Any:
    """A value as JSON-able data that is the same in every process; ``above`` holds the ids of what it is part of."""
    kind: Any = type(value)
    if isinstance(value, _ATOMS):
        return _plainly(kind)(value, above)
    if id(value) in above:
        return "again"
    return _plainly(kind)(value, (*above, id(value)))


@cache
def _plainly(kind: type) -> Callable[[Any, tuple[int, ...]], Any]:
    return next((plain for kinds, plain in _BY_KIND if issubclass(kind, kinds)), _plain_object)


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
        return [_named(value), _plain(code, above), _plain(bound, above)]
    kind = _named(type(value))
    if has(type(value)):
        return [kind, *([each.name, _plain(getattr(value, each.name), above)] for each in fields(type(value)))]
    state = getattr(value, "__dict__", None)
    return [kind, _plain(state, above)] if state else [kind, _described(value)]


def _named(value: Any) -> str:
    """The full name of a class or function."""
    module = str(value.__module__)
    return f"{_FORMERLY.get(module, module)}.{value.__qualname__}"


def _described(value: Any) -> str:
    """How a value describes itself, unless that differs from process to process."""
    text = repr(value)
    return "" if " at 0x" in text else text
