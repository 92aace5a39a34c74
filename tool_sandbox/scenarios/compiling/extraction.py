"""Taking values out of a tool's result, as ``using: {from: …, take: …}`` asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from attrs import field, frozen

from tool_sandbox.common.script import part_of


def _pairs(take: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(take)


@frozen
class ResultExtractor:
    """Reads parts of a tool's result; used like any other extractor of tool traces.

    Args:
        take: Name to fill in → dotted path into the result.
        as_text: Give every accepted spelling of each value (numbers rounded to 0, 1, 2 and 3 decimals), for sentences.
        tools: Those whose results are read; of any other there is nothing to read. ``None`` for all.
    """

    take: tuple[tuple[str, str], ...] = field(converter=_pairs)
    as_text: bool = False
    tools: frozenset[str] | None = None

    def __call__(self, tool_trace: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The values to fill in, one mapping for each way to write them."""
        from tool_sandbox.common.tool_trace_extractors import default_value_normalization

        if self.tools is not None and tool_trace["tool_name"] not in self.tools:
            return []
        names = [name for name, _ in self.take]
        values = [part_of(tool_trace["result"], path) for _, path in self.take]
        spellings = [default_value_normalization(value) if self.as_text else [value] for value in values]
        return [dict(zip(names, each, strict=True)) for each in product(*spellings)]
