"""How a run stands: what it has come to so far, and what is to be expected of the rest."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from heapq import nsmallest
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from tool_sandbox.cli.live.progress import FollowedProgress
from tool_sandbox.llm.layers.budget.money import Cost
from tool_sandbox.llm.transports.through_litellm.loading import is_loading
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.reasons import Reason, reason_of
from tool_sandbox.scenarios.presentations import base_name

if TYPE_CHECKING:
    from tool_sandbox.llm.layers.budget.spending import Spending

_SLOWEST = 4
"""So many of the samples in flight are told of."""
_SECONDS_OF_INTERVAL = 1.0
"""For so long an interval is shown before it is reckoned anew."""
_WINDOW = 10.0
"""Seconds over which calls are counted to tell how many there are in one."""
_LATEST = 200
"""From the speed of so many samples it is told how long the rest will take."""


def load_arithmetic() -> None:
    """Import what intervals take, in the thread that needs it at the end of a run, too.

    Were it imported by the thread that shows the run, Ctrl-C could find the other one waiting for that.
    """
    from tool_sandbox.runs.statistics.intervals import student  # numpy and scipy are slow to import

    student(1.0)


class Meter(Protocol):
    """Tells what a run has spent."""

    def paid_before(self) -> float:
        """US dollars that an earlier part of the run has paid."""
        ...

    def spending(self) -> Spending:
        """What calls came to in this part of it."""
        ...


@frozen(kw_only=True)
class Running:
    """A sample in flight."""

    name: str
    trial: int
    seconds: float
    """How long it has been played."""


@frozen(kw_only=True)
class Status:
    """A run at one moment."""

    done: int
    total: int
    running: int
    judged: int
    """Samples that were played, and are only to be judged: others have taken their places."""
    at_once: int | None
    """Samples that may be in flight; ``None`` until the run has begun."""
    paused: bool
    """Whether no further samples begin."""
    scored: int
    score: float | None
    """Mean over the scored samples, in [0, 1]."""
    interval: tuple[float, float] | None
    """Where the true mean is at 95%, as far as the scored samples say it."""
    void: Sequence[tuple[Reason, int]]
    """Why samples are void and how many, the most frequent reason first."""
    waiting: str
    """What calls wait for, in words."""
    slowest: Sequence[Running]
    """The samples that have been in flight longest."""
    spent: Cost
    budget: float | None
    """US dollars that the run may spend; ``None`` for any amount."""
    projected: float | None
    """US dollars that the whole run will have cost if the rest costs what the samples did so far."""
    calls: int
    """Calls that models answered, or did not, in this part of the run."""
    calls_per_second: float
    seconds: float
    """Since this part of the run began."""
    seconds_left: float | None
    """At the speed of the last samples; ``None`` where nothing says it."""

    @property
    def void_by_cause(self) -> dict[str, int]:
        """How many samples are void by cause."""
        counts: Counter[str] = Counter()
        for reason, count in self.void:
            counts[reason.cause] += count
        return dict(counts)


class Standing:
    """Follows a run from the thread that shows it.

    Args:
        progress: What the run tells.
        done: Results that an earlier part of the run has written.
        meter: Tells what was spent.
        budget: US dollars that the run may spend, until somebody changes that.
    """

    def __init__(
        self,
        progress: FollowedProgress,
        done: Sequence[SampleResult] = (),
        meter: Meter | None = None,
        budget: float | None = None,
    ) -> None:
        self._progress, self._meter, self._clock = progress, meter, progress.clock
        self._budget = budget
        self._began = self._clock()
        self._score = Score(self._clock)
        self._void: Counter[Reason] = Counter()
        self._cost, self._counted = Cost(), 0
        self._ends: deque[float] = deque([self._began], maxlen=_LATEST)
        self._calls: deque[tuple[float, int]] = deque()
        for result in done:
            self._take(result)
        self._unpriced_before = self._cost.unknown_calls

    def now(self) -> Status:
        """How the run stands at this moment."""
        progress, now = self._progress, self._clock()
        while progress.news:
            at, result = progress.news.popleft()
            self._ends.append(at)
            self._take(result)
        calls, spent = self._spent()
        control = progress.control
        paused = control is not None and control.paused
        if paused:  # the time does not count
            self._ends = deque([now], maxlen=_LATEST)
        return Status(
            done=progress.done,
            total=progress.total,
            running=progress.running,
            judged=len(progress.judged),
            at_once=None if control is None else control.concurrency,
            paused=paused,
            scored=self._score.samples,
            score=self._score.mean,
            interval=self._score.interval(),
            void=self._void.most_common(),
            waiting=progress.reason or ("LiteLLM to be loaded" if is_loading() else ""),
            slowest=_slowest(progress, now),
            spent=spent,
            budget=self._budget if control is None or control.budget is None else control.budget,
            projected=self._projected(),
            calls=calls,
            calls_per_second=self._per_second(now, calls),
            seconds=now - self._began,
            seconds_left=self._seconds_left(now),
        )

    def _take(self, result: SampleResult) -> None:
        self._counted += 1
        self._cost += result.spending.cost
        if (reason := reason_of(result)) is not None:
            self._void[reason] += 1
        elif result.similarity is not None:
            self._score.add(result.name, result.similarity)

    def _spent(self) -> tuple[int, Cost]:
        """Calls in this part of the run, and the cost of all parts. Agents that count nothing tell it at their end."""
        if self._meter is None:
            return 0, self._cost
        spending = self._meter.spending()
        before = Cost(known=Cost.of(self._meter.paid_before()).known, unknown_calls=self._unpriced_before)
        metered = spending.cost + before
        calls = spending.calls + spending.failed_calls
        return calls, metered if calls or metered.known else self._cost

    def _projected(self) -> float | None:
        if not self._counted or self._cost.unknown_calls or not self._cost.known:
            return None
        return float(self._cost.known) / self._counted * self._progress.total

    def _per_second(self, now: float, calls: int) -> float:
        self._calls.append((now, calls))
        while now - self._calls[0][0] > _WINDOW:
            self._calls.popleft()
        since, before = self._calls[0]
        return (calls - before) / (now - since) if now > since else 0.0

    def _seconds_left(self, now: float) -> float | None:
        left, ended = self._progress.total - self._progress.done, len(self._ends) - 1
        if left <= 0 or ended < 1:
            return 0.0 if left <= 0 else None
        return left * (now - self._ends[0]) / ended


class Score:
    """The mean score of samples and its interval, without the samples.

    Args:
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.samples, self._sum = 0, 0.0
        self._clusters: dict[str, list[float]] = {}
        """Base scenario → sum and number of its scores."""
        self._interval: tuple[float, float] | None = None
        self._reckoned_at, self._reckoned_for = float("-inf"), 0

    @property
    def mean(self) -> float | None:
        """In [0, 1]; ``None`` without any sample."""
        return self._sum / self.samples if self.samples else None

    def add(self, name: str, similarity: float) -> None:
        """Count a scored sample."""
        self.samples += 1
        self._sum += similarity
        cluster = self._clusters.setdefault(base_name(name), [0.0, 0.0])
        cluster[0] += similarity
        cluster[1] += 1

    def interval(self) -> tuple[float, float] | None:
        """Where the true mean is at 95%; up to a second old, ``None`` while there are fewer than two scenarios."""
        now = self._clock()
        is_due = self.samples != self._reckoned_for and now - self._reckoned_at >= _SECONDS_OF_INTERVAL
        if is_due and len(self._clusters) > 1:
            self._interval = self._reckoned()
            self._reckoned_at, self._reckoned_for = now, self.samples
        return self._interval

    def _reckoned(self) -> tuple[float, float]:
        import numpy as np  # slow to import

        from tool_sandbox.runs.statistics.intervals import score_limits

        sums, counts = np.array(list(self._clusters.values())).T
        low, high = score_limits(sums, counts)
        return float(low), float(high)


def _slowest(progress: FollowedProgress, now: float) -> list[Running]:
    """Those that began first."""
    first = nsmallest(_SLOWEST, list(progress.since.items()), key=lambda each: each[1])
    return [Running(name=name, trial=trial, seconds=now - since) for (name, trial), since in first]
