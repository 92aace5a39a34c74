"""What the command line says about void samples."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import call, call_here, openai_server, run_directory
from tests.runs.samples import scored, void
from tool_sandbox.cli.void import void_lines


def test_one_line_tells_how_many_why_an_example_and_what_to_do() -> None:
    error = {"type": "ProviderUnavailableError", "message": "'m' failed: model is loading", "status": 503, "model": "m"}
    results = [void("is_wifi_on", error=error), scored("x"), void("y", error=error)]

    (line,) = void_lines(results, "runs/one")
    what, again = (
        "2 void, provider: 'm': HTTP 503 \"model is loading\" (is_wifi_on, …).",
        "resume runs/one --retry-void",
    )
    assert line == f"{what} Again: tool_sandbox {again}"


@pytest.mark.parametrize("cause", ["cancelled", "budget"])
def test_what_resume_plays_anyway_needs_no_line(cause: str) -> None:
    assert void_lines([void("a", cause=cause)], "runs/one") == []


def test_what_has_to_be_done_first_comes_first() -> None:
    (line,) = void_lines([void("a", error={"type": "AuthenticationError", "message": "no"})], "d")

    assert line.endswith("Check the key, then: tool_sandbox resume d --retry-void")


def test_a_fault_of_an_own_agent_is_named_with_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = ("-a", "tests.cli.terminal_roles:Broken", "-u", "oracle", "-s", "switch_wifi_off")
    done = call_here(capsys, "run", *broken, "-o", str(tmp_path))

    assert done.returncode == 1
    source = Path(__file__).with_name("terminal_roles.py")
    line = source.read_text().splitlines().index('        raise ZeroDivisionError("nothing to divide by")') + 1
    assert 'ZeroDivisionError "nothing to divide by" at ' in done.stdout
    assert f"{source.name}:{line} (switch_wifi_off). Mend it, then: tool_sandbox resume" in done.stdout
    assert "1 void, agent: " in done.stdout
    assert "harness" not in done.stdout


def test_a_run_that_cannot_succeed_is_stopped_and_can_be_gone_on_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with openai_server("--answer", "0") as url:
        arguments = ("-a", f"direct:{url}/model", "-u", "oracle", "-s", "switch_wifi_off*", "-p", "1", "--retries", "0")
        stopped = call_here(capsys, "run", *arguments, "--max-void", "3", "-o", str(tmp_path))
        directory = run_directory(tmp_path)

        assert stopped.returncode == 1
        assert f"go on with: tool_sandbox resume {directory} --retry-void" in stopped.stderr
        assert "3 samples in a row were void for the same reason" in stopped.stderr
        assert 'HTTP 500 "out of order"' in stopped.stdout

        never = call_here(capsys, "resume", str(directory), "--max-void", "0")

    assert never.returncode == 1
    assert "13 of 16 samples are left to play" in never.stderr
    assert "void: 16 provider" in never.stdout


def test_a_key_that_only_a_role_misses_is_wrong_usage_and_the_run_can_be_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from tool_sandbox.roles.litellm_agent import LiteLLMAgent\n\n"
        "class Mine(LiteLLMAgent):\n    def __init__(self):\n        super().__init__('openai/gpt-4o')\n"
    )
    path = f"{Path(__file__).resolve().parents[2]}:{tmp_path}"
    done = call(
        "run", "-a", "mine:Mine", "-u", "oracle", "-s", "switch_wifi_off", "-o", str(tmp_path / "runs"),
        environment={"PYTHONPATH": path, "OPENAI_API_KEY": ""},
    )  # fmt: skip

    assert done.returncode == 2
    assert "OPENAI_API_KEY" in done.stderr
    assert f"tool_sandbox resume {run_directory(tmp_path / 'runs')}" in done.stderr
    assert "Traceback" not in done.stderr
