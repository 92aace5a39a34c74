"""The results of a finished run of any length."""

from __future__ import annotations

import gc
import json
import pickle
import tracemalloc
from pathlib import Path

import pytest

from tests.runs.samples import scored, void
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.run_result import RunResult, open_run
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import RESULTS, SUMMARY, RunStore
from tool_sandbox.runs.told_results import told_in
from tool_sandbox.runs.written_results import WrittenResults

IN_THE_END = [scored("b", 0.25), scored("a", 1.0, notes=("ein L\u00e4cheln",)), scored("c", trial=1)]
"""What is finished, in the order in which it ended."""
IN_ORDER = [IN_THE_END[1], IN_THE_END[0], void("d", "cancelled"), void("a", "budget", trial=1), IN_THE_END[2]]
"""Every sample of the run, in the order of its summary but for the last one, which came later."""


def stopped(folder: Path) -> RunStore:
    """A run that was stopped and has gone on since."""
    store = RunStore(folder)
    store.append_results(IN_THE_END)
    known = [result.to_record() for result in IN_ORDER[:4]]
    store.write_summary({"per_scenario_results": known, "run": {"ending": "budget"}})
    return store


@pytest.mark.parametrize("in_memory", [0, 2, 100])
def test_results_stand_in_the_order_of_the_summary_with_the_unfinished_ones(tmp_path: Path, in_memory: int) -> None:
    store = stopped(tmp_path)
    written = WrittenResults.of(store.result_lines(), in_memory=in_memory)
    found, told = told_in(tmp_path / SUMMARY, written, in_memory=in_memory)

    assert found == IN_ORDER
    assert told == {"run": {"ending": "budget"}}
    assert [found.find(result.key) for result in (*IN_ORDER, void("x"))] == [0, 1, 2, 3, 4, None]
    assert list(found.records) == [result.to_record() for result in IN_ORDER]
    assert open_run(tmp_path).samples == RunResult.of(IN_ORDER, Ending.BUDGET, store).samples


def test_results_are_still_there_when_their_files_were_replaced_or_removed(tmp_path: Path) -> None:
    store = stopped(tmp_path)
    written = WrittenResults.of(store.result_lines(), in_memory=0)
    run = RunResult.of(told_in(tmp_path / SUMMARY, written, in_memory=0)[0], Ending.DONE, store)
    store.rewrite_results([scored("x")])
    store.write_summary({"per_scenario_results": []})
    assert [sample.key for sample in run] == [result.key for result in IN_ORDER]
    for name in (RESULTS, SUMMARY):
        (tmp_path / name).unlink()
    assert run["c", 1].similarity == 0.5
    assert [sample.cause for sample in run.void] == ["cancelled", "budget"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are not listed here")
def test_files_are_open_as_long_as_they_are_needed_and_somebody_uses_the_results(tmp_path: Path) -> None:
    def open_files() -> list[str]:
        links = [link for link in Path("/proc/self/fd").iterdir() if link.exists()]
        return sorted(link.readlink().name for link in links if link.readlink().parent == tmp_path)

    store = stopped(tmp_path)
    garbage = gc.isenabled()
    gc.disable()
    try:
        found = told_in(tmp_path / SUMMARY, WrittenResults.of(store.result_lines(), in_memory=0), in_memory=0)[0]
        assert open_files() == sorted([SUMMARY, RESULTS])
        assert found == IN_ORDER
        del found
        assert open_files() == []

        store.write_summary({"per_scenario_results": [result.to_record() for result in IN_THE_END]})
        found = told_in(tmp_path / SUMMARY, WrittenResults.of(store.result_lines(), in_memory=0), in_memory=0)[0]
        assert open_files() == [RESULTS]
        assert found == IN_THE_END
    finally:
        if garbage:
            gc.enable()


def test_a_copy_for_another_process_has_all_samples(tmp_path: Path) -> None:
    written = WrittenResults.of(stopped(tmp_path).result_lines(), in_memory=0)
    run = RunResult.of(told_in(tmp_path / SUMMARY, written, in_memory=0)[0], Ending.DONE, RunStore(tmp_path))
    there = pickle.loads(pickle.dumps(run))  # noqa: S301  (our own)
    for name in (RESULTS, SUMMARY):
        (tmp_path / name).write_bytes(b"")
    assert [sample.key for sample in there] == [result.key for result in IN_ORDER]


def test_a_damaged_result_of_an_unfinished_sample_is_named(tmp_path: Path) -> None:
    store = stopped(tmp_path)
    records = [{**IN_ORDER[2].to_record(), "turn_count": "many"}]
    (tmp_path / SUMMARY).write_text(json.dumps({"per_scenario_results": records}))
    with pytest.raises(SettingsError, match="has a result for 'd' that cannot be read"):
        told_in(tmp_path / SUMMARY, store.read_results())


def test_a_long_run_takes_a_few_bytes_for_each_sample(tmp_path: Path) -> None:
    count = 3000
    store = RunStore(tmp_path)
    every = [scored("a", trial=trial, notes=(f"note {trial} " * 100,)) for trial in range(count)]
    store.append_results(every[: count // 2])
    store.write_summary({"per_scenario_results": [result.to_record() for result in every]})
    del every
    tracemalloc.start()
    try:
        written = WrittenResults.of(store.result_lines(), in_memory=0)
        found, _ = told_in(tmp_path / SUMMARY, written, in_memory=0)
        assert sum(len(result.notes) for result in found) == count
        kept_bytes, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept_bytes < 200 * count
    assert peak_bytes < 500 * count


def test_the_void_samples_of_a_long_run_take_a_few_bytes_each(tmp_path: Path) -> None:
    count = 3000
    store = RunStore(tmp_path)
    store.append_results([void("a", trial=trial) if trial % 3 else scored("a", trial=trial) for trial in range(count)])
    run = RunResult.of(WrittenResults.of(store.result_lines(), in_memory=0), Ending.DONE, store)

    assert run.coverage == pytest.approx(1 / 3)  # what makes the numbers of all samples
    tracemalloc.start()
    try:
        found = run.void
        kept_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert [sample.trial for sample in found] == [trial for trial in range(count) if trial % 3]
    assert {sample.status for sample in found} == {"void"}
    assert kept_bytes < 50 * count
