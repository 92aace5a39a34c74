"""Of which kind the options of a router must be: a table, and the one check over it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from tool_sandbox.errors import SettingsError
from tool_sandbox.redaction import redact


def check_kinds(values: Mapping[str, Any], where: str = "") -> None:
    """Make sure that every value that is given is of the kind its name asks for; other names may have any.

    Args:
        values: Options of a router, limits of a deployment, or sections of a configuration.
        where: Where they stand, to begin the message with.

    Raises:
        SettingsError: One is not; the message says what was expected.
    """
    for name, value in values.items():
        fits, expected = _KINDS.get(name, (_anything, ""))
        if value is not None and not fits(value):
            message = f"{where}{name}={redact({name: value})[name]!r} must be {expected}."
            raise SettingsError(message)


def _anything(_value: Any) -> bool:
    return True


def _is_number(value: Any) -> bool:
    """Whether it is one, or says one: variables of the environment are text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return 0 <= float(value) < math.inf
    except ValueError:
        return False


def _is_whole(value: Any) -> bool:
    return _is_number(value) and (isinstance(value, int) or str(value).strip().isdecimal())


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)


def _are_names(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_text, value))


def _are_chains(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_chain, value))


def _is_chain(entry: Any) -> bool:
    return _is_mapping(entry) and all(map(_are_names, entry.values()))


def _are_counts(value: Any) -> bool:
    counts = value.model_dump() if hasattr(value, "model_dump") else value
    return _is_mapping(counts) and all(count is None or _is_whole(count) for count in counts.values())


def _are_counts_by_group(value: Any) -> bool:
    return _is_mapping(value) and all(map(_are_counts, value.values()))


def _are_aliases(value: Any) -> bool:
    return _is_mapping(value) and all(
        _is_text(group) or (_is_mapping(group) and _is_text(group.get("model"))) for group in value.values()
    )


_NUMBER = (_is_number, "a number of at least 0")
_WHOLE = (_is_whole, "a whole number of at least 0")
_CHAINS = (_are_chains, "a list like [{'primary': ['fallback_0']}]")
_MAPPING = (_is_mapping, "a mapping")
_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "fallbacks": _CHAINS,
    "context_window_fallbacks": _CHAINS,
    "content_policy_fallbacks": _CHAINS,
    "default_fallbacks": (_are_names, "a list of model groups"),
    "max_fallbacks": _WHOLE,
    "allowed_fails": _WHOLE,
    "allowed_fails_policy": (_are_counts, "a mapping such as {TimeoutErrorAllowedFails: 3}"),
    "retry_policy": (_are_counts, "a mapping such as {RateLimitErrorRetries: 3}"),
    "model_group_retry_policy": (_are_counts_by_group, "a mapping from model groups to retry policies"),
    "cooldown_time": _NUMBER,
    "retry_after": _NUMBER,
    "stream_timeout": _NUMBER,
    "default_litellm_params": _MAPPING,
    "default_max_parallel_requests": _WHOLE,
    "model_group_alias": (_are_aliases, "a mapping from other names to model groups"),
    "model_group": (_is_text, "a model group"),
    "lowest_latency_buffer": _NUMBER,
    "routing_strategy_args": _MAPPING,
    "weight": _NUMBER,
    "rpm": _NUMBER,
    "tpm": _NUMBER,
    "order": _WHOLE,
    "max_parallel_requests": _WHOLE,
    "model_info": _MAPPING,
    "litellm_params": _MAPPING,
    "model_name": (_is_text, "text"),
    "litellm_settings": _MAPPING,
    "router_settings": _MAPPING,
    "cache_params": _MAPPING,
    "type": (_is_text, "the type of a cache, such as redis"),
}
