"""From a name after ``-a`` or ``-u`` to something that makes a role for every sample."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import UsageError
from tool_sandbox.scenarios.nearest import nearest

if TYPE_CHECKING:
    from tool_sandbox.cli.backstage import Backstage
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.llm.chat import ChatModel
    from tool_sandbox.llm.routing import RouterSettings
    from tool_sandbox.roles.base_role import BaseRole
    from tool_sandbox.runs.session import Sample

ENTRY_POINTS = "tool_sandbox.roles"
SCRIPTED = ("oracle", "nop", "saboteur")
SHARED = frozenset({"cache", "fallbacks", "max_budget", "prices", "callbacks"})
"""Configuration that belongs to the layers all roles share, not to a single role."""

_CLASS = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_]\w*)")
_PRICES = "model_prices_and_context_window_backup.json"


class Player(Protocol):
    """Makes the roles of one name."""

    @property
    def serial(self) -> bool:
        """Whether only one sample can be played at a time."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """Values that must never be written down; known after ``check``."""
        ...

    def check(self, scenarios: Mapping[str, Scenario]) -> None:
        """Make sure, before anything runs, that these scenarios can be played.

        Raises:
            UsageError: They cannot.
        """
        ...

    def open(self, backstage: Backstage) -> None:
        """Get ready: start servers, build the layers to the model."""
        ...

    def role(self, sample: Sample) -> BaseRole:
        """A fresh role for one sample."""
        ...


def player_for(name: str, role_type: RoleType, config: Mapping[str, Any], router: str | None = None) -> Player:
    """The player a name means.

    Args:
        name: As typed.
        role_type: AGENT or USER.
        config: How a model is called, in the words of ``llm.settings.ModelSettings``.
        router: A LiteLLM ``config.yaml``; then the name is one of its model groups.

    Raises:
        UsageError: The name means nothing, or something that cannot be had here.
    """
    if router is not None:
        return RouterPlayer(name, config, router)
    if name in SCRIPTED:
        return ScriptedPlayer(name, role_type)
    from tool_sandbox.cli.agents import model_of_old_name
    from tool_sandbox.llm.local import is_local

    if name in ("human", "Cli"):
        return MadePlayer(_human(role_type), serial=True)
    if is_local(name):
        return LocalPlayer(name, role_type, config)
    if factory := _unhelpful(name) or _entry_point(name) or _class(name):
        return MadePlayer(factory)
    return ModelPlayer(model_of_old_name(name) or _known_model(_direct(name), config), role_type, config)


class MadePlayer:
    """Roles that a function or class without arguments makes.

    Args:
        factory: Makes a role.
        serial: Whether only one sample can be played at a time.
    """

    secrets: Sequence[str] = ()

    def __init__(self, factory: Callable[[], BaseRole], *, serial: bool = False) -> None:
        self.factory, self.serial = factory, serial

    def check(self, scenarios: Mapping[str, Scenario]) -> None:
        """Any scenario can be played."""

    def open(self, backstage: Backstage) -> None:
        """Nothing to prepare."""

    def role(self, sample: Sample) -> BaseRole:  # noqa: ARG002 -- the same for every sample
        """A fresh role."""
        return self.factory()


class ScriptedPlayer:
    """Roles that play what the scenario itself says.

    Args:
        name: ``oracle``, ``nop`` or ``saboteur``.
        role_type: AGENT or USER.
    """

    serial = False
    secrets: Sequence[str] = ()

    def __init__(self, name: str, role_type: RoleType) -> None:
        self.name, self.role_type = name, role_type

    def check(self, scenarios: Mapping[str, Scenario]) -> None:
        """Make sure that there is something to play."""
        silent = [name for name, scenario in scenarios.items() if scenario.script is None]
        if silent and self.name != "nop":
            message = f"{self.name!r} cannot play {silent[0]!r}: the scenario has no solution to play."
            raise UsageError(message)

    def open(self, backstage: Backstage) -> None:
        """Nothing to prepare."""

    def role(self, sample: Sample) -> BaseRole:
        """A fresh role with the sample's script."""
        return _model_role(self.role_type, self.name, self._model(sample.scenario), {})

    def _model(self, scenario: Scenario) -> ChatModel:
        from tool_sandbox.common.script import Script
        from tool_sandbox.llm.scripted import NopModel, OracleModel, SaboteurModel, ScriptedUserModel

        script = scenario.script or Script()
        if self.role_type == RoleType.USER:
            return ScriptedUserModel(script)
        if self.name == "oracle":
            return OracleModel(script)
        if self.name == "saboteur" and script.sabotage:
            return SaboteurModel(script, next(iter(script.sabotage)))
        return NopModel()


