"""Which options a router takes: those that are used here, those of the installed LiteLLM, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.routing.option_kinds import RouterOptions, StrategyArguments, read
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.through_litellm.transport import router_options
from tool_sandbox.nearest import hint

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


def is_option(name: str) -> bool:
    """Whether a key is an option of the router rather than of the calls."""
    if name in RouterOptions.model_fields or name in _WITHOUT_EFFECT or name in _ELSEWHERE:
        return True
    return not ModelSettings.has(name) and name in router_options()


def split_options(options: Mapping[str, Any]) -> tuple[RouterOptions, dict[str, Any]]:
    """The options that are used here, and those that LiteLLM's router is given.

    Raises:
        SettingsError: One is unknown, of another kind than it should be, or asks for what is done elsewhere.
    """
    for name, value in options.items():
        if name in _ELSEWHERE and value:
            message = f"the router option {name!r} is not used here: {_ELSEWHERE[name]}."
            raise SettingsError(message)
        if not is_option(name):
            known = (*RouterOptions.model_fields, *router_options())
            message = f"LiteLLM's router has no option {name!r}; {hint(name, known)}"
            raise SettingsError(message)
    used = read(RouterOptions, options)
    read(StrategyArguments, used.routing_strategy_args, "routing_strategy_args: ")
    kept = {*RouterOptions.model_fields, *_WITHOUT_EFFECT, *_ELSEWHERE} - {*_LITELLMS}
    litellms = {name: value for name, value in options.items() if value is not None and name not in kept}
    numbers = {name: getattr(used, name) for name in ("allowed_fails", "cooldown_time") if name in litellms}
    return used, litellms | numbers
