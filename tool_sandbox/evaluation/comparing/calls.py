"""How a recorded call is compared with a wanted one in scenarios in YAML: by what it asks for, not how it is spelt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from attrs import Factory, frozen

from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.script import part_of
from tool_sandbox.common.values import is_close
from tool_sandbox.evaluation.comparing.columns import (
    CellMeasure,
    CellSimilarity,
    comes_with_us,
    decoded_trace,
    golden_traces,
)

Canonical = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Arguments of a tool → the same in the one spelling in which equal ones are equal."""

ANY_ITEM = "any."
"""What a path into a list begins with that means each of its items."""


class _Wanted(NamedTuple):
    """A wanted call in the one spelling, and how far off its arguments may be in that."""

    trace: Mapping[str, Any]
    within: Mapping[str, float]


class Difference(NamedTuple):
    """Where a call is not the wanted one."""

    part: str
    """``arguments`` or ``result``."""
    name: str
    """The argument, or the path into the result."""
    wanted: Any
    found: Any
    """``NOT_GIVEN`` where there is none."""


@frozen
class CallSimilarity(CellMeasure):
    """1 where a recorded call asks for what one of the wanted ones asks for, and gave what it should give, else 0.

    Texts are equal whatever their case; other spellings of one thing are equal when the tool itself says so.

    Args:
        within: Tolerance per argument as it is written, or per path into the result.
        canonical: Tool → what makes equal arguments equal.
        exact: Texts are equal only when they are written alike, and only arguments are compared, as in the original.
    """

    within: Mapping[str, float] = Factory(dict)
    canonical: Mapping[str, Canonical] = Factory(dict)
    exact: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether no function of users takes part in it: their tools may say when arguments are equal."""
        return super().is_ours and all(map(comes_with_us, self.canonical.values()))

    def described(self) -> dict[str, Any]:
        """The tolerances."""
        return {"within": dict(self.within)}

    def cell(self, value: str) -> CellSimilarity:
        """The comparison of single cells with wanted calls, a JSON text of one object or a list of objects."""
        wanted = [self._wanted(each) for each in golden_traces(value)]

        def similarity(cell: Any) -> float:
            recorded = [self._spelt(decoded_trace(text)) for text in cell or ()]
            return float(any(self._fits(each, one) for each in recorded for one in wanted))

        return similarity

    def _spelt(self, trace: Mapping[str, Any]) -> Mapping[str, Any]:
        canonical = self.canonical.get(trace["tool_name"])
        return trace if canonical is None else {**trace, "arguments": canonical(trace["arguments"])}

    def _wanted(self, trace: Mapping[str, Any]) -> _Wanted:
        canonical = self.canonical.get(trace["tool_name"])
        within = self.within if canonical is None else respelt_tolerances(self.within, trace["arguments"], canonical)
        return _Wanted(self._spelt(trace), within)

    def _fits(self, recorded: Mapping[str, Any], wanted: _Wanted) -> bool:
        return recorded["tool_name"] == wanted.trace["tool_name"] and not any(self._unequal(recorded, wanted))

    def differences(self, recorded: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Difference]:
        """Where a recorded call of a tool is not the wanted one."""
        return list(self._unequal(self._spelt(recorded), self._wanted(wanted)))

    def _unequal(self, recorded: Mapping[str, Any], wanted: _Wanted) -> Iterator[Difference]:
        for name, value in wanted.trace["arguments"].items():
            found = recorded["arguments"].get(name, NOT_GIVEN)
            if not self._equal(found, value, wanted.within.get(name)):
                yield Difference("arguments", name, value, found)
        for path, value in () if self.exact else wanted.trace.get("result", {}).items():
            found = list(_parts(recorded["result"], path)) or [NOT_GIVEN]
            if not any(self._equal(each, value, self.within.get(path)) for each in found):
                yield Difference("result", path, value, found[0])

    def _equal(self, found: Any, wanted: Any, within: float | None) -> bool:
        if not self.exact and isinstance(found, str) and isinstance(wanted, str):
            return found.strip().casefold() == wanted.strip().casefold()
        return is_close(found, wanted, within)


def respelt_tolerances(
    within: Mapping[str, float], arguments: Mapping[str, Any], canonical: Canonical
) -> dict[str, float]:
    """How far off the arguments may be in the one spelling, where that turns an argument into another one.

    An hour more in ``hours`` makes 3,600 more in ``seconds``: by so much those may then be off.

    Args:
        within: Tolerance per argument as it is written.
        arguments: Of the wanted call, as they are written.
        canonical: What gives them their one spelling.
    """
    spelt = canonical(arguments)
    found = {name: tolerance for name, tolerance in within.items() if name in spelt}
    for name, tolerance in within.items():
        value = arguments.get(name)
        if name in spelt or not isinstance(value, (int, float)):
            continue
        for changed, number in canonical({**arguments, name: value + tolerance}).items():
            if isinstance(number, (int, float)) and changed != name and number != (before := spelt.get(changed, 0)):
                found[changed] = found.get(changed, 0) + abs(number - before)
    return found


@frozen
class RequestSimilarity(CellMeasure):
    """1 where a request is for one of these tools, else 0.

    Args:
        tools: Their names.
    """

    tools: tuple[str, ...]

    def described(self) -> dict[str, Any]:
        """The tools."""
        return {"tools": list(self.tools)}

    def cell(self, value: str) -> CellSimilarity:
        """The comparison of single cells; the wanted one shows the first tool."""
        del value
        return lambda cell: None if cell is None else float(any(tool in cell for tool in self.tools))


def _parts(result: Any, path: str) -> Iterator[Any]:
    """What a path leads to: one part of the result, or one of each item where ``any`` stands for a position."""
    if path.startswith(ANY_ITEM):
        for item in result if isinstance(result, Sequence) and not isinstance(result, str) else ():
            yield from _parts(item, path.removeprefix(ANY_ITEM))
        return
    with suppress(KeyError, IndexError, TypeError, ValueError):
        yield part_of(result, path)
