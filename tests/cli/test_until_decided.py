"""Agents that are played trial after trial until it is decided which of them is better."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.command import call_here, openai_server, run_directories, spawn
from tests.waiting import HANG, until
from tool_sandbox.analysis.comparison import compare_runs
from tool_sandbox.cli.app import exit_code
from tool_sandbox.runs.run_result import open_run

PRICES = "prices={input_cost_per_token: 0.00001, output_cost_per_token: 0.00001}"
NINE = ("--presentations", "plain", "--limit", "9")


@pytest.fixture
def url() -> Iterator[str]:
    with openai_server() as base:
        yield base


def play(base: Path, *more: str) -> int:
    return exit_code(["run", "--until-decided", *NINE, "-o", str(base), *more])


def records(directory: Path) -> list[dict[str, Any]]:
    path = directory / "results.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def read(directory: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((directory / name).read_text())
    return found


def directories(base: Path) -> dict[str, Path]:
    """The run directories by their agents."""
    return {read(each, "run.json")["settings"]["agent"]: each for each in run_directories(base)}


def finished_in(base: Path) -> int:
    return sum(map(len, map(records, run_directories(base)))) if base.exists() else 0


def samples_of(directory: Path) -> list[tuple[str, int]]:
    return [(record["name"], record["trial"]) for record in records(directory)]


def test_the_better_agent_is_named_as_soon_as_it_is_clear(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert play(tmp_path, "-a", "nop", "oracle") == 0

    out, err = capsys.readouterr()
    sentence = out.splitlines()[-1]
    assert sentence.startswith("oracle is better than nop by 1.000 (95% interval +0.")
    assert sentence.endswith("decided after 1 trial of 9 scenarios.")
    assert "After trial 1 of at most 10: oracle leads nop by 1.000, which is enough." in err
    found = directories(tmp_path)
    assert sorted(samples_of(found["oracle"])) == sorted(samples_of(found["nop"]))
    assert len(samples_of(found["nop"])) == 9


def test_what_was_decided_is_kept_with_the_runs_which_are_runs_like_others(tmp_path: Path) -> None:
    play(tmp_path, "-a", "oracle", "nop")

    runs = {name: open_run(directory) for name, directory in directories(tmp_path).items()}
    (contrast,) = compare_runs(runs).contrasts
    for directory in directories(tmp_path).values():
        for name in ("run.json", "result_summary.json"):
            decision = read(directory, name)["decision"]
            (pair,) = decision["pairs"]
            assert (decision["stopped_by"], decision["trials"]) == ("decided", 1)
            assert (pair["first"], pair["second"], pair["verdict"]) == ("oracle", "nop", "better")
            assert pair["difference"] == pytest.approx(abs(contrast.difference.value))
        assert read(directory, "result_summary.json")["run"]["trials"] == 1


def test_equal_agents_are_played_as_often_as_allowed_and_stay_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(tmp_path, "-a", "nop", "nop", "--trials", "3") == 0

    sentence = capsys.readouterr().out.splitlines()[-1]
    assert sentence.startswith("It stayed open whether ")
    assert sentence.endswith("after 3 trials of 9 scenarios, the most that --trials allows.")
    assert {len(samples_of(directory)) for directory in run_directories(tmp_path)} == {27}


def test_an_agent_about_whom_everything_is_decided_plays_no_further_trial(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(tmp_path, "-a", "nop", "oracle", "saboteur", "--trials", "4", "--json") == 0

    out, _ = capsys.readouterr()
    verdicts = {(pair["first"], pair["second"]): pair["verdict"] for pair in json.loads(out)["decision"]["pairs"]}
    assert verdicts == {("nop", "oracle"): "worse", ("nop", "saboteur"): "open", ("oracle", "saboteur"): "better"}
    played = {name: len(samples_of(each)) for name, each in directories(tmp_path).items()}
    assert played["oracle"] < played["nop"] == played["saboteur"] == 4 * 9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-a", "oracle"], "two or more of them"),
        (["-a", "oracle", "nop", "--limit", "5"], "6 base scenarios or more, not 5"),
        (["-a", "oracle", "nop", "oracle", "--limit", "6"], "8 base scenarios or more, not 6"),
    ],
)
def test_what_nothing_could_decide_is_refused_before_anything_is_there(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = tmp_path / "runs"

    assert exit_code(["run", "--until-decided", "--presentations", "plain", "-o", str(base), *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not base.exists()


def test_the_budget_is_for_all_agents_and_a_larger_one_goes_on(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agents = ("-a", f"direct:{url}/one", f"direct:{url}/two", "-u", "oracle")
    given = ("--max-tokens", "10", "-p", "2", "--param", PRICES, "--trials", "4", "--budget", "0.2")

    assert play(tmp_path, *agents, *given) == 3

    out, err = capsys.readouterr()
    assert "and the budget has no room for a further one ($0." in out.splitlines()[-1]
    assert err.splitlines()[-1].endswith("--budget USD")
    found = run_directories(tmp_path)
    spent = [read(each, "result_summary.json")["spending"]["cost"] for each in found]
    assert 0.1 < sum(spent) <= 0.2
    before = [samples_of(each) for each in found]
    assert [len(each) for each in before] == [18, 18], "a third trial of both would not fit, so none is begun"

    assert exit_code(["resume", str(found[1]), "--budget", "100"]) == 0
    assert "after 4 trials of 9 scenarios" in capsys.readouterr().out.splitlines()[-1]
    for each, earlier in zip(found, before, strict=True):
        assert samples_of(each)[: len(earlier)] == earlier
        assert len(samples_of(each)) == len(set(samples_of(each))) == 36


def test_a_first_trial_that_is_too_dear_leaves_it_open(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agents = ("-a", f"direct:{url}/one", f"direct:{url}/two", "-u", "oracle")
    given = ("--max-tokens", "10", "-p", "1", "--param", PRICES, "--budget", "0.02")

    assert play(tmp_path, *agents, *given) == 3
    assert "no trial of all of them is finished, and the budget has no room" in capsys.readouterr().out
    assert read(run_directories(tmp_path)[0], "run.json")["decision"]["stopped_by"] == "budget"


def test_after_ctrl_c_both_runs_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with openai_server("--hold-after", "12") as url:
        agents = ("-a", f"direct:{url}/one", f"direct:{url}/two", "-u", "oracle", "-p", "1", "--trials", "2")
        process = spawn("run", "--until-decided", *NINE, *agents, "-o", str(tmp_path))
        until(lambda: process.poll() is not None or finished_in(tmp_path) >= 12)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=HANG)
        kept = {each: samples_of(each) for each in run_directories(tmp_path)}
        first = next(iter(kept))
        httpx.get(url.removesuffix("/v1") + "/release")

        resumed = call_here(capsys, "resume", str(first))

    assert process.returncode == 130, err
    assert "when it was interrupted" in out
    assert f"Go on with: tool_sandbox resume {first.parent}" in err
    assert resumed.returncode == 0, resumed.stderr
    assert "after 2 trials of 9 scenarios" in resumed.stdout.splitlines()[-1]
    for each, earlier in kept.items():
        assert samples_of(each)[: len(earlier)] == earlier
        assert len(samples_of(each)) == len(set(samples_of(each))) == 18


def test_one_of_the_runs_alone_does_not_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    play(tmp_path / "runs", "-a", "nop", "nop", "--trials", "1")
    first, second = run_directories(tmp_path / "runs")
    second.rename(tmp_path / "elsewhere")
    capsys.readouterr()

    assert exit_code(["resume", str(first)]) == 2
    assert second.name in capsys.readouterr().err
