"""From flags, a YAML file and the environment to settings. Nothing else reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from tool_sandbox.common.yaml_source import YamlSource
from tool_sandbox.errors import SettingsError
from tool_sandbox.nearest import hint
from tool_sandbox.plugins import absolute
from tool_sandbox.redaction import is_secret_name, redact_text
from tool_sandbox.registry.names import default_user
from tool_sandbox.registry.settings import MOST_TRIALS, RunSettings

ENVIRONMENT_PREFIX = "TOOL_SANDBOX_"
OF_AGENTS = (f"{ENVIRONMENT_PREFIX}URL", f"{ENVIRONMENT_PREFIX}TOKEN")
"""Where agents outside reach a run that is served, and what they send."""
_DEBUG = f"{ENVIRONMENT_PREFIX}DEBUG"
_SLIPS = 2
"""So many letters may differ in a variable for it to be taken for one of ours."""

_FIELDS = tuple(RunSettings.names())
_PATHS = ("scenarios_from", "tools_from", "router_config", "failed", "reuse")
_YAML_ONLY = {"agents": "agent_rules"}
_NEVER_FROM_ENVIRONMENT = frozenset({"agent_rules", "params", "user_params", "until_decided"})


def settings_from(
    flags: Mapping[str, Any],
    *,
    agents: Sequence[str] = (),
    config: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[RunSettings]:
    """The settings of every run that was asked for: one per agent.

    Flags win over the environment, the environment over the file, the file over the defaults.

    Args:
        flags: What was given on the command line, by field; ``None`` or empty when it was not.
        agents: The agents of the command line.
        config: Path of a YAML file.
        environment: ``TOOL_SANDBOX_<FIELD>`` variables; by default those of the process.

    Raises:
        SettingsError: A key or value has no meaning, or no agent was named.
    """
    surroundings = os.environ if environment is None else environment
    check_environment(surroundings)
    around = from_environment(surroundings)
    given = {name: value for name, value in flags.items() if value not in (None, (), [], {})}
    values = {
        **(from_file(config) if config else {}),
        **around,
        **given,
        "ambient": around.keys() - given.keys(),
    }
    named = list(agents) or _as_list(values.pop("agent", None))
    values.pop("agent", None)
    if not named:
        message = (
            "no agent was named: give one with -a, such as -a oracle (needs no key), -a local (a model on this "
            "machine) or any LiteLLM model string."
        )
        raise SettingsError(message)
    if values.get("until_decided"):
        values.setdefault("trials", MOST_TRIALS)
    user = values.pop("user", None)
    every = [_settings(agent, user or default_user(agent), values) for agent in named]
    _check_keys_of(named, every[0].params)
    return every


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Settings given as ``TOOL_SANDBOX_<FIELD>``, such as ``TOOL_SANDBOX_OUTPUT``; values are read as YAML."""
    found = {}
    for name in _FIELDS:
        variable = ENVIRONMENT_PREFIX + name.upper()
        text = environment.get(variable)
        if text and name not in _NEVER_FROM_ENVIRONMENT:
            found[name] = text if name in ("agent", "user", "output") else parsed(text, variable)
    return found


def check_environment(environment: Mapping[str, str]) -> None:
    """Make sure that nobody means one of our variables and writes another.

    Raises:
        SettingsError: A variable begins like ours without being one, or is spelled almost like one.
    """
    known = [ENVIRONMENT_PREFIX + name.upper() for name in _FIELDS if name not in _NEVER_FROM_ENVIRONMENT]
    for name in environment:
        if name in known or name in (_DEBUG, *OF_AGENTS):
            continue
        near = process.extractOne(name.upper(), known, scorer=DamerauLevenshtein.distance, score_cutoff=_SLIPS)
        if near is not None:
            message = f"the environment variable {name} is not one of ours; did you mean {near[0]!r}?"
            raise SettingsError(message)
        if name.upper().startswith(ENVIRONMENT_PREFIX):
            message = f"the environment variable {name} means nothing; {hint(name, [*known, _DEBUG])}"
            raise SettingsError(message)


