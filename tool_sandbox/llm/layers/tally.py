"""Counting, per sample and role, what was asked of models and who answered."""

from __future__ import annotations

from collections import Counter

from attrs import define, evolve, field

from tool_sandbox.errors import ProviderError
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse, tries_of
from tool_sandbox.llm.layer import Wrapper, is_immediate
from tool_sandbox.llm.layers.budget.spending import Spending

SCRIPT = "script"
"""Provider of answers that no model gave: they are not calls."""


@define
class Tally:
    """What the calls of one role in one sample came to."""

    spending: Spending = field(factory=Spending)
    models: list[str] = field(factory=list)
    """Which models answered, each once, in the order of their first answer."""
    deployments: list[str] = field(factory=list)
    """Which deployments of a router did, by their ids."""
    adjustments: list[str] = field(factory=list)
    """What was changed in requests so that the provider takes them, each once."""

    waits: Counter[str] = field(factory=Counter)
    """Seconds that calls waited before they were made, by cause."""

    def count(self, response: ChatResponse) -> None:
        """Add one answered call."""
        if response.waits:
            self.waits.update(response.waits)
        _add(self.models, response.model)
        _add(self.deployments, response.deployment or "")
        if response.provider == SCRIPT:
            return
        self.spending += Spending.of_answer(response)
        for adjustment in response.adjustments:
            _add(self.adjustments, adjustment)

    def count_failure(self, error: ProviderError) -> None:
        """Add a call that nobody answered, and what its tries cost or may have cost all the same."""
        self.waits.update(error.waits)
        tries = Spending.of_tries(tries_of(error))
        self.spending += evolve(tries, failed_calls=1)


class Tallied(Wrapper):
    """A model whose answers are counted.

    Args:
        inner: Who answers.
        tally: Where to count.
    """

    def __init__(self, inner: ChatModel, tally: Tally) -> None:
        super().__init__(inner)
        self.tally = tally

    @property
    def is_immediate(self) -> bool:
        """As the model itself."""
        return is_immediate(self.inner)

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop."""
        try:
            response = await self.inner.acomplete(request)
        except ProviderError as error:
            self.tally.count_failure(error)
            raise
        self.tally.count(response)
        return response


def _add(names: list[str], name: str) -> None:
    if name and name not in names:
        names.append(name)
