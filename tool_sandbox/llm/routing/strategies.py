"""How a router chooses: each strategy is a function from candidates to one of them."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence

from attrs import Factory, define

from tool_sandbox.errors import ProviderError
from tool_sandbox.llm.chat import ChatResponse
from tool_sandbox.llm.routing.settings import Deployment

_MINUTE = 60.0


@define
class Load:
    """What a router knows of one deployment."""

    deployment: Deployment
    price: float | None = None
    """US dollars for a token in and a token out."""
    in_flight: int = 0
    cooling_until: float = 0.0
    last_error: ProviderError | None = None
    """Why it failed the last time."""
    latencies: deque[float] = Factory(lambda: deque(maxlen=10))
    """Seconds per answer, the latest ones."""
    calls: deque[float] = Factory(deque)
    """When calls of the last minute began."""
    tokens: deque[tuple[float, int]] = Factory(deque)
    """When tokens of the last minute were used, and how many."""
    failures: deque[float] = Factory(deque)
    """When calls of the last minute failed."""

    def began(self, now: float) -> None:
        """A call goes out."""
        self.in_flight += 1
        self.calls.append(now)

    def answered(self, response: ChatResponse, now: float, latency: float) -> None:
        """A call came back."""
        self.in_flight -= 1
        self.latencies.append(latency)
        self.failures.clear()
        if response.usage is not None:
            self.tokens.append((now, response.usage.prompt_tokens + response.usage.completion_tokens))

    def failed(self, now: float) -> int:
        """A call failed.

        Returns:
            Failures in a row within the last minute.
        """
        self.in_flight -= 1
        self.failures.append(now)
        _forget(self.failures, now)
        return len(self.failures)

    def calls_in_minute(self, now: float) -> int:
        """Calls begun within the last minute."""
        _forget(self.calls, now)
        return len(self.calls)

    def tokens_in_minute(self, now: float) -> int:
        """Tokens used within the last minute."""
        while self.tokens and self.tokens[0][0] <= now - _MINUTE:
            self.tokens.popleft()
        return sum(count for _, count in self.tokens)

    def free_in(self, now: float) -> float:
        """Seconds until the deployment's own limits allow another call; 0 when they do now."""
        limits = self.deployment
        if limits.max_parallel_requests is not None and self.in_flight >= limits.max_parallel_requests:
            return 0.25
        if limits.rpm is not None and self.calls_in_minute(now) >= limits.rpm:
            return self.calls[0] + _MINUTE - now
        if limits.tpm is not None and self.tokens_in_minute(now) >= limits.tpm:
            return self.tokens[0][0] + _MINUTE - now
        return 0.0

    def latency(self) -> float | None:
        """Mean seconds of the latest answers."""
        return sum(self.latencies) / len(self.latencies) if self.latencies else None


Strategy = Callable[[Sequence[Load], float, random.Random, float], Load]
"""Takes candidates, the time, a source of chance, and the latency buffer; gives the one to ask."""


def shuffle(candidates: Sequence[Load], now: float, chance: random.Random, buffer: float) -> Load:
    """By chance, in proportion to weight, else rpm, else tpm."""
    del now, buffer
    for share in ("weight", "rpm", "tpm"):
        shares = [getattr(load.deployment, share) for load in candidates]
        if all(value is not None for value in shares) and sum(shares) > 0:
            return chance.choices(candidates, shares)[0]
    return chance.choice(candidates)


def least_busy(candidates: Sequence[Load], now: float, chance: random.Random, buffer: float) -> Load:
    """Fewest calls in flight."""
    del now, buffer
    return _lowest(candidates, [load.in_flight for load in candidates], chance)


def least_used(candidates: Sequence[Load], now: float, chance: random.Random, buffer: float) -> Load:
    """Fewest tokens within the last minute; calls in flight break ties."""
    del buffer
    return _lowest(candidates, [(load.tokens_in_minute(now), load.in_flight) for load in candidates], chance)


def fastest(candidates: Sequence[Load], now: float, chance: random.Random, buffer: float) -> Load:
    """Lowest mean latency; those never measured come first."""
    del now
    known = [load for load in candidates if load.latencies]
    if len(known) < len(candidates):
        fresh = [load for load in candidates if not load.latencies]
        return _lowest(fresh, [load.in_flight for load in fresh], chance)
    best = min(load.latency() or 0.0 for load in known)
    return chance.choice([load for load in known if (load.latency() or 0.0) <= best * (1 + buffer)])


def cheapest(candidates: Sequence[Load], now: float, chance: random.Random, buffer: float) -> Load:
    """Lowest price; unknown prices come last."""
    del now, buffer
    return _lowest(candidates, [float("inf") if load.price is None else load.price for load in candidates], chance)


BY_NAME: dict[str, Strategy] = {
    "simple-shuffle": shuffle,
    "least-busy": least_busy,
    "usage-based-routing": least_used,
    "usage-based-routing-v2": least_used,
    "latency-based-routing": fastest,
    "cost-based-routing": cheapest,
}


def _lowest(candidates: Sequence[Load], values: Sequence[object], chance: random.Random) -> Load:
    lowest = min(values)  # type: ignore[type-var]  # numbers, or tuples of numbers
    return chance.choice([load for load, value in zip(candidates, values, strict=True) if value == lowest])


def _forget(moments: deque[float], now: float) -> None:
    while moments and moments[0] <= now - _MINUTE:
        moments.popleft()
