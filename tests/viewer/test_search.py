"""Full-text search over the messages of a run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tool_sandbox.runs.run_result import open_run
from tool_sandbox.viewer.search import SearchIndex

if TYPE_CHECKING:
    from tool_sandbox import RunResult

WIFI, BOSS = ("switch_wifi_off", 0), ("text_boss_by_relationship", 0)


@pytest.fixture
def run(runs: dict[str, RunResult], tmp_path: Path) -> RunResult:
    """A run in a directory of its own."""
    shutil.copytree(str(runs["oracle"].directory), tmp_path / "run")
    return open_run(tmp_path / "run")


def indexed(run: RunResult) -> SearchIndex:
    index = SearchIndex(run)
    index.update(run)
    return index


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Wi-Fi", {WIFI}),
        ("WI-FI off", {WIFI}),
        ("set_wifi", {WIFI}),
        ("search_contacts", {BOSS}),
        ("search_contacts set_wifi_status", set()),
        ('"" * AND (', set()),
        ("nobodysaidthis", set()),
        ("", set()),
    ],
)
def test_samples_are_found_by_the_beginnings_of_their_words(
    run: RunResult, words: str, found: set[tuple[str, int]]
) -> None:
    assert indexed(run).samples(words) == found


def test_instructions_are_not_searched(run: RunResult) -> None:
    assert indexed(run).samples("You help a person with their phone") == set()


def test_the_index_is_kept_beside_the_run_and_used_again(run: RunResult, tmp_path: Path) -> None:
    indexed(run).close()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [".run.search.sqlite"]
    assert SearchIndex(run).samples("set_wifi") == {WIFI}


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\x00" + b"\x00" * 200])
def test_a_damaged_index_is_made_again(run: RunResult, tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".run.search.sqlite").write_bytes(content)
    assert indexed(run).samples("set_wifi") == {WIFI}


def test_where_nothing_can_be_written_the_index_is_kept_in_memory(run: RunResult, tmp_path: Path) -> None:
    (tmp_path / ".run.search.sqlite").mkdir()
    assert indexed(run).samples("set_wifi") == {WIFI}


def test_a_conversation_that_is_gone_is_passed_over(run: RunResult, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "run" / "trajectories" / WIFI[0])
    index = indexed(run)
    assert index.samples("set_wifi") == set()
    assert index.samples("search_contacts") == {BOSS}
