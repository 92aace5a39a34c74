"""From a name after ``-a`` or ``-u`` to the factory of its roles."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import UsageError
from tool_sandbox.llm.providers import PROVIDERS, provider_of
from tool_sandbox.nearest import nearest
from tool_sandbox.plugins import is_reference, load_installed, load_reference
from tool_sandbox.registry.callables import CallableRoleFactory, role_maker
from tool_sandbox.registry.catalogue import (
    AGENT_TYPE_TO_FACTORY,
    USER_TYPE_TO_FACTORY,
    RoleImplType,
    config_of_old_name,
    model_of_old_name,
    multi_provider_config,
)
from tool_sandbox.registry.factories import (
    FIRST_GROUP,
    SCRIPTED,
    LocalRoleFactory,
    ModelRoleFactory,
    RoleFactory,
    RouterRoleFactory,
    ScriptedRoleFactory,
)

if TYPE_CHECKING:
    from tool_sandbox.roles.base_role import BaseRole

ENTRY_POINTS = "tool_sandbox.roles"
REMOTE = "remote"
"""Agents that play from outside are called so, or ``remote:NAME``."""
DEFAULT_USER = "openai/gpt-5.4"
_SHIPPED = {"Unhelpful": "tool_sandbox.roles.unhelpful_agent:UnhelpfulAgent"}
_PERSONS = {
    RoleType.AGENT: AGENT_TYPE_TO_FACTORY[RoleImplType.Cli],
    RoleType.USER: USER_TYPE_TO_FACTORY[RoleImplType.Cli],
}
_PRICES = "model_prices_and_context_window_backup.json"


def factory_for(
    name: str,
    role_type: RoleType,
    config: Mapping[str, Any],
    router: str | None = None,
    make: Callable[..., BaseRole] | None = None,
) -> RoleFactory:
    """The factory of the roles that a name means.

    Args:
        name: As typed.
        role_type: AGENT or USER.
        config: How a model is called, in the words of ``llm.settings.ModelSettings``.
        router: A LiteLLM ``config.yaml``; then the name is one of its model groups.
        make: What makes the roles, when the name only stands for it.

    Raises:
        UsageError: The name means nothing, or something that cannot be had here.
    """
    if make is not None:
        return CallableRoleFactory(make, name=name, role_type=role_type, config=config)
    if is_remote(name):
        message = f"{name!r} plays from outside; begin such a run, or go on with it, by 'tool_sandbox serve'."
        raise UsageError(message)
    if router is not None:
        return RouterRoleFactory(name, config, partial(_proxy_config, router))
    if name in SCRIPTED:
        return ScriptedRoleFactory(name, role_type)
    from tool_sandbox.llm.local.models import is_local

    if name in ("human", "Cli"):
        return CallableRoleFactory(_PERSONS[role_type], at_once=1, types=True, name=name)
    if is_local(name):
        return LocalRoleFactory(name, role_type, config)
    return _own_or_model(name, role_type, config)


def is_remote(agent: str) -> bool:
    """Whether a recorded agent played from outside, over HTTP."""
    return agent.partition(":")[0] == REMOTE


def is_model(user: str) -> bool:
    """Whether a recorded user was played by a model: no script, no person, no class of somebody's own."""
    from tool_sandbox.llm.local.models import is_local

    if user in (*SCRIPTED, "human") or is_reference(user):
        return False
    return is_local(user) or model_of_old_name(user) is not None or provider_of(user) is not None


def default_user(agent: str) -> str:
    """Who plays the user when nobody was named: what needs no key, if the agent needs none either."""
    if agent in SCRIPTED:
        return "oracle"
    return agent if agent.partition(":")[0] == "local" else DEFAULT_USER


def _own_or_model(name: str, role_type: RoleType, config: Mapping[str, Any]) -> RoleFactory:
    if own := _own(name):
        return CallableRoleFactory(role_maker(own, role_type), name=name, role_type=role_type, config=config)
    if name == "Multi_Provider" and role_type == RoleType.AGENT:
        return RouterRoleFactory(FIRST_GROUP, config, multi_provider_config)
    model = model_of_old_name(name) or known_model(name, config)
    for fallback in _names_in(config.get("fallbacks")):
        known_model(fallback, {})
    return ModelRoleFactory(model, role_type, {**config_of_old_name(name), **config})


def _proxy_config(path: str) -> dict[str, Any]:
    from tool_sandbox.llm.config import LiteLLMConfig

    return LiteLLMConfig.from_proxy_config(path)


def _own(name: str) -> Any | None:
    """What an entry point, ``package.module:Class`` or ``file.py:Class`` names; ``None`` for other names.

    Models with tags have names that look alike.
    """
    reference = _SHIPPED.get(name, name)
    found = load_installed(ENTRY_POINTS, name, "role")
    if found is None and is_reference(reference):
        found = load_reference(reference, "role")
    if found is not None and not callable(found):
        message = f"{name!r} is {found!r}; it must be a role class, or a function that makes a role or answers."
        raise UsageError(message)
    return found


def known_model(name: str, config: Mapping[str, Any]) -> str:
    """The model string, if anybody can be asked for it.

    Raises:
        UsageError: No provider is known for it.
    """
    provider = provider_of(name)
    if config.get("custom_llm_provider") or (provider and (provider in PROVIDERS or _litellm_knows(provider.name))):
        return name
    close = _other_provider(name) or nearest(name, [*known_names(), *_listed_models()])
    hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else "."
    message = (
        f"there is no agent or model {name!r}{hint} Write a model with its provider, such as 'openai/gpt-5'; "
        f"without any model there are {', '.join(SCRIPTED)} and human."
    )
    raise UsageError(message)


def _names_in(value: Any) -> list[str]:
    """The names in a list of models; what is no such list is refused with the rest of the configuration."""
    listed = [value] if isinstance(value, str) else value
    return [each for each in listed if isinstance(each, str)] if isinstance(listed, list | tuple) else []


def _other_provider(name: str) -> list[str]:
    """The same model at the providers whose names are most like the one that was written."""
    prefix, slash, model = name.partition("/")
    known = [spelling for provider in PROVIDERS for spelling in provider.prefixes]
    return [f"{close}/{model}" for close in nearest(prefix, known, 2)] if slash else []


def _litellm_knows(provider: str) -> bool:
    """Whether LiteLLM has a provider of this name; asked only for names our own table lacks."""
    from tool_sandbox.llm.transports.through_litellm.transport import load_litellm

    litellm = load_litellm()
    known = {str(getattr(each, "value", each)) for each in litellm.provider_list}
    return provider in known or provider in {each["provider"] for each in litellm.custom_provider_map}


def known_names() -> list[str]:
    """Every name that is not a model string."""
    return [*SCRIPTED, "human", "local", *(str(old) for old in RoleImplType if old != RoleImplType.Deterministic)]


def _listed_models() -> list[str]:
    """The model strings LiteLLM has prices for, read from its data file: importing it takes seconds."""
    import json

    package = importlib.util.find_spec("litellm")
    for folder in (package.submodule_search_locations if package else None) or ():
        file = Path(folder) / _PRICES
        if file.is_file():
            return list(json.loads(file.read_text(encoding="utf-8")))
    return []
