from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.runs.samples import scored, void
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.places import open_location
from tool_sandbox.runs.store import RunStore, trajectory_place

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_a_run_directory_is_named_after_time_agent_and_user(tmp_path: Path) -> None:
    store = RunStore.create(str(tmp_path), "anthropic/claude", "gpt-5", now=NOON)

    assert store.directory == tmp_path / "2026-03-02_12-00-00_anthropic-claude_gpt-5"


def test_runs_of_the_same_second_never_share_a_directory(tmp_path: Path) -> None:
    names = {RunStore.create(str(tmp_path), "a/b", "c", now=NOON).directory.name for _ in range(3)}

    assert len(names) == 3


@pytest.mark.parametrize("name", ["../../etc", "direct:http://h:1/m", "x" * 300, "日本" * 200, ""])
def test_any_two_players_can_name_a_run_directory(tmp_path: Path, name: str) -> None:
    store = RunStore.create(str(tmp_path), name, name)

    assert store.directory.parent == tmp_path
    assert store.directory.is_dir()


def test_a_directory_that_cannot_be_written_to_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SettingsError, match=r"cannot write to '.*file'"):
        RunStore.create(str(tmp_path / "file"), "a", "b")
    with pytest.raises(SettingsError, match="cannot write to"):
        RunStore.create(str(tmp_path / "file" / "below"), "a", "b")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_results_come_back_in_order(tmp_path: Path) -> None:
    store = RunStore.create(str(tmp_path), "a", "b")
    results = [scored("a"), void("b"), scored("a", 0.25, trial=1)]

    for result in results:
        store.append_result(result)

    assert store.read_results() == results


def test_a_line_torn_by_a_crash_is_skipped_and_the_next_one_is_whole(tmp_path: Path) -> None:
    store = RunStore.create(str(tmp_path), "a", "b")
    store.append_result(scored("a"))
    with (store.directory / "results.jsonl").open("ab") as file:
        file.write(b'{"name": "torn", "stat')

    assert [result.name for result in store.read_results()] == ["a"]

    store.rewrite_results(store.read_results())
    store.append_result(scored("b"))
    assert [result.name for result in store.read_results()] == ["a", "b"]


