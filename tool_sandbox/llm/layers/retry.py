"""Try again when that can help: one policy for every provider, and the only one that retries.

Retries are for answers that were errors; patience is for outages, where there is nobody to answer. An endpoint that has
answered before is waited for, by all calls together, and whatever the number of retries. So is one that says for how
long it takes no more calls (``llm.layers.limits``).

Everything beneath is told not to (``num_retries=0``, ``max_retries=0``): LiteLLM's own retries wait for nobody, ignore
``Retry-After``, try refused keys again and multiply with the SDK's.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from attrs import Factory, define, evolve, field, frozen

from tool_sandbox.common.checks import whole
from tool_sandbox.errors import ProviderError
from tool_sandbox.llm.chat import Attempt, ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.layers.outages import Outages, is_answer, is_outage, is_unreachable

OUTAGE, RETRY = "outage", "retry"
"""What calls wait for here: an endpoint to be back, and the moment of their next try."""
_PART_FOR_STRANGERS = 1 / 6
"""How much of the patience an endpoint gets that has never answered: it may be the wrong one."""


@frozen(kw_only=True)
class RetryPolicy:
    """How often, and how patiently, a call is tried."""

    attempts: int = field(default=4, validator=whole(1))
    """Tries in all; 1 means never again."""
    base: float = 0.5
    """Seconds of the first backoff; each further one doubles."""
    cap: float = 30.0
    """Longest backoff of our own, in seconds. A provider's ``Retry-After`` is not capped but must fit ``ceiling``."""
    ceiling: float = 300.0
    """Seconds, waits included, after which no further try is begun. Waiting for an outage to end is not counted."""
    patience: float = 0.0
    """Longest wait for an endpoint that is down, in seconds; waiting so uses no tries up."""
    tries_by_error: Mapping[str, int] = Factory(dict)
    """Other numbers of tries for single kinds of error, by status or by class name."""
    least: float = 0.0
    """Shortest wait before a further try where it was not said how long to wait."""
    seed: int | str | None = None
    """Seed of the jitter; ``None`` takes a fresh one."""
    clock: Callable[[], float] = field(default=time.monotonic, repr=False, eq=False)
    """Seconds on a clock that never goes back."""
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep, repr=False, eq=False)
    """How a call waits, in seconds."""

    def allows(self, error: ProviderError, tries: int) -> bool:
        """Whether a call that failed so after so many tries may be tried again."""
        own = by_error(self.tries_by_error, error)
        return error.retryable and tries < self.attempts if own is None else tries < own

    def backoff(self, failures: int, chance: random.Random) -> float:
        """Seconds to wait after so many failures in a row when the provider did not say: full jitter, at least half."""
        longest = min(self.cap, self.base * 2 ** (failures - 1))
        return float(longest) * (0.5 + 0.5 * chance.random())


def by_error(table: Mapping[str, int], error: ProviderError) -> int | None:
    """The entry for an error, by its status or else by the narrowest of its classes that has one."""
    names = (str(error.status), *(kind.__name__ for kind in type(error).__mro__))
    return next((table[name] for name in names if name in table), None)


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
                wait, failure = tries.failed(error), error
            except BaseException:
                tries.left()
                raise
            if wait is not None:
                with self.outages.resting(tries.endpoint, failure, wait):
                    await self.policy.sleep(wait)


