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

from attrs import frozen

from tool_sandbox.errors import ProviderError
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layers.outages import Outages
from tool_sandbox.llm.layers.retry_policy import RetryPolicy, by_error
from tool_sandbox.llm.layers.tries import Tries

__all__ = ["Preparation", "RetryPolicy", "Retrying", "by_error"]


@frozen(kw_only=True)
class Preparation:
    """What has to be done once before calls are made, and is no part of any call's latency."""

    now: Callable[[], Any]
    """Does it, blocking."""
    soon: Callable[[], Awaitable[Any]]
    """Does it without blocking the event loop."""


class Retrying:
    """A model that is asked again when its provider fails in a way that may pass.

    Args:
        inner: The model.
        policy: How often and how patiently.
        prepare: What has to be done before the clock of a call runs.
        outages: What is known of endpoints that are down; shared by all whose calls are to wait together.
        endpoint: What the model's endpoint is called there; the model string of each request when not given.
    """

    def __init__(
        self,
        inner: ChatModel,
        policy: RetryPolicy | None = None,
        *,
        prepare: Preparation | None = None,
        outages: Outages | None = None,
        endpoint: str | None = None,
    ) -> None:
        self.inner = inner
        self._prepare = prepare
        self.policy = policy or RetryPolicy()
        self.outages = outages or Outages(clock=self.policy.clock)
        self.endpoint = endpoint
        self._chance = random.Random(self.policy.seed)

    def complete(self, request: ChatRequest) -> ChatResponse:
        """Answer, blocking, with as many tries as the policy allows."""
        if self._prepare is not None:
            self._prepare.now()
        tries = self._begin(request)
        while True:
            while seconds := tries.wait_for_endpoint():
                self.policy.sleep(seconds)
            tries.begin()
            try:
                return tries.succeeded(self.inner.complete(request))
            except ProviderError as error:
                wait = tries.failed(error)
            except BaseException:
                tries.left()
                raise
            if wait is not None:
                self.policy.sleep(wait)

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer, with as many tries as the policy allows."""
        if self._prepare is not None:
            await self._prepare.soon()
        tries = self._begin(request)
        while True:
            while seconds := tries.wait_for_endpoint():
                await self.policy.asleep(seconds)
            tries.begin()
            try:
                return tries.succeeded(await self.inner.acomplete(request))
            except ProviderError as error:
                wait = tries.failed(error)
            except BaseException:
                tries.left()
                raise
            if wait is not None:
                await self.policy.asleep(wait)

    def _begin(self, request: ChatRequest) -> Tries:
        return Tries(self.policy, self._chance, self.outages, self.endpoint or request.model)
