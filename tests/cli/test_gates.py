"""A build passes or fails on the score of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

import tool_sandbox as ts
from tests.cli.command import EASY
from tool_sandbox.cli.app import exit_code


def test_a_score_below_what_is_enough_is_exit_code_4_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--fail-under", "0.8", "--fail-under", "single_tool_call=0.6", "overall=0"]
    assert exit_code(["run", "-a", "nop", "-s", *EASY, "-o", str(tmp_path), *flags]) == 4

    last = capsys.readouterr().err.splitlines()[-1]
    assert last == "Below --fail-under: score 0.000, wanted 0.8; single_tool_call 0.000, wanted 0.6"


def test_a_score_that_is_enough_is_exit_code_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--fail-under", "1", "no_distraction_tools=1"]
    assert exit_code(["run", "-a", "oracle", "-s", *EASY, "-o", str(tmp_path), *flags]) == 0

    assert "fail-under" not in capsys.readouterr().err


def test_samples_that_are_all_void_are_not_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--agent", "tests.cli.terminal_roles:Broken", "-u", "oracle", "--fail-under", "0"]
    assert exit_code(["run", *flags, "-s", EASY[0], "-o", str(tmp_path)]) == 4

    assert "none of 1 samples was scored" in capsys.readouterr().err


def test_one_of_several_agents_that_falls_short_fails_the_command(tmp_path: Path) -> None:
    flags = ["--fail-under", "0.5"]
    assert exit_code(["run", "-a", "nop", "oracle", "-s", EASY[0], "-o", str(tmp_path), *flags]) == 4


@pytest.mark.parametrize("written", ["0.5", "[0.5, 'smoke=1']", "{overall: 0.5, smoke: 1}"])
def test_run_yaml_has_a_number_a_list_or_a_mapping(written: str, tmp_path: Path) -> None:
    config = tmp_path / "run.yaml"
    config.write_text(f"agent: nop\nfail_under: {written}\nscenarios: [{EASY[0]}]\n", encoding="utf-8")

    assert exit_code(["run", "--config", str(config), "-o", str(tmp_path / "runs")]) == 4


def test_a_score_is_refused_before_the_first_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["run", "-a", "oracle", "-s", EASY[0], "-o", str(tmp_path), "--fail-under", "smoek=1"]) == 2

    assert "did you mean 'smoke'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_in_python_a_result_says_what_it_does_not_reach(tmp_path: Path) -> None:
    result = ts.run("nop", scenarios=EASY[0], fail_under=[0.8, "smoke=0"], output=tmp_path)

    assert [str(each) for each in result.shortfalls] == ["score 0.000, wanted 0.8"]
    assert result.directory is not None
    assert ts.open_run(result.directory).shortfalls == result.shortfalls
