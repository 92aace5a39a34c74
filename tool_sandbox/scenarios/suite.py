"""Scenarios by name, each of them made when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial

from tool_sandbox.common.scenario import Scenario


class Suite(Mapping[str, Scenario]):
    """A mapping whose names are known and whose scenarios are made on demand, each of them once.

    Args:
        makers: What makes each scenario, by name, in the order of the suite.
        outside: Names of those that are no part of the default, to be asked for by name or tag.
    """

    def __init__(self, makers: Mapping[str, Callable[[], Scenario]], outside: Collection[str] = ()) -> None:
        self._makers = dict(makers)
        self.outside = frozenset(outside)
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
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __or__(self, others: Mapping[str, Scenario]) -> Suite:
        makers = {each: partial(suite.__getitem__, each) for suite in (self, others) for each in suite}
        return Suite(makers, self.outside | outside_of(others))


def outside_of(scenarios: Mapping[str, Scenario]) -> frozenset[str]:
    """The names of those that are no part of the default; none but in a suite that has such."""
    return scenarios.outside if isinstance(scenarios, Suite) else frozenset()
