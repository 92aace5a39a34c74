from __future__ import annotations

from pathlib import Path

import pytest

from tool_sandbox.cli.app import exit_code
from tool_sandbox.cli.doctor import examine


def test_a_working_machine_has_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["doctor"]) == 0

    out = capsys.readouterr().out
    assert "scenarios load" in out
    assert "problem" not in out


def test_keys_are_named_and_never_shown() -> None:
    told = "\n".join(map(str, examine({"OPENAI_API_KEY": "sk-verysecret123"})))

    assert "OPENAI_API_KEY is set" in told
    assert "verysecret" not in told


def test_without_a_key_it_says_what_can_be_played() -> None:
    assert any("no provider's key is set" in str(finding) for finding in examine({}))


def test_a_folder_that_cannot_be_written_to_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert any("choose a directory with -o" in str(finding) for finding in examine({}))


def test_addresses_of_direct_models_are_examined_and_passwords_hidden() -> None:
    def told(**environment: str) -> str:
        return "\n".join(map(str, examine(environment)))

    good = told(DIRECT_API_BASE="http://me:hunter2@host:8/v1", TOOL_SANDBOX_AGENT="direct:http://host/v1/m")
    assert "direct: models are asked at http://host:8/v1" in good
    assert "TOOL_SANDBOX_AGENT asks for 'm'" in good
    assert "hunter2" not in good
    assert "problem  'host:8/v1' is not an address" in told(DIRECT_API_BASE="host:8/v1")
    assert "problem  the environment variable TOOL_SANDBOX_OUTPT" in told(TOOL_SANDBOX_OUTPT="x")
    assert "problem  'direct:http://host/v1' cannot be asked" in told(TOOL_SANDBOX_USER="direct:http://host/v1")
