"""tool_sandbox compare: which of several runs is better, and how sure that is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from rich.console import Console

import tool_sandbox as ts
from tests.analysis.runs_to_compare import run_of
from tests.cli.command import EASY
from tool_sandbox.analysis.comparison import compare_runs
from tool_sandbox.analysis.named_runs import named_runs
from tool_sandbox.cli.app import exit_code
from tool_sandbox.cli.comparison_text import print_comparison
from tool_sandbox.runs.store import RunStore

GOOD: Mapping[str, Sequence[float | None]] = {"a": [1, 1], "b": [1, 1], "c": [0.5, 1], "d": [0, 0], "e": [1, 1]}
BAD: Mapping[str, Sequence[float | None]] = {"a": [0.5, 1], "b": [0, 0], "c": [0, 0], "d": [1, 0], "f": [1, 1]}
SUITE = """
- name: wifi_off
  categories: [single_tool_call, single_user_turn]
  user: {says: Turn off the wifi, knows: You want it off.}
  milestones:
    - {id: switched, state: {setting: {wifi: false}}}
  solution:
    - set_wifi_status: {"on": false}
    - say: Wi-Fi is off.
"""


def write(
    base: Path, agent: str, scores: Mapping[str, Sequence[float | None]], *, name: str = "", **settings: Any
) -> str:
    """A run directory with these scores."""
    store = RunStore.create(str(base), called=name or agent)
    trials = max(map(len, scores.values()))
    record = {
        "scoring_version": 2,
        "scenarios": list(scores),
        "settings": {"agent": agent, "trials": trials} | settings,
    }
    store.write_run(record)
    store.rewrite_results(evolve(result, agent=agent, user="user") for result in run_of(scores))
    return str(store.directory)


@pytest.fixture
def good(tmp_path: Path) -> str:
    return write(tmp_path, "good", GOOD)


@pytest.fixture
def bad(tmp_path: Path) -> str:
    return write(tmp_path, "bad", BAD)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert exit_code(["compare", *arguments]) == 0
    return capsys.readouterr().out


def test_two_runs_stand_side_by_side_with_what_is_between_them(
    good: str, bad: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line.split() for line in printed(capsys, good, bad).splitlines() if line.strip(" ─")]

    assert lines[0] == ["run", "score", "95%", "interval", "pass^1", "pass^2", "void", "cost", "per", "sample"]
    assert lines[1][:2] + lines[1][3:] == ["good", "0.750", "0.70", "0.60", "0", "$0.10", "$0.010"]
    assert lines[2][:2] + lines[2][3:] == ["bad", "0.450", "0.40", "0.20", "0", "$0.10", "$0.010"]


def test_the_difference_is_told_with_its_interval_and_where_it_comes_from(
    good: str, bad: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = printed(capsys, good, bad)

    (contrast,) = compare_runs(named_runs([good, bad])).contrasts
    low, high = contrast.difference.low, contrast.difference.high
    assert (
        f"good − bad +0.375, 95% interval −{-low:.3f} to +{high:.3f}, p = 0.38: not shown at 5%; paired by "
        "scenario and trial, 8 pairs\n"
        "good is better in 3 scenarios, worse in 1, equal in 0\n"
        "  better: b 1.00 vs 0.00, c 0.75 vs 0.00, a 1.00 vs 0.75\n"
        "  worse: d 0.00 vs 0.50\n"
        "left out: 2 samples that only good has, 2 samples that only bad has\n"
        "success (score 1): only good in 4 pairs, only bad in 1; p = 0.50 (McNemar)\n"
    ) in told
    assert "4 scenarios in common: too few to show any difference\n" in told
    assert "pass^k: all of k trials succeed; a success is a score of at least 1 (--pass-at)" in told
    assert "note:" not in told


def test_what_more_trials_would_show_is_told_with_their_price(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = [[1, 0], [0, 1], [1, 1], [0, 1]] * 6
    first, second = (
        write(tmp_path, name, {f"s{at}": trials for at, trials in enumerate(scores)})
        for name, scores in (("first", chance), ("second", [trials[::-1] for trials in chance]))
    )

    told = printed(capsys, first, second)
    (contrast,) = compare_runs(named_runs([first, second])).contrasts
    need = contrast.need_of_half
    assert need is not None
    assert need.cost is not None
    assert (
        f"smallest difference this size can show: {contrast.detectable:.3f}; {need.trials} more trials of every "
        f"scenario (≈ ${need.cost:.2f}) would show {need.difference:.3f}\n"
    ) in told


def test_pass_at_says_what_a_success_is(good: str, bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = printed(capsys, good, bad, "--pass-at", "0.5")

    assert "success (score 0.5): only good in 4 pairs, only bad in 1" in told
    assert told.splitlines()[3].split()[3:5] == ["0.80", "0.80"]


def test_void_samples_widen_what_is_told(tmp_path: Path, good: str, capsys: pytest.CaptureFixture[str]) -> None:
    holes = write(tmp_path, "holes", {"a": [None, 1], "b": [0, 0], "c": [0, None], "d": [0, 0]})

    told = printed(capsys, good, holes)
    assert "left out: 2 pairs with a void sample; whatever those had scored, the difference is " in told
    assert "note: share of void samples: 0% in good, 25% in holes" in told


def test_json_is_one_object_with_the_numbers_of_python(good: str, bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(printed(capsys, good, bad, "--json"))

    found = compare_runs(named_runs([good, bad]))
    (contrast,) = told["contrasts"]
    assert told["runs"]["good"]["directory"] == good
    assert told["runs"]["good"]["overall"]["score"]["value"] == 0.75
    assert told["runs"]["bad"]["pass_rates"][1]["k"] == 2
    assert (contrast["first"], contrast["only_first"], contrast["equal"]) == ("good", 2, 0)
    assert contrast["difference"]["low"] == found.contrasts[0].difference.low
    assert contrast["detectable"] == found.contrasts[0].detectable
    assert contrast["need_of_half"]["difference"] == found.contrasts[0].detectable / 2  # type: ignore[operator]
    assert contrast["worse"] == [{"scenario": "d", "first": 0.0, "second": 0.5, "example": ["d", 0]}]


def test_markdown_has_the_table_and_the_lines(good: str, bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, good, bad, "--format", "md").splitlines()

    assert lines[0] == "| run | score | 95% interval | pass^1 | pass^2 | void | cost | per sample |"
    assert lines[2].startswith("| good | 0.750 | ")
    assert lines[5].startswith("- good − bad +0.375, 95% interval ")
    assert "- worse: d 0.00 vs 0.50" in lines


def test_of_more_than_four_runs_each_is_compared_with_the_first(
    tmp_path: Path, good: str, bad: str, capsys: pytest.CaptureFixture[str]
) -> None:
    others = [write(tmp_path, name, BAD) for name in ("x", "y", "z")]

    four = printed(capsys, good, bad, *others[:2])
    assert "6 differences, paired by scenario and trial; p-values are raised by Holm's rule" in four
    assert "  good − bad " in four
    assert "good − x: left out: 2 samples that only good has, 2 samples that only x has\n" in four
    five = printed(capsys, good, bad, *others)
    assert "4 differences of good to the others, paired by scenario and trial" in five
    assert ["−", "z", "+0.375"] in [line.split()[:3] for line in five.splitlines()]
    assert "| − z | +0.375 |" in printed(capsys, good, bad, *others, "--format", "md")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_end_between_words(width: int, tmp_path: Path, good: str) -> None:
    other = write(tmp_path, "anthropic/claude-sonnet-4-5", BAD, name="other", temperature=0.5)
    comparison = compare_runs(named_runs([good, other]))
    wide, narrow = StringIO(), StringIO()
    print_comparison(comparison, Console(file=wide, width=1000, highlight=False))
    print_comparison(comparison, Console(file=narrow, width=width, highlight=False, force_terminal=True, no_color=True))

    lines = [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in narrow.getvalue().splitlines()]
    assert all(len(line.rstrip()) <= width for line in lines)
    assert {word for line in lines for word in line.split() if "─" not in word} <= set(wide.getvalue().split())


def test_what_else_differs_is_told_with_both_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cold = write(tmp_path, "good", GOOD, name="cold", temperature=0.0)
    hot = write(tmp_path, "good", BAD, name="hot", temperature=1.0)

    told = printed(capsys, cold, hot)
    assert "cold − hot +0.375" in told
    assert "note: temperature: 0.0 in cold, 1.0 in hot\n" in told


def test_an_unfinished_run_is_compared_on_what_is_there(
    tmp_path: Path, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    half = Path(write(tmp_path, "half", BAD))
    lines = (half / "results.jsonl").read_text("utf-8").splitlines(keepends=True)
    (half / "results.jsonl").write_text("".join(lines[:5]) + lines[5][:40], "utf-8")

    told = printed(capsys, good, str(half))
    assert "5 pairs\n" in told
    assert "note: half is not finished: 5 of its 10 samples were not played to their end\n" in told


def test_a_run_of_the_original_is_called_as_its_directory(
    tmp_path: Path, good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    original = tmp_path / "agent_gpt4_user_gpt4"
    original.mkdir()
    results = [{"name": name, "categories": [], "similarity": 0.25, "turn_count": 4} for name in "abc"]
    (original / "result_summary.json").write_text(json.dumps({"per_scenario_results": results}), "utf-8")

    assert "good − agent_gpt4_user_gpt4 +0.583" in printed(capsys, good, str(original))


def test_latest_is_the_run_that_was_played_last(
    tmp_path: Path, good: str, bad: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "latest").write_text("bad\n", "utf-8")

    assert "good − bad +0.375" in printed(capsys, good, str(tmp_path / "latest"))


@pytest.fixture
def played(tmp_path: Path) -> list[str]:
    """Two runs that left conversations behind."""
    (tmp_path / "mine.yaml").write_text(SUITE, encoding="utf-8")
    for agent in ("oracle", "nop"):
        ts.run(agent, scenarios_from=str(tmp_path / "mine.yaml"), scenarios="wifi_off", output=tmp_path, name=agent)
    return [str(tmp_path / agent) for agent in ("oracle", "nop")]


def test_flips_are_explained_on_both_sides(played: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    told = printed(capsys, *played, "--flips")

    assert "\nwifi_off: oracle 1.00, nop 0.00\n  oracle\n    wifi_off #0   1.000\n" in told
    assert "\n  nop\n    wifi_off #0   0.000   talked, 0 of 1 tools called; " in told
    assert "wifi_off: oracle" not in printed(capsys, *played)
    (flip,) = json.loads(printed(capsys, "--json", "--flips", "1", *played))["flips"]
    assert flip["scores"] == {"oracle": 1.0, "nop": 0.0}
    assert flip["explanations"]["nop"][0]["where"] == "setting.wifi"
    page = printed(capsys, "--format", "md", "--flips", "1", *played)
    assert "\n```text\n\nwifi_off: oracle 1.00, nop 0.00\n  oracle\n    wifi_off #0   1.000\n" in page
    assert page.endswith("\n```\n")


def test_a_flip_that_nobody_can_explain_any_more_says_so(
    good: str, bad: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = printed(capsys, good, bad, "--flips", "1")

    assert told.count("    cannot be explained: ") == 2
    assert "\nb: good 1.00, bad 0.00\n" in told


def test_runs_that_are_equal_have_no_flips(tmp_path: Path, good: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = printed(capsys, good, write(tmp_path, "same", GOOD), "--flips")

    assert "good is better in 0 scenarios, worse in 0, equal in 5\n" in told
    assert told.endswith("No scenario differs between good and same.\n")


def test_several_agents_of_one_command_are_compared_at_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["-a", "oracle", "nop", "-s", *EASY, "-o", str(tmp_path)]
    difference = "oracle − nop +1.000, 95% interval −"

    assert exit_code(["run", *flags]) == 0
    *_, head, _, oracle, nop, _, told, better, _ = capsys.readouterr().out.splitlines()
    assert (head.split()[0], oracle.split()[:2], nop.split()[:2]) == ("run", ["oracle", "1.000"], ["nop", "0.000"])
    assert told.startswith(difference)
    assert better == "oracle is better in 2 scenarios, worse in 0, equal in 0"

    assert exit_code(["run", *flags, "-q", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["contrasts"][0]["difference"]["value"] == 1.0
    assert err.splitlines()[-1].startswith(difference)


def test_one_agent_is_compared_with_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["run", "-a", "oracle", "-s", *EASY, "-o", str(tmp_path), "--json"]) == 0
    out, err = capsys.readouterr()
    assert "contrasts" not in json.loads(out)
    assert "−" not in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{good}"], "a comparison needs two runs or more, not 1."),
        (["{good}", "{good}"], "a comparison needs two runs or more, not 1."),
        (["{good}", "{good}/nowhere"], "nowhere' is not a run directory; give the one a run printed."),
        (["{good}", "{base}"], "holds no results; expected result_summary.json or results.jsonl"),
        (["{good}", "{other}"], "'good' and 'other' have no scored sample in common; a comparison pairs samples of"),
        (["{good}", "{void}"], "have no scored sample in common (1 is in both, but void in one of them)"),
        (["{good}", "{bad}", "--pass-at", "0"], "pass_at=0.0 must be a score above 0 and up to 1"),
        (["{good}", "{bad}", "--format", "html"], "--format 'html' must be 'text' or 'md'."),
        (["{good}", "{bad}", "--flips", "-1"], "--flips -1 must be a whole number of at least 0."),
    ],
)
def test_what_cannot_be_compared_is_told_in_plain_words(
    arguments: list[str], told: str, tmp_path: Path, good: str, bad: str, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"good": good, "bad": bad, "base": str(tmp_path)}
    places |= {"other": write(tmp_path, "other", {"z": [1]}), "void": write(tmp_path, "void", {"a": [None]})}

    assert exit_code(["compare", *(each.format(**places) for each in arguments)]) == 2
    assert told in capsys.readouterr().err
