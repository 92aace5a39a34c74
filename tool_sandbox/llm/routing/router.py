"""Several deployments behind one model: load balancing, cooldowns, retries and fallbacks, and who answered.

LiteLLM's own router is not used: it adds to the process's global callbacks, chooses differently when called without an
event loop, and learns latencies from callbacks that arrive late or never. Its names of strategies and options stay.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import evolve

from tool_sandbox.errors import (
    AuthenticationError,
    ProviderError,
    ProviderUnavailableError,
    QuotaExceededError,
    RateLimitError,
)
from tool_sandbox.llm import layer as layers
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layers.outages import Outages
from tool_sandbox.llm.layers.retry import Retrying, RetryPolicy, by_error
from tool_sandbox.llm.routing.settings import Deployment, RouterSettings
from tool_sandbox.llm.routing.strategies import BY_NAME, Load
from tool_sandbox.llm.routing.walk import Route
from tool_sandbox.llm.transports.address import is_direct

_HOPELESS = (AuthenticationError, QuotaExceededError)
"""What another deployment may not suffer from, but this one will again."""


class Group(layers.Layer):
    """The deployments of one group as one model: one call, to whichever the strategy picks.

    Args:
        name: The group.
        settings: The router's settings.
        transports: What calls each deployment, by id.
        loads: What is known of each deployment.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(
        self,
        name: str,
        settings: RouterSettings,
        transports: Mapping[str, ChatModel],
        loads: list[Load],
        clock: Callable[[], float],
        chance: random.Random,
    ) -> None:
        self.name = name
        self.settings = settings
        self.loads = loads
        self._transports = transports
        self._clock = clock
        self._chance = chance
        self._choose = BY_NAME[settings.routing_strategy]
        self._lock = threading.Lock()
        self._has_fallback = bool(settings.fallbacks.get(name))

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop."""
        with self._call(request) as call:
            call.response = await self._transports[call.id].acomplete(call.request)
        return call.signed()

    @contextmanager
    def _call(self, request: ChatRequest) -> Iterator[_Call]:
        """One call to one deployment, and what is learnt from it."""
        with self._lock:
            load = self._pick(self._clock())
            started = self._clock()
            load.began(started)
        call = _Call(load.deployment, request)
        try:
            yield call
        except ProviderError as error:
            with self._lock:
                self._learn(load, error)
            raise
        except BaseException:
            with self._lock:
                load.in_flight -= 1
            raise
        with self._lock:
            assert call.response is not None
            now = self._clock()
            load.answered(call.response, now, now - started)

    def _pick(self, now: float) -> Load:
        """The deployment to ask.

        Raises:
            ProviderError: All are left alone for now, and there is a fallback to go to.
            RateLimitError: All have reached limits of their own.
        """
        healthy = [load for load in self.loads if load.cooling_until <= now]
        if not healthy:
            soonest = min(self.loads, key=lambda load: load.cooling_until)
            if not self._has_fallback:
                return soonest
            raise self._resting(soonest)
        free = [load for load in healthy if load.free_in(now) <= 0]
        if not free:
            wait = min(load.free_in(now) for load in healthy)
            message = f"every deployment of {self.name!r} has reached its own limit (rpm, tpm or parallel calls)."
            raise RateLimitError(message, model=healthy[0].deployment.model, retry_after=max(0.0, wait))
        first = min(load.deployment.order for load in free)
        candidates = [load for load in free if load.deployment.order == first]
        return self._choose(candidates, now, self._chance, self.settings.lowest_latency_buffer)

    def _resting(self, load: Load) -> ProviderError:
        """The error of a group that is left alone: why it is."""
        message = f"every deployment of {self.name!r} failed lately and is left alone for a moment: {load.last_error}"
        last = load.last_error
        kind = ProviderUnavailableError if last is None else type(last)
        status = None if last is None else last.status
        return kind(message, model=load.deployment.model, status=status, retryable=False)

    def _learn(self, load: Load, error: ProviderError) -> None:
        """Count a failure, leave the deployment alone if it fails too much, and say what a further try can reach."""
        now = self._clock()
        failures = load.failed(now)
        allowed = by_error(self.settings.allowed_fails_by_error, error)
        at_once = allowed is None and isinstance(error, (*_HOPELESS, RateLimitError))
        load.last_error = error
        if allowed is None:
            tired = failures > self.settings.allowed_fails and (error.retryable or at_once)
        else:
            tired = failures > allowed
        if (len(self.loads) > 1 and (at_once or tired)) or (self._has_fallback and tired):
            pause = self.settings.cooldown_time
            load.cooling_until = now + (max(pause, error.retry_after or 0.0) if pause else 0.0)
        error.deployment = load.deployment.id  # type: ignore[attr-defined]  # read when the attempt is recorded
        others = [each for each in self.loads if each is not load and each.cooling_until <= now]
        if others and (error.retryable or isinstance(error, _HOPELESS)):
            error.retryable = True
            error.retry_after = 0.0


class _Call:
    """One call on its way to a deployment."""

    def __init__(self, deployment: Deployment, request: ChatRequest) -> None:
        self.id = deployment.id
        self.deployment = deployment
        own = deployment.settings
        params = {name: value for name, value in own.generation_params().items() if name in own.explicit}
        self.request = evolve(
            request,
            model=deployment.model,
            params={**request.params, **params},
            timeout=_timeout(deployment, request),
        )
        self.response: ChatResponse | None = None

    def signed(self) -> ChatResponse:
        assert self.response is not None
        return evolve(self.response, deployment=self.id)


class Router(layers.Layer):
    """One model made of deployments.

    Args:
        settings: Deployments, strategy, fallbacks.
        transports: What calls each deployment, by id.
        policy: How often each group is tried before the next one is.
        prices: Finds a model's price entry, for the cheapest-first strategy.
        seed: Seed of the choices left to chance.
        clock: Seconds on a clock that never goes back.
        prepare: What has to be done before a call is made.
        outages: What is known of endpoints that are down.
    """

    def __init__(
        self,
        settings: RouterSettings,
        transports: Mapping[str, ChatModel],
        *,
        policy: RetryPolicy | None = None,
        prices: Callable[[str], Mapping[str, Any] | None] | None = None,
        seed: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        prepare: Callable[[], Awaitable[Any]] | None = None,
        outages: Outages | None = None,
    ) -> None:
        self.settings = settings
        self.identity = settings.identity
        self.transports = dict(transports)
        chance = random.Random(seed)
        by_price = settings.routing_strategy == "cost-based-routing"
        self.groups: dict[str, Group] = {}
        self._tried: dict[str, ChatModel] = {}
        for name in dict.fromkeys(each.group for each in settings.deployments):
            loads = [Load(each, _price(each, prices) if by_price else None) for each in settings.group(name)]
            self.groups[name] = Group(name, settings, self.transports, loads, clock, chance)
            self._tried[name] = Retrying(
                self.groups[name],
                _policy(policy or RetryPolicy(), settings, name),
                prepare=prepare,
                outages=outages,
                endpoint=f"model group {name}",
            )

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop, from the first group that can.

        Raises:
            ProviderError: No group could; the first one's error, with what was tried everywhere.
        """
        route = Route(self.settings)
        while True:
            try:
                return route.arrived(await self._tried[route.group].acomplete(request))
            except ProviderError as error:
                route.blocked(error)

    def close(self) -> None:
        """Close what the deployments hold open."""
        for transport in self.transports.values():
            layers.close(transport)

    async def aclose(self) -> None:
        """Close what the deployments hold open in this event loop."""
        for transport in self.transports.values():
            await layers.aclose(transport)


