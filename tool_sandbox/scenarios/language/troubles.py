"""What goes wrong with a tool, in words: ``fail once``, ``slow 40 seconds``, ``partial 2 always``."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Annotated, Any

from attrs import frozen
from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo

from tool_sandbox.common.trouble import Trouble, TroubleKind
from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language.calls import ToolName
from tool_sandbox.scenarios.language.fields import OneOrMany, Shown, Text
from tool_sandbox.scenarios.language.models import described, problem
from tool_sandbox.scenarios.language.moments import duration

_KINDS = "|".join(TroubleKind)
_OFTEN = r"once|twice|always|\d+ times"
_FORM = re.compile(rf"(?P<kind>[a-z]+)(?: (?P<rest>.+?))??(?: (?P<often>{_OFTEN}))?")
_PATTERN = rf"^({_KINDS})( .+)?$"
_FORMS = (
    "expected 'work', 'fail', 'lost', 'slow 40 seconds', 'stale', 'stale as WORLD', 'partial 2' or 'contradict', "
    "and how often: 'once', 'twice', '3 times' or 'always'"
)
_TIMES = {None: math.inf, "always": math.inf, "once": 1.0, "twice": 2.0}


@frozen
class WrittenTrouble:
    """A trouble as written.

    Args:
        trouble: What goes wrong.
        world: The world as which a stale call sees the tables; empty for how the conversation began.
    """

    trouble: Trouble
    world: str = ""


def _trouble(value: Any, info: ValidationInfo[Any]) -> WrittenTrouble:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    match = _FORM.fullmatch(text)
    if match is None:
        raise problem(f"{_FORMS}; got {described(value)}.")
    if match["kind"] not in _AMOUNTS:
        raise problem(f"there is no trouble {match['kind']!r}; {hint(match['kind'], _AMOUNTS)} ({_FORMS})")
    amount, world = _AMOUNTS[match["kind"]](match["rest"] or "", text, info)
    often = match["often"]
    times = _TIMES[often] if often in _TIMES else float(often.split()[0])
    if not times:
        raise problem(f"{text!r} never happens; leave it out.")
    return WrittenTrouble(Trouble(TroubleKind(match["kind"]), times, amount, text=text), world)


def _nothing(rest: str, text: str, _info: ValidationInfo[Any]) -> tuple[float, str]:
    if rest:
        raise problem(f"{rest!r} in {text!r} cannot be understood; {_FORMS}.")
    return 0.0, ""


def _seconds(rest: str, text: str, _info: ValidationInfo[Any]) -> tuple[float, str]:
    try:
        return duration(rest), ""
    except ValueError:
        raise problem(f"{text!r} does not say how slow; expected a duration, such as 'slow 40 seconds'.") from None


def _rows(rest: str, text: str, _info: ValidationInfo[Any]) -> tuple[float, str]:
    if not rest.isdecimal():
        raise problem(f"{text!r} does not say how many rows arrive; expected a number, such as 'partial 2'.")
    return float(rest), ""


def _as_world(rest: str, text: str, info: ValidationInfo[Any]) -> tuple[float, str]:
    world = rest.removeprefix("as ").strip()
    if rest and (not rest.startswith("as ") or not world):
        raise problem(f"{rest!r} in {text!r} cannot be understood; {_FORMS}.")
    if world and world not in info.context.worlds:
        raise problem(f"there is no world {world!r}; {hint(world, info.context.worlds)}")
    return 0.0, world


_AMOUNTS: dict[str, Callable[[str, str, ValidationInfo[Any]], tuple[float, str]]] = {
    TroubleKind.WORK.value: _nothing,
    TroubleKind.FAIL.value: _nothing,
    TroubleKind.LOST.value: _nothing,
    TroubleKind.SLOW.value: _seconds,
    TroubleKind.STALE.value: _as_world,
    TroubleKind.PARTIAL.value: _rows,
    TroubleKind.CONTRADICT.value: _nothing,
}
"""Kind → what may stand between it and how often, as a number and a world."""


def _in_turn(plan: tuple[WrittenTrouble, ...]) -> tuple[WrittenTrouble, ...]:
    for position, written in enumerate(plan[:-1]):
        if math.isinf(written.trouble.times):
            sentence = f"{written.trouble.text!r} has no end, so what follows never happens; add 'once'."
            raise problem(sentence, position)
    if plan[-1].trouble.kind is TroubleKind.WORK:
        raise problem("whatever no trouble is written for works; leave the last 'work' out.", len(plan) - 1)
    return plan


_Written = Annotated[
    WrittenTrouble,
    PlainValidator(_trouble),
    Shown(lambda: Annotated[Text, Field(pattern=_PATTERN, examples=["fail once", "slow 5 minutes", "partial 2"])]),
]
_Plan = Annotated[OneOrMany[_Written], Field(min_length=1), AfterValidator(_in_turn)]
TroublesOfTools = dict[ToolName, _Plan]
"""Tool → what goes wrong with its calls, one trouble after the other."""
