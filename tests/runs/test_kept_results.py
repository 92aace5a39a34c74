"""The results of a run of any length: in memory, on the disk, and missing."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from tests.runs.fakes import scenarios, settings
from tests.runs.samples import scored, void
from tool_sandbox.errors import SettingsError
from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.kept_results import KeptResults
from tool_sandbox.runs.numbers import RunNumbers
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.run import report_of
from tool_sandbox.runs.run_result import RunResult, open_run
from tool_sandbox.runs.samples import Samples
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import RESULTS, SUMMARY, RunStore
from tool_sandbox.runs.summary import Score


def missing(sample: Sample) -> SampleResult:
    return void(sample.name, "cancelled", trial=sample.trial)


def kept(store: RunStore, results: list[SampleResult], *, trials: int, in_memory: int) -> KeptResults:
    """Results that were written one by one."""
    names = dict.fromkeys(result.name for result in results)
    known = scenarios(1)
    samples = Samples(dict.fromkeys(names, known["say_0"]), trials)
    found = KeptResults(samples, missing, store.result_lines(), in_memory=in_memory)
    for result in results:
        (place,) = store.append_results([result])
        found.keep(result, place)
    return found


def several() -> list[SampleResult]:
    """Two trials of three scenarios, in the order in which they ended."""
    return [
        scored("b", 0.25, notes=("ein Lächeln \ud83d",), duration=1.25),
        scored("a", 1.0, fallback=True, tags=("mine",), floors={"nothing": 0.5}),
        void("c"),
        scored("c", 0.75, trial=1, outcome=1.0, broken_rules=({"rule": "invented"},)),
        scored("a", 0.5, trial=1),
        void("b", "timeout", trial=1),
    ]


@pytest.mark.parametrize("in_memory", [0, 2, 100])
def test_results_are_the_same_in_memory_and_on_the_disk(tmp_path: Path, in_memory: int) -> None:
    found = kept(RunStore(tmp_path), several(), trials=2, in_memory=in_memory)
    by_key = {result.key: result for result in several()}
    wanted = [by_key[name, trial] for trial in range(2) for name in ("b", "a", "c")]
    assert list(found) == wanted
    assert found == wanted
    assert [found[at] for at in range(-6, 0)] == wanted
    assert found[1:3] == tuple(wanted[1:3])
    assert list(found.records) == [result.to_record() for result in wanted]
    assert found.are_in_memory == (in_memory == 100)


def test_samples_without_a_result_are_left_to_play(tmp_path: Path) -> None:
    found = kept(RunStore(tmp_path), several()[:4], trials=2, in_memory=1)
    assert found.number_left == 2
    assert [sample.key for sample in found.left()] == [("b", 1), ("a", 1)]
    assert found[3] == void("b", "cancelled", trial=1)


def test_a_sample_that_ends_while_others_are_asked_for_is_not_played_again(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    found = kept(store, several()[:2], trials=1, in_memory=0)
    found.keep(scored("d"))
    left = found.left()
    assert list(left) == []
    assert found.number_left == 0


def test_what_a_sample_came_to_last_counts_once(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    first, again = scored("a", 0.5), scored("a", 1.0)
    found = kept(store, [first, again, scored("b", 0.0)], trials=1, in_memory=0)
    assert [result.similarity for result in found] == [1.0, 0.0]
    assert found.number_left == 0


def test_results_are_still_there_when_their_file_was_replaced_or_removed(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    found = kept(store, several(), trials=2, in_memory=0)
    store.rewrite_results([])
    assert found[1].similarity == 1.0
    (tmp_path / RESULTS).unlink()
    assert found[0].similarity == 0.25


def test_a_file_that_somebody_spoilt_is_named(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    found = kept(store, several()[:2], trials=1, in_memory=0)
    (tmp_path / RESULTS).write_bytes(b"x" * (tmp_path / RESULTS).stat().st_size)
    with pytest.raises(SettingsError, match=r"results\.jsonl' holds no result any more 0 bytes from its beginning"):
        found[0]


def test_a_run_that_is_on_the_disk_comes_to_the_same_and_is_written_the_same(tmp_path: Path) -> None:
    long, short = tmp_path / "long", tmp_path / "short"
    for folder, in_memory in ((long, 0), (short, 100)):
        folder.mkdir()
        store = RunStore(folder)
        results = kept(store, several(), trials=2, in_memory=in_memory)
        report_of(settings(trials=2, fail_under=("0.9", "mine=0.2")), results, Ending.DONE, store)
    assert (long / SUMMARY).read_bytes() == (short / SUMMARY).read_bytes()
    assert [sample.key for sample in open_run(long)] == [sample.key for sample in open_run(short)]


def test_the_result_of_a_long_run_reads_its_samples_as_they_are_looked_at(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    results = kept(store, several(), trials=2, in_memory=1)
    run = RunResult.of(results, Ending.DONE, store)
    assert len(run) == 6
    assert [sample.key for sample in run] == [result.key for result in results]
    assert run["a", 1].similarity == 0.5
    assert run.samples[-1].outcome == 1.0
    assert len(run.void) == 2
    assert run.score == Score.over(several()).similarity
    assert run.coverage == pytest.approx(4 / 6)
    assert run.categories["ALL_CATEGORIES"].samples == 6
    assert run.frame().height == 6
    assert str(run.explain()).startswith("0.375 of 1 lost over 4 scored samples")
    assert run == RunResult.of(list(results), Ending.DONE, store)
    with pytest.raises(KeyError, match="'a' has the trials 0 to 1, not 2"):
        run["a", 2]


def test_a_long_run_takes_a_few_bytes_for_each_sample(tmp_path: Path) -> None:
    count = 4000
    store = RunStore(tmp_path)
    store.append_result(scored("say_0"))
    samples = Samples(scenarios(1), count)
    found = KeptResults(samples, missing, store.result_lines(), in_memory=0)
    results = (scored("say_0", trial=trial, notes=(f"note {trial} " * 100,)) for trial in range(count))
    tracemalloc.start()
    try:
        for result in results:
            found.keep(result, len(found) - found.number_left)
        kept_bytes, _ = tracemalloc.get_traced_memory()
        numbers = RunNumbers.of(scored("say_0", trial=trial) for trial in range(count))
        all_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(numbers) == count
    assert kept_bytes < 100 * count
    assert all_bytes < 300 * count
