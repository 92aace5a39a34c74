"""What a router is given: deployments and options, in LiteLLM's words, checked and typed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from attrs import Factory, frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.settings import ModelSettings

STRATEGIES = (
    "simple-shuffle", "least-busy", "usage-based-routing", "usage-based-routing-v2",
    "latency-based-routing", "cost-based-routing",
)  # fmt: skip
_RETRY_POLICY = {
    "RateLimitErrorRetries": "RateLimitError",
    "TimeoutErrorRetries": "ProviderTimeoutError",
    "InternalServerErrorRetries": "ProviderUnavailableError",
    "BadRequestErrorRetries": "InvalidRequestError",
    "AuthenticationErrorRetries": "AuthenticationError",
    "ContentPolicyViolationErrorRetries": "RefusalError",
}
_OPTIONS = (
    "routing_strategy", "routing_strategy_args", "fallbacks", "default_fallbacks", "context_window_fallbacks",
    "content_policy_fallbacks", "max_fallbacks", "allowed_fails", "cooldown_time", "disable_cooldowns",
    "retry_policy", "model_group_alias", "model_group",
)  # fmt: skip
_ELSEWHERE = {
    "cache_responses": "use the agent's own cache=…",
    "caching_groups": "use the agent's own cache=…",
    "redis_url": "usage and cooldowns are kept in this process; for cached answers use cache='redis://…'",
    "redis_host": "usage and cooldowns are kept in this process; for cached answers use cache={'type': 'redis', …}",
    "provider_budget_config": "use max_budget=…",
}
_LIMITS = ("weight", "rpm", "tpm", "order", "max_parallel_requests")
_NO_OPS = frozenset({"drop_params", "modify_params", "use_in_pass_through", "tags"})
"""Entries of LiteLLM's that mean nothing here: refused parameters are always dropped, one at a time and noted."""
_PRICES = frozenset({"input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost"})


@frozen(kw_only=True)
class Deployment:
    """One place where a model can be asked."""

    id: str
    """Unique name, recorded with every answer."""
    group: str
    """Deployments of one group are the same to whoever asks."""
    model: str
    """LiteLLM model string."""
    settings: ModelSettings
    """What is set for this deployment alone."""
    weight: float | None = None
    """Share of the calls under ``simple-shuffle``."""
    rpm: float | None = None
    """Most calls per minute."""
    tpm: float | None = None
    """Most tokens per minute."""
    order: int = 0
    """Lower ones are used first, while they are healthy."""
    max_parallel_requests: int | None = None
    """Most calls at once."""

    def settings_over(self, shared: ModelSettings) -> ModelSettings:
        """The settings that all deployments share, with this one's own in front."""
        own = {name: getattr(self.settings, name) for name in self.settings.explicit}
        return shared.replaced(**own, fallbacks=())


