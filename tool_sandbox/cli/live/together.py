"""Several displays of one run at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tool_sandbox.runs.run import Observer

if TYPE_CHECKING:
    from tool_sandbox.cli.live.progress import Progress
    from tool_sandbox.registry.sample import Sample
    from tool_sandbox.runs.control import Adjustment, RunControl
    from tool_sandbox.runs.outcomes import SampleResult


class Together(Observer):
    """Tells each of them everything.

    Args:
        displays: The displays.
    """

    def __init__(self, displays: Sequence[Progress]) -> None:
        self._displays = displays
        self._stack = ExitStack()

    def begun(self, interrupt: Callable[[], None]) -> None:
        """Pass it on."""
        for each in self._displays:
            each.begun(interrupt)

    def adjustable(self, control: RunControl) -> None:
        """Pass it on."""
        for each in self._displays:
            each.adjustable(control)

    def adjusted(self, adjustment: Adjustment) -> None:
        """Pass it on."""
        for each in self._displays:
            each.adjusted(adjustment)

    def started(self, sample: Sample) -> None:
        """Pass it on."""
        for each in self._displays:
            each.started(sample)

    def played(self, sample: Sample) -> None:
        """Pass it on."""
        for each in self._displays:
            each.played(sample)

    def finished(self, result: SampleResult) -> None:
        """Pass it on."""
        for each in self._displays:
            each.finished(result)

    def waiting(self, reason: str) -> None:
        """Pass it on."""
        for each in self._displays:
            each.waiting(reason)

    def close(self) -> None:
        """Close all; may be called twice, and from another thread."""
        for each in self._displays:
            each.close()

    def __enter__(self) -> Self:
        for each in self._displays:
            self._stack.enter_context(each)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take them away."""
        self._stack.__exit__(kind, error, traceback)
