"""Who plays a run: the names of its settings, resolved and made ready; roles are made anew for every sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import MissingKeyError, SettingsError, UsageError
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.limits.endpoints import Endpoints
from tool_sandbox.redaction import redact_text
from tool_sandbox.registry.agent_rules import AgentRule
from tool_sandbox.registry.callables import CallableRoleFactory
from tool_sandbox.registry.catalogue import model_of_old_name
from tool_sandbox.registry.factories import RoleFactory
from tool_sandbox.registry.model_config import agent_config, user_config
from tool_sandbox.registry.names import factory_for
from tool_sandbox.registry.run_resources import RunResources, Seat
from tool_sandbox.registry.sample import SampleRoles
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.roles.execution_environment import ExecutionEnvironment
from tool_sandbox.tools.mcp.offered import servers_of

if TYPE_CHECKING:
    from pathlib import Path

    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.llm.layers.journal.store import JournalStore
    from tool_sandbox.registry.sample import Sample
    from tool_sandbox.roles.base_role import BaseRole

Makers = Mapping[RoleType, Callable[..., "BaseRole"]]

_TAG = "tag:"
_OF_THE_USER = "This model plays the user; choose another one with -u, such as oracle, which needs no key."
_FULL_ORDERS = 720
"""All orders of six parallel calls."""


class RoleCast:
    """Who plays one run: a factory for every agent that its settings name, and one for the user.

    Args:
        settings: The run's settings.
        scenarios: What will be played.
        makers: What makes the roles of the agent or the user whom the settings only call by a name.
        needs_keys: Whether the credentials of models must be there; without them nothing can be played.
        asks: Whether models are asked; otherwise it does not matter how they would be reached.
        endpoints: What is known of how much endpoints take; shared by the runs of one command.

    Raises:
        UsageError: A name means nothing, a key is missing, or a scenario cannot be played by who should play it.
    """

    agents: Mapping[str, RoleFactory]
    """Who plays the agent, by name."""
    user: RoleFactory
    """Who plays the user."""

    def __init__(
        self,
        settings: RunSettings,
        scenarios: Mapping[str, Scenario],
        makers: Makers = MappingProxyType({}),
        *,
        needs_keys: bool = True,
        asks: bool = True,
        endpoints: Endpoints | None = None,
    ) -> None:
        self._agent_of = {name: _agent_for(name, scenario, settings) for name, scenario in scenarios.items()}
        _check_rules(settings, scenarios)
        CacheSettings.parse(settings.cache)
        self.agents = {name: _agent(name, settings, makers) for name in dict.fromkeys(self._agent_of.values())}
        self.user = factory_for(settings.user, RoleType.USER, user_config(settings), make=makers.get(RoleType.USER))
        self._check(scenarios, needs_keys=needs_keys, asks=asks)
        limits = [factory.at_once for factory in self._factories() if factory.at_once is not None]
        self.at_once: int | None = min(limits, default=None)
        """How many samples can be in flight; ``None`` for any number."""
        self.settings = evolve(settings, concurrency=min(settings.concurrency, *limits)) if limits else settings
        self._servers = servers_of(scenario.starting_context for scenario in scenarios.values())
        self.endpoints = endpoints
        self._resources: RunResources | None = None

    @property
    def secrets(self) -> list[str]:
        """The credentials of all roles."""
        return [secret for factory in self._factories() for secret in factory.secrets]

    @property
    def somebody_types(self) -> bool:
        """Whether a person at the terminal plays, whose lines nothing may be written over."""
        return any(isinstance(factory, CallableRoleFactory) and factory.types for factory in self._factories())

    def agent_of(self, scenario: str) -> str:
        """The name of the agent that plays a scenario."""
        return self._agent_of[scenario]

    @property
    def is_open(self) -> bool:
        """Whether what the roles need was started."""
        return self._resources is not None

    def open(
        self, directory: Path | None, calls: Callable[[], JournalStore] | None = None, seat: Seat | None = None
    ) -> None:
        """Start what the roles need, unless that was done before.

        Args:
            directory: The run directory; ``None`` if it is not on this machine's disk.
            calls: Opens the place where finished calls are kept; without it there is no journal.
            seat: Which part this process has, if others play the run, too.
        """
        if self.is_open:
            return
        for server in self._servers if seat is None or seat.plays else ():
            server.start()
        self._resources = RunResources(self.settings, directory, self.secrets, calls, seat, self.endpoints)
        for factory in self._factories():
            factory.open(self._resources)

    def replay(self, resources: RunResources) -> None:
        """Get ready to play with these in place of models; servers of tools are started."""
        for server in self._servers:
            server.start()
        self._resources = resources
        for factory in self._factories():
            factory.replay(resources)

    @property
    def has_servers(self) -> bool:
        """Whether tools of its scenarios are on servers."""
        return bool(self._servers)

    @property
    def is_flushing(self) -> bool:
        """Whether what was paid for is being brought to its place, at the end of a run."""
        return self._resources is not None and self._resources.is_flushing

    def roles(self, sample: Sample) -> SampleRoles:
        """Fresh roles for one sample."""
        agent = self._agent_of[sample.name]
        makers = {RoleType.USER: self.user, RoleType.AGENT: self.agents[agent]}
        roles = {role: factory.role(sample) for role, factory in makers.items()}
        return SampleRoles(
            by_type={**roles, RoleType.EXECUTION_ENVIRONMENT: self._environment()},
            agent=redact_text(agent),
            user=redact_text(self.settings.user),
            own=frozenset(role for role, factory in makers.items() if _is_own(factory)),
            user_is_model=self.user.asks_a_model,
        )

    def sync(self) -> None:
        """Wait until the disk has what models have answered.

        Raises:
            OSError: It does not take it.
        """
        if self._resources is not None:
            self._resources.sync()

    def settle(self, sample: Sample) -> None:
        """Keep nothing in memory for a sample that is over for good."""
        if self._resources is not None:
            self._resources.settle(sample.name, sample.trial)

    def watch(self, told: Callable[[str], None]) -> None:
        """Have somebody told what calls wait for, from now on."""
        if self._resources is not None:
            self._resources.watch(told)

    @property
    def resources(self) -> RunResources:
        """What the roles share, once it is open."""
        assert self._resources is not None
        return self._resources

    def spending(self) -> Spending:
        """What the calls of this part of the run have come to so far."""
        return Spending() if self._resources is None else self._resources.spending()

    def paid_before(self) -> float:
        """US dollars that an earlier part of the run has paid."""
        return 0.0 if self._resources is None else self._resources.paid_before()

    @property
    def asks_models(self) -> bool:
        """Whether any of the roles asks a model, as far as they were started."""
        return self._resources is not None and self._resources.asks_models

    @property
    def budget(self) -> float | None:
        """US dollars that the run may spend now; ``None`` for any amount."""
        return None if self._resources is None else self._resources.budget

    @property
    def fixed_because(self) -> str | None:
        """Why no budget can be set or changed now; ``None`` when one can."""
        return None if self._resources is None else self._resources.fixed_because

    def change_budget(self, dollars: float) -> None:
        """Keep the run within another budget from now on.

        Raises:
            SettingsError: What it pays is not counted together, or has no price; or that much is spent already.
        """
        if self._resources is not None:
            self._resources.change_budget(dollars)

    async def aclose(self) -> None:
        """Close connections, inside the event loop that used them."""
        if self._resources is not None:
            await self._resources.aclose()

    def close(self) -> None:
        """Stop servers and close files."""
        for server in self._servers:
            server.stop()
        if self._resources is not None:
            self._resources.close()
            self._resources = None

    def _check(self, scenarios: Mapping[str, Scenario], *, needs_keys: bool, asks: bool) -> None:
        """Check every role, and name all keys that are missing at once, each once.

        Args:
            scenarios: What is played.
            needs_keys: Whether a missing key matters.
            asks: Whether anything matters of what is for asking a model.
        """
        missing: dict[str, str] = {}
        for factory, own in self._parts(scenarios):
            is_tolerated = not asks and factory.asks_a_model
            try:
                factory.check(own)
            except MissingKeyError as error:
                _, _, looked_for = str(error).partition(": ")
                if needs_keys and not is_tolerated:
                    missing.setdefault(looked_for, f"{error} {_OF_THE_USER}" if factory is self.user else str(error))
            except UsageError:
                if not is_tolerated:
                    raise
        if missing:
            raise MissingKeyError("\n".join(missing.values()))

    def _parts(self, scenarios: Mapping[str, Scenario]) -> Iterator[tuple[RoleFactory, Mapping[str, Scenario]]]:
        """Every role with the scenarios in which it plays, the user last."""
        for name, agent in self.agents.items():
            yield agent, {key: scenarios[key] for key, who in self._agent_of.items() if who == name}
        yield self.user, scenarios

    def _environment(self) -> ExecutionEnvironment:
        original: dict[str, Any] = {"max_permutations": _FULL_ORDERS, "reduce_independent": False}
        orders = original if self.settings.compat == "original" else {}
        return ExecutionEnvironment(tool_timeout=self.settings.tool_timeout or None, **orders)

    def _factories(self) -> list[RoleFactory]:
        return [*self.agents.values(), self.user]


def _is_own(factory: RoleFactory) -> bool:
    """Whether code of somebody's own plays, and no person."""
    return isinstance(factory, CallableRoleFactory) and not factory.types


