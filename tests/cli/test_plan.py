"""What a run would take: told before it, asked about at a terminal, and kept beside what it took."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import EASY, openai_server, run_directories, run_directory
from tests.cli.pseudo_terminal import PseudoTerminal
from tests.llm.loopback import Server, serving
from tool_sandbox.cli.app import exit_code
from tool_sandbox.cli.plan import money

DEAR = "prices={input_per_million: 1000, output_per_million: 1000}"
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def planned(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """What ``plan --json`` says of the only run."""
    assert exit_code(["plan", "--json", *arguments]) == 0
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    found: dict[str, Any] = run
    return found


def test_asks_nobody_needs_no_key_and_writes_nothing(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    given = ["--param", f"api_base={server.base}", "-s", *EASY, "--trials", "3", "-p", "32", "--search", "rapidapi"]

    assert exit_code(["plan", "-a", "openai/gpt-4o", "-u", "anthropic/claude-sonnet-4-5", *given]) == 0

    line, agent, user, meaning = capsys.readouterr().out.splitlines()
    assert line.startswith("2 scenarios × 3 trials = 6 samples, ~18 calls, ~")
    assert line.endswith(" at -p 32")
    assert "agent + $" in line
    assert "(by its own tokenizer)" in agent
    assert user.startswith("  user anthropic/claude-sonnet-4-5: 6 calls, ")
    assert "an approximation" in user
    assert meaning.startswith("low: the recorded solutions")
    assert (server.requests, list(tmp_path.iterdir())) == ([], [])


def test_a_dry_run_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["-a", "openai/gpt-4o", "-s", *EASY, "-o", str(tmp_path)]
    assert exit_code(["plan", *asked]) == 0
    told = capsys.readouterr().out
    assert exit_code(["run", "--dry-run", *asked]) == 0
    assert capsys.readouterr().out == told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "counted"),
    [
        (["--presentations", "all", "-s", *EASY], "2 scenarios × 9 presentations = 18 samples"),
        (["-s", EASY[0], f"{EASY[1]}_all_tools"], "2 scenarios = 2 samples"),
        (["-s", EASY[0]], "1 scenario = 1 sample"),
    ],
)
def test_scenarios_and_their_presentations_are_counted(
    asked: list[str], counted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["plan", "-a", "oracle", *asked]) == 0
    assert capsys.readouterr().out == f"{counted}, no calls to a model, no cost\n"


def test_what_nobody_knows_the_price_of_is_not_free(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["-a", f"direct:{server.base}/m", "-u", "oracle", "-s", EASY[0]]
    run = planned(capsys, *asked)
    assert (run["cost"], run["low"], run["high"], run["known_cost"], run["unpriced_calls"]) == (None, None, None, 0, 2)
    assert exit_code(["plan", *asked]) == 0
    out = capsys.readouterr().out
    assert "agent of unknown price" in out
    assert "nobody knows the price of" in out
    assert planned(capsys, *asked, "--param", DEAR)["cost"] > 0


def test_a_model_on_this_machine_costs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run = planned(capsys, "-a", "local", "-s", EASY[0])
    assert (run["calls"], run["cost"], run["high"]) == (3, 0.0, 0.0)


def test_several_agents_have_an_estimate_each_and_a_sum(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["plan", "-a", "openai/gpt-4o", "openai/gpt-4o-mini", "-s", *EASY]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [lines[0], lines[4]] == ["openai/gpt-4o:", "openai/gpt-4o-mini:"]
    assert lines[8].startswith("together $0.0")


def test_what_a_plan_is_wrong_about_is_said_as_by_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["plan", "-a", "openai/gpt-4o", "-s", "no_such_scenario"]) == 2
    assert "no_such_scenario" in capsys.readouterr().err
    assert exit_code(["plan", "-a", "oracle", "--temperature", "1"]) == 2


def test_the_estimate_stands_beside_what_the_run_took(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with openai_server("--solve") as url:
        asked = ["-a", f"direct:{url}/m", "-u", f"direct:{url}/m", "--tag", "single_user_turn"]
        asked += ["--presentations", "plain", "3_distraction_tools", "all_tools", "--param", DEAR, "--user-param", DEAR]
        assert exit_code(["run", *asked, "-o", str(tmp_path), "--json", "--limit", "12"]) == 0
    out, err = capfd.readouterr()
    summary = json.loads((run_directory(tmp_path) / "result_summary.json").read_text("utf-8"))
    estimate, spent = summary["estimate"], summary["spending"]

    assert json.loads(out)["runs"][0]["estimate"] == estimate
    assert "USD; estimated " in err
    assert estimate["samples"] == 12
    assert estimate["low"] <= estimate["cost"] <= estimate["high"]
    assert spent["prompt_tokens"] / estimate["prompt_tokens"] == pytest.approx(1, abs=0.1)


def test_a_run_that_was_stopped_keeps_its_estimate(server: Server, tmp_path: Path) -> None:
    asked = ["-a", f"direct:{server.base}/m", "-u", "oracle", "-s", EASY[0], "-o", str(tmp_path)]
    assert exit_code(["run", *asked, "--trials", "2", "--param", DEAR]) == 0
    directory = run_directory(tmp_path)
    before = json.loads((directory / "result_summary.json").read_text("utf-8"))["estimate"]
    (directory / "results.jsonl").write_text("", encoding="utf-8")
    assert exit_code(["resume", str(directory)]) == 0
    assert json.loads((directory / "result_summary.json").read_text("utf-8"))["estimate"] == before


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("4.1", "$4.10"), ("1234.5", "$1,234.50"), ("0.5", "$0.50"), ("0.000995", "$0.0010"), ("0", "$0.00")],
)
def test_money_is_shown_in_cents_or_in_two_digits(amount: str, shown: str) -> None:
    assert money(Decimal(amount)) == shown


def dear_run(url: str, base: Path, *more: str) -> list[str]:
    asked = ["-a", f"direct:{url}/m", "-u", "oracle", "-s", *EASY, "--trials", "3", "--max-tokens", "10"]
    return ["run", *asked, "--param", DEAR, "-o", str(base), *more]


@pytest.mark.parametrize(("answer", "code", "runs"), [("n", 130, 0), ("y", 0, 1), ("\x03", 130, 0)])
def test_somebody_at_a_terminal_is_asked_before_a_dear_run(
    answer: str, code: int, runs: int, server: Server, tmp_path: Path
) -> None:
    base = tmp_path / "runs"
    arguments = ["-m", "tool_sandbox", *dear_run(server.base, base, "--budget", "500")]
    with closing(PseudoTerminal(*arguments)) as terminal:
        terminal.wait_for(lambda: "Go on? [y/N]" in terminal.text)
        said = " ".join(terminal.text.split())
        assert "This run is expected to cost $" in said
        assert ", and --budget stops it at $500.00. Go on?" in said
        terminal.send(answer if answer == "\x03" else f"{answer}\r")
        assert terminal.end() == code
    assert len(run_directories(base) if base.exists() else []) == runs
    assert bool(server.requests) == bool(runs)


def test_nobody_is_asked_who_said_yes_before_or_whose_budget_is_small(server: Server, tmp_path: Path) -> None:
    for number, more in enumerate([["--yes"], ["--budget", "0.9"]]):
        base = tmp_path / str(number)
        with closing(PseudoTerminal("-m", "tool_sandbox", *dear_run(server.base, base, *more))) as terminal:
            assert terminal.end() in (0, 3)
            assert "Go on?" not in terminal.text
        assert len(run_directories(base)) == 1


def test_nobody_is_asked_without_a_terminal(server: Server, tmp_path: Path) -> None:
    assert exit_code(dear_run(server.base, tmp_path)) == 0
