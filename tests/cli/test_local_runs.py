"""A model on this machine plays through the command line, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.cli.command import call, run_directory, spawn
from tests.llm.tiny_gguf import write_tiny_gguf
from tests.waiting import HANG, until
from tool_sandbox.cli.app import exit_code

MARK = "TEST_MARK_OF_TOOL_SANDBOX"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf", eager_to_call=True)


def _arguments(tiny: Path, base: Path) -> list[str]:
    return ["run", "-a", f"local:{tiny}", "-u", "oracle", "-s", "switch_wifi_off", "--max-tokens", "8", "-o", str(base)]


@pytest.fixture
def mark(tmp_path: Path) -> str:
    """Of this test alone: the suite may run twice on one machine."""
    return str(tmp_path)


def _marked(mark: str) -> list[int]:
    """The processes that carry a mark in their environment, and so all that a run has started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes()
        except OSError:  # it has ended, or is somebody else's
            continue
        if f"{MARK}={mark}".encode() in environment:
            found.append(int(entry.name))
    return [pid for pid in found if pid != os.getpid()]


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
def test_a_local_run_ends_in_typed_outcomes_and_leaves_no_process(tiny: Path, tmp_path: Path, mark: str) -> None:
    finished = call(*_arguments(tiny, tmp_path), environment={MARK: mark})

    assert finished.returncode in {0, 1}, finished.stderr
    assert "Traceback" not in finished.stderr
    summary = json.loads((run_directory(tmp_path) / "result_summary.json").read_text())
    (result,) = summary["per_scenario_results"]
    assert result["status"] == "scored" or result["cause"] in {"provider", "timeout", "context_window"}
    assert summary["spending"]["unpriced_calls"] == 0
    assert _marked(mark) == []


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_local_run_leaves_no_process(
    tiny: Path, tmp_path: Path, mark: str, number: signal.Signals
) -> None:
    process = spawn(*_arguments(tiny, tmp_path), environment={MARK: mark})
    until(lambda: len(_marked(mark)) >= 2 or process.poll() is not None)
    process.send_signal(number)
    process.communicate(timeout=HANG)

    until(lambda: _marked(mark) == [])


def test_a_local_model_is_probed_as_it_is_served(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code(["doctor", f"local:{tiny}", "--max-tokens", "8", "--json"])

    (model,) = json.loads(capsys.readouterr().out)["models"]
    found = {probe["probe"]: probe["what"] for probe in model["probes"]}
    assert found["server"] == "llama.cpp serves 'tiny'"
    assert (found["price"], found["context"]) == ("free", "8,192 tokens")
    assert (model["finished"], model["cost"]) == (True, 0.0)
