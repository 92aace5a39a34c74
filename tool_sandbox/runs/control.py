"""What can be changed about a run while it is played: whether samples begin, how many at once, what it may spend."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Protocol

from attrs import asdict, frozen

from tool_sandbox.errors import SettingsError

if TYPE_CHECKING:
    from tool_sandbox.runs.scheduler import Schedule

What = Literal["paused", "concurrency", "budget"]


@frozen(kw_only=True)
class Adjustment:
    """A change that somebody made while a run was played."""

    what: What
    """``paused``, or the setting that has another value now."""
    before: float | bool | None
    """``None`` where there was no budget."""
    after: float | bool
    time: str
    """When, in UTC and ISO 8601."""

    @classmethod
    def now(cls, what: What, before: float | bool | None, after: float | bool) -> Adjustment:
        """A change at this moment."""
        return cls(what=what, before=before, after=after, time=datetime.now(UTC).isoformat(timespec="seconds"))

    def added_to(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The content of ``run.json`` with this change: what goes on with the run begins with the last values."""
        settings = dict(record.get("settings", {}))
        if self.what in settings:
            settings[self.what] = self.after
        return {**record, "settings": settings, "adjustments": [*record.get("adjustments", []), asdict(self)]}


class Money(Protocol):
    """Who keeps a run within its budget."""

    @property
    def budget(self) -> float | None:
        """US dollars that the run may spend; ``None`` for any amount."""
        ...

    @property
    def fixed_because(self) -> str | None:
        """Why no budget can be set or changed now; ``None`` when one can."""
        ...

    def change_budget(self, dollars: float) -> None:
        """Keep it within another one from now on.

        Raises:
            SettingsError: That much is spent already, or what is spent cannot be counted.
        """
        ...


class RunControl:
    """Changes a run while it is played. May be used from any thread, also when the run is over.

    Args:
        schedule: Plays the samples, in the event loop that runs here.
        adjusted: Told of every change, in that event loop's thread.
        most: Samples that can be in flight at once.
        money: Who keeps the run within its budget, where that can be changed.
    """

    def __init__(
        self, schedule: Schedule, adjusted: Callable[[Adjustment], None], *, most: int, money: Money | None = None
    ) -> None:
        self._schedule, self._adjusted, self._money = schedule, adjusted, money
        self._loop = asyncio.get_running_loop()
        self.most = most
        """The highest number of samples in flight that means something."""
        self.paused = False
        """Whether no further samples begin."""
        self.concurrency = schedule.concurrency
        """Samples in flight at once."""

    @property
    def budget_fixed_because(self) -> str | None:
        """Why no budget can be set or changed now; ``None`` when one can."""
        return "the budget of this run stays as it is" if self._money is None else self._money.fixed_because

    @property
    def budget(self) -> float | None:
        """US dollars that the run may spend; ``None`` for any amount, and where that cannot be changed."""
        return None if self._money is None else self._money.budget

    def pause(self) -> None:
        """Begin no further samples; those in flight are played to their end."""
        self._set_paused(paused=True)

    def go_on(self) -> None:
        """Begin samples again."""
        self._set_paused(paused=False)

    def change_concurrency(self, samples: int) -> None:
        """Have another number of samples in flight at once; with a lower one those that are too many finish first.

        Raises:
            SettingsError: It is not from 1 to ``most``.
        """
        if not 1 <= samples <= self.most:
            message = f"concurrency={samples!r} must be a whole number from 1 to {self.most} in this run."
            raise SettingsError(message)
        change = Adjustment.now("concurrency", self.concurrency, samples)
        self.concurrency = samples
        self._apply(partial(self._schedule.change_concurrency, samples), change)

    def change_budget(self, dollars: float) -> None:
        """Let the run spend no more than this, from its next call on.

        Raises:
            SettingsError: That much is spent already, or what is spent cannot be counted.
        """
        if self._money is None:
            raise SettingsError(self.budget_fixed_because)
        before = self.budget
        self._money.change_budget(dollars)
        self._apply(lambda: None, Adjustment.now("budget", before, dollars))

    def _set_paused(self, *, paused: bool) -> None:
        change = Adjustment.now("paused", self.paused, paused)
        self.paused = paused
        self._apply(partial(self._schedule.pause, paused=paused), change)

    def _apply(self, change: Callable[[], None], adjustment: Adjustment) -> None:
        def applied() -> None:
            change()
            self._adjusted(adjustment)

        if adjustment.before != adjustment.after:
            with suppress(RuntimeError):  # the loop is closed, so there is nothing left to change
                self._loop.call_soon_threadsafe(applied)