def from_file(path: str) -> dict[str, Any]:
    """The settings in a ``run.yaml``.

    Raises:
        SettingsError: The file cannot be read, is not a YAML mapping, or has a key without meaning.
    """
    content = YamlSource.of_file(Path(path), SettingsError, "settings file").value()
    if content is None:
        return {}
    if not isinstance(content, dict):
        message = f"{path!r} holds {type(content).__name__}; it must be a mapping of settings, such as 'agent: gpt-5'."
        raise SettingsError(message)
    return _checked_keys(path, content)


def parameters(assignments: Sequence[str], flag: str = "--param") -> dict[str, Any]:
    """``--param KEY=VALUE`` as a mapping; values are read as YAML, but keys and passwords are taken as they are.

    Raises:
        SettingsError: One of them has no ``=``, is not YAML, or is given twice.
    """
    params: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not (equals and key.strip()):
            message = f"{flag} {redact_text(assignment)!r} must be KEY=VALUE, such as {flag} reasoning_effort=low."
            raise SettingsError(message)
        value = text if is_secret_name(key.strip()) else parsed(text, f"{flag} {key.strip()}")
        if params.setdefault(key.strip(), value) != value:
            message = f"{flag} {key.strip()} is given twice, with two different values; give one of them."
            raise SettingsError(message)
    return params


def parsed(text: str, where: str) -> Any:
    """A value written in YAML.

    Raises:
        SettingsError: It is not YAML.
    """
    return YamlSource(text, where, SettingsError, numbered=False).value()


def _check_keys_of(agents: Sequence[str], params: Mapping[str, Any]) -> None:
    """Make sure that a key which was given on the command line goes to one server only."""
    from tool_sandbox.llm.providers import server_of
    from tool_sandbox.registry.catalogue import model_of_old_name

    given = next((name for name in params if is_secret_name(name) or name == "extra_headers"), None)
    if given is None or len(agents) == 1:
        return
    first, *others = agents
    place = server_of(model_of_old_name(first) or first)
    other = next((name for name in others if server_of(model_of_old_name(name) or name) != place), None)
    if other is not None:
        message = (
            f"--param {given} would go to the servers of {first!r} and of {other!r}; set the variables of their "
            "providers instead, or make two runs."
        )
        raise SettingsError(message)


def _settings(agent: str, user: str, values: Mapping[str, Any]) -> RunSettings:
    settings = RunSettings(agent=agent, user=user, **values)
    found: dict[str, Any] = {name: _absolute(given) for name in _PATHS if (given := getattr(settings, name))}
    rules = tuple(evolve(rule, agent=absolute(rule.agent)) for rule in settings.agent_rules)
    return evolve(settings, agent=absolute(agent), user=absolute(user), agent_rules=rules, **found)


def _absolute(value: str | Sequence[str]) -> str | list[str]:
    """Files and folders by their full path, so that a run can be resumed from anywhere; other names as they are."""
    if isinstance(value, str):
        return str(Path(value).resolve()) if os.path.exists(value) else value  # noqa: PTH110 -- a name may be too long
    return [str(_absolute(entry)) for entry in value]


def _checked_keys(path: str, content: Mapping[Any, Any]) -> dict[str, Any]:
    allowed = sorted({*_FIELDS, *_YAML_ONLY} - set(_YAML_ONLY.values()))
    checked = {}
    for key, value in content.items():
        if key not in allowed:
            message = f"{path!r}: {key!r} is not a setting; {hint(str(key), allowed)}"
            raise SettingsError(message)
        if value is not None:
            checked[_YAML_ONLY.get(key, str(key))] = value
    if not isinstance(checked.get("agent_rules", {}), dict):
        message = f"{path!r}: 'agents' must map a name pattern or tag:NAME to an agent, such as 'reminder_*: gpt-5'."
        raise SettingsError(message)
    return checked


def _as_list(value: Any) -> list[str]:
    if value is None:
        return []
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in listed):
        message = f"agent is {value!r}; it must be a name or a list of names, each of them text."
        raise SettingsError(message)
    return listed
