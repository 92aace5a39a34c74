"""Models whose providers have announced their end."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

_log = logging.getLogger(__name__)


def warn_if_retired(model: str, listing: Mapping[str, Any] | None) -> None:
    """Say once, in words, that a model's announced end has passed.

    Args:
        model: The model string.
        listing: Its entry in LiteLLM's map.
    """
    day = announced_end_of(listing)
    if day is not None and day < datetime.now(UTC).date():
        _warn_once(model, day)


def announced_end_of(listing: Mapping[str, Any] | None) -> date | None:
    """The day that a provider has announced for the end of a model; ``None`` where it has not.

    Args:
        listing: The model's entry in LiteLLM's map, whose ``deprecation_date`` is written ``2025-09-30``.
    """
    with suppress(ValueError):  # some entries say "soon", or a month without a day
        return date.fromisoformat(str((listing or {}).get("deprecation_date") or ""))
    return None


@cache  # a process says it once, however many agents ask the model
def _warn_once(model: str, day: date) -> None:
    _log.warning(
        "%r is past the end that its provider announced for %s: calls may fail or be answered by a successor. "
        "Choose a current model for new results.",
        model,
        day,
    )
