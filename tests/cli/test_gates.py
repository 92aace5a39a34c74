"""A build passes or fails on the score of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tool_sandbox as ts
from tests.cli.command import EASY
from tool_sandbox.cli.app import exit_code
from tool_sandbox.errors import SettingsError


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


AGENT = """
from tool_sandbox.roles.unhelpful_agent import UnhelpfulAgent

made = 0

class Sometimes(UnhelpfulAgent):
    def respond(self, ending_index=None):
        global made
        made += 1
        if made == 1:
            raise RuntimeError("once")
        super().respond(ending_index)
"""


@pytest.mark.parametrize(("share", "code"), [("0.5", 0), ("1", 1)])
def test_void_samples_beyond_the_share_that_is_fine_are_exit_code_1_and_one_line(
    share: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sometimes.py").write_text(AGENT)
    who = ["-a", f"{tmp_path / 'sometimes.py'}:Sometimes", "-u", "oracle", "-p", "1", "-s", *EASY]
    assert exit_code(["run", *who, "-o", str(tmp_path / "runs"), "--min-coverage", share, "--json"]) == code

    told, said = capsys.readouterr()
    line = "1 of 2 samples are scored (0.500), wanted 1"
    (one,) = json.loads(told)["runs"]
    assert one["score"]["coverage"] == 0.5
    assert (one["run"]["below_coverage"] == line) is (code == 1)
    assert (f"Below --min-coverage: {line}" in said) is (code == 1)


def test_a_score_that_is_too_low_comes_before_samples_that_are_void(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["-a", "tests.cli.terminal_roles:Broken", "-u", "oracle", "--fail-under", "0", "--min-coverage", "0.95"]
    assert exit_code(["run", *flags, "-s", EASY[0], "-o", str(tmp_path)]) == 4

    assert "Below --min-coverage: 0 of 1 samples are scored (0.000), wanted 0.95" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flag", "expected"),
    [("--min-coverage", "a number between 0 and 1"), ("--pass-at", "a score above 0 and up to 1")],
)
def test_a_share_or_a_score_beyond_1_is_refused(
    flag: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["run", "-a", "oracle", "-s", EASY[0], "-o", str(tmp_path), flag, "95"]) == 2

    assert f"must be {expected}" in capsys.readouterr().err


def test_in_python_a_result_says_how_sure_it_is_and_what_it_does_not_cover(tmp_path: Path) -> None:
    result = ts.run("nop", scenarios=EASY, trials=2, min_coverage=1, pass_at=0.5, output=tmp_path)

    assert (result.coverage, result.coverage_shortfall, result.pass_at) == (1.0, None, 0.5)
    assert [rate.all_pass.value for rate in result.pass_rates] == [0.0, 0.0]
    assert result.flip_rate is not None
    assert result.interval is not None
    assert (result.flip_rate.value, result.interval) == (0.0, result.range_with_void)
    assert result.interval.low == pytest.approx(result.score)
    assert result.scores_by("presentations")["plain"].samples == len(result)
    assert result.directory is not None
    again = ts.open_run(result.directory)
    assert (again.pass_at, again.min_coverage, again.pass_rates) == (0.5, 1.0, result.pass_rates)
    with pytest.raises(SettingsError, match="did you mean 'tags'"):
        result.scores_by("tag")


@pytest.fixture
def earlier(tmp_path: Path) -> str:
    """A run in which everything was right."""
    result = ts.run("oracle", scenarios=EASY, output=tmp_path / "runs", name="earlier")
    return str(result.directory)


def test_a_score_that_fell_too_far_is_exit_code_4_and_one_line(
    earlier: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["-o", str(tmp_path / "runs"), "--fail-on-regression", "0.02", "--against", str(tmp_path / "runs/latest")]
    files = ["--summary", str(tmp_path / "page.md")]
    assert exit_code(["run", "-a", "nop", "-s", *EASY, "--json", *flags, *files]) == 4

    out, err = capsys.readouterr()
    last = err.splitlines()[-1]
    assert last.startswith(
        f"Below --fail-on-regression: score 0.000 after 1.000 in {earlier}, difference −1.000 (95% in"
    )
    assert last.endswith(") over 2 pairs, allowed −0.02; that may be chance")
    told = json.loads(out)
    assert told["exit_code"] == 4
    assert told["runs"][0]["regression"]["difference"] == -1.0
    assert "**Below what is enough**: score 0.000 after 1.000 in " in (tmp_path / "page.md").read_text("utf-8")


def test_a_score_that_did_not_fall_is_exit_code_0(
    earlier: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--fail-on-regression", "0", "--against", earlier, "-o", str(tmp_path)]
    assert exit_code(["run", "-a", "oracle", "-s", *EASY, *flags]) == 0

    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(f"Within --fail-on-regression: score 1.000 after 1.000 in {earlier}, difference +0.000")


def test_a_resumed_run_is_held_against_the_same_run(earlier: str, tmp_path: Path) -> None:
    flags = ["--fail-on-regression", "0.5", "--against", str(tmp_path / "runs/latest"), "-o", str(tmp_path / "runs")]
    assert exit_code(["run", "-a", "nop", "-s", *EASY, *flags, "--name", "later"]) == 4
    results = tmp_path / "runs" / "later" / "results.jsonl"
    results.write_bytes(results.read_bytes().splitlines(keepends=True)[0])

    assert exit_code(["resume", str(tmp_path / "runs" / "later")]) == 4
    regression = ts.open_run(tmp_path / "runs" / "later").regression
    assert regression is not None
    assert (regression.against, regression.pairs, regression.difference) == (earlier, 2, -1.0)


def test_in_python_a_result_says_how_far_it_fell(earlier: str) -> None:
    result = ts.run("nop", scenarios=EASY[0], fail_on_regression=0.1, against=earlier)

    assert result.regression is not None
    assert result.regression.is_too_large
    assert (result.regression.before, result.regression.now, result.regression.pairs) == (1.0, 0.0, 1)
    assert ts.run("nop", scenarios=EASY[0]).regression is None


def changed(run: str, name: str) -> None:
    """Have a scenario be another one when a run was played."""
    for file in ("results.jsonl", "result_summary.json"):
        path = Path(run) / file
        digest = ts.open_run(run)[name].digest
        path.write_text(path.read_text("utf-8").replace(digest, f"{'0' * len(digest)}"), "utf-8")


def test_scenarios_that_have_changed_are_left_out(
    earlier: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(earlier, EASY[0])
    flags = ["--fail-on-regression", "0", "--against", earlier, "-o", str(tmp_path)]
    assert exit_code(["run", "-a", "nop", "-s", *EASY, *flags]) == 4
    assert "over 1 pair, allowed 0; that may be chance; scenarios that have changed" in capsys.readouterr().err

    assert exit_code(["run", "-a", "nop", "-s", EASY[0], *flags]) == 2
    assert "any of the 1 scenarios of this run, as 1 of them changed since" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--against", "{earlier}"], "--against would have no effect without --fail-on-regression. Give both."),
        (["--fail-on-regression", "0.1"], "--fail-on-regression would have no effect without --against. Give both."),
        (["--fail-on-regression", "2", "--against", "{earlier}"], "must be a number between 0 and 1"),
        (["--fail-on-regression", "0", "--against", "nowhere"], "--against: 'nowhere' is not a run directory"),
        (["--fail-on-regression", "0", "--against", "{earlier}", "-s", "is_wifi_on"], "it has no score for any of the"),
    ],
)
def test_what_a_run_cannot_be_held_against_is_told_before_the_first_sample(
    flags: list[str], told: str, earlier: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [flag.format(earlier=earlier) for flag in flags]
    assert exit_code(["run", "-a", "nop", "-o", str(tmp_path / "new"), *given]) == 2

    assert told in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
