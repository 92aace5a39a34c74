"""Scenarios by name, each of them made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property, partial
from typing import Any

from tool_sandbox.common.scenario import Scenario


class Suite(Mapping[str, Scenario]):
    """A mapping whose names are known and whose scenarios are made on demand, each of them once.

    Args:
        makers: What makes each scenario, by name, in the order of the suite.
        outside: Gives the names of those that are no part of the default, to be asked for by name or tag.
        rank: What a name is sorted by; by default its place among the makers.
    """

    def __init__(
        self,
        makers: Mapping[str, Callable[[], Scenario]],
        outside: Callable[[], Collection[str]] = frozenset,
        rank: Callable[[str], Any] | None = None,
    ) -> None:
        self._makers = dict(makers)
        self._outside = outside
        self._rank = rank
        self._made: dict[str, Scenario] = {}

    @property
    def made(self) -> list[str]:
        """The names of what was asked for so far."""
        return list(self._made)

    def __getitem__(self, name: str) -> Scenario:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self.in_order(self._makers))

    def __len__(self) -> int:
        return len(self._makers)

    def __or__(self, others: Mapping[str, Scenario]) -> Suite:
        suites = (self, others)
        makers = {each: partial(suite.__getitem__, each) for suite in suites for each in names_of(suite)}
        places = {name: place for place, name in enumerate(others)}

        def rank(name: str) -> Any:
            return (1, places[name]) if name in places else (0, self.rank(name))

        return Suite(makers, lambda: self.outside | outside_of(others), rank)

    @property
    def names(self) -> AbstractSet[str]:
        """All names, in no order: to know that of the suite may cost more."""
        return self._makers.keys()

    @cached_property
    def outside(self) -> frozenset[str]:
        """The names of those that are no part of the default."""
        return frozenset(self._outside())

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Some of the names, in the order of the suite."""
        return sorted(names, key=self.rank)

    def rank(self, name: str) -> Any:
        """What a name is sorted by."""
        return self._places[name] if self._rank is None else self._rank(name)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self._makers)}


def names_of(scenarios: Mapping[str, Any]) -> AbstractSet[str]:
    """All names, in no order."""
    return scenarios.names if isinstance(scenarios, Suite) else scenarios.keys()


def in_order(scenarios: Mapping[str, Any], names: AbstractSet[str]) -> list[str]:
    """Some of the names, in the order of the scenarios."""
    if isinstance(scenarios, Suite):
        return scenarios.in_order(names)
    return [name for name in scenarios if name in names]


def outside_of(scenarios: Mapping[str, Scenario]) -> frozenset[str]:
    """The names of those that are no part of the default; none but in a suite that has such."""
    return scenarios.outside if isinstance(scenarios, Suite) else frozenset()
