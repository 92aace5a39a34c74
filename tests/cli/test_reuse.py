"""Playing only what has changed since an earlier run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run_directories
from tests.llm.loopback import Answer, Server, completion, serving
from tool_sandbox.cli.app import exit_code

PRICES = "prices={input_per_million: 1, output_per_million: 1}"
NAMES = [f"ask_{number}" for number in range(8)]
EDITED = NAMES[2:5]


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        running.says(Answer(completion("I cannot do that.")))
        yield running


def write(folder: Path, edited: tuple[str, ...] = (), more: str = "") -> Path:
    """Scenarios in which the user says one thing or, where they are edited, another."""
    file = folder / "mine.yaml"
    entries = [
        f"- name: {name}\n  user: {{knows: You want the light on., says: {'Lights' if name in edited else 'Light'}}}\n"
        f"  milestones: [{{said: Done.}}]\n  solution: [say: Done.]\n"
        for name in NAMES
    ]
    file.write_text("".join(entries) + more, encoding="utf-8")
    return file


def play(server: Server, folder: Path, *more: str) -> int:
    """Play the plain presentations against a server; how many calls that took is in ``server.requests``."""
    given = ["-a", f"direct:{server.base}/m", "-u", "oracle", "--scenarios-from", str(folder / "mine.yaml")]
    return exit_code(["run", *given, "--presentations", "plain", "--param", PRICES, "-o", str(folder / "runs"), *more])


def summary(directory: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((directory / "result_summary.json").read_text("utf-8"))
    return found


def played(directory: Path) -> set[str]:
    """The scenarios that were not taken over."""
    return {each["name"] for each in summary(directory)["per_scenario_results"] if each["reused_from"] is None}


def files_of(directory: Path, name: str) -> dict[str, bytes]:
    (folder,) = [path for path in (directory / "trajectories").iterdir() if path.name == name]
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_of_scenarios_of_which_three_were_edited_three_are_played(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    assert play(server, tmp_path, "--name", "first") == 0
    first, calls = tmp_path / "runs" / "first", len(server.requests)
    write(tmp_path, tuple(EDITED))
    capsys.readouterr()

    assert play(server, tmp_path, "--name", "second", "--reuse", str(first)) == 0

    second = tmp_path / "runs" / "second"
    assert played(second) == set(EDITED)
    assert len(server.requests) - calls == calls * 3 // 8
    assert "5 samples are taken over from an earlier run and judged anew, 3 were played" in capsys.readouterr().out
    before, now = summary(first), summary(second)
    assert now["run"]["reused"] == 5
    assert now["spending"]["calls"] == 3 * before["spending"]["calls"] // 8
    assert now["spending"]["cost"] == pytest.approx(before["spending"]["cost"] * 3 / 8)
    assert now["estimate"]["reused"] == 5
    assert now["score"]["similarity"] == before["score"]["similarity"]
    assert files_of(second, NAMES[0]) == files_of(first, NAMES[0])


def test_what_was_taken_over_can_be_reused_and_resumed_again(server: Server, tmp_path: Path) -> None:
    write(tmp_path)
    assert play(server, tmp_path, "--name", "first") == 0
    assert play(server, tmp_path, "--name", "second", "--reuse", str(tmp_path / "runs" / "first")) == 0
    calls = len(server.requests)
    second = tmp_path / "runs" / "second"
    assert played(second) == set()

    assert play(server, tmp_path, "--name", "third", "--reuse", str(second)) == 0
    assert exit_code(["resume", str(second)]) == 0

    assert len(server.requests) == calls
    (from_where,) = {each["reused_from"] for each in summary(tmp_path / "runs" / "third")["per_scenario_results"]}
    assert from_where == str(tmp_path / "runs" / "first")


def test_more_trials_and_more_scenarios_are_played_beside_what_there_is(server: Server, tmp_path: Path) -> None:
    write(tmp_path)
    assert play(server, tmp_path, "--name", "first", "--limit", "2") == 0
    calls = len(server.requests)

    assert play(server, tmp_path, "--name", "second", "--trials", "2", "--reuse", str(tmp_path / "runs/first")) == 0

    results = summary(tmp_path / "runs" / "second")["per_scenario_results"]
    taken = {(each["name"], each["trial"]) for each in results if each["reused_from"]}
    assert taken == {(NAMES[0], 0), (NAMES[1], 0)}
    assert len(server.requests) - calls == calls // 2 * 14
    assert all((tmp_path / "runs/second" / each["trajectory"] / "conversation.json").is_file() for each in results)


def test_void_samples_and_those_whose_files_are_gone_are_played(server: Server, tmp_path: Path) -> None:
    write(tmp_path)
    server.says(Answer({"error": {"message": "down"}}, 400), Answer(completion("No.")))
    assert play(server, tmp_path, "--name", "first", "-p", "1", "--retries", "0") == 1
    first = tmp_path / "runs" / "first"
    (first / "trajectories" / NAMES[7] / "execution_context.json").write_text("{", encoding="utf-8")

    assert play(server, tmp_path, "--name", "second", "--reuse", str(first)) == 0

    assert played(tmp_path / "runs" / "second") == {NAMES[0], NAMES[7]}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (["--temperature", "1"], "temperature None, this run is to be played with 1.0"),
        (["--seed", "7"], "seed 42"),
        (["-a", "oracle"], "agent "),
        (["--param", "top_p=0.5"], "params "),
    ],
)
def test_another_setting_that_matters_is_refused(
    changed: list[str], named: str, server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    assert play(server, tmp_path, "--name", "first", "--limit", "1") == 0
    asked = ["--reuse", str(tmp_path / "runs" / "first"), "--limit", "1"]
    if changed[0] == "-a":
        mine = ["--scenarios-from", str(tmp_path / "mine.yaml"), "-o", str(tmp_path / "runs")]
        assert exit_code(["run", *changed, "-u", "oracle", *mine, *asked]) == 2
    else:
        assert play(server, tmp_path, *changed, *asked) == 2
    told = capsys.readouterr().err
    assert "--reuse " in told
    assert named in told
    assert len(run_directories(tmp_path / "runs")) == 1


def test_other_ways_to_be_quick_or_thrifty_are_not(server: Server, tmp_path: Path) -> None:
    write(tmp_path)
    assert play(server, tmp_path, "--name", "first") == 0
    more = ["-p", "2", "--retries", "1", "--budget", "5", "--fail-under", "0", "--max-void", "3"]
    assert play(server, tmp_path, "--name", "second", *more, "--reuse", str(tmp_path / "runs" / "first")) == 0
    assert played(tmp_path / "runs" / "second") == set()


def test_a_directory_without_a_run_is_refused(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    (tmp_path / "empty").mkdir()
    for place in ("empty", "none"):
        assert play(server, tmp_path, "--reuse", str(tmp_path / place)) == 2
        assert f"--reuse {tmp_path / place}: " in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_a_plan_counts_only_what_is_left_to_play(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    assert play(server, tmp_path, "--name", "first") == 0
    write(tmp_path, tuple(EDITED))
    capsys.readouterr()
    assert play(server, tmp_path, "--reuse", str(tmp_path / "runs" / "first"), "--dry-run") == 0
    assert capsys.readouterr().out.startswith("8 scenarios = 8 samples (5 reused), ~3 calls, ")


def test_what_is_taken_over_is_judged_anew_and_described_as_today(server: Server, tmp_path: Path) -> None:
    write(tmp_path)
    assert play(server, tmp_path, "--name", "first") == 0
    results = tmp_path / "runs" / "first" / "results.jsonl"
    lines = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    wrong = {"similarity": 0.77, "turn_count": 9, "explanation": [], "tags": ["old"], "floors": {}}
    results.write_text("".join(json.dumps({**line, **wrong}) + "\n" for line in lines), encoding="utf-8")

    assert play(server, tmp_path, "--name", "second", "--reuse", str(tmp_path / "runs" / "first")) == 0

    assert played(tmp_path / "runs" / "second") == set()
    now = {each["name"]: each for each in summary(tmp_path / "runs" / "second")["per_scenario_results"]}
    assert [{name: now[line["name"]][name] for name in wrong} for line in lines] == [
        {name: line[name] for name in wrong} for line in lines
    ]


def test_scenarios_in_python_are_loaded_at_the_time_of_the_run_that_is_reused(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from tool_sandbox.common.scenario import ScenarioExtension\n"
        "from tool_sandbox.scenarios.base_scenarios import named_base_scenarios\n"
        "from tool_sandbox.common.vocabulary import RoleType\n"
        "def get_extensions(base_scenarios):\n"
        "    said = {'sender': RoleType.USER, 'recipient': RoleType.AGENT, 'content': 'Hello'}\n"
        "    base = base_scenarios['base']\n"
        "    return [ScenarioExtension(name='hello', base_scenario=base, messages=[said])]\n",
        encoding="utf-8",
    )
    given = ["-a", "nop", "-u", "nop", "--scenarios-from", str(file), "--presentations", "plain"]
    assert exit_code(["run", *given, "-o", str(tmp_path / "runs"), "--name", "first"]) == 0
    again = ["--name", "second", "--reuse", str(tmp_path / "runs" / "first")]
    assert exit_code(["run", *given, "-o", str(tmp_path / "runs"), *again]) == 0
    assert played(tmp_path / "runs" / "second") == set()
