"""The way of one request through a router: from the group that is asked first to the fallbacks behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from attrs import evolve

from tool_sandbox.errors import ContextWindowError, ProviderError, RefusalError
from tool_sandbox.llm.chat import Attempt, ChatResponse
from tool_sandbox.llm.routing.settings import RouterSettings


class Route:
    """Which group is asked next, and what was tried before.

    Args:
        settings: The router's settings.
    """

    def __init__(self, settings: RouterSettings) -> None:
        self.settings = settings
        self.group = settings.main_group
        self.visited = [settings.main_group]
        self.errors: list[ProviderError] = []
        self.attempts: list[Attempt] = []
        self.waits: Counter[str] = Counter()

    def completed(self, response: ChatResponse) -> ChatResponse:
        """The answer, marked as a fallback's if it is one, with every attempt on the way."""
        attempts = _numbered([*self.attempts, *response.attempts])
        latency = response.latency + sum(each.waited + each.latency for each in self.attempts)
        self.waits.update(response.waits)
        return evolve(
            response,
            fallback=self.group != self.settings.main_group,
            attempts=attempts,
            latency=latency,
            waits=dict(self.waits),
        )

    def go_on(self, error: ProviderError) -> None:
        """Go on to the next group after an error of this one.

        Raises:
            ProviderError: There is none.
        """
        self.errors.append(error)
        self.attempts.extend(error.attempts)
        self.waits.update(error.waits)
        following = [name for name in self._following(error) if name not in self.visited]
        if not following or len(self.visited) > self.settings.options.max_fallbacks:
            raise self._final_error() from error
        self.group = following[0]
        self.visited.append(self.group)

    def _following(self, error: ProviderError) -> tuple[str, ...]:
        """Groups that may answer instead, for this kind of error, seen from the group that was asked first."""
        main = self.settings.main_group
        special: Mapping[str, tuple[str, ...]] = {}
        if isinstance(error, ContextWindowError):
            special = self.settings.context_window_fallbacks
        elif isinstance(error, RefusalError):
            special = self.settings.content_policy_fallbacks
        return (
            special.get(self.group)
            or special.get(main)
            or (*self.settings.fallbacks.get(main, ()), *self.settings.fallbacks.get(self.group, ()))
        )

    def _final_error(self) -> ProviderError:
        first = self.errors[0]
        first.attempts, first.waits = _numbered(self.attempts), dict(self.waits)
        if len(self.errors) == 1:
            return first
        stories = "; ".join(f"{name!r}: {error}" for name, error in zip(self.visited, self.errors, strict=True))
        first.args = (f"nobody answered, neither the model nor its fallbacks: {stories}",)
        return first


def _numbered(attempts: list[Attempt]) -> tuple[Attempt, ...]:
    return tuple(evolve(attempt, number=number) for number, attempt in enumerate(attempts, start=1))
