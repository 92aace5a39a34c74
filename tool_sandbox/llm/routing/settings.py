"""What a router is given: deployments and options, in LiteLLM's words, checked and typed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import Factory, frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.budget.pricing import is_token_price
from tool_sandbox.llm.providers import server_of
from tool_sandbox.llm.routing import options as router_options
from tool_sandbox.llm.routing.option_kinds import check_kinds, from_environment
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.address import is_direct, located
from tool_sandbox.redaction import redact_text

LIMITS = ("weight", "rpm", "tpm", "order", "max_parallel_requests", "stream_timeout")
_COUNTED: Mapping[str, type[int]] = {"order": int, "max_parallel_requests": int}
_IN_ENTRIES = "give it in the litellm_params of the deployments that it belongs to."
_NO_OPS = frozenset({"drop_params", "modify_params", "use_in_pass_through", "tags"})
"""Entries of LiteLLM's that mean nothing here: refused parameters are always dropped, one at a time and noted."""


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
    stream_timeout: float | None = None
    """Seconds for one whole answer that is streamed, where that differs."""

    def settings_over(self, shared: ModelSettings) -> ModelSettings:
        """The settings that all deployments share, with this one's own in front."""
        own = {name: getattr(self.settings, name) for name in self.settings.explicit}
        return shared.replaced(**own, fallbacks=())

    @property
    def place(self) -> tuple[str | None, str | None]:
        """Whose server it is, and where."""
        return server_of(self.model, self.settings.api_base)


@frozen(kw_only=True)
class RouterSettings:
    """Deployments and how to choose among them."""

    deployments: tuple[Deployment, ...]
    main_group: str
    """The group that is asked first; an answer from any other is a fallback's."""
    routing_strategy: str = "simple-shuffle"
    litellm_options: Mapping[str, Any] = Factory(dict)
    """What LiteLLM's router is given as it is written: the strategy, cooldowns, and whatever it alone knows."""
    ready: Any = None
    """A ``litellm.Router`` of the user's that chooses in place of one of ours."""
    fallbacks: Mapping[str, tuple[str, ...]] = Factory(dict)
    context_window_fallbacks: Mapping[str, tuple[str, ...]] = Factory(dict)
    content_policy_fallbacks: Mapping[str, tuple[str, ...]] = Factory(dict)
    max_fallbacks: int = 5
    allowed_fails: int = 3
    """Failures within a minute that a deployment may have before it is left alone for a while."""
    cooldown_time: float | None = 5.0
    """Seconds for which a failing deployment is left alone where its server does not say how long; ``None``: never."""
    allowed_fails_by_error: Mapping[str, int] = Factory(dict)
    """The same for single kinds of error."""
    retry_after: float = 0.0
    """Shortest wait before the same deployment is asked again."""
    tries_by_error: Mapping[str, int] = Factory(dict)
    """Tries for single kinds of error, by status or by the name of our class; ``""`` for all others. The retry policy
    of the calls decides where nothing is said."""
    tries_by_group: Mapping[str, Mapping[str, int]] = Factory(dict)
    """The same for single groups, in place of those for all."""

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
        chosen, litellms = router_options.split_options(options or {})
        deployments = _deployments(model_list, _defaults(chosen), os.environ if environ is None else environ)
        groups = list(dict.fromkeys(each.group for each in deployments))
        alias = router_options.aliases(chosen.get("model_group_alias"))
        main = alias.get(chosen.get("model_group", ""), chosen.get("model_group")) or groups[0]
        chains: dict[str, Any] = {
            name: router_options.chains(name, chosen.get(name), groups, alias)
            for name in ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
        }
        for group in groups if chosen.get("default_fallbacks") else ():
            default = [name for name in chosen["default_fallbacks"] if name != group]
            known = router_options.known_groups("default_fallbacks", default, groups, alias)
            chains["fallbacks"].setdefault(group, known)
        if all("litellm_params" not in entry and "model_name" not in entry for entry in model_list):
            chains["fallbacks"].setdefault(groups[0], tuple(groups[1:]))
        router_options.known_groups("model_group", [main], groups, alias)
        patience = _patience(chosen, groups, alias)
        litellms |= {name: patience[name] for name in ("allowed_fails", "cooldown_time") if name in chosen}
        return cls(deployments=deployments, main_group=main, litellm_options=litellms, **patience, **chains)

    @property
    def only_model(self) -> str | None:
        """The one model that all deployments of the main group serve, if it is one."""
        models = {each.model for each in self.group(self.main_group)}
        return models.pop() if len(models) == 1 else None

    @property
    def identity(self) -> str:
        """Text that two routers share exactly when the same models in the same places answer."""
        places = ((each, redact_text(each.settings.api_base or "")) for each in self.deployments)
        return "|".join(f"{each.group}={each.model}@{place}" for each, place in places)

    @property
    def prices(self) -> dict[str, Mapping[str, Any]]:
        """Prices given with single deployments, by model."""
        return {each.model: each.settings.prices for each in self.deployments if each.settings.prices}

    def check_shared(self, shared: ModelSettings) -> None:
        """Make sure that a key which was given for all deployments goes to one server only.

        Raises:
            SettingsError: It would go to several.
        """
        for name in ("api_key", "extra_headers"):
            taking = [each for each in self.deployments if getattr(each.settings, name) is None]
            if getattr(shared, name) is not None and len({each.place for each in taking}) > 1:
                one, other = (
                    next(each.model for each in taking if each.place == place)
                    for place in list(dict.fromkeys(each.place for each in taking))[:2]
                )
                message = f"{name} would go to every server of the router, to {one!r} as to {other!r}; {_IN_ENTRIES}"
                raise SettingsError(message)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, in the order in which they are first named."""
        return tuple(dict.fromkeys(each.group for each in self.deployments))

    @property
    def balanced(self) -> tuple[Deployment, ...]:
        """The deployments among which LiteLLM's router has to choose."""
        return tuple(each for each in self.deployments if self.is_balanced(each.group))

    def is_balanced(self, group: str) -> bool:
        """Whether LiteLLM's router can choose in a group: all its deployments are LiteLLM's, and it has several."""
        members = self.group(group)
        return len(members) > 1 and not any(is_direct(each.model) for each in members)

    def group(self, name: str) -> tuple[Deployment, ...]:
        """The deployments of a group."""
        return tuple(each for each in self.deployments if each.group == name)


