from __future__ import annotations

from pathlib import Path

from tests.waiting import until
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.preparation import new_runs
from tool_sandbox.runs.started_run import StartedRun


def started(folder: Path, summary: Path | None = None, trials: int = 1) -> StartedRun:
    """A run that is asked for a file, in whose place a folder stands by the time it is written."""
    asked = RunSettings(
        agent="oracle",
        user="oracle",
        scenarios=("switch_wifi_off",),
        output=str(folder / "runs"),
        trials=trials,
        concurrency=2,
        summary=str(summary) if summary else None,
    )
    (prepared,) = new_runs([asked])
    if summary:
        summary.mkdir()
    return StartedRun(prepared)


def test_a_started_run_goes_on_by_itself_to_its_end(tmp_path: Path) -> None:
    run = started(tmp_path)
    until(lambda: run.is_over)
    progress = run.progress()
    assert (progress.samples, progress.so_far.score, progress.playing, progress.error) == (1, 1.0, (), None)
    assert (Path(run.directory) / "result_summary.json").is_file()


def test_what_ended_a_run_is_told_with_what_is_finished(tmp_path: Path) -> None:
    run = started(tmp_path, summary=tmp_path / "summary.md")
    until(lambda: run.is_over)
    progress = run.progress()
    assert "summary.md" in (progress.error or "")
    assert progress.so_far.score == 1.0


def test_progress_is_what_it_was_when_it_was_asked_for(tmp_path: Path) -> None:
    run = started(tmp_path, trials=12)
    seen = [run.progress()]
    while not seen[-1].is_over:
        seen.append(run.progress())
    counts = [progress.finished for progress in seen]
    assert counts == sorted(counts)
    assert counts == [len(progress.so_far) for progress in seen]
    assert counts == [sum(each.similarity == 1 for each in progress.so_far) for progress in seen]
    assert all(len(progress.playing) + progress.finished <= 12 for progress in seen)
    assert counts[-1] == 12
