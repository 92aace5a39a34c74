"""What a provider says of its rate limits in the headers of an answer, in every spelling seen on the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tool_sandbox.llm.chat import RateLimit
from tool_sandbox.llm.transports.errors.retry_after import by_name, wait_of

_SPELLINGS = (
    # OpenAI, Azure, Groq, Mistral, xAI, Together; without a word for what is counted: OpenRouter, the IETF's draft
    re.compile(r"(?:x-)?ratelimit-(?P<fact>limit|remaining|reset)(?:-(?P<of>[\w-]+))?"),
    re.compile(r"anthropic-ratelimit-(?P<of>[\w-]+)-(?P<fact>limit|remaining|reset)"),
)


def rate_limits_in(headers: Mapping[str, str], *, now: float) -> tuple[RateLimit, ...]:
    """The limits that response headers tell of.

    Args:
        headers: Response headers, names in any case.
        now: POSIX seconds, to turn dates into waits.
    """
    told: dict[str, dict[str, str]] = {}
    for name, value in by_name(headers).items():
        if "ratelimit" not in name:
            continue
        found = next(filter(None, (spelling.fullmatch(name) for spelling in _SPELLINGS)), None)
        if found is not None:
            told.setdefault((found["of"] or "requests").replace("-", " "), {})[found["fact"]] = value
    return tuple(_limit(of, facts, now) for of, facts in sorted(told.items()))


def _limit(of: str, facts: Mapping[str, str], now: float) -> RateLimit:
    reset = facts.get("reset")
    return RateLimit(
        of=of,
        limit=_whole(facts.get("limit")),
        remaining=_whole(facts.get("remaining")),
        reset=None if reset is None else wait_of(reset, now),
        is_moment=reset is not None and wait_of(reset, now) != wait_of(reset, now - 1),
    )


def _whole(value: str | None) -> int | None:
    """The number that a value begins with: some add the window, such as ``100;w=60``."""
    digits = re.match(r"\d+", value or "")
    return int(digits[0]) if digits else None
