"""Numbers of comparisons in words: differences, intervals, p-values, money."""

from __future__ import annotations

import math
import re

from tool_sandbox.common.visible_text import KEPT

_LEAST_P = 0.0001


def signed(value: float) -> str:
    """A difference."""
    return re.sub("^-", "−", f"{value:+.3f}")


def interval(low: float, high: float) -> str:
    """Where a difference may be."""
    return f"{signed(low)} to {signed(high)}".replace(" ", KEPT)


def p_value(value: float) -> str:
    """Two digits that say something, unless it is tiny."""
    if value < _LEAST_P:
        return f"p < {_LEAST_P}".replace(" ", KEPT)
    return (f"p = {value:.2f}" if value >= 0.1 else f"p = {value:.2g}").replace(" ", KEPT)  # noqa: PLR2004 -- digits


def dollars(amount: float | None) -> str:
    """Two digits that say something, and cents; ``unknown`` for ``None``."""
    if amount is None:
        return "unknown"
    digits = max(2, 1 - math.floor(math.log10(amount))) if amount else 0
    return f"${amount:,.{digits}f}"
