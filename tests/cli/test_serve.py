from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

import tool_sandbox as ts
from tests.cli.command import run_directory, spawn
from tests.llm.loopback import Answer, completion, serving
from tests.waiting import HANG
from tool_sandbox.cli.app import exit_code

EASY = "switch_wifi_off"
SERVE = ["serve", "-u", "oracle", "-q", "-s"]


def agent(code: str) -> list[str]:
    """What starts an agent that does so much; ``post`` is what it asks with."""
    head = """
import json, os, sys
from urllib.request import Request, urlopen
def post(path, **body):
    request = Request(os.environ["TOOL_SANDBOX_URL"] + path, json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["TOOL_SANDBOX_TOKEN"]})
    return json.load(urlopen(request))
def say(text):
    begun = post("/samples")
    return post(f"/samples/{begun['id']}/messages", content=text)
"""
    return ["--", sys.executable, "-c", head + code]


def test_the_run_ends_with_the_agent_and_what_it_left_has_no_score(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "say('Hello'); post('/samples')"
    assert exit_code([*SERVE, EASY, "ticker_symbol_of_company", "-o", str(tmp_path), *agent(code)]) == 1
    assert "over 1 of 2 samples; void: 1 cancelled" in capsys.readouterr().out
    assert [each.cause for each in ts.open_run(run_directory(tmp_path)).samples] == [None, "cancelled"]


def test_an_agent_that_fails_fails_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code([*SERVE, EASY, "-o", str(tmp_path), *agent("say('Hello'); sys.exit(7)")]) == 1
    assert "ended with exit code 7" in capsys.readouterr().err


def test_a_score_that_is_too_low_is_told_by_the_exit_code(tmp_path: Path) -> None:
    assert exit_code([*SERVE, EASY, "--fail-under", "0.5", "-o", str(tmp_path), *agent("say('Hello')")]) == 4


def test_the_simulated_user_may_cost_no_more_than_the_budget(tmp_path: Path) -> None:
    code = """
end = say('Hello')
assert end["result"]["cause"] == "budget", end
try:
    post("/samples")
except OSError as error:
    assert (error.code, json.load(error)["code"]) == (410, "run_over")
"""
    prices = "prices={input_per_million: 0.3, output_per_million: 0.7}"
    with serving() as server:
        server.says(Answer(completion("Go on.")))
        paid = ["-u", f"direct:{server.base}/m", "--user-param", prices, "--budget", "0.000001"]
        assert exit_code(["serve", "-q", "-s", EASY, *paid, "-o", str(tmp_path), *agent(code)]) == 3
        assert server.requests == []


def test_from_elsewhere_agents_need_the_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert exit_code([*SERVE, EASY, "--host", "0.0.0.0", "-o", str(tmp_path), *agent("say('Hello')")]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert " with the token " in first
    monkeypatch.setenv("TOOL_SANDBOX_TOKEN", "s3cret")
    assert exit_code([*SERVE, EASY, "-o", str(tmp_path), *agent("say('Hello')")]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("/v1 with the token s3cret")


WRONG: Mapping[str, tuple[list[str], str]] = {
    "program": ([EASY, "--", "nonesuch"], "'nonesuch' is no program that can be started here."),
    "port": ([EASY, "--port", "99999"], "cannot serve at 127.0.0.1:99999"),
    "host": ([EASY, "--host", "nowhere.invalid"], "cannot serve at nowhere.invalid:0"),
    "turn": ([EASY, "--turn-timeout", "-1"], "--turn-timeout=-1.0 must be a number of at least 0"),
    "scenario": (["switch_wifi_of"], "did you mean 'switch_wifi_off'"),
    "resume": ([EASY, "--resume", "runs"], "--user would have no effect with --resume"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_and_leaves_no_run(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], blocked_network: list[str]
) -> None:
    assert exit_code([*SERVE, arguments[0], "-o", str(tmp_path / "runs"), *arguments[1:]]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
    blocked_network.clear()


def test_after_ctrl_c_the_run_is_gone_on_with(tmp_path: Path) -> None:
    with spawn(*SERVE, EASY, "ticker_symbol_of_company", "-o", str(tmp_path)) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        begun = post(f"{address}/samples", {"scenario": EASY})
        end = post(f"{address}/samples/{begun['id']}/messages", {"content": "Hello"})
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=HANG)
    directory = run_directory(tmp_path)
    assert (end["done"], process.returncode) == (True, 130)
    assert f"Go on with: tool_sandbox serve --resume {directory}" in errors
    assert exit_code(["serve", "--resume", str(directory), "-q", *agent("say('Hello')")]) == 0
    assert [each.status for each in ts.open_run(directory).samples] == ["scored", "scored"]


def test_a_run_that_was_not_served_is_not_gone_on_with_by_whoever_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["run", "-a", "oracle", "-s", EASY, "-q", "-o", str(tmp_path)]) == 0
    assert exit_code(["serve", "--resume", str(run_directory(tmp_path))]) == 2
    assert "was played by 'oracle' and not served; go on with it by 'tool_sandbox resume'" in capsys.readouterr().err


def post(address: str, body: object) -> dict[str, object]:
    request = Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310 -- loopback
    with urlopen(request, timeout=HANG) as answer:  # noqa: S310 -- the same
        return dict(json.load(answer))