@define
class Tries:
    """The tries of one call: what happened so far, and whether and when to try again."""

    policy: RetryPolicy
    chance: random.Random
    outages: Outages
    endpoint: str
    attempts: list[Attempt] = Factory(list)
    waits: Counter[str] = Factory(Counter)
    """Seconds waited so far, by cause."""
    started: float = 0.0
    _try_started: float = 0.0
    _waited: float = 0.0
    _away: int = 0
    """Tries that met an outage, or a limit that is waited for."""
    _patient_for: float = 0.0
    """Seconds waited for an outage to end."""
    _limited_for: float = 0.0
    """Seconds waited for the endpoint to have room."""
    _looks: bool = False
    """Whether this call is the one that looks whether the endpoint is back."""

    def wait_for_endpoint(self) -> float:
        """Seconds to wait because others found the endpoint down; 0 when this call may ask."""
        if not self.policy.patience:
            return 0.0
        wait = self.outages.wait(self.endpoint)
        self._looks = not wait
        wait = min(wait, self._patience_left())
        self._patient_for += wait
        self._wait_for(OUTAGE, wait)
        return wait

    def begin(self) -> None:
        """Start the clock of the next try."""
        now = self.policy.clock()
        self.started = self.started if self.attempts else now - self._patient_for
        self._try_started = now

    def succeeded(self, response: ChatResponse) -> ChatResponse:
        """The response with every attempt that led to it."""
        self.outages.answered(self.endpoint)
        self._record(partial(Attempt, status=200, deployment=response.deployment), response.waits)
        return evolve(response, attempts=self.attempts, latency=self._spent(), waits=dict(self.waits))

    def failed(self, error: ProviderError) -> float | None:
        """Record a failure.

        Returns:
            Seconds to wait before the next try; ``None`` when it is the endpoint that is waited for.

        Raises:
            ProviderError: The same error, with every attempt, when there is no next try.
        """
        deployment = getattr(error, "deployment", None)
        self._record(partial(evolve, Attempt.failed(error), deployment=deployment), error.waits)
        self._tell_others(error)
        self._waited = 0.0
        if self._is_deferred(error) or (self._may_be_outage(error) and self._patience_left() > 0):
            self._away += 1
            return None
        tries = len(self.attempts) - self._away
        wait = self._wait(error, tries)
        if not self.policy.allows(error, tries) or self._spent() + wait > self.policy.ceiling:
            error.attempts, error.waits = tuple(self.attempts), dict(self.waits)
            raise error
        self._wait_for(RETRY, wait)
        return wait

    def left(self) -> None:
        """The call ends without an answer or a failure: it was cancelled, or something of ours broke."""
        if self._looks:
            self.outages.left(self.endpoint)

    def _tell_others(self, error: ProviderError) -> None:
        if self._may_be_outage(error):
            self.outages.failed(self.endpoint, error, looked=self._looks)
        elif is_answer(error) and not is_outage(error):
            self.outages.answered(self.endpoint)
        else:
            self.left()

    def _is_deferred(self, error: ProviderError) -> bool:
        """Whether the limits of the endpoint see to it that the next try is made when it may be.

        Where somebody said how often this kind of error is tried again, that holds.
        """
        return error.deferred and by_error(self.policy.tries_by_error, error) is None

    def _spent(self) -> float:
        """Seconds since the first try, without those in which the endpoint was waited for."""
        return self.policy.clock() - self.started - self._patient_for - self._limited_for

    def _wait_for(self, cause: str, seconds: float) -> None:
        self._waited += seconds
        if seconds:
            self.waits[cause] += seconds  # type: ignore[assignment]  # typeshed knows counts alone

    def _may_be_outage(self, error: ProviderError) -> bool:
        """Where nobody ever answered, no connection means a wrong address; it is told at once."""
        if not self.policy.patience or not is_outage(error):
            return False
        return not is_unreachable(error) or self.outages.reached(self.endpoint)

    def _patience_left(self) -> float:
        """What is left for this call; for an endpoint that has never answered, for all calls together."""
        if self.outages.reached(self.endpoint):
            return max(0.0, self.policy.patience - self._patient_for)
        return max(0.0, self.policy.patience * _PART_FOR_STRANGERS - self.outages.down_for(self.endpoint))

    def _wait(self, error: ProviderError, tries: int) -> float:
        if error.retry_after is None:
            return max(self.policy.least, self.policy.backoff(max(1, tries), self.chance))
        return error.retry_after * self.chance.uniform(1.0, 1.1)  # never earlier than asked, rarely all at once

    def _record(self, attempt: Callable[..., Attempt], limited: Mapping[str, float]) -> None:
        """Add a try, before which its endpoint had no room for so many seconds, by cause."""
        for cause, seconds in limited.items():
            self._limited_for += seconds
            self._wait_for(cause, seconds)
        latency = self.policy.clock() - self._try_started - sum(limited.values())
        self.attempts.append(attempt(number=len(self.attempts) + 1, waited=self._waited, latency=latency))