def _timeout(deployment: Deployment, request: ChatRequest) -> float:
    own = deployment.settings
    if request.stream and deployment.stream_timeout is not None:
        return deployment.stream_timeout
    return own.timeout if "timeout" in own.explicit else request.timeout


def _policy(policy: RetryPolicy, settings: RouterSettings, group: str) -> RetryPolicy:
    """How often a group is tried: as for every call, except where the router's options say otherwise."""
    tries = dict(settings.tries_by_group.get(group, settings.tries_by_error))
    attempts = tries.pop("", policy.attempts)
    patience = 0.0 if _has_somebody_behind(group, settings) else policy.patience
    return evolve(policy, attempts=attempts, tries_by_error=tries, least=settings.retry_after, patience=patience)


def _has_somebody_behind(group: str, settings: RouterSettings) -> bool:
    """Whether another group is asked when this one is down, so that there is no need to wait for it."""
    behind = settings.fallbacks.get(settings.main_group, ())
    return bool(settings.fallbacks.get(group)) or group in behind[:-1]


def _price(deployment: Deployment, prices: Callable[[str], Mapping[str, Any] | None] | None) -> float | None:
    entry: Mapping[str, Any] | None = deployment.settings.prices
    if not entry and prices is not None and not is_direct(deployment.model):
        entry = prices(deployment.model)
    if not entry or entry.get("input_cost_per_token") is None:
        return None
    return float(entry["input_cost_per_token"]) + float(entry.get("output_cost_per_token") or 0.0)
