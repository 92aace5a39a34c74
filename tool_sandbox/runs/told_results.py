"""The results of a finished run: in the order of its summary, and read from where they are written whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.result_lines import line_of
from tool_sandbox.runs.sample_keys import Key
from tool_sandbox.runs.summary_file import SummaryFile
from tool_sandbox.runs.written_results import IN_MEMORY, WrittenResults

if TYPE_CHECKING:
    from tool_sandbox.runs.json_files import AnyPath


def told_in(
    path: AnyPath, written: WrittenResults, *, in_memory: int = IN_MEMORY
) -> tuple[WrittenResults, dict[str, Any]]:
    """The results of a run, and what else its summary says.

    Args:
        path: The summary. It has the order of the run, and the samples that were not finished.
        written: The finished ones, of which there may be more by now.
        in_memory: So many are kept in memory.

    Raises:
        SettingsError: It is no summary, or has a result that is none.
    """
    file = SummaryFile(path)
    found = WrittenResults(_Both(written, file), in_memory=in_memory)
    is_needed = False
    for place, record in file.records():
        key = _key(record)
        at = written.find(key)
        if at is None:
            is_needed = True
            found.keep(file.result_of(record), ~place)
        else:
            _add(found, key, written, at)
    for at, key in enumerate(written.keys):
        if found.find(key) is None:
            _add(found, key, written, at)
    if not is_needed or found.are_in_memory:
        file.close()
    return found, file.others


@frozen
class _Both:
    """Reads results from where they are written whole, or where these places are below 0, from the summary."""

    written: WrittenResults
    file: SummaryFile

    def open(self) -> None:
        """Both are open already."""

    def result(self, place: int) -> SampleResult:
        return self.file.result(~place) if place < 0 else self.written[place]

    def record(self, place: int) -> Mapping[str, Any]:
        return self.result(place).to_record()

    def line(self, place: int) -> bytes:
        return line_of(self.result(place))


def _add(found: WrittenResults, key: Key, written: WrittenResults, at: int) -> None:
    if found.has_room:
        found.keep(written[at], at)
    else:
        found.add(key, at)


def _key(record: Mapping[str, Any]) -> Key:
    """What tells the sample of a record apart; nothing fits one that is damaged."""
    name, trial = record["name"], record.get("trial", 0)
    return (name, trial) if isinstance(name, str) and isinstance(trial, int) else ("", -1)
