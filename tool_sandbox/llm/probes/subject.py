"""A model that is probed, and what is known of it so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from attrs import Factory, define, frozen

from tool_sandbox.errors import BudgetExceededError, ProviderError
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse, tries_of
from tool_sandbox.llm.config import connection_for
from tool_sandbox.llm.layer import aclose
from tool_sandbox.llm.layers.budget.money import Cost
from tool_sandbox.llm.layers.budget.pricing import PriceBook
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.llm.probes.finding import Finding
from tool_sandbox.llm.probes.servers import Server
from tool_sandbox.llm.settings import ModelSettings

Build = Callable[[ModelSettings], ChatModel]
"""Puts the layers between a run and a model together."""


@frozen(kw_only=True, slots=False)
class Subject:
    """A model that is probed."""

    title: str
    """What it is called in what people read, without secrets."""
    model: str
    """A LiteLLM model string."""
    settings: ModelSettings
    """How it is called."""
    prices: PriceBook
    build: Build
    """The layers to the model, as a run has them, without a cache, a journal and retries."""
    is_served_here: bool = False
    """Whether this process serves it, so that nobody has to start its server in another way."""
    environ: Mapping[str, str] | None = None
    """Where credentials are looked for; the process's environment when not given."""

    @cached_property
    def connection(self) -> dict[str, Any]:
        """How the model is reached.

        Raises:
            MissingKeyError: It needs a key and there is none.
            SettingsError: Nobody said where it is.
        """
        return connection_for(self.model, self.settings.connection(), self.environ)


@define
class Evidence:
    """What the probes of one model have seen: each one draws on those before it."""

    subject: Subject
    server: Server | None = None
    """What its server says of itself, if it is one's own and says anything."""
    findings: dict[str, Finding] = Factory(dict)
    """By the name of the probe."""
    answers: dict[str, ChatResponse] = Factory(dict)
    """By the name of the probe."""
    calls: int = 0
    """How often the model was asked."""
    cost: Cost = Factory(Cost)
    hopeless: bool = False
    """Whether nothing more would come of asking the model."""
    _models: dict[bool, ChatModel] = Factory(dict)

    @property
    def works(self) -> bool:
        """Whether nothing was found for which a run cannot work."""
        return not any(finding.is_problem for finding in self.findings.values())

    @property
    def works_prompted(self) -> bool:
        """Whether a run can work when the tools are described in the prompt, and only then."""
        problems = [name for name, finding in self.findings.items() if finding.is_problem]
        return problems == ["tool call"] and "prompted" in self.answers and bool(self.answers["prompted"].tool_calls)

    async def ask(self, name: str, request: ChatRequest, *, prompted: bool = False) -> ChatResponse:
        """Ask the model, count what that costs, and keep the answer.

        Args:
            name: The name of the probe.
            request: What is asked.
            prompted: Whether tools go into the prompt.

        Raises:
            ToolSandboxError: There is no answer, and why.
        """
        model = self._model(prompted=prompted)
        try:
            response = await model.acomplete(request)
        except BudgetExceededError:
            raise
        except BaseException as error:  # a probe whose time is over is cancelled, and may be billed
            self._count(_paid_for(error))
            raise
        self._count(Cost.of(response.cost))
        self.answers[name] = response
        return response

    async def aclose(self) -> None:
        """Close the connections to the model."""
        for model in self._models.values():
            await aclose(model)

    def _count(self, cost: Cost) -> None:
        self.calls += 1
        self.cost += cost

    def _model(self, *, prompted: bool) -> ChatModel:
        settings = self.subject.settings
        if prompted not in self._models:
            self._models[prompted] = self.subject.build(
                settings.replaced(prompted_tools="on") if prompted else settings
            )
        return self._models[prompted]


def _paid_for(error: BaseException) -> Cost:
    """What a call without an answer cost; unknown where it broke off after it was sent."""
    if not isinstance(error, ProviderError):
        return Cost(unknown_calls=1)
    spending = Spending.of_tries(tries_of(error))
    return spending.cost + Cost(unknown_calls=spending.uncertain_calls)
