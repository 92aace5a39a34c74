"""A circuit breaker: stop asking what keeps failing, and look again from time to time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Circuit:
    """Opens after some failures in a row; half opens for one trial after a pause that doubles.

    Args:
        threshold: Failures in a row that open it.
        pause: Seconds until the first trial.
        longest_pause: The pause doubles up to this.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        *,
        threshold: int = 3,
        pause: float = 1.0,
        longest_pause: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._threshold = threshold
        self._first_pause = self._pause = pause
        self._longest_pause = longest_pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._on_trial = False

    @property
    def closed(self) -> bool:
        """Whether everything may pass."""
        return self._opened_at is None

    def take_trial(self) -> bool:
        """Whether the caller may make the one trial that is due now, and must then report how it went."""
        with self._lock:
            if self._opened_at is None or self._on_trial or self._clock() - self._opened_at < self._pause:
                return False
            self._on_trial = True
            return True

    def succeeded(self) -> None:
        """Report that it works."""
        with self._lock:
            self._failures = 0
            self._opened_at = None
            self._on_trial = False
            self._pause = self._first_pause

    def failed(self) -> None:
        """Report that it failed."""
        with self._lock:
            self._failures += 1
            if self._on_trial:
                self._pause = min(self._longest_pause, self._pause * 2)
            if self._on_trial or (self._opened_at is None and self._failures >= self._threshold):
                self._opened_at = self._clock()
                self._on_trial = False
