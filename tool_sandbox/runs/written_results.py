"""The results that a run has written: of a long one they are read where they are."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Self

from tool_sandbox.runs.lazy_sequence import LazySequence
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.result_lines import ResultLines, line_of

IN_MEMORY = 1000
"""So many results are kept in memory, those of a longer run on the disk."""


def _any(_result: SampleResult) -> bool:
    return True


class WrittenResults(LazySequence[SampleResult]):
    """Results as a file had them, in the order in which they were written.

    Args:
        lines: The file.
        places: Where the line of each begins.
        held: The first of them.
    """

    def __init__(self, lines: ResultLines, places: Sequence[int], held: Sequence[SampleResult] = ()) -> None:
        super().__init__(len(places), self._result)
        self._lines, self._held = lines, held
        self.places = places
        """Where the line of each begins."""

    @classmethod
    def of(
        cls,
        lines: ResultLines,
        is_wanted: Callable[[SampleResult], bool] = _any,
        *,
        in_memory: int = IN_MEMORY,
    ) -> Self:
        """The results of a file as it is now; of several for one sample, the last counts.

        Args:
            lines: The file.
            is_wanted: Which of them are meant.
            in_memory: So many are kept in memory.

        Raises:
            SettingsError: One of its lines is whole and yet no result of ours.
        """
        places: dict[tuple[str, int], int] = {}
        held: dict[tuple[str, int], SampleResult] = {}
        for place, result in lines.all():
            places.pop(result.key, None)
            held.pop(result.key, None)
            if is_wanted(result):
                places[result.key] = place
                if len(held) == len(places) - 1 < in_memory:
                    held[result.key] = result
        if len(held) == len(places):
            lines.close()
        return cls(lines, array("q", places.values()), list(held.values()))

    def encoded(self) -> Iterator[bytes]:
        """Their lines."""
        yield from map(line_of, self._held)
        yield from map(self._lines.line, self.places[len(self._held) :])

    def _result(self, at: int) -> SampleResult:
        return self._held[at] if at < len(self._held) else self._lines.result(self.places[at])
