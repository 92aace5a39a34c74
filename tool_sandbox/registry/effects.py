"""Which settings can have an effect with which kind of role: one that has none is refused, not ignored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import fields_dict

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.nearest import hint
from tool_sandbox.registry.model_config import EFFECTS
from tool_sandbox.registry.settings import RunSettings

if TYPE_CHECKING:
    from tool_sandbox.registry.cast import RoleCast
    from tool_sandbox.registry.factories import RoleFactory


def chosen_in(settings: RunSettings) -> dict[str, Any]:
    """What differs from the defaults; what the environment says holds for every run, also for those without use."""
    everything = {name: getattr(settings, name) for name in RunSettings.names() if name not in settings.ambient}
    defaults = {name: attribute.default for name, attribute in fields_dict(RunSettings).items()}
    return {name: value for name, value in everything.items() if value != defaults[name]}


def check_effects(casts: Sequence[RoleCast], given: Mapping[str, Any]) -> None:
    """Make sure that whatever was given has an effect in at least one of the runs that were asked for together.

    Args:
        casts: Who plays those runs.
        given: What somebody asked for, by field of ``RunSettings``: nothing that is so by default or was so before.

    Raises:
        SettingsError: Something has none; the message names it and who plays.
    """
    agents = [factory for cast in casts for factory in cast.agents.values()]
    users = [cast.user for cast in casts]
    names = _listed(dict.fromkeys(name for cast in casts for name in cast.agents))
    for name in given:
        _check_setting(name, casts, {RoleType.AGENT: agents, RoleType.USER: users}, names)
    _check_params("params", given, agents, names)
    _check_params("user_params", given, users, _listed(dict.fromkeys(cast.settings.user for cast in casts)))


def check_said_once(flags: Mapping[str, Any]) -> None:
    """Make sure that no flag of the command line is overruled by a ``--param`` beside it.

    Args:
        flags: By field of ``RunSettings``, ``params`` among them.

    Raises:
        SettingsError: Two of them say different things about one setting.
    """
    from tool_sandbox.llm.settings import ModelSettings

    params = {ModelSettings.name_of(key): value for key, value in flags["params"].items()}
    for name, effect in EFFECTS.items():
        given = flags.get(name)
        if given not in (None, [], ()) and effect.key in params and params[effect.key] != given:
            message = f"{_flag(name)} and --param {effect.key} say different things; give one of them."
            raise SettingsError(message)


def _check_setting(
    name: str, casts: Sequence[RoleCast], factories: Mapping[RoleType, Sequence[RoleFactory]], names: str
) -> None:
    if name == "on_fallback" and not any(factory.has_fallbacks for factory in factories[RoleType.AGENT]):
        _refuse(_flag(name), f"{names} has no fallbacks; name one with --fallback.")
    if name == "strict_user" and not any(factory.asks_a_model for factory in factories[RoleType.USER]):
        _refuse(_flag(name), "no model plays the user.")
    if name == "shuffle_tools" and not any(factory.reads_tools for factory in factories[RoleType.AGENT]):
        _refuse(_flag(name), f"{names} plays a script and reads no tools.")
    effect = EFFECTS.get(name)
    if effect is None or all(getattr(cast.settings, name) == effect.harmless for cast in casts):
        return
    asked = [factory for role in effect.roles for factory in factories[role]]
    if not any(factory.asks_a_model or (effect.key and factory.takes(effect.key)) for factory in asked):
        who = f"{names} asks no model." if RoleType.USER not in effect.roles else "nobody in this run asks a model."
        config = {effect.key: getattr(casts[0].settings, name)} if effect.key else {}
        _refuse(_flag(name), f"{who}{_mistakes(config)}")


def _check_params(name: str, given: Mapping[str, Any], factories: Sequence[RoleFactory], names: str) -> None:
    flag, parameters = _flag(name), sorted({each for factory in factories for each in factory.parameters})
    for key, value in given.get(name, {}).items():
        if any(factory.asks_a_model or factory.takes(key) for factory in factories):
            continue
        if parameters:
            _refuse(f"{flag} {key}", f"{names} does not take it; {hint(key, parameters)}")
        _refuse(f"{flag} {key}", f"{names} asks no model.{_mistakes({key: value})}")


def _flag(name: str) -> str:
    return RunSettings.options()[name].flag


def _refuse(what: str, why: str) -> None:
    message = f"{what} would have no effect: {why} Leave it out."
    raise SettingsError(message)


def _mistakes(config: Mapping[str, Any]) -> str:
    """What would be wrong with the value even where it has an effect, as a further sentence."""
    from tool_sandbox.registry.names import known_model
    from tool_sandbox.registry.run_resources import check_configuration

    try:
        for model in check_configuration(config).fallbacks:
            known_model(model, {})
    except UsageError as error:
        said = str(error)
        return f" Besides, {said}" if said.endswith(("?", ".")) else f" Besides, {said}."
    return ""


def _listed(names: Iterable[str]) -> str:
    return " or ".join(map(repr, names))
