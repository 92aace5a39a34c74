"""Several deployments behind one model: limits, affinity, cooldowns, retries and fallbacks, and who answered.

LiteLLM's router chooses among the deployments of a group. What it cannot do where money has to be exact is done here:
each try is a call of its own, limits are waited for, and another group is asked only when the one before has failed.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from attrs import Factory, define, evolve, field

from tool_sandbox.errors import (
    AuthenticationError,
    ProviderError,
    ProviderUnavailableError,
    QuotaExceededError,
    RateLimitError,
)
from tool_sandbox.llm import layer as layers
from tool_sandbox.llm.chat import CallTag, ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layers.limits.endpoint import RATE_LIMIT
from tool_sandbox.llm.layers.outages import Outages
from tool_sandbox.llm.layers.retry import Retrying, RetryPolicy, by_error
from tool_sandbox.llm.routing.balancer import OURS, Balancer
from tool_sandbox.llm.routing.deployments import Deployment
from tool_sandbox.llm.routing.load import Load, least_busy
from tool_sandbox.llm.routing.settings import RouterSettings
from tool_sandbox.llm.routing.walk import Route

DEPLOYMENT = "deployment"
"""What calls wait for here: room under a deployment's own limits."""
_HOPELESS = (AuthenticationError, QuotaExceededError)
"""What another deployment may not suffer from, but this one will again."""


@define(eq=False)
class Group(layers.Layer):
    """The deployments of one group as one model: one call, to whichever is chosen."""

    name: str
    settings: RouterSettings
    _transports: Mapping[str, ChatModel]
    """What calls each deployment, by id."""
    _policy: RetryPolicy
    """How a call waits."""
    _balancer: Balancer | None
    """LiteLLM's router, where it has deployments of this group to choose among."""
    _clock: Callable[[], float]
    """Seconds on a clock that never goes back."""
    _chance: random.Random
    """What is left to chance."""
    loads: dict[str, Load] = field(init=False)
    _lock: threading.Lock = field(init=False, factory=threading.Lock)
    _served: dict[CallTag, str] = field(init=False, factory=dict)
    """Who answered the samples, by their tags."""

    def __attrs_post_init__(self) -> None:
        self.loads = {each.id: Load(each) for each in self.settings.group(self.name)}

    @property
    def _has_fallback(self) -> bool:
        return bool(self.settings.fallbacks.get(self.name))

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop; waits while all deployments have reached their limits.

        Raises:
            ProviderError: The deployment failed, or all are left alone for now: for longer than a call waits, or while
                there is a fallback to go to.
        """
        sample = evolve(request.tag, turn=0)
        waits: Counter[str] = Counter()
        load = await self._take(self._served.get(sample), waits)
        try:
            response = await self._transports[load.deployment.id].acomplete(_fitted(load.deployment, request))
        except ProviderError as error:
            waits.update(error.waits)
            error.waits = dict(waits)
            self._count(load, error)
            await self._say_what_a_further_try_can_reach(load, error)
            raise
        finally:
            with self._lock:
                load.in_flight -= 1
        with self._lock:
            load.answered(response, self._clock())
        if sample.scenario:
            self._served[sample] = load.deployment.id
        waits.update(response.waits)
        return evolve(response, deployment=response.deployment or load.deployment.id, waits=dict(waits))

    async def _take(self, served: str | None, waits: Counter[str]) -> Load:
        """A deployment with room for a call, which is counted as begun; what that waited for is added to ``waits``.

        Raises:
            ProviderError: None will have room in time.
        """
        while True:
            load = await self._choose(served)
            with self._lock:
                now = self._clock()
                wait = load.free_in(now)
                if wait <= 0:
                    load.began(now)
                    return load
            if load.quiet_until - now > self._policy.ceiling:
                raise self._resting(load, f"asked not to be asked for another {load.quiet_until - now:.0f} s")
            await self._policy.sleep(wait + min(0.1 * wait, 1.0) * self._chance.random())  # rarely all at once
            waits[RATE_LIMIT if load.quiet_until > now else DEPLOYMENT] += self._clock() - now  # type: ignore[assignment]  # typeshed knows counts alone

    async def _choose(self, served: str | None) -> Load:
        """The deployment to ask: the one that answered this sample before, while it is healthy, or the strategy's.

        Raises:
            ProviderError: All are left alone for now, and there is a fallback to go to.
        """
        healthy = await self._healthy()
        now = self._clock()
        if not healthy:
            loads = self.loads.values()
            if self._has_fallback:
                failed = next((load for load in loads if load.last_error), next(iter(loads)))
                raise self._resting(failed, "failed lately and is left alone for a moment")
            return min(loads, key=lambda load: (load.free_in(now), load.cooling_until))
        kept = self.loads.get(served or "")
        if kept in healthy and kept.quiet_until <= now:
            return kept
        free = [load for load in healthy if load.free_in(now) <= 0]
        if not free:
            return min(healthy, key=lambda load: load.free_in(now))
        if self._balancer is not None and self.settings.options.routing_strategy not in OURS:
            chosen = await self._balancer.choose(
                self.name, [own for own, load in self.loads.items() if load not in free]
            )
            if (load := self.loads.get(chosen or "")) in free:  # a router of the user's knows nothing of our limits
                return load
        return least_busy(free, self._chance)

    async def _healthy(self) -> list[Load]:
        if self._balancer is None:
            return [load for load in self.loads.values() if load.cooling_until <= self._clock()]
        return [self.loads[each] for each in await self._balancer.healthy(self.name, self.loads)]

    def _resting(self, load: Load, why: str) -> ProviderError:
        """The error of a group that is left alone: like the last one of this deployment, and not to be tried again."""
        last = load.last_error
        message = f"every deployment of {self.name!r} {why}: {last}"
        kind = ProviderUnavailableError if last is None else type(last)
        status = None if last is None else last.status
        return kind(message, model=load.deployment.model, status=status, retryable=False)

    def _count(self, load: Load, error: ProviderError) -> None:
        """Count a failure, and leave the deployment alone: for as long as it asks, or because it fails too much."""
        now = self._clock()
        with self._lock:
            failures = load.failed(error, now)
        error.deployment = load.deployment.id  # type: ignore[attr-defined]  # read when the attempt is recorded
        options = self.settings.options
        if options.disable_cooldowns:
            return
        load.quiet_until = max(load.quiet_until, now + (error.retry_after or 0.0))
        allowed = by_error(options.allowed_fails_policy, error)
        at_once = allowed is None and isinstance(error, (*_HOPELESS, RateLimitError))
        if allowed is None:
            tired = failures > options.allowed_fails and (error.retryable or at_once)
        else:
            tired = failures > allowed
        if (len(self.loads) > 1 and (at_once or tired)) or (self._has_fallback and tired):
            load.cooling_until = max(now + options.cooldown_time, load.quiet_until)

    async def _say_what_a_further_try_can_reach(self, load: Load, error: ProviderError) -> None:
        others = any(each is not load for each in await self._healthy())
        if others and (error.retryable or isinstance(error, _HOPELESS)):
            error.retryable = True
            error.retry_after = 0.0


def _fitted(deployment: Deployment, request: ChatRequest) -> ChatRequest:
    """A request as its deployment is asked: by its own model's name, with what is set for it alone."""
    own = deployment.settings
    params = {name: value for name, value in own.generation_params().items() if name in own.explicit}
    timeout = _timeout(deployment, request)
    return evolve(request, model=deployment.model, params={**request.params, **params}, timeout=timeout)


