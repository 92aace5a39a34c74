"""How far off a number may be: a number, a duration, or a share of what is wanted."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from tool_sandbox.scenarios.language.fields import Shown, Text
from tool_sandbox.scenarios.language.models import described
from tool_sandbox.scenarios.language.moments import duration

_SHARE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%\s*")


class Share(float):
    """A tolerance as a share of the wanted number: 0.01 for 1%."""

    __slots__ = ()


class Seconds(float):
    """A tolerance that is written as a duration."""

    __slots__ = ()


def _tolerance(value: Any) -> Any:
    if value == "any":
        return math.inf
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    share = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if share is not None:
        return Share(float(share[1]) / 100)
    try:
        return Seconds(duration(value if isinstance(value, str) else described(value)))
    except ValueError as error:
        message = f"{error} A tolerance can also be a number, a share such as '1%', or 'any'."
        raise ValueError(message) from error


Tolerance = Annotated[Any, BeforeValidator(_tolerance), Shown(lambda: Annotated[float, Field(ge=0)] | Text)]
