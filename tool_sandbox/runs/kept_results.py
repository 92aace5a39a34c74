"""The results of a run while it is played and after it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.sample_keys import Key
from tool_sandbox.runs.samples import Samples
from tool_sandbox.runs.written_results import IN_MEMORY, NOWHERE, Lines, WrittenResults


class KeptResults(WrittenResults):
    """The results of a run, in the order of its samples; those of any other sample are passed over.

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
        lines: Lines,
        *,
        in_memory: int = IN_MEMORY,
    ) -> None:
        super().__init__(lines, in_memory=in_memory)
        self._samples, self._missing = samples, missing
        self._places = array("q", [NOWHERE]) * len(samples)

    def find(self, key: Key) -> int | None:
        """The index of a sample; ``None`` when the run has none with this key."""
        return self._samples.find(key)

    @property
    def keys(self) -> Iterable[Key]:
        """The keys of the samples, in their order."""
        return (sample.key for sample in self._samples)

    def left(self) -> Iterator[Sample]:
        """The samples that have no result when they are asked for."""
        return (self._samples[at] for at in range(len(self)) if not self._has(at))

    @property
    def number_left(self) -> int:
        """How many samples have no result."""
        return len(self) - self._count

    def _place_for(self, key: Key) -> int | None:
        return self._samples.find(key)

    def _item(self, at: int) -> SampleResult:
        return super()._item(at) if self._has(at) else self._missing(self._samples[at])

    def _record(self, at: int) -> Mapping[str, Any]:
        return super()._record(at) if self._has(at) else self._item(at).to_record()