def _defaults(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """What holds for every deployment that does not say otherwise."""
    limits = {
        "max_parallel_requests": chosen.get("default_max_parallel_requests"),
        "stream_timeout": chosen.get("stream_timeout"),
    }
    given = {name: value for name, value in limits.items() if value is not None}
    return {**given, **(chosen.get("default_litellm_params") or {})}


def _patience(chosen: Mapping[str, Any], groups: Sequence[str], alias: Mapping[str, str]) -> dict[str, Any]:
    """How deployments are chosen, how often they are tried, and when they are left alone."""
    by_group = {
        router_options.known_groups("model_group_retry_policy", [group], groups, alias)[0]: policy
        for group, policy in (chosen.get("model_group_retry_policy") or {}).items()
    }
    tries = router_options.tries_by_error
    check_kinds(chosen.get("routing_strategy_args") or {}, "routing_strategy_args: ")
    return {
        "routing_strategy": router_options.strategy(chosen.get("routing_strategy", "simple-shuffle")),
        "max_fallbacks": int(chosen.get("max_fallbacks", 5)),
        "allowed_fails": int(chosen.get("allowed_fails", 3)),
        "allowed_fails_by_error": router_options.fails_by_error(
            "allowed_fails_policy", chosen.get("allowed_fails_policy")
        ),
        "cooldown_time": None if chosen.get("disable_cooldowns") else float(chosen.get("cooldown_time", 5.0)),
        "retry_after": float(chosen.get("retry_after", 0.0)),
        "tries_by_error": tries("retry_policy", chosen.get("retry_policy")),
        "tries_by_group": {group: tries("model_group_retry_policy", policy) for group, policy in by_group.items()},
    }


def _deployments(
    model_list: Sequence[Mapping[str, Any]], defaults: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[Deployment, ...]:
    if not model_list:
        message = "a router needs at least one deployment, such as {'model': 'gpt-5'}."
        raise SettingsError(message)
    found: list[Deployment] = []
    for number, entry in enumerate(model_list):
        found.append(_deployment(number, entry, defaults, environ, {each.id for each in found}))
    return tuple(found)


def _deployment(
    number: int, entry: Any, defaults: Mapping[str, Any], environ: Mapping[str, str], taken: set[str]
) -> Deployment:
    where = f"model_list[{number}]"
    if not isinstance(entry, Mapping):
        message = f"{where}={entry!r} must be a mapping, such as {{'model': 'gpt-5'}}."
        raise SettingsError(message)
    check_kinds(entry, f"{where}: ")
    info = entry.get("model_info") or {}
    outer = {name: value for name, value in entry.items() if name not in ("model_name", "model_info", "litellm_params")}
    params = {**defaults, **_from_info(info), **(entry.get("litellm_params") or {}), **outer}
    params = {name: from_environment(value, environ) for name, value in params.items() if name not in _NO_OPS}
    model = params.pop("model", None)
    if not isinstance(model, str) or not model:
        message = f"{where} names no model; give litellm_params: {{'model': …}} or the short form {{'model': …}}."
        raise SettingsError(message)
    model, params = _located(where, model, params)
    limits = {name: params.pop(name) for name in LIMITS if name in params}
    check_kinds(limits, f"{where}: ")
    limits = {name: _COUNTED.get(name, float)(limit) for name, limit in limits.items() if limit is not None}
    prices = {name: params.pop(name) for name in list(params) if is_token_price(name)}
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


def _located(where: str, model: str, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    try:
        return located(model, params)
    except SettingsError as error:
        message = f"{where}: {error}"
        raise SettingsError(message) from error


def _from_info(info: Mapping[str, Any]) -> dict[str, Any]:
    """What LiteLLM reads from an entry's ``model_info`` for its calls: prices, and the model behind the name."""
    wanted = {name: value for name, value in info.items() if is_token_price(name) or name == "base_model"}
    return {name: value for name, value in wanted.items() if value is not None}
