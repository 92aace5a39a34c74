"""Whatever became of the files of a run, resume and rescore end with a message and never call it a fault of ours."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run_directory
from tool_sandbox.cli.app import exit_code

SUITE = """
- name: use_it
  user: {knows: You want it., says: Do it please}
  milestones: [{id: told, said: done, match: likeness}]
  tools: [set_wifi_status]
  solution: [{set_wifi_status: {on: false}}, {say: done}]
"""
FILES = [
    "run.json",
    "results.jsonl",
    "result_summary.json",
    "trajectories/use_it/execution_context.json",
]
OTHER: list[Any] = [None, True, -1, 1e308, "x", "../..", [], {}, [[]], [{}], {"a": 1}]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("suite") / "suite.yaml"
    file.write_text(SUITE)
    return file


@pytest.fixture(scope="module")
def finished(suite: Path) -> Path:
    names = ["-s", "use_it", "use_it_3_distraction_tools"]
    runs = suite.parent / "runs"
    assert exit_code(["run", "-a", "oracle", "--scenarios-from", str(suite), *names, "-o", str(runs)]) == 0
    return run_directory(runs)


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "run"))


def looked_at(run: Path, suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["resume", str(run)], ["rescore", str(run), "--scenarios-from", str(suite)]):
        code = exit_code(command)
        captured = capsys.readouterr()
        assert code in {0, 1, 2}, (command, captured.err)
        assert "Traceback" not in captured.err
        assert code == 0 or captured.err or captured.out


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_file_torn_anywhere(
    run: Path, suite: Path, name: str, share: float, capsys: pytest.CaptureFixture[str]
) -> None:
    content = (run / name).read_bytes()
    (run / name).write_bytes(content[: int(len(content) * share)])
    looked_at(run, suite, capsys)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [*map(json.dumps, OTHER), "[" * 100_000, "9" * 5000, "\x00", '"\\ud800"'])
def test_a_file_with_anything_else_in_it(
    run: Path, suite: Path, name: str, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (run / name).write_text(content)
    looked_at(run, suite, capsys)


@pytest.mark.parametrize("name", FILES)
def test_a_folder_in_place_of_a_file(run: Path, suite: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (run / name).unlink()
    (run / name).mkdir()
    looked_at(run, suite, capsys)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("seed", range(6))
def test_any_value_in_a_file_replaced_or_missing(
    run: Path, suite: Path, name: str, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(f"{name}{seed}")
    first, *rest = (run / name).read_text().splitlines() if name.endswith("l") else [(run / name).read_text()]
    (run / name).write_text("\n".join([json.dumps(changed(json.loads(first), chance)), *rest, ""]))
    looked_at(run, suite, capsys)


def test_a_run_without_settings_is_named(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads((run / "run.json").read_text())
    del record["settings"]
    (run / "run.json").write_text(json.dumps(record))

    assert exit_code(["resume", str(run)]) == 2

    err = capsys.readouterr().err
    assert "run.json" in err
    assert "settings" in err


def changed(content: Any, chance: random.Random) -> Any:
    """The content with one value, drawn by chance, taken out or replaced."""
    places = list(_places(content))
    if not places:
        return chance.choice(OTHER)
    holder, key = chance.choice(places)
    if chance.random() < 0.3:
        del holder[key]
    else:
        holder[key] = chance.choice(OTHER)
    return content


def _places(content: Any) -> Any:
    entries = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in entries:
        yield content, key
        yield from _places(value)
