"""What an endpoint says of its limits in the headers of its answers, as far as that can be believed."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, frozen

from tool_sandbox.llm.chat import RateLimit

_ON_ITS_WAY = 0.5
"""Seconds that a call may take to where it is admitted."""
_OVERTAKING = 2
"""So many calls may overtake each other on their way."""


@frozen
class Pause:
    """For how long an endpoint takes no more calls, and how that is known."""

    until: float
    """On the clock of the endpoint."""
    why: str


@frozen
class Answered:
    """What is known when a call has been answered."""

    call: int
    """Its number; calls are numbered as they begin."""
    begun: int
    """The number of the last call that has begun."""
    tokens: float
    """What a call takes of a limit on tokens, roughly."""
    now: float
    """The time on the clock of the endpoint."""
    latency: float = 0.0
    """Seconds the call took."""


@define(eq=False)
class _Known:
    """What is known of one limit, by the answer to the latest call."""

    at: Answered
    """That answer."""
    remaining: int
    last: int
    """The number of the last call for which there is something left."""
    pause: Pause
    """What follows when it has begun."""
    refuted: int = 0
    """Calls beyond the last one that were answered all the same."""


class AnnouncedLimits:
    """The limits that one endpoint tells of. Not locked: the endpoint that owns it is.

    Some servers and gateways tell of limits that they do not keep. One of which nothing is left is not believed any
    more when calls that had begun by then are answered, or when nothing is left again after one single call.

    Args:
        longest: Seconds; a limit that is lifted later than that is not waited for on a header's word.
    """

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._known: dict[str, _Known] = {}
        self._false: set[str] = set()

    def pause(self, begun: int, now: float) -> Pause | None:
        """How long no call is to begin, by the limit that is lifted last; ``None`` when there is no need to wait.

        Args:
            begun: The number of the last call that has begun.
            now: The time.
        """
        pause = None
        for known in self._known.values():
            if begun >= known.last and now < known.pause.until and (pause is None or known.pause.until > pause.until):
                pause = known.pause
        return pause

    def told(self, limits: Iterable[RateLimit], answered: Answered) -> None:
        """Take in the headers of an answer."""
        for limit in limits:
            if limit.of not in self._false and limit.remaining is not None and 0 < (limit.reset or 0) <= self._longest:
                self._take_in(limit, limit.remaining, limit.reset or 0.0, answered)

    def _take_in(self, limit: RateLimit, remaining: int, reset: float, answered: Answered) -> None:
        size = max(1.0, answered.tokens) if "token" in limit.of else 1.0
        before = self._known.get(limit.of)
        refuted = 0
        if before is not None:
            refuted = before.refuted + (before.last < answered.call <= before.at.begun)
            if refuted > _OVERTAKING or _is_empty_again(before, limit, size, answered):
                self._false.add(limit.of)
                del self._known[limit.of]
                return
            if answered.call < before.at.call:
                before.refuted = refuted
                return
            refuted = 0 if remaining > before.remaining else refuted
        # Servers reckon a wait when they take a call, and tell of it when they have answered it.
        under_way = max(answered.latency / 2, answered.latency - _ON_ITS_WAY)
        told_at = answered.now if limit.is_moment else answered.now - under_way
        pause = Pause(told_at + reset, f"no {limit.of} left")
        last = answered.call + int(remaining / size)
        self._known[limit.of] = _Known(answered, remaining, last, pause, refuted)


def _is_empty_again(before: _Known, limit: RateLimit, size: float, answered: Answered) -> bool:
    """Whether nothing is left again after the pause and one single call, of a limit that is higher than that."""
    waited = before.at.begun >= before.last and answered.now >= before.pause.until
    one_call = answered.begun <= before.at.begun + 1 and (limit.remaining or 0) < size
    return waited and one_call and (limit.limit is None or limit.limit >= 2 * size)
