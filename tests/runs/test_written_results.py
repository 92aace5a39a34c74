"""The results that a run has written, of any length."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from tests.runs.samples import scored, void
from tool_sandbox.runs.result_lines import ResultLines, line_of
from tool_sandbox.runs.store import RESULTS, RunStore
from tool_sandbox.runs.written_results import WrittenResults

RESULTS_OF_A_RUN = [scored("b", 0.25, notes=("ein Lächeln \ud83d",)), scored("a"), void("c"), scored("a", trial=1)]


def written(folder: Path, *lines: bytes) -> ResultLines:
    (folder / RESULTS).write_bytes(b"".join(lines))
    return ResultLines(folder / RESULTS)


@pytest.mark.parametrize("in_memory", [0, 2, 100])
def test_results_are_the_same_in_memory_and_on_the_disk(tmp_path: Path, in_memory: int) -> None:
    lines = written(tmp_path, *map(line_of, RESULTS_OF_A_RUN))
    found = WrittenResults.of(lines, in_memory=in_memory)

    assert found == RESULTS_OF_A_RUN
    assert list(found.keys) == [result.key for result in RESULTS_OF_A_RUN]
    assert [found.find(key) for key in (*found.keys, ("a", 2))] == [0, 1, 2, 3, None]
    assert list(found.encoded()) == [(result.key, line_of(result)) for result in RESULTS_OF_A_RUN]
    assert list(found.records) == [result.to_record() for result in RESULTS_OF_A_RUN]


@pytest.mark.parametrize("in_memory", [0, 2, 100])
def test_of_several_results_of_a_sample_the_last_counts(tmp_path: Path, in_memory: int) -> None:
    first, again = scored("a", 0.25), scored("a", 0.75)
    lines = written(tmp_path, *map(line_of, [first, scored("b"), scored("c"), again]), b'{"torn')
    assert WrittenResults.of(lines, in_memory=in_memory) == [again, scored("b"), scored("c")]


@pytest.mark.parametrize("in_memory", [0, 2, 100])
def test_only_what_is_wanted_is_there(tmp_path: Path, in_memory: int) -> None:
    later = [*RESULTS_OF_A_RUN, void("a")]
    lines = written(tmp_path, *map(line_of, later))
    found = WrittenResults.of(lines, lambda result: result.status == "scored", in_memory=in_memory)
    assert found == [RESULTS_OF_A_RUN[0], RESULTS_OF_A_RUN[3]]  # the last of a, 0 is void


def test_a_file_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert RunStore(tmp_path).read_results() == []


def test_results_are_still_there_when_they_were_written_anew(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    lines = written(tmp_path, *map(line_of, RESULTS_OF_A_RUN))
    before = WrittenResults.of(lines, in_memory=0)

    after = store.rewrite_results(WrittenResults.of(lines, lambda result: result.name == "a", in_memory=0))
    (place,) = store.append_results([scored("d")])

    assert before == RESULTS_OF_A_RUN
    assert after == RESULTS_OF_A_RUN[1::2]
    assert store.read_results() == [*after, scored("d")]
    assert store.result_lines().result(place) == scored("d")


@pytest.mark.parametrize("in_memory", [0, 2, 100])
def test_a_run_goes_on_with_what_is_finished_of_other_results(tmp_path: Path, in_memory: int) -> None:
    lines = written(tmp_path, *map(line_of, RESULTS_OF_A_RUN))
    found = WrittenResults.of(lines, in_memory=in_memory)
    found.keep(void("d", "cancelled"))
    more = WrittenResults(lines, in_memory=in_memory)
    more.take(found)
    assert more == RESULTS_OF_A_RUN
    assert more.are_in_memory == (in_memory == 100)


def test_what_comes_later_is_not_in_a_copy(tmp_path: Path) -> None:
    found = WrittenResults.of(written(tmp_path, *map(line_of, RESULTS_OF_A_RUN)), in_memory=2)
    before = found.copy()
    found.keep(scored("d"))
    assert before == RESULTS_OF_A_RUN
    assert before.find(("d", 0)) is None
    assert found == [*RESULTS_OF_A_RUN, scored("d")]


def test_a_file_that_grows_is_read_on_as_far_as_its_lines_are_whole(tmp_path: Path) -> None:
    first, second, third = map(line_of, RESULTS_OF_A_RUN[:3])
    lines = ResultLines(tmp_path / RESULTS)
    assert list(lines.more()) == []
    written(tmp_path, first, second[:20])
    assert [result for _, result in lines.more()] == RESULTS_OF_A_RUN[:1]
    with (tmp_path / RESULTS).open("ab") as file:
        file.write(second[20:] + third)
    found = list(lines.more())
    assert [result for _, result in found] == RESULTS_OF_A_RUN[1:3]
    assert [lines.result(place) for place, _ in found] == RESULTS_OF_A_RUN[1:3]
    assert list(lines.more()) == []


def test_a_long_run_takes_a_few_bytes_for_each_sample(tmp_path: Path) -> None:
    count = 4000
    results = (scored("say_0", trial=trial, notes=(f"note {trial} " * 100,)) for trial in range(count))
    lines = written(tmp_path, *map(line_of, results))
    tracemalloc.start()
    try:
        found = WrittenResults.of(lines, in_memory=0)
        kept_bytes, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == count
    assert kept_bytes < 50 * count
    assert peak_bytes < 100 * count
