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
        listing: Its entry in LiteLLM's map, whose ``deprecation_date`` is written ``2025-09-30``.
    """
    if day := (listing or {}).get("deprecation_date"):
        _warn_once(model, str(day))


@cache  # a process says it once, however many agents ask the model
def _warn_once(model: str, day: str) -> None:
    with suppress(ValueError):  # some entries say "soon", or a month without a day
        if date.fromisoformat(day) < datetime.now(UTC).date():
            _log.warning(
                "%r is past the end that its provider announced for %s: calls may fail or be answered by a successor. "
                "Choose a current model for new results.",
                model,
                day,
            )
