"""How long a provider asks us to wait, in every spelling seen on the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
_IN_TEXT = (
    re.compile(r'"?retryDelay"?\s*:\s*"?(\d+(?:\.\d+)?)s', re.IGNORECASE),  # Google's RetryInfo
    re.compile(r"(?:try again|retry)\s+(?:in|after)\s+(\d+(?:\.\d+)?)\s*(ms|s|sec|m|min)?", re.IGNORECASE),
)
_RESETS = (
    "x-ratelimit-reset",
    "ratelimit-reset",
    "x-ratelimit-reset-requests",
    "x-ratelimit-reset-tokens",
    "anthropic-ratelimit-requests-reset",
    "anthropic-ratelimit-tokens-reset",
    "anthropic-ratelimit-input-tokens-reset",
    "anthropic-ratelimit-output-tokens-reset",
)
_EPOCH = 1_000_000_000
_EPOCH_MS = 1_000_000_000_000


def seconds_to_wait(headers: Mapping[str, str], *, now: float, text: str = "") -> float | None:
    """Seconds until the provider wants to hear from us again.

    Args:
        headers: Response headers, names in any case.
        now: POSIX seconds, to turn dates into waits.
        text: The error body, where some providers put it instead.

    Returns:
        At least 0, or ``None`` if the provider did not say.
    """
    named = by_name(headers)
    if (milliseconds := _number(named.get("retry-after-ms"))) is not None:
        return max(0.0, milliseconds / 1000)
    if "retry-after" in named and (wait := wait_of(named["retry-after"], now)) is not None:
        return wait
    if (wait := _from_text(text)) is not None:
        return wait
    resets = [_reset(named, name, now) for name in _RESETS if name in named]
    return max((reset for reset in resets if reset is not None), default=None)


def wait_of(value: str, now: float) -> float | None:
    """A wait written as seconds, a duration, an epoch, an HTTP date or an ISO date."""
    number = _number(value)
    if number is not None:
        if number >= _EPOCH_MS:
            number = number / 1000 - now
        elif number >= _EPOCH:
            number -= now
        return max(0.0, number)
    match = _DURATION.fullmatch(value)
    if match and any(match.groups()):
        hours, minutes, seconds, milliseconds = (float(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000
    return _date(value, now)


def by_name(headers: Mapping[str, str]) -> dict[str, str]:
    """Response headers by their names in small letters, without what LiteLLM puts in front of a provider's own."""
    return {str(name).lower().removeprefix("llm_provider-"): str(value).strip() for name, value in headers.items()}


def _reset(named: Mapping[str, str], name: str, now: float) -> float | None:
    """The wait until one limit is lifted, if that limit is the one used up."""
    remaining = named.get(name.removesuffix("-reset") + "-remaining") or named.get(name.replace("-reset", "-remaining"))
    if (left := _number(remaining)) is not None and left > 0:
        return None
    return wait_of(named[name], now)


def _date(value: str, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - now)


def _from_text(text: str) -> float | None:
    for pattern in _IN_TEXT:
        if match := pattern.search(text):
            unit = (match.group(2) or "s") if pattern.groups > 1 else "s"
            return float(match.group(1)) * {"ms": 0.001, "m": 60, "min": 60}.get(unit.lower(), 1)
    return None


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if number == number and abs(number) != float("inf") else None  # noqa: PLR0124 -- the test for NaN