def test_every_appended_line_is_json_on_its_own(tmp_path: Path) -> None:
    store = RunStore.create(str(tmp_path), "a", "b")
    store.append_result(scored("a", traceback="line\nbreak \ud800"))

    (line,) = (store.directory / "results.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["traceback"] == "line\nbreak \ud800"


def test_trials_have_directories_of_their_own(tmp_path: Path) -> None:
    store = RunStore.create(str(tmp_path), "a", "b")

    single = store.directory / trajectory_place("one", 0, 1)
    second = store.directory / trajectory_place("one", 1, 2)

    assert single == store.directory / "trajectories" / "one"
    assert second == single / "trial_1"


def test_samples_with_names_alike_keep_their_trajectories_apart(tmp_path: Path) -> None:
    store = RunStore.create(str(tmp_path), "a", "b")
    names = ["x" * 254 + "1", "x" * 254 + "2", "x" * 300 + "1", "x" * 300 + "2", "a b", "a/b", "Wifi", "wifi"]

    for name in names:
        store.write_trajectory(store.directory / trajectory_place(name, 0, 1), {"pretty_print.txt": name})

    kept = (store.directory / "trajectories").glob("*/pretty_print.txt")
    assert sorted(path.read_text() for path in kept) == sorted(names)


@pytest.mark.parametrize("remote", [False, True])
@pytest.mark.parametrize("trials", [1, 2])
def test_a_trajectory_is_found_through_its_result(tmp_path: Path, remote: bool, trials: int) -> None:
    store = RunStore.create(f"memory://found-{uuid4()}" if remote else str(tmp_path), "a", "b")
    place = trajectory_place("What's this?", 0, trials)
    store.write_trajectory(store.directory / place, {"pretty_print.txt": "this"})
    store.append_result(scored("What's this?", trajectory=place))

    (result,) = RunStore.open(str(store.directory)).read_results()

    found = RunStore.open(str(store.directory)).trajectory_of(result.to_record())
    assert (found / "pretty_print.txt").read_text() == "this"


@pytest.mark.parametrize(
    ("name", "trial", "folder"),
    [
        ("plain", 0, "plain"),
        ("plain", 1, "plain/trial_1"),
        ("a b", 0, "a-b"),
        ("y" * 120, 0, "y" * 100),
        ("y" * 120, 1, "y" * 100 + "/trial_1"),
        ("y" * 130, 0, "y" * 130),
        ("Odd Name", 0, "Odd Name"),
    ],
)
def test_trajectories_of_earlier_versions_and_of_the_original_are_found(
    tmp_path: Path, name: str, trial: int, folder: str
) -> None:
    (tmp_path / "trajectories" / folder).mkdir(parents=True)

    found = RunStore(tmp_path).trajectory_of({"name": name, "trial": trial})

    assert found == tmp_path / "trajectories" / folder


def test_a_trajectory_that_is_nowhere_is_told_with_the_place_it_should_have(tmp_path: Path) -> None:
    assert RunStore(tmp_path).trajectory_of({"name": "one"}) == tmp_path / "trajectories" / "one"


def test_a_trajectory_is_written_without_leaving_anything_unfinished(tmp_path: Path) -> None:
    store = RunStore.create(str(tmp_path), "a", "b")
    directory = store.directory / trajectory_place("one", 0, 1)

    store.write_trajectory(directory, {"conversation.json": "[]", "pretty_print.txt": "lone \ud800"})
    store.write_trajectory(directory, {"conversation.json": "[1]"})

    assert sorted(path.name for path in directory.iterdir()) == ["conversation.json", "pretty_print.txt"]
    assert (directory / "conversation.json").read_text() == "[1]"


def test_a_run_can_live_behind_a_url() -> None:
    base = f"memory://runs-{uuid4()}"
    store = RunStore.create(base, "a", "b", now=NOON)
    store.write_run({"settings": {}})
    store.append_result(scored("a"))
    store.append_result(scored("b"))
    store.write_trajectory(store.directory / trajectory_place("a", 0, 1), {"conversation.json": "[]"})

    again = RunStore.open(str(store.directory))
    assert again.read_run() == {"settings": {}}
    assert [result.name for result in again.read_results()] == ["a", "b"]
    assert RunStore.create(base, "a", "b", now=NOON).directory != store.directory


def test_a_url_nobody_understands_is_one_clear_error() -> None:
    with pytest.raises(SettingsError, match="cannot write to 'nosuch://x'"):
        RunStore.create("nosuch://x", "a", "b")


def test_what_is_no_run_directory_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is not a run directory"):
        RunStore.open(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match=r"no readable run\.json"):
        RunStore(tmp_path).read_run()


def test_a_home_directory_is_expanded() -> None:
    assert "~" not in str(open_location("~/runs"))


def test_a_run_is_written_by_one_process_at_a_time(tmp_path: Path) -> None:
    store = RunStore.create(str(tmp_path), "a", "b")
    other = RunStore.open(str(store.directory))
    store.claim()

    with pytest.raises(SettingsError, match="is being played by another process"):
        other.claim()

    store.release()
    other.claim()
    other.release()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"status": "odd"}, "its status is 'odd'"),
        ({"status": None}, "its status is None"),
        ({"similarity": "high"}, "its similarity is 'high'"),
        ({"trial": "first"}, "its trial is 'first'"),
        ({"milestone_mapping": {"x": [1, 1.0]}}, "its milestone_mapping is"),
        ({"milestone_mapping": [1]}, "its milestone_mapping is"),
        ({"minefield_mapping": {"0": 5}}, "its minefield_mapping is"),
        ({"spending": {"calls": "many"}}, "its calls is 'many'"),
        ({"spending": {"euros": 1}}, "unknown key 'euros'"),
        ({"categories": "ALL"}, "its categories is 'ALL'"),
        ({"more": 1}, "unknown key 'more'"),
        ({"name": None}, "its name is None"),
    ],
)
def test_a_whole_line_that_is_no_result_is_named_and_kept(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    store = RunStore(tmp_path)
    good = SampleResult(name="a", status="scored", similarity=1.0)
    store.append_result(good)
    with (tmp_path / "results.jsonl").open("a") as file:
        file.write(json.dumps({**good.to_record(), **change}) + "\n")
    before = (tmp_path / "results.jsonl").read_bytes()

    with pytest.raises(SettingsError, match=r"line 2, is not a result") as caught:
        store.read_results()

    assert named in str(caught.value)
    assert (tmp_path / "results.jsonl").read_bytes() == before