@define(eq=False)
class Router(layers.Layer):
    """One model made of deployments."""

    settings: RouterSettings
    """Deployments, strategy, fallbacks."""
    transports: Mapping[str, ChatModel]
    """What calls each deployment, by id."""
    policy: RetryPolicy = Factory(RetryPolicy)
    """How often each group is tried before the next one is."""
    balancer: Balancer | None = None
    """LiteLLM's router; the deployments of other groups are kept equally busy."""
    seed: int | None = None
    """Seed of the choices left to chance."""
    clock: Callable[[], float] = time.monotonic
    """Seconds on a clock that never goes back."""
    prepare: Callable[[], Awaitable[Any]] | None = None
    """What has to be done before a call is made."""
    outages: Outages | None = None
    """What is known of endpoints that are down."""
    _tried: dict[str, ChatModel] = field(init=False)

    def __attrs_post_init__(self) -> None:
        chance = random.Random(self.seed)
        self._tried = {name: self._retried(name, chance) for name in self.settings.groups}

    @property
    def identity(self) -> str:
        """Who answers; see ``RouterSettings.identity``."""
        return self.settings.identity

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop, from the first group that can.

        Raises:
            ProviderError: No group could; the first one's error, with what was tried everywhere.
        """
        route = Route(self.settings)
        while True:
            try:
                return route.completed(await self._tried[route.group].acomplete(request))
            except ProviderError as error:
                route.go_on(error)

    async def aclose(self) -> None:
        """Close what the deployments hold open in this event loop."""
        for transport in self.transports.values():
            await layers.aclose(transport)
        if self.balancer is not None:
            self.balancer.close()

    def _retried(self, name: str, chance: random.Random) -> ChatModel:
        """A group, and how often it is tried."""
        balanced = self.balancer if self.settings.is_balanced(name) else None
        group = Group(name, self.settings, self.transports, self.policy, balanced, self.clock, chance)
        policy = _policy(self.policy, self.settings, name)
        return Retrying(group, policy, prepare=self.prepare, outages=self.outages, endpoint=f"model group {name}")


def _timeout(deployment: Deployment, request: ChatRequest) -> float:
    own = deployment.settings
    if request.stream and deployment.limits.stream_timeout is not None:
        return deployment.limits.stream_timeout
    return own.timeout if "timeout" in own.explicit else request.timeout


def _policy(policy: RetryPolicy, settings: RouterSettings, group: str) -> RetryPolicy:
    """How often a group is tried: as for every call, except where the router's options say otherwise."""
    tries = dict(settings.tries_by_group.get(group, settings.options.retry_policy))
    attempts = tries.pop("", policy.attempts)
    patience = 0.0 if _has_somebody_behind(group, settings) else policy.patience
    return evolve(
        policy, attempts=attempts, tries_by_error=tries, least=settings.options.retry_after, patience=patience
    )


def _has_somebody_behind(group: str, settings: RouterSettings) -> bool:
    """Whether another group is asked when this one is down, so that there is no need to wait for it."""
    behind = settings.fallbacks.get(settings.main_group, ())
    return bool(settings.fallbacks.get(group)) or group in behind[:-1]
