"""What a call of the front door asks for, as settings and objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from os import PathLike, fspath
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

from attrs import fields

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.nearest import nearest
from tool_sandbox.plugins import is_reference
from tool_sandbox.registry.callables import parameters_of
from tool_sandbox.registry.names import default_user
from tool_sandbox.registry.objects import Objects, role_object, tool_modules
from tool_sandbox.registry.settings import RunSettings

_FLAG = re.compile(r"(?<![\w-])(?P<flag>--?[a-z][a-z_-]*)(?P<space>\s*)")
_PARAM = re.compile(r"--param (?P<key>\w+)=…")
"""How messages say that a class of a user's own needs a value."""

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.roles.base_role import BaseRole

    Role = str | type[BaseRole] | Callable[..., Any]
    """A name as after ``-a``, a class of roles, a function that makes one, or one that answers in the chat format."""
    Scenarios = str | Scenario | Sequence[str | Scenario] | Mapping[str, Scenario]
    """Names and globs, or scenarios."""
    Tools = Sequence[str | ModuleType | Callable[..., Any]]
    """Names as after ``--tools-from``, modules, or functions decorated with ``register_as_tool``."""


@contextmanager
def in_words_of_python(shown: Mapping[str, str] = MappingProxyType({})) -> Iterator[None]:
    """Have what is wrong with a setting told by the name of the parameter, where messages name the flag.

    Args:
        shown: By the name of the parameter, what is told instead.
    """
    told = partial(_parameter, shown)
    try:
        yield
    except UsageError as error:
        error.args = tuple(
            _FLAG.sub(told, _PARAM.sub(_param, part)) if isinstance(part, str) else part for part in error.args
        )
        raise


def _param(needed: re.Match[str]) -> str:
    """How a value is given that an agent's class needs; a keyword of a setting's name would be that setting."""
    key = needed["key"]
    return f"params={{{key!r}: …}}" if key in RunSettings.names() else f"{key}=…"


def _parameter(shown: Mapping[str, str], flag: re.Match[str]) -> str:
    if flag["flag"] == "--param":  # at the front door the keys of the agent's configuration are parameters, too
        return ""
    names = (name for name, option in RunSettings.options().items() if flag["flag"] in option.spellings)
    return next((f"{shown.get(name, name)}{flag['space']}" for name in names), flag[0])


@in_words_of_python()
def asked_for(
    agent: Role,
    user: Role | None = None,
    scenarios: Scenarios = (),
    *,
    tools: Tools = (),
    output: str | PathLike[str] | None = None,
    **settings: Any,
) -> tuple[RunSettings, Objects]:
    """What can be written down about a run, and what cannot.

    Args:
        agent: Who plays the agent.
        user: Who plays the user; ``None`` for whom the command line would take.
        scenarios: What is played.
        tools: What is offered beside the shipped tools and those of ``settings``.
        output: Where the run directory is made, if it is to stay.
        settings: Fields of ``RunSettings`` by name; whatever is none of them configures the agent.

    Raises:
        UsageError: Something has no meaning.
    """
    objects = objects_for(agent, user, scenarios, tools)
    if objects.scenarios is not None and tools:
        message = "tools= has no effect on scenarios that are loaded already; give the tools to load_scenarios()."
        raise SettingsError(message)
    name = role_object(agent, RoleType.AGENT)[0]
    known, params = _sorted(settings, agent)
    words: dict[str, Any] = {
        **{name: fspath(value) if isinstance(value, PathLike) else value for name, value in known.items()},
        "agent": name,
        "user": default_user(name) if user is None else role_object(user, RoleType.USER)[0],
        "scenarios": list(objects.scenarios) if objects.scenarios is not None else scenarios,
        "tools_from": [*tool_modules(tools)[0], *known.get("tools_from", ())],
        "params": {**known.get("params", {}), **params},
    }
    if output is not None:
        words["output"] = fspath(output)
    return RunSettings(**words), objects


def objects_for(agent: Role | None, user: Role | None, scenarios: Scenarios = (), tools: Tools = ()) -> Objects:
    """What of all this is not a name.

    Raises:
        UsageError: It is neither a name nor what can stand in its place.
    """
    given = {RoleType.AGENT: agent, RoleType.USER: user}
    made = {role_type: role_object(role, role_type)[1] for role_type, role in given.items() if role is not None}
    return Objects(
        roles={role_type: make for role_type, make in made.items() if make is not None},
        tools=tool_modules(tools)[1],
        scenarios=_scenario_objects(scenarios),
    )


def _scenario_objects(scenarios: Scenarios) -> Mapping[str, Scenario] | None:
    """The scenarios by name; ``None`` if they are only named."""
    if isinstance(scenarios, str):
        return None
    if isinstance(scenarios, Mapping):
        return scenarios
    several = list(scenarios) if isinstance(scenarios, Sequence) else [scenarios]
    if all(isinstance(each, str) for each in several):
        return None
    from tool_sandbox.common.scenario import Scenario

    found = {each.name or "": each for each in several if isinstance(each, Scenario)}
    if len(found) < len(several):
        message = f"scenarios is {scenarios!r}; expected names, or scenarios with different names, not both."
        raise UsageError(message)
    return found


def _sorted(settings: Mapping[str, Any], agent: Role) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings of a run, and the configuration of the agent.

    Raises:
        SettingsError: One is neither, but looks like a setting.
    """
    names = RunSettings.names()
    known = {key: value for key, value in settings.items() if key in names}
    params = {key: value for key, value in settings.items() if key not in names}
    keys = {each.name for each in fields(ModelSettings)}
    for key in params:
        if ModelSettings.name_of(key) not in keys and not _may_take(agent, key) and (close := nearest(key, names)):
            message = f"{key!r} is not a setting of a run; did you mean {' or '.join(map(repr, close))}?"
            raise SettingsError(message)
    return known, params


def _may_take(agent: Role, key: str) -> bool:
    """Whether an agent of a user's own may have such a parameter; of one that is only named nobody knows yet."""
    if isinstance(agent, str):
        return is_reference(agent)
    named, takes_any_name = parameters_of(agent)
    return takes_any_name or key in named
