"""Token counts as providers report them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tool_sandbox.llm.chat import Usage

_MOST = 10**12
"""No answer has so many tokens: the number is a mistake."""


def read_usage(usage: Any) -> Usage | None:
    """Token counts; ``None`` when the provider gave none (LiteLLM shows those as zeros), or some that cannot be."""
    if not isinstance(usage, Mapping):
        return None
    prompt, completion = (
        _count(usage, "prompt_tokens", "input_tokens"),
        _count(usage, "completion_tokens", "output_tokens"),
    )
    if prompt is None or completion is None or not (prompt or completion):
        return None
    prompt_details = usage.get("prompt_tokens_details")
    completion_details = usage.get("completion_tokens_details")
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        cached_tokens=_count(prompt_details, "cached_tokens")
        or _count(usage, "cache_read_input_tokens", "prompt_cache_hit_tokens")
        or 0,
        cache_write_tokens=_count(usage, "cache_creation_input_tokens")
        or _count(prompt_details, "cache_creation_tokens", "cache_write_tokens")
        or 0,
        reasoning_tokens=_count(completion_details, "reasoning_tokens") or 0,
    )


def _count(counts: Any, *names: str) -> int | None:
    """The first of these counts that is there and not zero; ``None`` when no such number is a count."""
    value = None
    for name in names if isinstance(counts, dict | Mapping) else ():
        if value := counts.get(name):
            break
    value = value or 0
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 <= value <= _MOST else None
