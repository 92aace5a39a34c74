"""How a recorded call is compared with a wanted one in scenarios in YAML: by what it asks for, not how it is spelt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from attrs import Factory, frozen

from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.script import part_of
from tool_sandbox.common.values import is_close
from tool_sandbox.evaluation.comparing.columns import CellMeasure, CellSimilarity, decoded_trace, golden_traces

Canonical = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Arguments of a tool → the same in the one spelling in which equal ones are equal."""


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
        within: Tolerance per argument, or per path into the result.
        canonical: Tool → what makes equal arguments equal.
        exact: Texts are equal only when they are written alike, and only arguments are compared, as in the original.
    """

    within: Mapping[str, float] = Factory(dict)
    canonical: Mapping[str, Canonical] = Factory(dict)
    exact: bool = False

    def described(self) -> dict[str, Any]:
        """The tolerances."""
        return {"within": dict(self.within)}

    def cell(self, value: str) -> CellSimilarity:
        """The comparison of single cells with wanted calls, a JSON text of one object or a list of objects."""
        wanted = [self._spelt(each) for each in golden_traces(value)]

        def similarity(cell: Any) -> float:
            recorded = [self._spelt(decoded_trace(text)) for text in cell or ()]
            return float(any(self._fits(each, one) for each in recorded for one in wanted))

        return similarity

    def _spelt(self, trace: Mapping[str, Any]) -> Mapping[str, Any]:
        canonical = self.canonical.get(trace["tool_name"])
        return trace if canonical is None else {**trace, "arguments": canonical(trace["arguments"])}

    def _fits(self, recorded: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        return recorded["tool_name"] == wanted["tool_name"] and not any(self._unequal(recorded, wanted))

    def differences(self, recorded: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Difference]:
        """Where a recorded call of a tool is not the wanted one."""
        return list(self._unequal(self._spelt(recorded), self._spelt(wanted)))

    def _unequal(self, recorded: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[Difference]:
        for name, value in wanted["arguments"].items():
            found = recorded["arguments"].get(name, NOT_GIVEN)
            if not self._equal(name, found, value):
                yield Difference("arguments", name, value, found)
        for path, value in () if self.exact else wanted.get("result", {}).items():
            found = _part(recorded["result"], path)
            if not self._equal(path, found, value):
                yield Difference("result", path, value, found)

    def _equal(self, name: str, found: Any, wanted: Any) -> bool:
        if not self.exact and isinstance(found, str) and isinstance(wanted, str):
            return found.strip().casefold() == wanted.strip().casefold()
        return is_close(found, wanted, self.within.get(name))


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


def _part(result: Any, path: str) -> Any:
    try:
        return part_of(result, path)
    except (KeyError, IndexError, TypeError, ValueError):
        return NOT_GIVEN
