"""What a group knows of each of its deployments, and the one to ask where LiteLLM's router cannot choose."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Sequence

from attrs import Factory, define

from tool_sandbox.errors import ProviderError
from tool_sandbox.llm.chat import ChatResponse
from tool_sandbox.llm.routing.deployments import Deployment

_MINUTE = 60.0
_LOOK = 0.1
"""Seconds after which a call looks whether one of those in flight has come back."""


@define(eq=False)
class Load:
    """What a group knows of one deployment."""

    deployment: Deployment
    in_flight: int = 0
    cooling_until: float = 0.0
    """Kept where LiteLLM's router does not keep it."""
    quiet_until: float = 0.0
    """Its server asked not to be asked before, with ``Retry-After``."""
    last_error: ProviderError | None = None
    """Why it failed the last time."""
    calls: deque[float] = Factory(deque)
    """When calls of the last minute began."""
    tokens: deque[tuple[float, int]] = Factory(deque)
    """When tokens of the last minute were used, and how many."""
    failures: deque[float] = Factory(deque)
    """When calls of the last minute failed, since the last that did not."""

    def began(self, now: float) -> None:
        """A call goes out."""
        self.in_flight += 1
        self.calls.append(now)

    def answered(self, response: ChatResponse, now: float) -> None:
        """A call was answered."""
        self.failures.clear()
        usage = response.usage
        self.tokens.append((now, 0 if usage is None else usage.prompt_tokens + usage.completion_tokens))

    def failed(self, error: ProviderError, now: float) -> int:
        """A call failed.

        Returns:
            Failures in a row within the last minute.
        """
        self.last_error = error
        self.failures.append(now)
        while self.failures[0] <= now - _MINUTE:
            self.failures.popleft()
        return len(self.failures)

    def free_in(self, now: float) -> float:
        """Seconds until its server and its own limits allow another call; 0 when they do now."""
        while self.calls and self.calls[0] <= now - _MINUTE:
            self.calls.popleft()
        while self.tokens and self.tokens[0][0] <= now - _MINUTE:
            self.tokens.popleft()
        if self.quiet_until > now:
            return self.quiet_until - now
        limits = self.deployment.limits
        if limits.max_parallel_requests is not None and self.in_flight >= limits.max_parallel_requests:
            return _LOOK
        if limits.rpm is not None and len(self.calls) >= limits.rpm:
            return self.calls[0] + _MINUTE - now if self.calls else _LOOK
        return 0.0 if limits.tpm is None else self._tokens_free_in(limits.tpm, now)

    def _tokens_free_in(self, most: float, now: float) -> float:
        """The same for tokens: calls in flight count as much as those before; the first shows how much that is."""
        if not self.tokens:
            return _LOOK if self.in_flight else 0.0
        used = sum(count for _, count in self.tokens)
        if used >= most:
            return self.tokens[0][0] + _MINUTE - now
        return _LOOK if self.in_flight and used * (1 + self.in_flight / len(self.tokens)) >= most else 0.0


def least_busy(candidates: Sequence[Load], chance: random.Random) -> Load:
    """The one with the fewest calls in flight for its share of the load, among those of the lowest ``order``."""
    first = min(load.deployment.limits.order for load in candidates)
    candidates = [load for load in candidates if load.deployment.limits.order == first]
    parts = shares([load.deployment for load in candidates])
    busy = [load.in_flight / part for load, part in zip(candidates, parts, strict=True)]
    tied = [number for number, each in enumerate(busy) if each == min(busy)]
    return candidates[chance.choices(tied, [parts[number] for number in tied])[0]]


def shares(deployments: Sequence[Deployment]) -> list[float]:
    """What part of the load each should have: by weight, else rpm, else tpm, else the same for all."""
    for name in ("weight", "rpm", "tpm"):
        given = [getattr(each.limits, name) for each in deployments]
        if all(given):
            return [float(each) for each in given]
    return [1.0] * len(deployments)
