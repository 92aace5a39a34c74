"""The results of a run while it is played and after it: of a long one they are read where they were written."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.lazy_sequence import LazySequence
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.samples import Samples
from tool_sandbox.runs.written_results import IN_MEMORY

if TYPE_CHECKING:
    from tool_sandbox.runs.numbers import RunNumbers
    from tool_sandbox.runs.result_lines import ResultLines

_NOWHERE = -1


class KeptResults(LazySequence[SampleResult]):
    """The results of a run, in the order of its samples.

    Args:
        samples: Every sample of the run.
        missing: Makes the result of a sample that was not finished.
        lines: Reads what was written of a sample.
        in_memory: So many written results are kept in memory.
    """

    def __init__(
        self,
        samples: Samples,
        missing: Callable[[Sample], SampleResult],
        lines: ResultLines,
        *,
        in_memory: int = IN_MEMORY,
    ) -> None:
        super().__init__(len(samples), self._result)
        self._samples, self._missing, self._lines, self._in_memory = samples, missing, lines, in_memory
        self._held: dict[int, SampleResult] = {}
        self._places = array("q", [_NOWHERE]) * len(samples)
        self._written = 0

    def keep(self, result: SampleResult, place: int | None = None) -> None:
        """Keep the result of one of the samples; any other is passed over.

        Args:
            result: How it ended.
            place: Where its line begins, if it was written.
        """
        at = self.find(result.key)
        if at is None:
            return
        if place is None or at in self._held or len(self._held) < self._in_memory:
            self._held[at] = result
            return
        self._lines.open()
        self._written += self._places[at] == _NOWHERE
        self._places[at] = place

    def find(self, key: tuple[str, int]) -> int | None:
        """The index of a sample; ``None`` when the run has none with this key."""
        return self._samples.find(key)

    def left(self) -> Iterator[Sample]:
        """The samples that have no result when they are asked for."""
        return (self._samples[at] for at in range(len(self)) if at not in self._held and self._places[at] == _NOWHERE)

    @property
    def number_left(self) -> int:
        """How many samples have no result."""
        return len(self) - len(self._held) - self._written

    @property
    def are_in_memory(self) -> bool:
        """Whether none has to be read."""
        return not self._written

    @cached_property
    def numbers(self) -> RunNumbers:
        """What they come to, when no more of them will come."""
        from tool_sandbox.runs.numbers import RunNumbers  # numpy is slow to import

        return RunNumbers.of(iter(self))

    @property
    def records(self) -> Sequence[Mapping[str, Any]]:
        """Each of them as JSON-able data."""
        every = LazySequence(len(self), self._record)
        return list(every) if self.are_in_memory else every

    def _result(self, at: int) -> SampleResult:
        if at in self._held:
            return self._held[at]
        if self._places[at] == _NOWHERE:
            return self._missing(self._samples[at])
        return self._lines.result(self._places[at])

    def _record(self, at: int) -> Mapping[str, Any]:
        if self._places[at] == _NOWHERE:
            return self._result(at).to_record()
        return self._lines.record(self._places[at])