class ModelPlayer:
    """Roles that ask a model; all of them share the layers to it.

    Args:
        model: A LiteLLM model string.
        role_type: AGENT or USER.
        config: How the model is called.
    """

    serial = False

    def __init__(self, model: str, role_type: RoleType, config: Mapping[str, Any]) -> None:
        self.name, self.role_type, self.config = model, role_type, dict(config)
        self.secrets: Sequence[str] = ()
        self._shared: ChatModel | None = None

    def check(self, scenarios: Mapping[str, Scenario]) -> None:  # noqa: ARG002 -- a model plays them all
        """Make sure that the configuration has a meaning and the credentials are there."""
        from tool_sandbox.cli.backstage import check_model

        self.secrets = check_model(self.name, self.config)

    @property
    def _role_config(self) -> dict[str, Any]:
        """What is left of the configuration once the shared layers have theirs."""
        return {key: value for key, value in self.config.items() if key not in SHARED}

    def open(self, backstage: Backstage) -> None:
        """Build the layers to the model."""
        self._shared = backstage.model(self.name, self.role_type, self.config)

    def role(self, sample: Sample) -> BaseRole:  # noqa: ARG002 -- the same for every sample
        """A fresh role over the shared layers."""
        assert self._shared is not None
        return _model_role(self.role_type, self.name, self._shared, self._role_config)


class LocalPlayer(ModelPlayer):
    """Roles that ask a model served on this machine while the run lasts."""

    def check(self, scenarios: Mapping[str, Scenario]) -> None:  # noqa: ARG002 -- a model plays them all
        """Make sure that there is such a model; it is fetched and started later."""
        from tool_sandbox.llm.local import parse_local

        parse_local(self.name)

    def open(self, backstage: Backstage) -> None:
        """Start the server, unless it runs already, and build the layers to it."""
        server = backstage.server(self.name)
        self.name = server.model
        connection = {"api_base": server.base_url, "api_key": server.api_key}
        self.config = {"prompted_tools": server.prompted_tools, **self.config, **connection}
        super().open(backstage)


class RouterPlayer(ModelPlayer):
    """Agents behind a router: the deployments and options of a LiteLLM ``config.yaml``.

    Args:
        group: The model group to ask; ``router`` for the first one of the file.
        config: How the models are called, over what the file says.
        path: The file.
    """

    def __init__(self, group: str, config: Mapping[str, Any], path: str) -> None:
        super().__init__(group, RoleType.AGENT, config)
        self.path = path
        self._everything: dict[str, Any] = {}
        self._routing: RouterSettings | None = None

    def check(self, scenarios: Mapping[str, Scenario]) -> None:  # noqa: ARG002 -- a model plays them all
        """Make sure that the file has a meaning, holds the group, and every deployment has its credentials."""
        from tool_sandbox.cli.backstage import check_deployments
        from tool_sandbox.llm.config import LiteLLMConfig
        from tool_sandbox.llm.stack import split_router_config

        group = {} if self.name == "router" else {"model_group": self.name}
        self._everything = {**LiteLLMConfig.from_proxy_config(self.path), **self.config, **group}
        self._routing, self.config = split_router_config(None, self._everything)
        groups = list(dict.fromkeys(deployment.group for deployment in self._routing.deployments))
        if self._routing.main_group not in groups:
            close = nearest(self.name, groups) or groups
            message = f"{self.path!r} has no model group {self.name!r}; it has {', '.join(map(repr, close))}."
            raise UsageError(message)
        self.secrets = check_deployments(self._routing, self.config)

    def open(self, backstage: Backstage) -> None:
        """Build the layers to the router."""
        self._shared = backstage.model(self.name, self.role_type, self.config, self._routing)

    def role(self, sample: Sample) -> BaseRole:  # noqa: ARG002 -- the same for every sample
        """A fresh agent over the shared router."""
        from tool_sandbox.roles.litellm_agent import LiteLLMAgentWithRouter

        own = {key: value for key, value in self._everything.items() if key not in SHARED - {"fallbacks"}}
        return LiteLLMAgentWithRouter(own, model=self._shared)


