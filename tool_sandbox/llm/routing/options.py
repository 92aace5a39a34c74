"""LiteLLM's router options in LiteLLM's spelling: which are used, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.routing.option_kinds import USED, check_kinds
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.through_litellm.transport import router_options
from tool_sandbox.nearest import hint

STRATEGIES = (
    "simple-shuffle", "least-busy", "usage-based-routing", "usage-based-routing-v2",
    "latency-based-routing", "cost-based-routing",
)  # fmt: skip
_OTHER_STRATEGIES = {
    "lar1": "it sorts requests by a confidence they state of themselves, and ours state none",
    "provider-budget-routing": "use max_budget=… for a limit on money",
}
_LITELLMS = (
    "routing_strategy", "routing_strategy_args", "allowed_fails", "allowed_fails_policy", "cooldown_time",
    "disable_cooldowns",
)  # fmt: skip
"""Those that LiteLLM's router is given, where it chooses."""
_WITHOUT_EFFECT = frozenset({"set_verbose", "debug_level"})
"""Accepted and not needed: they would change LiteLLM's logging for the whole process."""
_ELSEWHERE = {
    **dict.fromkeys(("assistants_config", "search_tools", "guardrail_list"), "only chats are routed"),
    **dict.fromkeys(("cache_responses", "cache_kwargs", "caching_groups"), "use the agent's own cache=…"),
    **dict.fromkeys(
        ("redis_url", "redis_host", "redis_port", "redis_password", "redis_db"),
        "usage and cooldowns are kept in this process; for cached answers use cache='redis://…'",
    ),
    "plugins": "pass a litellm.Router that has them",
    "alerting_config": "use callbacks=…",
    "provider_budget_config": "use max_budget=…",
    "routing_groups": "one routing_strategy serves all groups",
    "enable_tag_filtering": "tags say which deployment a call is for; give deployments of different use other names",
    "enable_weighted_failover": "a further try is a call of its own: use num_retries=…",
    "enable_mid_stream_fallback_continuation": "one model gives one answer",
    "ignore_invalid_deployments": "every deployment must be valid; take the others out",
}
_KINDS = {
    "RateLimitError": "RateLimitError",
    "TimeoutError": "ProviderTimeoutError",
    "InternalServerError": "ProviderUnavailableError",
    "ServiceUnavailableError": "503",
    "BadGatewayError": "502",
    "BadRequestError": "InvalidRequestError",
    "NotFoundError": "404",
    "AuthenticationError": "AuthenticationError",
    "ContentPolicyViolationError": "RefusalError",
}
"""LiteLLM's kinds of error as ours: the name of a class, or a status where one class has several."""
_DEFAULT_RETRIES = "DefaultRetries"


def is_option(name: str) -> bool:
    """Whether a key is an option of the router rather than of the calls."""
    if name in USED or name in _WITHOUT_EFFECT or name in _ELSEWHERE:
        return True
    return not ModelSettings.has(name) and name in router_options()


def split_options(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options that are used here, and those that LiteLLM's router is given.

    Raises:
        SettingsError: One is unknown, of another kind than it should be, or asks for what is done elsewhere.
    """
    for name, value in options.items():
        if name in _ELSEWHERE and value:
            message = f"the router option {name!r} is not used here: {_ELSEWHERE[name]}."
            raise SettingsError(message)
        if not is_option(name):
            message = f"LiteLLM's router has no option {name!r}; {hint(name, (*USED, *router_options()))}"
            raise SettingsError(message)
    given = {name: value for name, value in options.items() if value is not None}
    used = {name: given[name] for name in given if name in USED}
    check_kinds(used)
    others = given.keys() - {*USED, *_WITHOUT_EFFECT, *_ELSEWHERE}
    return used, {name: given[name] for name in given if name in _LITELLMS or name in others}


def strategy(name: Any) -> str:
    """A routing strategy by name, or as a member of LiteLLM's enumeration.

    Raises:
        SettingsError: There is none of this name.
    """
    written = str(getattr(name, "value", name))
    if written in STRATEGIES:
        return written
    why = _OTHER_STRATEGIES.get(written)
    message = f"routing_strategy {written!r} is not used here: {why}." if why else None
    raise SettingsError(message or f"unknown routing_strategy {written!r}; {hint(written, STRATEGIES)}")


def aliases(value: Mapping[str, Any] | None) -> dict[str, str]:
    """Other names of groups, from LiteLLM's ``model_group_alias``."""
    return {name: given["model"] if isinstance(given, Mapping) else given for name, given in (value or {}).items()}


def chains(option: str, value: Any, groups: Sequence[str], alias: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Fallbacks by group, from LiteLLM's list of one-entry mappings.

    Raises:
        SettingsError: It is no such list, or names a group without deployments.
    """
    found: dict[str, tuple[str, ...]] = {}
    for entry in value or ():
        if not isinstance(entry, Mapping):
            message = f"{option}={value!r} must be a list like [{{'primary': ['fallback_0']}}]."
            raise SettingsError(message)
        for group, names in entry.items():
            found[known_groups(option, [group], groups, alias)[0]] = known_groups(option, names, groups, alias)
    return found


def known_groups(option: str, names: Iterable[str], groups: Sequence[str], alias: Mapping[str, str]) -> tuple[str, ...]:
    """Groups by name or alias.

    Raises:
        SettingsError: One has no deployment.
    """
    known = [alias.get(name, name) for name in names]
    for name in known:
        if name not in groups:
            message = f"{option} names the group {name!r}, which has no deployment; {hint(name, groups)}"
            raise SettingsError(message)
    return tuple(known)


def tries_by_error(option: str, policy: Any) -> dict[str, int]:
    """Tries by kind of error, from LiteLLM's ``RetryPolicy`` or a mapping like it; ``""`` stands for all others."""
    tries = {kind: retries + 1 for kind, retries in _numbers(option, policy, "Retries").items()}
    return {"" if kind == _DEFAULT_RETRIES else kind: number for kind, number in tries.items()}


def fails_by_error(option: str, policy: Any) -> dict[str, int]:
    """Failures allowed by kind of error, from LiteLLM's ``AllowedFailsPolicy`` or a mapping like it."""
    return _numbers(option, policy, "AllowedFails")


def _numbers(option: str, policy: Any, suffix: str) -> dict[str, int]:
    written = policy.model_dump() if hasattr(policy, "model_dump") else policy or {}
    known = {f"{kind}{suffix}": ours for kind, ours in _KINDS.items()}
    if suffix == "Retries":
        known[_DEFAULT_RETRIES] = _DEFAULT_RETRIES
    for name in written:
        if name not in known:
            message = f"unknown entry {name!r} in {option}; {hint(name, known)}"
            raise SettingsError(message)
    return {known[name]: int(number) for name, number in written.items() if number is not None}
