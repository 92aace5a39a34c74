"""Try again when that can help: one policy for every provider, and the only one that retries.

Retries are for answers that were errors; patience is for outages, where there is nobody to answer. An endpoint that has
answered before is waited for, by all calls together, and whatever the number of retries.

Everything beneath is told not to (``num_retries=0``, ``max_retries=0``): LiteLLM's own retries wait for nobody, ignore
``Retry-After``, try refused keys again and multiply with the SDK's.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

from tool_sandbox.errors import ProviderError
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.layers.outages import Outages
from tool_sandbox.llm.layers.tries import RetryPolicy, Tries, by_error

__all__ = ["RetryPolicy", "Retrying", "by_error"]


class Retrying(Wrapper):
    """A model that is asked again when its provider fails in a way that may pass.

    Args:
        inner: The model.
        policy: How often and how patiently.
        prepare: Does what has to be done before the clock of a call runs, and is not part of its latency.
        outages: What is known of endpoints that are down; shared by all whose calls are to wait together.
        endpoint: What the model's endpoint is called there; the model string of each request when not given.
    """

    def __init__(
        self,
        inner: ChatModel,
        policy: RetryPolicy | None = None,
        *,
        prepare: Callable[[], Awaitable[Any]] | None = None,
        outages: Outages | None = None,
        endpoint: str | None = None,
    ) -> None:
        super().__init__(inner)
        self._prepare = prepare
        self.policy = policy or RetryPolicy()
        self.outages = outages or Outages(clock=self.policy.clock)
        self.endpoint = endpoint
        self._chance = random.Random(self.policy.seed)

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer, with as many tries as the policy allows."""
        if self._prepare is not None:
            await self._prepare()
        tries = Tries(self.policy, self._chance, self.outages, self.endpoint or request.model)
        while True:
            while seconds := tries.wait_for_endpoint():
                await self.policy.sleep(seconds)
            tries.begin()
            try:
                return tries.succeeded(await self.inner.acomplete(request))
            except ProviderError as error:
                wait = tries.failed(error)
            except BaseException:
                tries.left()
                raise
            if wait is not None:
                await self.policy.sleep(wait)
