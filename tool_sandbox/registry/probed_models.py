"""From names, as after ``-a``, to the models that they mean, ready to be probed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Self

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import MissingKeyError, SettingsError
from tool_sandbox.llm import stack
from tool_sandbox.llm.chat import ChatModel
from tool_sandbox.llm.layers.budget.caps import Caps
from tool_sandbox.llm.layers.budget.layer import Ledger
from tool_sandbox.llm.layers.budget.pricing import Price, PriceBook
from tool_sandbox.llm.layers.retry import RetryPolicy
from tool_sandbox.llm.probes.subject import Subject
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.through_litellm.transport import listed_price
from tool_sandbox.redaction import redact_text
from tool_sandbox.registry.factories import AskedModel, LocalRoleFactory, RoleFactory
from tool_sandbox.registry.model_config import agent_config
from tool_sandbox.registry.names import factory_for
from tool_sandbox.registry.run_resources import RunResources, check_configuration
from tool_sandbox.registry.settings import RunSettings

_ONE_TRY = RetryPolicy(attempts=1, ceiling=0.0)


class ProbedModels:
    """The models that names mean. Local ones are served until this is closed.

    Args:
        names: As typed after ``-a``.
        settings: How they are called, and what they may cost together.

    Raises:
        UsageError: A name, or what was set, means nothing.
    """

    def __init__(self, names: Sequence[str], settings: RunSettings) -> None:
        self._resources = RunResources(settings, None)
        config = agent_config(settings)
        check_configuration(config)
        self._prices: dict[str, Price] = {}
        self._ledger = Ledger(Caps(run=settings.budget), PriceBook(custom=self._prices, lookup=listed_price))
        self._factories = {
            name: factory_for(name, RoleType.AGENT, config, settings.router_config) for name in dict.fromkeys(names)
        }

    def __enter__(self) -> Self:
        """Nothing is started before ``open``."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop local servers."""
        self.close()

    def close(self) -> None:
        """Stop local servers; may be called twice, and from a signal handler."""
        self._resources.close()

    def open(self) -> list[tuple[str, Subject | None]]:
        """Start the servers of local models.

        Returns:
            The models and what they are called; ``None`` for roles that ask no model of ours.
        """
        found: list[tuple[str, Subject | None]] = []
        for name, factory in self._factories.items():
            subjects = self._subjects(redact_text(name), factory)
            found += [(each.title, each) for each in subjects] or [(redact_text(name), None)]
        return found

    def _subjects(self, shown: str, factory: RoleFactory) -> list[Subject]:
        """Every model that may answer under a name."""
        if not factory.asks_a_model:
            return []
        try:
            factory.check({})
        except (MissingKeyError, SettingsError):  # credentials and addresses are what the first probe looks at
            if not factory.within_reach():
                raise
        is_local = isinstance(factory, LocalRoleFactory)
        if is_local:
            factory.open(self._resources)
        return [self._subject(shown, each, is_served_here=is_local) for each in factory.within_reach()]

    def _subject(self, shown: str, asked: AskedModel, *, is_served_here: bool) -> Subject:
        own = {asked.name: asked.settings.prices} if asked.settings.prices else {}
        for model, price in {**asked.prices, **own}.items():
            self._prices[model] = Price.from_mapping(price, name=model)
        return Subject(
            title=shown if asked.name == shown else f"{shown}: {asked.name}",
            model=asked.name,
            settings=asked.settings,
            prices=self._ledger.prices,
            is_served_here=is_served_here,
            build=partial(_build, asked.name, ledger=self._ledger),
        )


def _build(model: str, settings: ModelSettings, ledger: Ledger) -> ChatModel:
    return stack.build_model(model, settings, ledger=ledger, retry=_ONE_TRY)
