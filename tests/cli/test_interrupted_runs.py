"""Runs that are killed, interrupted, out of money or without a provider, against a server in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import ROOT, openai_server, run_directories, run_directory, spawn
from tests.waiting import HANG, until
from tool_sandbox.cli.app import exit_code

SCENARIOS = ("switch_wifi_off*", "--tag", "no_distraction_tools", "three_distraction_tools")


def _records(directory: Path) -> list[dict[str, Any]]:
    path = directory / "results.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _summary(directory: Path) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((directory / "result_summary.json").read_text())
    return summary


def _calls(url: str, path: str = "/calls") -> int:
    with urllib.request.urlopen(url.replace("/v1", path)) as answer:  # noqa: S310 -- our own server on loopback
        return int(json.load(answer)["calls"])


def _release(url: str) -> None:
    """Let the server answer what it holds, and everything from now on."""
    _calls(url, "/release")


def _arguments(url: str, base: Path, *more: str) -> list[str]:
    return ["run", "-a", f"direct:{url}/model", "-u", "oracle", "-s", *SCENARIOS, "-o", str(base), *more]


def _start(url: str, base: Path, *more: str) -> subprocess.Popen[str]:
    """A process that can be killed."""
    return spawn(*_arguments(url, base, *more))


def _wait_for_results(base: Path, count: int, process: subprocess.Popen[str]) -> Path:
    def there() -> bool:
        return base.exists() and any(base.iterdir()) and len(_lines(run_directory(base))) >= count

    until(lambda: there() or process.poll() is not None)
    if not there():
        pytest.fail(f"the run ended before its result number {count}: {process.communicate()}")
    return run_directory(base)


def _lines(directory: Path) -> list[str]:
    path = directory / "results.jsonl"
    return path.read_text().splitlines() if path.exists() else []


def _scores(directory: Path) -> dict[tuple[str, int], Any]:
    return {(one["name"], one["trial"]): one["similarity"] for one in _summary(directory)["per_scenario_results"]}


def test_a_killed_run_goes_on_without_repeating_a_sample_or_paying_a_call_twice(tmp_path: Path) -> None:
    with openai_server("--hold-after", "3") as url:
        process = _start(url, tmp_path / "runs", "-p", "2")
        directory = _wait_for_results(tmp_path / "runs", 3, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        _release(url)
        kept = _records(directory)
        with (directory / "results.jsonl").open("a") as file:
            file.write('{"name": "torn')

        assert exit_code(["resume", str(directory)]) == 0
        answered = _calls(url)

    records = _records(directory)
    assert records[: len(kept)] == kept
    keys = [(record["name"], record["trial"]) for record in records]
    assert len(keys) == len(set(keys)) == len(_summary(directory)["per_scenario_results"])
    journaled = (directory / "calls.jsonl").read_text().splitlines()
    assert len(journaled) == len(keys)
    assert answered <= len(keys) + 2, "only the calls in flight at the kill may be asked again"


def test_a_resumed_run_has_the_results_of_one_that_was_never_stopped(tmp_path: Path) -> None:
    with openai_server("--hold-after", "2") as url:
        process = _start(url, tmp_path / "stopped", "-p", "2")
        directory = _wait_for_results(tmp_path / "stopped", 2, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        _release(url)
        assert exit_code(["resume", str(directory)]) == 0
        assert exit_code(_arguments(url, tmp_path / "whole")) == 0

    assert _scores(directory) == _scores(run_directory(tmp_path / "whole"))


def test_a_run_that_is_still_played_cannot_be_resumed_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with openai_server("--hold-after", "1") as url:
        process = _start(url, tmp_path / "runs", "-p", "1")
        directory = _wait_for_results(tmp_path / "runs", 1, process)
        assert exit_code(["resume", str(directory)]) == 2
        process.kill()
        process.communicate()

    assert "another process" in capsys.readouterr().err


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(tmp_path: Path) -> None:
    with openai_server("--hold-after", "2") as url:
        process = _start(url, tmp_path / "runs", "-p", "2")
        directory = _wait_for_results(tmp_path / "runs", 2, process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=HANG)

    assert process.returncode == 130
    assert f"tool_sandbox resume {directory}" in err
    assert "Traceback" not in err
    assert "cancelled" in out
    outcomes = _summary(directory)["outcomes"]
    assert outcomes["scored"] == len(_records(directory)) >= 2
    assert outcomes["void"]["cancelled"] == outcomes["samples"] - outcomes["scored"]


def test_ctrl_c_in_the_first_of_several_agents_leaves_all_to_resume(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with openai_server("--hold-after", "2") as url:
        agents = (f"direct:{url}/model", "nop", "oracle")
        base = tmp_path / "runs"
        process = spawn("run", "-a", *agents, "-u", "oracle", "-s", "switch_wifi_off*", "-p", "2", "-o", str(base))
        until(lambda: (base.exists() and any(map(_lines, run_directories(base)))) or process.poll() is not None)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=HANG)
        by_agent = {
            json.loads((one / "run.json").read_text())["settings"]["agent"]: one for one in run_directories(base)
        }
        first = by_agent[agents[0]]
        finished = len(_lines(first))

        assert process.returncode == 130
        assert f"tool_sandbox resume {first} (it then plays what is left with nop, oracle, too)" in err

        urllib.request.urlopen(f"{url.removesuffix('/v1')}/release").close()  # noqa: S310 -- our own server on loopback
        assert exit_code(["resume", str(first), "-p", "4"]) == 0

    told = capsys.readouterr().err
    assert f"{16 - finished} of 16 samples are left to play in {first}" in told
    assert f"16 of 16 samples are left to play in {by_agent['oracle']}" in told
    assert [_summary(by_agent[agent])["outcomes"]["scored"] for agent in agents] == [16, 16, 16]

    assert exit_code(["resume", str(first)]) == 0
    told = capsys.readouterr().err
    assert "0 of 16 samples are left to play" in told
    assert str(by_agent["nop"]) not in told


def test_agents_whose_input_is_wrong_leave_no_directory(tmp_path: Path) -> None:
    agents = ("-a", "oracle", "local:no_such_file.gguf", "-u", "oracle")

    assert exit_code(["run", *agents, "-o", str(tmp_path / "runs")]) == 2
    assert not (tmp_path / "runs").exists()


def test_ctrl_c_ends_a_run_whose_role_never_answers(tmp_path: Path) -> None:
    (tmp_path / "deaf.py").write_text(
        "import time\n"
        "from tool_sandbox.common.vocabulary import RoleType\n"
        "from tool_sandbox.roles.base_role import BaseRole\n"
        "class Deaf(BaseRole):\n"
        "    role_type = RoleType.AGENT\n"
        "    def respond(self, ending_index=None):\n"
        "        print('listening', flush=True)\n"
        "        time.sleep(600)\n"
    )
    process = spawn(
        "run", "-a", "deaf:Deaf", "-u", "oracle", "-s", "switch_wifi_off", "-o", str(tmp_path / "runs"),
        environment={"PYTHONPATH": f"{Path(__file__).resolve().parents[2]}:{tmp_path}"},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "listening\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=HANG)

    assert process.returncode == 130


def test_a_provider_that_fails_makes_samples_void_and_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with openai_server("--answer", "2") as url:
        assert exit_code(_arguments(url, tmp_path / "runs", "-p", "1", "--retries", "0")) == 1
        directory = run_directory(tmp_path / "runs")

        summary = _summary(directory)
        assert summary["outcomes"]["scored"] == 2
        assert set(summary["outcomes"]["void"]) == {"provider"}
        assert "void: provider" in capsys.readouterr().out
        failed = next(one for one in summary["per_scenario_results"] if one["status"] == "void")
        assert (failed["similarity"], failed["error"]["status"]) == (None, 500)

        assert (exit_code(["resume", str(directory)]), _summary(directory)["outcomes"]["scored"]) == (1, 2)

    with openai_server() as url:
        record = json.loads((directory / "run.json").read_text())
        record["settings"]["agent"] = f"direct:{url}/model"
        (directory / "run.json").write_text(json.dumps(record))

        assert exit_code(["resume", str(directory), "--retry-void"]) == 0

    assert _summary(directory)["outcomes"]["void"] == {}


def test_a_budget_stops_the_run_with_code_3_and_a_larger_one_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = "prices={input_cost_per_token: 0.00001, output_cost_per_token: 0.00001}"
    with openai_server() as url:
        money = ("--budget", "0.02", "--max-tokens", "10", "--param", prices)
        assert exit_code(_arguments(url, tmp_path / "runs", "-p", "4", *money)) == 3
        directory = run_directory(tmp_path / "runs")
        first = _summary(directory)

        assert "--budget" in capsys.readouterr().err
        assert 0 < first["spending"]["cost"] <= 0.02
        assert first["outcomes"]["scored"] == len(_records(directory)) > 0
        assert set(first["outcomes"]["void"]) <= {"budget", "cancelled"}

        assert exit_code(["resume", str(directory), "--budget", "100"]) == 0

    assert _summary(directory)["spending"]["cost"] > 0.02


def test_no_key_is_written_anywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "sk-qwertyuiop0123456789"
    with openai_server("--answer", "1") as url:
        played = ("-a", f"direct:{url}/model", "-u", "oracle", "-s", "switch_wifi_*", "-o", str(tmp_path))
        assert exit_code(["run", *played, "--retries", "0", "--param", f"api_key={secret}"]) == 1

    captured = capsys.readouterr()
    assert secret not in captured.out + captured.err
    for path in run_directory(tmp_path).rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path

    assert exit_code(["resume", str(run_directory(tmp_path))]) == 2
    assert "api_key" in capsys.readouterr().err


def test_a_model_behind_litellm_plays_over_real_http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-anything")
    with openai_server() as url:
        monkeypatch.setenv("OPENAI_API_BASE", url)
        models = ("-a", "openai/x", "-u", "openai/gpt-4o")
        assert exit_code(["run", *models, "-s", "switch_wifi_off", "-o", str(tmp_path)]) == 0

    (result,) = _summary(run_directory(tmp_path))["per_scenario_results"]
    assert (result["status"], result["messages"]) == ("scored", 3)
    assert result["spending"]["calls"] == 2
    assert result["spending"]["unpriced_calls"] == 1
    assert result["spending"]["cost"] is None
    assert result["spending"]["known_cost"] > 0


def test_a_run_in_a_slow_remote_store_is_stopped_without_losing_a_call(tmp_path: Path) -> None:
    where = f"remote://{tmp_path}/runs"
    storage = [sys.executable, "-m", "tests.cli.remote_storage"]
    with openai_server("--hold-after", "2") as url:
        run = [*storage, "3", "run", "-a", f"direct:{url}/model", "-u", "oracle", "-s", *SCENARIOS, "-o", where, "-p2"]
        with subprocess.Popen(run, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            directory = _wait_for_results(tmp_path / "runs", 2, process)
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=HANG)
        assert process.returncode == 130, err
        (directory / "results.jsonl").unlink()
        held = _calls(url) - 2
        _release(url)

        resume = [*storage, "0", "resume", f"{where}/{directory.name}", "-q"]
        resumed = subprocess.run(resume, cwd=ROOT, capture_output=True, text=True, check=False, timeout=HANG)
        asked = _calls(url)

    assert resumed.returncode == 0, resumed.stderr
    samples = len(_summary(directory)["per_scenario_results"])
    assert asked == samples + held, "of the calls that were answered none is made again"
    *segments, manifest = sorted(path.name[:8] for path in (directory / "calls").iterdir())
    assert manifest == "manifest"
    assert segments == [f"{number:08}" for number in range(1, len(segments) + 1)]
    assert len(segments) > 1, "who goes on begins another one"
