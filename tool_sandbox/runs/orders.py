"""A solution with the calls that go out together one after the other instead, in other orders, too.

Calls belong together when none needs another; then it is as right to make them one by one, whichever comes first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from attrs import evolve

from tool_sandbox.common.script import SayStep, Script, ScriptedCall, ToolStep

_ALL_ORDERS = 3
"""Up to so many calls every order is tried; of more the given one, its reverse and its rotations."""


def one_by_one(script: Script) -> Iterator[tuple[str, Script]]:
    """Each turn with several calls taken apart, in words, and the script."""
    for position, step in enumerate(script.steps):
        if isinstance(step, ToolStep) and len(step.calls) > 1:
            kept = _referenced(script)
            orders = dict.fromkeys(tuple(_placed(step.calls, order, kept)) for order in _orders(len(step.calls)))
            for order in orders:
                calls = [step.calls[number] for number in order]
                apart = tuple(ToolStep((call,)) for call in calls)
                steps = (*script.steps[:position], *apart, *script.steps[position + 1 :])
                yield ", ".join(call.name for call in calls), evolve(script, steps=steps)


def _orders(count: int) -> Iterator[tuple[int, ...]]:
    if count <= _ALL_ORDERS:
        yield from itertools.permutations(range(count))
        return
    given = tuple(range(count))
    yield given[::-1]
    yield from (given[first:] + given[:first] for first in given)


def _placed(calls: Sequence[ScriptedCall], order: Sequence[int], kept: set[str]) -> Iterator[int]:
    """An order in which calls of one tool whose results are named by their number stay in turn."""
    turns = {tool: iter([number for number, call in enumerate(calls) if call.name == tool]) for tool in kept}
    for number in order:
        tool = calls[number].name
        yield next(turns[tool]) if tool in turns else number


def _referenced(script: Script) -> set[str]:
    """The tools whose results a later step takes something from."""
    calls = [call for step in script.steps if isinstance(step, ToolStep) for call in step.calls]
    texts = [step.text for step in script.steps if isinstance(step, SayStep)]
    texts += [value for call in calls for value in call.arguments.values() if isinstance(value, str)]
    named = {call.name for call in calls for text in texts if f"{{{call.name}" in text}
    return named | {reference.tool for call in calls for reference in call.references()}
