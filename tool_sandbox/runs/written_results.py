"""The results of a run: of a long one they are read where they were written."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from tool_sandbox.runs.lazy_sequence import LazySequence
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.result_lines import ResultLines, line_of
from tool_sandbox.runs.sample_keys import Key, SampleKeys

if TYPE_CHECKING:
    from tool_sandbox.runs.numbers import RunNumbers

IN_MEMORY = 1000
"""So many results are kept in memory, those of a longer run on the disk."""
NOWHERE = -1
"""In place of a place: that of a result which was not written."""


def _any(_result: SampleResult) -> bool:
    return True


class Lines(Protocol):
    """What was written, by the places where it begins, also when it was replaced or removed meanwhile."""

    def open(self) -> object:
        """Hold on to it."""

    def line(self, place: int) -> bytes:
        """The line of a result."""

    def record(self, place: int) -> Mapping[str, Any]:
        """What it says."""

    def result(self, place: int) -> SampleResult:
        """A result."""


class WrittenResults(LazySequence[SampleResult]):
    """Results in the order in which they came. The first thousand are in memory; of the others only places are kept.

    Args:
        lines: Reads what was written of them.
        in_memory: So many written results are kept in memory.
    """

    def __init__(self, lines: Lines, *, in_memory: int = IN_MEMORY) -> None:
        super().__init__()
        self._lines, self._in_memory = lines, in_memory
        self._keys = SampleKeys()
        self._places = array("q")
        self._held: dict[int, SampleResult] = {}
        self._count = 0
        """How many of them are held or written."""

    def __len__(self) -> int:
        return len(self._places)

    @classmethod
    def of(
        cls,
        lines: ResultLines,
        is_wanted: Callable[[SampleResult], bool] = _any,
        *,
        in_memory: int = IN_MEMORY,
    ) -> WrittenResults:
        """The results of a file as it is now; of several for one sample, the last counts.

        Args:
            lines: The file.
            is_wanted: Which of them are meant.
            in_memory: So many are kept in memory.

        Raises:
            SettingsError: One of its lines is whole and yet no result of ours.
        """
        found = WrittenResults(lines, in_memory=in_memory)
        for place, result in lines.all():
            if is_wanted(result):
                found.keep(result, place)
            else:
                found._drop(result.key)
        if found._count < len(found):
            found = found._without_gaps()
        if found.are_in_memory:
            lines.close()
        return found

    def keep(self, result: SampleResult, place: int = NOWHERE) -> None:
        """Keep a result; the last one of a sample counts.

        Args:
            result: How a sample ended.
            place: Where it is written, if it is.
        """
        at = self._place_for(result.key)
        if at is None:
            return
        is_held = place == NOWHERE or at in self._held or self.has_room
        self._put(at, result if is_held else None, place)
        if not is_held:
            self._lines.open()

    def add(self, key: Key, place: int) -> None:
        """Keep where the result of a sample is, or will be written, without looking at it."""
        at = self._place_for(key)
        if at is not None:
            self._put(at, None, place)

    def take(self, results: Iterable[SampleResult]) -> None:
        """Keep what is finished of other results; written ones are in the same file, and are not read for it."""
        if not isinstance(results, WrittenResults):
            for result in results:
                self.keep(result)
            return
        for key, held, place in results.finished():
            at = self._place_for(key)
            if at is not None:
                self._put(at, self._lines.result(place) if held is None and self.has_room else held, place)
        if not self.are_in_memory:
            self._lines.open()

    def finished(self) -> Iterator[tuple[Key, SampleResult | None, int]]:
        """Of each that is finished: its key, the result where it is in memory, and where it is written."""
        for at, key in enumerate(self.keys):
            held, place = self._held.get(at), self._places[at]
            if place != NOWHERE or (held is not None and held.finished):
                yield key, held, place

    def copy(self) -> WrittenResults:
        """The same as they are now, where more are to come."""
        found = WrittenResults(self._lines, in_memory=self._in_memory)
        found._keys, found._places, found._held = self._keys, self._places[:], dict(self._held)
        found._count = self._count
        return found

    def encoded(self) -> Iterator[tuple[Key, bytes]]:
        """The key and the line of each."""
        for at, key in enumerate(self.keys):
            held = self._held.get(at)
            yield key, self._lines.line(self._places[at]) if held is None else line_of(held)

    @property
    def keys(self) -> Iterable[Key]:
        """The keys of the samples, in their order."""
        return islice(self._keys, len(self))

    def find(self, key: Key) -> int | None:
        """The index of the result of a sample; ``None`` when there is none."""
        at = self._keys.find(key)
        return at if at is not None and at < len(self) else None

    @property
    def are_in_memory(self) -> bool:
        """Whether none has to be read."""
        return len(self._held) == self._count

    @property
    def has_room(self) -> bool:
        """Whether one more can be kept in memory."""
        return len(self._held) < self._in_memory

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

    def _place_for(self, key: Key) -> int | None:
        """The index at which a result is kept; ``None`` when it is not to be."""
        at = self._keys.add(key)
        if at == len(self):
            self._places.append(NOWHERE)
        return at

    def _put(self, at: int, held: SampleResult | None, place: int) -> None:
        self._count += not self._has(at)
        self._places[at] = place
        if held is not None:
            self._held[at] = held

    def _has(self, at: int) -> bool:
        return self._places[at] != NOWHERE or at in self._held

    def _drop(self, key: Key) -> None:
        at = self._keys.find(key)
        if at is not None and self._has(at):
            self._places[at] = NOWHERE
            self._held.pop(at, None)
            self._count -= 1

    def _without_gaps(self) -> WrittenResults:
        found = WrittenResults(self._lines, in_memory=self._in_memory)
        found.take(self)
        return found

    def _item(self, at: int) -> SampleResult:
        held = self._held.get(at)
        return self._lines.result(self._places[at]) if held is None else held

    def _record(self, at: int) -> Mapping[str, Any]:
        held = self._held.get(at)
        return self._lines.record(self._places[at]) if held is None else held.to_record()
