"""What makes a role for every sample: scripts, models, routers, local servers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import Factory, evolve, frozen

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import UsageError
from tool_sandbox.llm.transports.address import located
from tool_sandbox.nearest import nearest

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.llm.chat import ChatModel
    from tool_sandbox.llm.routing.settings import RouterSettings
    from tool_sandbox.llm.settings import ModelSettings
    from tool_sandbox.registry.run_resources import RunResources
    from tool_sandbox.registry.sample import Sample
    from tool_sandbox.roles.base_role import BaseRole

FIRST_GROUP = "router"
"""Names no group of a router but whichever comes first."""

SCRIPTED = ("oracle", "nop", "saboteur")
SHARED = frozenset({"cache", "fallbacks", "max_budget", "prices", "callbacks"})
"""Configuration that belongs to the layers all roles share, not to a single role."""

_PATIENCE = 600.0
"""Seconds for one answer of a model on the CPU."""
_FREE = {"input_cost_per_token": 0, "output_cost_per_token": 0}


@frozen(kw_only=True)
class AskedModel:
    """The model that some roles ask."""

    name: str
    """A LiteLLM model string."""
    settings: ModelSettings
    """How it is called."""
    prices: Mapping[str, Mapping[str, Any]] = Factory(dict)
    """Prices that the user gave, by model."""


class RoleFactory:
    """Makes the roles of one name: a fresh one for every sample. This base is of those that ask no model of ours."""

    at_once: int | None = None
    """How many samples can be played at once; ``None`` for any number."""
    secrets: Sequence[str] = ()
    """Values that must never be written down; known after ``check``."""
    asks_a_model = False
    """Whether the settings of models, calls and money mean something to these roles."""
    reads_tools = True
    """Whether it matters to these roles which tools are offered, and in which order."""
    has_fallbacks = False
    """Whether another model may answer in place of the first."""
    parameters: Sequence[str] = ()
    """The names under which a class of a user's own takes configuration."""

    def takes(self, key: str) -> bool:
        """Whether these roles take configuration under this name."""
        return key in self.parameters

    def check(self, scenarios: Mapping[str, Scenario]) -> None:
        """Make sure, before anything runs, that these scenarios can be played.

        Raises:
            UsageError: They cannot.
        """

    def asked(self) -> AskedModel | None:
        """The model that is asked first, known after ``check``; ``None`` when none of ours is."""
        return None

    def within_reach(self) -> Sequence[AskedModel]:
        """Every model that may answer, known after ``check``: deployments and fallbacks, too."""
        asked = self.asked()
        return () if asked is None else (asked,)

    def open(self, resources: RunResources) -> None:
        """Get ready: start servers, build the layers to the model."""

    def replay(self, resources: RunResources) -> None:
        """Get ready to ask what these have in place of a model."""
        self.open(resources)

    def role(self, sample: Sample) -> BaseRole:
        """A fresh role for one sample."""
        raise NotImplementedError


class ScriptedRoleFactory(RoleFactory):
    """Roles that play what the scenario itself says.

    Args:
        name: ``oracle``, ``nop`` or ``saboteur``.
        role_type: AGENT or USER.
    """

    reads_tools = False

    def __init__(self, name: str, role_type: RoleType) -> None:
        self.name, self.role_type = name, role_type

    def check(self, scenarios: Mapping[str, Scenario]) -> None:
        """Make sure that there is something to play."""
        silent = [name for name, scenario in scenarios.items() if scenario.script is None]
        if silent and self.name != "nop":
            message = f"{self.name!r} cannot play {silent[0]!r}: the scenario has no solution to play."
            advice = " It plays the user; choose another one with -u." if self.role_type == RoleType.USER else ""
            raise UsageError(message + advice)

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


class ModelRoleFactory(RoleFactory):
    """Roles that ask a model; all of them share the layers to it.

    Args:
        model: A LiteLLM model string.
        role_type: AGENT or USER.
        config: How the model is called.
    """

    asks_a_model = True

    def __init__(self, model: str, role_type: RoleType, config: Mapping[str, Any]) -> None:
        self.name, self.config = located(model, config)
        self.role_type = role_type
        self.has_fallbacks = bool(self.config.get("fallbacks"))
        self._shared: ChatModel | None = None

    def takes(self, key: str) -> bool:  # noqa: ARG002 -- a key without a meaning is refused with the configuration
        """Everything that the configuration of a model may hold."""
        return True

    def check(self, scenarios: Mapping[str, Scenario]) -> None:  # noqa: ARG002 -- a model plays them all
        """Make sure that the configuration has a meaning and the credentials are there."""
        from tool_sandbox.registry.run_resources import check_model

        self.secrets = check_model(self.name, self.config)

    def asked(self) -> AskedModel | None:
        """The model, and what its configuration says of its price."""
        from tool_sandbox.llm.settings import ModelSettings

        settings = ModelSettings.from_config(self.config)
        return AskedModel(
            name=self.name, settings=settings, prices={self.name: settings.prices} if settings.prices else {}
        )

    def open(self, resources: RunResources) -> None:
        """Build the layers to the model."""
        self._shared = resources.model(self.name, self.role_type, self.config)

    def role(self, sample: Sample) -> BaseRole:  # noqa: ARG002 -- the same for every sample
        """A fresh role over the shared layers."""
        assert self._shared is not None
        own = {key: value for key, value in self.config.items() if key not in SHARED}
        return _model_role(self.role_type, self.name, self._shared, own)


