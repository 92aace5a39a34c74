"""Which scenarios a command is about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tool_sandbox as ts
from tests.cli.command import EASY
from tests.runs.samples import scored, void
from tool_sandbox.cli.app import exit_code
from tool_sandbox.errors import UsageError
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.registry.names import DEFAULT_USER
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.store import RunStore
from tool_sandbox.runs.summary import summarise
from tool_sandbox.scenarios.presentations import base_name

OWN = """
- name: own_one
  world: base
  user: {says: Turn Wi-Fi off., knows: Nothing else.}
  tools: [set_wifi_status]
  milestones: [{id: done, state: {setting: {wifi: false}}}]
  solution: [{set_wifi_status: {"on": false}}, {say: Wi-Fi is off now.}]
"""


def listed(capsys: pytest.CaptureFixture[str], *flags: str) -> list[str]:
    assert exit_code(["list", *flags]) == 0
    return [line.partition("\t")[0] for line in capsys.readouterr().out.splitlines()]


def played(base: Path) -> list[str]:
    (summary,) = base.rglob("result_summary.json")
    return [result["name"] for result in json.loads(summary.read_text("utf-8"))["per_scenario_results"]]


def test_presentations_tags_exceptions_and_a_limit_go_together(capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--presentations", "plain", "all_tools", "--tag", "smoke and not (coreference or canonicalization)"]
    names = listed(capsys, *flags)
    assert "switch_wifi_off" in names
    assert "switch_wifi_off_all_tools" in names
    assert not [name for name in names if name.endswith("scrambled")]

    fewer = listed(capsys, *flags, "--exclude", "switch_wifi_off", "--limit", "2")
    assert fewer == [name for name in names if base_name(name) != "switch_wifi_off"][:2]


def test_a_name_with_all_presentations_is_played_in_nine(tmp_path: Path) -> None:
    assert exit_code(["run", "-a", "nop", "-s", EASY[0], "--presentations", "all", "-o", str(tmp_path)]) == 0

    assert len(played(tmp_path)) == 9


def test_what_failed_in_an_earlier_run_is_played_again(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "earlier")
    store.directory.mkdir()
    results = [scored(EASY[0], 1.0), scored(EASY[1], 1.0), void(EASY[1], trial=1), scored("is_wifi_on", 0.5)]
    store.write_summary(summarise(results, git_sha=None))

    flags = ["-s", *EASY, "is_wifi_on", "--exclude", "is_wifi_on"]
    assert exit_code(["run", "-a", "nop", *flags, "--failed", str(store.directory), "-o", str(tmp_path / "runs")]) == 0
    assert played(tmp_path / "runs") == [EASY[1]]


def test_a_run_without_failures_leaves_nothing_to_play(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    earlier = ts.run("oracle", scenarios=EASY[0], output=tmp_path).directory
    assert earlier is not None

    assert exit_code(["run", "-a", "nop", "--failed", earlier, "-o", str(tmp_path / "runs")]) == 2
    assert "each of its 1 samples has score 1" in capsys.readouterr().err
    with pytest.raises(UsageError, match=r"^failed .* has score 1"):
        ts.run("nop", failed=earlier)


def test_own_scenarios_are_played_beside_the_bundled_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN, encoding="utf-8")
    flags = ["--scenarios-from", str(own), "--presentations", "plain"]

    assert listed(capsys, *flags) == ["own_one"]
    assert listed(capsys, *flags, "--with-bundled", "-s", "own_one", EASY[0]) == [EASY[0], "own_one"]


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (["--tag", "smoke and"], "a tag is missing at its end"),
        (["--limit", "0"], "limit=0 must be a whole number of at least 1"),
        (["--presentations", "plane"], "did you mean 'plain'"),
        (["--with-bundled"], "with_bundled=True would have no effect without --scenarios-from"),
        (["-s", "switch_wifi_off", "--tag", "coreference"], "no scenario fits --scenarios switch_wifi_off and --tag"),
    ],
)
def test_a_choice_without_meaning_is_refused(
    flags: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["list", *flags]) == 2

    assert problem in capsys.readouterr().err


def test_python_chooses_in_the_same_words() -> None:
    chosen = ts.load_scenarios(EASY[0], presentations="all", exclude="*scrambled", limit=3)

    assert list(chosen) == [EASY[0], f"{EASY[0]}_3_distraction_tools", f"{EASY[0]}_10_distraction_tools"]
    result = ts.run("oracle", scenarios=chosen, presentations="plain")
    assert [sample.name for sample in result] == [EASY[0]]
    with pytest.raises(UsageError, match="did you mean 'presentations'"):
        ts.load_scenarios(presentation="all")


@pytest.mark.parametrize("name", ["temperature", "max_tokens", "timeout", "patience"])
def test_help_shows_the_default_of_a_model(name: str) -> None:
    default: Any = getattr(ModelSettings(), name)
    assert RunSettings.options()[name].help_with_default.endswith(f"[default: {default:g}]")


def test_help_shows_who_plays_the_user() -> None:
    assert f"[default: {DEFAULT_USER};" in RunSettings.options()["user"].help_with_default


def test_a_fresh_world_is_recorded_with_the_run_and_used_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    choice = ["-s", "text_boss_by_relationship", "--presentations", "plain"]
    for seed in ("0", "3"):
        run = [
            "run",
            "-a",
            "oracle",
            *choice,
            "--world-seed",
            seed,
            "-o",
            str(tmp_path),
            "--name",
            f"seed_{seed}",
            "-q",
        ]
        assert exit_code(run) == 0
    fresh = tmp_path / "seed_3"
    assert json.loads((fresh / "run.json").read_text("utf-8"))["settings"]["world_seed"] == 3
    conversation = next(fresh.rglob("conversation.json")).read_text("utf-8")
    assert "Priya" not in conversation
    capsys.readouterr()

    assert exit_code(["rescore", str(fresh)]) == 0
    assert "1 judged, 0 changed" in capsys.readouterr().out
    assert exit_code(["compare", str(tmp_path / "seed_0"), str(fresh)]) == 0
    assert "world_seed: 0 in seed_0, 3 in seed_3" in " ".join(capsys.readouterr().out.split())