def _agent(name: str, settings: RunSettings, makers: Makers) -> RoleFactory:
    """The factory of one of the run's agents; what makes roles, and a router, are those of ``-a``."""
    config = _config_of(name, settings)
    if name != settings.agent:
        return factory_for(name, RoleType.AGENT, config)
    return factory_for(name, RoleType.AGENT, config, settings.router_config, makers.get(RoleType.AGENT))


def fits(pattern: str, name: str, scenario: Scenario) -> bool:
    """Whether a name, a glob over names, a tag, or ``tag:NAME`` fits a scenario."""
    tags = {str(tag).casefold() for tag in (*scenario.tags, *scenario.categories)}
    if pattern.removeprefix(_TAG).casefold() in tags:
        return True
    return not pattern.startswith(_TAG) and fnmatchcase(name, pattern)


def _agent_for(name: str, scenario: Scenario, settings: RunSettings) -> str:
    rules: tuple[AgentRule, ...] = settings.agent_rules
    return next((rule.agent for rule in rules if fits(rule.pattern, name, scenario)), settings.agent)


def _check_rules(settings: RunSettings, scenarios: Mapping[str, Scenario]) -> None:
    """Make sure that each rule decides something."""
    left = dict(scenarios)
    for rule in settings.agent_rules:
        fitting = [name for name, scenario in scenarios.items() if fits(rule.pattern, name, scenario)]
        if not fitting:
            message = f"agents: the pattern {rule.pattern!r} fits none of the {len(scenarios)} scenarios of this run."
            raise SettingsError(message)
        if not any(name in left for name in fitting):
            message = (
                f"agents: the rule {rule.pattern!r} never decides: those before it fit all of its scenarios. Put it "
                "before them, or leave it out."
            )
            raise SettingsError(message)
        for name in fitting:
            left.pop(name, None)


def _config_of(name: str, settings: RunSettings) -> dict[str, Any]:
    """How one of the run's agents is called: address and keys that were given are those of ``-a`` and its server."""
    from tool_sandbox.llm.providers import server_of
    from tool_sandbox.llm.settings import ModelSettings

    config = agent_config(settings)
    asked, main = (model_of_old_name(each) or each for each in (name, settings.agent))
    if name == settings.agent or server_of(asked) == server_of(main):
        return config
    return {key: value for key, value in config.items() if not ModelSettings.is_connection(key)}