class LocalRoleFactory(ModelRoleFactory):
    """Roles that ask a model served on this machine while the run lasts."""

    at_once = 2

    def check(self, scenarios: Mapping[str, Scenario]) -> None:  # noqa: ARG002 -- a model plays them all
        """Make sure that there is such a model; it is fetched and started later."""
        from tool_sandbox.llm.local.models import parse_local

        parse_local(self.name)

    def asked(self) -> AskedModel | None:
        """The model, which costs nothing unless somebody gave it a price."""
        asked = super().asked()
        return asked and evolve(asked, prices={self.name: _FREE, **asked.prices})

    def open(self, resources: RunResources) -> None:
        """Start the server, unless it runs already, and build the layers to it."""
        from tool_sandbox.llm.local.models import supports_native_tools

        server = resources.server(self.name)
        self.name = server.model
        connection = {"api_base": server.base_url, "api_key": server.api_key}
        prompted = None if supports_native_tools(server.path) else True
        defaults = {"prompted_tools": prompted, "timeout": _PATIENCE, "prices": _FREE}
        self.config = {**defaults, **self.config, **connection}
        super().open(resources)

    def replay(self, resources: RunResources) -> None:
        """Ask under the name that the server would have."""
        from tool_sandbox.llm.local.models import parse_local

        self.name = f"openai/{parse_local(self.name).name}"
        ModelRoleFactory.open(self, resources)


class RouterRoleFactory(ModelRoleFactory):
    """Agents behind a router over several deployments.

    Args:
        group: The model group to ask; ``router`` for the first one.
        config: How the models are called, over what the routes say.
        routes: Reads the deployments and options of the router, as ``LiteLLMAgentWithRouter`` takes them.
    """

    def __init__(self, group: str, config: Mapping[str, Any], routes: Callable[[], dict[str, Any]]) -> None:
        super().__init__(group, RoleType.AGENT, config)
        self.has_fallbacks = True
        self._routes = routes
        self._everything: dict[str, Any] = {}
        self._routing: RouterSettings | None = None

    def check(self, scenarios: Mapping[str, Scenario]) -> None:  # noqa: ARG002 -- a model plays them all
        """Make sure that the routes have a meaning, hold the group, and every deployment has its credentials."""
        from tool_sandbox.llm.stack import split_router_config
        from tool_sandbox.registry.run_resources import check_deployments

        group = {} if self.name == FIRST_GROUP else {"model_group": self.name}
        self._everything = {**self._routes(), **self.config, **group}
        self._routing, self.config = split_router_config(None, self._everything)
        groups = list(dict.fromkeys(deployment.group for deployment in self._routing.deployments))
        if self._routing.main_group not in groups:
            close = nearest(self.name, groups) or groups
            message = f"the router has no model group {self.name!r}; it has {', '.join(map(repr, close))}."
            raise UsageError(message)
        self.secrets = check_deployments(self._routing, self.config)

    def asked(self) -> AskedModel | None:
        """The first deployment of the group, and the prices of all."""
        asked = super().asked()
        if asked is None or self._routing is None:
            return asked
        first, *_ = self._routing.group(self._routing.main_group)
        return evolve(asked, name=first.model, prices={**self._routing.prices, **asked.prices})

    def within_reach(self) -> Sequence[AskedModel]:
        """Every deployment of the group, and of those that it falls back to.

        Raises:
            SettingsError: A key that was given for all of them would go to several servers.
        """
        asked, routing = self.asked(), self._routing
        if asked is None or routing is None:
            return ()
        routing.check_shared(asked.settings)
        groups = (routing.main_group, *routing.fallbacks.get(routing.main_group, ()))
        return [
            evolve(asked, name=each.model, settings=each.settings_over(asked.settings))
            for group in groups
            for each in routing.group(group)
        ]

    def open(self, resources: RunResources) -> None:
        """Build the layers to the router."""
        self._shared = resources.model(self.name, self.role_type, self.config, self._routing)

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
