"""Making a call of a tool in a world where something goes wrong with it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from tool_sandbox import clock
from tool_sandbox.common.counted import counted
from tool_sandbox.common.execution_context import new_context
from tool_sandbox.common.trouble import Trouble, TroubleKind
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import namespaces
from tool_sandbox.common.world.tables import Access
from tool_sandbox.errors import ScenarioError

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext

Called = Callable[[], Any]
T = TypeVar("T")

_REFUSALS = (
    ConnectionError("503 Service Unavailable"),
    BlockingIOError("database is locked"),
    ConnectionRefusedError("Connection refused"),
    RuntimeError("Internal error 500, the request was not carried out"),
)
"""How a service says that it did nothing."""
_UNITS = ((3600, "hour"), (60, "minute"))
_FEWEST, _MOST = 1.1, 1.5
"""By what a wrong number is larger, or the right one larger than it."""


def call_in(world: ExecutionContext, tool: str, call: Callable[[], T]) -> T:
    """Make a call, and let happen to it what the world has in store.

    Args:
        world: It is told that the tool was called.
        tool: The tool's real name.
        call: Makes the call.

    Raises:
        Exception: What the call raises, or the trouble with it.
    """
    if not world.troubles.plans:
        return call()
    trouble = world.troubles.next(tool)
    world.troubles = world.troubles.after(tool)
    with clock.use(clock.later(world.troubles.elapsed)):
        if trouble is None:
            return call()
        # Of its own, so that it moves nothing else that is random here; the same each time that this trouble strikes.
        chance = random.Random(f"{world.seed}/{tool}/{trouble.text}")
        result: T = _HAPPENS[trouble.kind](world, trouble, call, chance)
        return result


def _fail(world: ExecutionContext, trouble: Trouble, call: Called, chance: random.Random) -> Any:
    del world, trouble, call
    error = chance.choice(_REFUSALS)
    raise type(error)(*error.args)


def _lost(world: ExecutionContext, trouble: Trouble, call: Called, chance: random.Random) -> Any:
    del world, trouble, chance
    call()
    message = "no answer within 30 seconds"
    raise TimeoutError(message)


def _slow(world: ExecutionContext, trouble: Trouble, call: Called, chance: random.Random) -> Any:
    del world, chance
    result = call()
    print(f"(answered after {_duration(trouble.amount)})")  # noqa: T201 -- the agent reads it before the answer
    return result


def _duration(seconds: float) -> str:
    """Seconds in the largest unit of which they are a whole number."""
    size, unit = next((each for each in _UNITS if seconds % each[0] == 0), (1, "second"))
    return counted(int(seconds // size), unit)


def _stale(world: ExecutionContext, trouble: Trouble, call: Called, chance: random.Random) -> Any:
    del chance
    past = world.fork()
    began = max(world.first_user_sandbox_message_index, 0)
    for table in namespaces():
        if table != DatabaseNamespace.SANDBOX:
            rows = world.rows(table, began) if trouble.earlier is None else trouble.earlier.get(table, ())
            past.replace_rows(table, rows)
    past.access = Access()
    with new_context(past):
        result = call()
    if past.access.writes:
        written = ", ".join(sorted(map(str.lower, past.access.writes)))
        message = f"the trouble {trouble.text!r} is for a tool that only reads, but this one writes {written}."
        raise ScenarioError(message)
    if world.access is not None:
        world.access.reads |= past.access.reads
    return result


def _partial(world: ExecutionContext, trouble: Trouble, call: Called, chance: random.Random) -> Any:
    del world, chance
    result, most = call(), int(trouble.amount)
    if not isinstance(result, list) or len(result) <= most:
        return result
    print(f"(the first {most} of {counted(len(result), 'result')})")  # noqa: T201 -- as above
    return result[:most]


def _contradict(world: ExecutionContext, trouble: Trouble, call: Called, chance: random.Random) -> Any:
    del world
    result = call()
    other = _contradicted(result, chance)
    if other == result:
        message = f"the trouble {trouble.text!r} is for a tool that answers with a flag or with numbers."
        raise ScenarioError(message)
    return other


def _contradicted(value: Any, chance: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        factor = chance.uniform(_FEWEST, _MOST)
        other = value * factor if chance.random() < 0.5 else value / factor  # noqa: PLR2004 -- as likely as not
        return round(other) if isinstance(value, int) else round(other, 2)
    if isinstance(value, Mapping):
        return {key: _contradicted(each, chance) for key, each in value.items()}
    return value


_HAPPENS: Mapping[TroubleKind, Callable[[ExecutionContext, Trouble, Called, random.Random], Any]] = {
    TroubleKind.FAIL: _fail,
    TroubleKind.LOST: _lost,
    TroubleKind.SLOW: _slow,
    TroubleKind.STALE: _stale,
    TroubleKind.PARTIAL: _partial,
    TroubleKind.CONTRADICT: _contradict,
}