@frozen(kw_only=True)
class RouterSettings:
    """Deployments and how to choose among them."""

    deployments: tuple[Deployment, ...]
    main_group: str
    """The group that is asked first; an answer from any other is a fallback's."""
    routing_strategy: str = "simple-shuffle"
    lowest_latency_buffer: float = 0.0
    """Under ``latency-based-routing``: how much slower than the fastest still counts as fast."""
    fallbacks: Mapping[str, tuple[str, ...]] = Factory(dict)
    context_window_fallbacks: Mapping[str, tuple[str, ...]] = Factory(dict)
    content_policy_fallbacks: Mapping[str, tuple[str, ...]] = Factory(dict)
    max_fallbacks: int = 5
    allowed_fails: int = 3
    """Failures within a minute that a deployment may have before it is left alone for a while."""
    cooldown_time: float = 5.0
    """Seconds for which a failing deployment is left alone."""
    tries_by_error: Mapping[str, int] = Factory(dict)
    """Tries for single kinds of error, by our class names; the retry policy decides for the others."""

    @classmethod
    def from_config(
        cls,
        model_list: Sequence[Mapping[str, Any]],
        options: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> RouterSettings:
        """Settings as a person writes them.

        Args:
            model_list: Deployments, in LiteLLM's form or the short one (``{"model": …, "api_key": …}``). Short entries
                with the same model share its load; those with further models stand by as fallbacks, in order.
            options: LiteLLM's router options.
            environ: Where ``os.environ/NAME`` is looked for; the process's environment when not given.

        Raises:
            SettingsError: An entry or option is unknown, incomplete or contradictory.
        """
        deployments = _deployments(model_list, os.environ if environ is None else environ)
        chosen = dict(options or {})
        for name in chosen:
            _check_option(name)
        groups = list(dict.fromkeys(each.group for each in deployments))
        alias = chosen.get("model_group_alias") or {}
        main = alias.get(chosen.get("model_group"), chosen.get("model_group")) or groups[0]
        chains = {
            name: _chains(name, chosen.get(name), groups, alias)
            for name in ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
        }
        for group in groups if chosen.get("default_fallbacks") else ():
            default = [name for name in chosen["default_fallbacks"] if name != group]
            chains["fallbacks"].setdefault(group, _known_groups("default_fallbacks", default, groups, alias))
        if all("litellm_params" not in entry and "model_name" not in entry for entry in model_list):
            chains["fallbacks"].setdefault(groups[0], tuple(groups[1:]))
        _known_groups("model_group", [main], groups, alias)
        return cls(
            deployments=deployments,
            main_group=main,
            routing_strategy=_strategy(chosen.get("routing_strategy", "simple-shuffle")),
            lowest_latency_buffer=float((chosen.get("routing_strategy_args") or {}).get("lowest_latency_buffer", 0.0)),
            max_fallbacks=int(chosen.get("max_fallbacks", 5)),
            allowed_fails=int(chosen.get("allowed_fails", 3)),
            cooldown_time=0.0 if chosen.get("disable_cooldowns") else float(chosen.get("cooldown_time", 5.0)),
            tries_by_error=_tries(chosen.get("retry_policy") or {}),
            **chains,
        )

    @property
    def only_model(self) -> str | None:
        """The one model that all deployments of the main group serve, if it is one."""
        models = {each.model for each in self.group(self.main_group)}
        return models.pop() if len(models) == 1 else None

    @property
    def identity(self) -> str:
        """Text that two routers share exactly when the same models in the same places answer."""
        return "|".join(f"{each.group}={each.model}@{each.settings.api_base or ''}" for each in self.deployments)

    @property
    def prices(self) -> dict[str, Mapping[str, Any]]:
        """Prices given with single deployments, by model."""
        return {each.model: each.settings.prices for each in self.deployments if each.settings.prices}

    def group(self, name: str) -> tuple[Deployment, ...]:
        """The deployments of a group."""
        return tuple(each for each in self.deployments if each.group == name)


def is_option(name: str) -> bool:
    """Whether a key is an option of the router rather than of the calls."""
    return name in _OPTIONS or name in _ELSEWHERE


def from_environment(value: Any, environ: Mapping[str, str]) -> Any:
    """A value, or what the variable holds that it names as ``os.environ/NAME``.

    Raises:
        SettingsError: The variable is not set.
    """
    if not isinstance(value, str) or not value.startswith("os.environ/"):
        return value
    name = value.removeprefix("os.environ/")
    if name not in environ:
        message = f"{value!r} names the environment variable {name}, which is not set."
        raise SettingsError(message)
    return environ[name]


def _deployments(model_list: Sequence[Mapping[str, Any]], environ: Mapping[str, str]) -> tuple[Deployment, ...]:
    if not model_list:
        message = "a router needs at least one deployment, such as {'model': 'gpt-5'}."
        raise SettingsError(message)
    found: list[Deployment] = []
    for number, entry in enumerate(model_list):
        found.append(_deployment(number, entry, environ, {each.id for each in found}))
    return tuple(found)


def _deployment(number: int, entry: Any, environ: Mapping[str, str], taken: set[str]) -> Deployment:
    where = f"model_list[{number}]"
    if not isinstance(entry, Mapping):
        message = f"{where}={entry!r} must be a mapping, such as {{'model': 'gpt-5'}}."
        raise SettingsError(message)
    info = entry.get("model_info") or {}
    outer = {name: value for name, value in entry.items() if name not in ("model_name", "model_info", "litellm_params")}
    params = {**(entry.get("litellm_params") or {}), **outer}
    params = {name: from_environment(value, environ) for name, value in params.items() if name not in _NO_OPS}
    model = params.pop("model", None)
    if not isinstance(model, str) or not model:
        message = f"{where} names no model; give litellm_params: {{'model': …}} or the short form {{'model': …}}."
        raise SettingsError(message)
    limits = {name: params.pop(name) for name in _LIMITS if name in params}
    prices = {name: params.pop(name) for name in _PRICES if name in params}
    if prices:
        params["prices"] = prices
    own = str(info.get("id") or f"{entry.get('model_name', model)}-{number}")
    if own in taken:
        message = f"{where}: the id {own!r} is used twice; give each deployment its own model_info: {{'id': …}}."
        raise SettingsError(message)
    try:
        settings = ModelSettings.from_config(params)
    except SettingsError as error:
        message = f"{where} ({model!r}): {error}"
        raise SettingsError(message) from error
    return Deployment(id=own, group=str(entry.get("model_name") or model), model=model, settings=settings, **limits)


def _check_option(name: str) -> None:
    if name in _OPTIONS:
        return
    if name in _ELSEWHERE:
        message = f"the router option {name!r} is not used here: {_ELSEWHERE[name]}."
        raise SettingsError(message)
    near = get_close_matches(name, _OPTIONS, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(_OPTIONS)}."
    message = f"unknown router option {name!r}; {hint}"
    raise SettingsError(message)


def _strategy(name: str) -> str:
    if name in STRATEGIES:
        return name
    near = get_close_matches(str(name), STRATEGIES, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(STRATEGIES)}."
    message = f"unknown routing_strategy {name!r}; {hint}"
    raise SettingsError(message)


def _chains(option: str, value: Any, groups: Sequence[str], alias: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Fallbacks by group, from LiteLLM's list of one-entry mappings."""
    chains: dict[str, tuple[str, ...]] = {}
    for entry in value or ():
        if not isinstance(entry, Mapping):
            message = f"{option}={value!r} must be a list like [{{'primary': ['fallback_0']}}]."
            raise SettingsError(message)
        for group, names in entry.items():
            chains[_known_groups(option, [group], groups, alias)[0]] = _known_groups(option, names, groups, alias)
    return chains


def _known_groups(
    option: str, names: Iterable[str], groups: Sequence[str], alias: Mapping[str, str]
) -> tuple[str, ...]:
    known = [alias.get(name, name) for name in names]
    for name in known:
        if name not in groups:
            near = get_close_matches(str(name), groups, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the groups are {', '.join(map(repr, groups))}."
            message = f"{option} names the group {name!r}, which has no deployment; {hint}"
            raise SettingsError(message)
    return tuple(known)


def _tries(policy: Mapping[str, Any]) -> dict[str, int]:
    tries = {}
    for name, retries in policy.items():
        if name not in _RETRY_POLICY:
            near = get_close_matches(name, _RETRY_POLICY, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(_RETRY_POLICY)}."
            message = f"unknown entry {name!r} in retry_policy; {hint}"
            raise SettingsError(message)
        if retries is not None:
            tries[_RETRY_POLICY[name]] = int(retries) + 1
    return tries