def _model_role(role_type: RoleType, name: str, model: ChatModel, config: Mapping[str, Any]) -> BaseRole:
    if role_type == RoleType.USER:
        from tool_sandbox.roles.litellm_user import LiteLLMUser

        return LiteLLMUser(name, model=model, **config)
    from tool_sandbox.roles.litellm_agent import LiteLLMAgent

    return LiteLLMAgent(name, model=model, **config)


def _human(role_type: RoleType) -> Callable[[], BaseRole]:
    def make() -> BaseRole:
        from tool_sandbox.roles import human

        return human.CliUser() if role_type == RoleType.USER else human.CliAgent()

    return make


def _unhelpful(name: str) -> Callable[[], BaseRole] | None:
    if name != "Unhelpful":
        return None
    from tool_sandbox.roles.unhelpful_agent import UnhelpfulAgent

    return UnhelpfulAgent


def _entry_point(name: str) -> Callable[[], BaseRole] | None:
    from importlib.metadata import entry_points

    found = next(iter(entry_points(group=ENTRY_POINTS, name=name)), None)
    return None if found is None else _loaded(name, found.load)


def _class(name: str) -> Callable[[], BaseRole] | None:
    """The class in ``package.module:Class``; ``None`` for names that are written otherwise, as models with tags are."""
    written = _CLASS.fullmatch(name)
    if written is None or not _module_exists(written["module"]):
        return None
    return _loaded(name, lambda: getattr(importlib.import_module(written["module"]), written["name"]))


def _loaded(name: str, load: Callable[[], Any]) -> Callable[[], BaseRole]:
    try:
        factory = load()
    except Exception as error:  # a user's own module may raise anything while it is imported
        message = f"cannot load the role {name!r}: {type(error).__name__}: {error}"
        raise UsageError(message) from error
    if not callable(factory):
        message = (
            f"{name!r} is {factory!r}; it must be a role class, or a function without arguments that makes a role."
        )
        raise UsageError(message)
    made: Callable[[], BaseRole] = factory
    return made


def _module_exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _direct(name: str) -> str:
    """``direct:URL/MODEL`` as ``direct:MODEL@URL``; the model begins after ``/v1/``, or else after the last slash."""
    address = name.removeprefix("direct:")
    if not name.startswith("direct:") or not address.startswith(("http://", "https://")):
        return name
    base, slash, model = address.rpartition("/v1/") if "/v1/" in address else address.rpartition("/")
    return f"direct:{model}@{base}{slash.rstrip('/')}"


def _known_model(name: str, config: Mapping[str, Any]) -> str:
    """The model string, if anybody can be asked for it.

    Raises:
        UsageError: No provider is known for it.
    """
    from tool_sandbox.llm.providers import provider_of

    if provider_of(name) is not None or config.get("custom_llm_provider"):
        return name
    close = nearest(name, [*known_names(), *_listed_models()])
    hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else "."
    message = (
        f"there is no agent or model {name!r}{hint} Write a model with its provider, such as 'openai/{name}'; "
        f"without any model there are {', '.join(SCRIPTED)} and human."
    )
    raise UsageError(message)


def known_names() -> list[str]:
    """Every name that is not a model string."""
    from tool_sandbox.cli.agents import RoleImplType

    return [*SCRIPTED, "human", "local", *(str(old) for old in RoleImplType)]


def _listed_models() -> list[str]:
    """The model strings LiteLLM has prices for, read from its data file: importing it takes seconds."""
    import json

    package = importlib.util.find_spec("litellm")
    for folder in (package.submodule_search_locations if package else None) or ():
        file = Path(folder) / _PRICES
        if file.is_file():
            return list(json.loads(file.read_text(encoding="utf-8")))
    return []
