"""A call that may be made, and what was taken for it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field, frozen

from tool_sandbox.llm.layers.limits.rate import Block, RateSource


@frozen
class Taken:
    """Calls or tokens that were taken for one call, and whose they are."""

    source: RateSource
    block: Block


@define(eq=False)
class Place:
    """A call that may be made."""

    number: int
    halvings: int
    requests: Taken | None
    tokens: Taken | None
    size: int = 0
    """Bytes of the request, where tokens are counted."""
    waits: Mapping[str, float] = field(factory=dict)
    """Seconds it waited, by cause."""


def take(source: RateSource | None, wanted: int) -> Taken | None:
    """Take so many, all or none, from a source if there is one."""
    return None if source is None else Taken(source, source.take(wanted))


def settle(taken: Taken | None, used: int) -> None:
    """Say how many were used of what was taken."""
    if taken is not None:
        taken.source.settle(taken.block, used)
