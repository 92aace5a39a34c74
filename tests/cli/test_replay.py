"""A recorded run is played again from its journal alone: the same scores, and nobody is asked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from tests.cli.recording import RECORDED
from tool_sandbox.cli.app import exit_code

OF_THE_PLACE = {"duration", "trajectory"}
"""What is not the same in two runs."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DIRECT_API_BASE", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)


def results(directory: Path) -> dict[str, dict[str, Any]]:
    lines = (directory / "results.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    return {each["name"]: {key: each[key] for key in each.keys() - OF_THE_PLACE} for each in records}


def as_recorded(again: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Without what results have only since the run was recorded."""
    recorded = results(RECORDED)
    return {name: {key: each[key] for key in each.keys() & recorded[name].keys()} for name, each in again.items()}


def copied(**changes: Any) -> Path:
    """The recorded run, with other settings."""
    shutil.copytree(RECORDED, "copy")
    path = Path("copy/run.json")
    record = json.loads(path.read_text())
    record["settings"].update(changes)
    path.write_text(json.dumps(record))
    return Path("copy")


def edited(name: str, before: str, after: str) -> None:
    path = Path("copy") / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_recorded_run_comes_to_the_same_results_without_a_server() -> None:
    before = {path: path.read_bytes() for path in RECORDED.rglob("*") if path.is_file()}

    assert exit_code(["run", "--replay", str(RECORDED), "--name", "again", "-q"]) == 0

    again, recorded = results(Path("runs/again")), results(RECORDED)
    assert as_recorded(again) == recorded
    assert {each["similarity"] for each in again.values()} == {0.0, 1.0}
    assert {path: path.read_bytes() for path in RECORDED.rglob("*") if path.is_file()} == before


def test_a_recorded_run_in_a_remote_store_is_played_again() -> None:
    remote = UPath("memory://replayed/one")
    for path in RECORDED.rglob("*"):
        if path.is_file():
            (remote / path.relative_to(RECORDED).as_posix()).parent.mkdir(parents=True, exist_ok=True)
            (remote / path.relative_to(RECORDED).as_posix()).write_bytes(path.read_bytes())

    assert exit_code(["run", "--replay", "memory://replayed/one", "--name", "again", "-q"]) == 0
    assert as_recorded(results(Path("runs/again"))) == results(RECORDED)


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("run.json", '"temperature": null', '"temperature": 0.5', "temperature was 0 and is 0.5"),
        ("calls.jsonl", "Dana Osei", "Dana Ohio", 'content of message 1 was "Text Dana Ohio'),
    ],
    ids=["setting", "answer"],
)
def test_a_call_that_is_not_recorded_is_told_with_sample_and_difference(
    capsys: pytest.CaptureFixture[str], file: str, before: str, after: str, told: str
) -> None:
    copied()
    edited(file, before, after)

    assert exit_code(["run", "--replay", "copy", "--name", "again"]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "the call of AGENT after" in out
    assert "is not in the journal of copy" in out
    assert told in out
    assert "record the run anew" in out
    assert "--retry-void" not in out


def test_a_score_below_what_is_wanted_fails_the_build() -> None:
    replay = ["run", "--replay", str(RECORDED), "-q"]
    assert exit_code([*replay, "--fail-under", "0.9"]) == 4
    assert exit_code([*replay, "--against", str(RECORDED), "--fail-on-regression", "0"]) == 0


def test_samples_without_a_recorded_score_are_left_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    run = copied()
    lines = (run / "results.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    void = {**json.loads(lines[1]), "status": "void", "cause": "provider", "similarity": None}
    (run / "results.jsonl").write_text("".join([lines[0], json.dumps(void) + "\n", lines[2]]), encoding="utf-8")

    assert exit_code(["run", "--replay", "copy", "--name", "again"]) == 1
    assert "2 of 4 samples of copy played from the journal" in capsys.readouterr().err
    summary = json.loads(Path("runs/again/result_summary.json").read_text(encoding="utf-8"))
    assert summary["outcomes"] == {"samples": 4, "scored": 2, "void": {"cancelled": 1, "provider": 1}}


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["-a", "oracle"], "--agent would have no effect: with --replay everything is as in the recorded run."),
        (["--budget", "1"], "--budget would have no effect"),
        (["--config", "run.yaml"], "--config would have no effect beside --replay"),
        (["--dry-run"], "--dry-run would have no effect beside --replay"),
    ],
    ids=["agent", "budget", "config", "dry run"],
)
def test_a_flag_without_an_effect_is_refused(capsys: pytest.CaptureFixture[str], flags: list[str], told: str) -> None:
    assert exit_code(["run", "--replay", str(RECORDED), *flags]) == 2
    assert told in capsys.readouterr().err
    assert not Path("runs").exists()


def test_a_played_journal_is_neither_resumed_nor_played_again(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code(["run", "--replay", str(RECORDED), "--name", "again", "-q"])

    assert exit_code(["resume", "runs/again"]) == 2
    assert exit_code(["run", "--replay", "runs/again"]) == 2
    assert capsys.readouterr().err.count("recorded_run") == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"search": "rapidapi"}, "whose answers no journal holds"),
        ({"agent": "remote"}, "by an agent from outside"),
        ({"agent": 5}, "holds no settings"),
    ],
    ids=["search", "remote", "settings"],
)
def test_a_run_that_cannot_be_played_so_says_why(
    capsys: pytest.CaptureFixture[str], change: dict[str, Any], told: str
) -> None:
    copied(**change)
    assert exit_code(["run", "--replay", "copy"]) == 2
    assert told in capsys.readouterr().err
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("flags", "told"),
    [(["--fail-under", "no_such_tag=1"], "no_such_tag"), (["--junit", "nowhere/x/y.xml"], "nowhere/x/y.xml")],
    ids=["threshold", "file"],
)
def test_what_is_wrong_is_told_before_anything_is_written(
    capsys: pytest.CaptureFixture[str], flags: list[str], told: str
) -> None:
    Path("nowhere").write_text("a file")
    assert exit_code(["run", "--replay", str(RECORDED), *flags]) == 2
    assert told in capsys.readouterr().err
    assert not Path("runs").exists()


def test_a_record_without_settings_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    copied()
    Path("copy/run.json").write_text('{"schema_version": 1, "settings": 5}')
    assert exit_code(["run", "--replay", "copy"]) == 2
    assert "holds no settings to go on with" in capsys.readouterr().err


def test_a_model_on_this_machine_is_neither_fetched_nor_started(capsys: pytest.CaptureFixture[str]) -> None:
    copied(agent="local", user="local")

    assert exit_code(["run", "--replay", "copy"]) == 1
    assert "the model was 'direct:model' and is 'openai/" in " ".join(capsys.readouterr().out.split())
