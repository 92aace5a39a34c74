"""Which settings of a run concern its models, and how they become the configuration of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.registry.settings import RunSettings

_AGENT, _ANYBODY = (RoleType.AGENT,), (RoleType.AGENT, RoleType.USER)


@frozen(kw_only=True)
class Effect:
    """On whom a setting has an effect: roles that ask a model, and classes of a user's own that take it."""

    roles: Sequence[RoleType] = _AGENT
    key: str | None = None
    """What the configuration of a model, or a class of a user's own, calls it; ``None`` if it is not part of that."""
    harmless: Any = None
    """A value that asks for nothing, and so holds for everybody."""


EFFECTS: Mapping[str, Effect] = {
    "fallbacks": Effect(key="fallbacks"),
    "cache": Effect(roles=_ANYBODY),
    "budget": Effect(roles=_ANYBODY),
    "temperature": Effect(key="temperature"),
    "max_tokens": Effect(key="max_tokens"),
    "timeout": Effect(roles=_ANYBODY, key="timeout"),
    "patience": Effect(roles=_ANYBODY, key="patience", harmless=0),
    "retries": Effect(roles=_ANYBODY, key="num_retries", harmless=0),
    "rpm": Effect(roles=_ANYBODY, key="rpm"),
    "tpm": Effect(roles=_ANYBODY, key="tpm"),
    "tool_format": Effect(key="prompted_tools"),
    "callbacks": Effect(roles=_ANYBODY, key="callbacks"),
}
"""The settings that only some roles use. All others concern every run: scenarios, tools, the world, the directory."""


def agent_config(settings: RunSettings) -> dict[str, Any]:
    """How the agent's model is called, in the words of ``llm.settings.ModelSettings``."""
    original = {"on_invalid_tool_call": "raise", "text_beside_calls": "drop"} if settings.compat == "original" else {}
    return {**_config_for(RoleType.AGENT, settings), **original, **settings.params}


def user_config(settings: RunSettings) -> dict[str, Any]:
    """How the simulated user's model is called: patience is shared with the agent, style is not."""
    return {**_config_for(RoleType.USER, settings), **settings.user_params}


def _config_for(role_type: RoleType, settings: RunSettings) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for name, effect in EFFECTS.items():
        value = getattr(settings, name)
        if effect.key and role_type in effect.roles and value not in (None, ()):
            config[effect.key] = list(value) if isinstance(value, tuple) else value
    return config
