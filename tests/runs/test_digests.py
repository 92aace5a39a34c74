"""A short text for what a score depends on beside the model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

import tool_sandbox as ts
from tests.runs.fakes import scenario, scenarios
from tests.waiting import HANG
from tool_sandbox.cli.app import exit_code
from tool_sandbox.clock import Clock
from tool_sandbox.common.evaluation import Evaluation, Milestone, MilestoneMatcher, SnapshotConstraint
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.vocabulary import DatabaseNamespace, ScenarioCategories
from tool_sandbox.runs.digests import Digests, digest_of, digest_of_all
from tool_sandbox.scenarios import named_scenarios

ROOT = Path(__file__).resolve().parents[2]


def with_a_contact(one: Scenario) -> Scenario:
    world = one.starting_context.fork()
    world.add_rows(DatabaseNamespace.CONTACT, [{"name": "Wanda", "phone_number": "+12065550139"}])
    return evolve(one, starting_context=world)


def with_another_tool(one: Scenario) -> Scenario:
    world = one.starting_context.fork()
    world.tool_allow_list = ["get_wifi_status"]
    return evolve(one, starting_context=world)


def with_scrambled_names(one: Scenario) -> Scenario:
    world = one.starting_context.fork()
    world.tool_augmentation_list = [ScenarioCategories.TOOL_NAME_SCRAMBLED]
    return evolve(one, starting_context=world)


@pytest.mark.parametrize(
    "change",
    [
        with_a_contact,
        with_another_tool,
        with_scrambled_names,
        lambda _one: scenario("Good bye"),
        lambda one: evolve(one, max_messages=7),
        lambda one: evolve(one, clock=Clock(0.0, "UTC")),
        lambda one: evolve(one, evaluation=evolve(one.evaluation, minefield_matcher=one.evaluation.milestone_matcher)),
    ],
)
def test_it_changes_with_what_the_score_depends_on(change: Callable[[Scenario], Scenario]) -> None:
    one = scenario()
    assert digest_of(change(one)) != digest_of(one)


def test_it_stays_when_only_words_for_people_change() -> None:
    one = scenario()
    named = evolve(one, name="other", tags=("smoke",), description="Something.", categories=[])

    assert digest_of(named) == digest_of(one) == digest_of(scenario()) != ""


def test_the_code_of_an_own_comparison_counts() -> None:
    def judged_by(compare: Callable[..., float]) -> Scenario:
        constraint = SnapshotConstraint(DatabaseNamespace.SETTING, compare)
        return Scenario(evaluation=Evaluation(MilestoneMatcher([Milestone([constraint])])))

    one, same, other = (judged_by(lambda *_: 1.0), judged_by(lambda *_: 1.0), judged_by(lambda *_: 0.5))
    assert digest_of(one) == digest_of(same) != digest_of(other)


def test_that_of_a_set_changes_with_each_of_them() -> None:
    assert digest_of_all(scenarios(2)) == digest_of_all(scenarios(2)) != digest_of_all(scenarios(3))


def test_it_is_the_same_in_every_process() -> None:
    names = ["text_plumber_with_cellular_off", "switch_wifi_off_3_distraction_tools", "look_up_friends_number"]
    code = (
        "import sys, tool_sandbox as ts\nfrom tool_sandbox.runs.digests import digest_of\n"
        "print(*map(digest_of, ts.load_scenarios(sys.argv[1:]).values()))"
    )
    # Not compared with this process, in which other tests may have added tables that a scenario guards.
    first, second = (
        subprocess.run(
            [sys.executable, "-c", code, *names],
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            timeout=HANG,
            check=True,
        ).stdout.split()
        for seed in ("1", "2")
    )

    assert first == second
    assert len({*first}) == len(names)


SUITE = """
- name: {name}
  world: base
  user: {{says: {says}, knows: Nothing else.}}
  tools: [set_wifi_status]
  milestones: [{{id: done, state: {{setting: {{wifi: false}}}}}}]
  solution: [{{set_wifi_status: {{"on": false}}}}, {{say: Wi-Fi is off now.}}]
"""


def test_resume_plays_what_has_changed_since_and_keeps_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = tmp_path / "suite.yaml"
    first, second = (SUITE.format(name=name, says="Turn Wi-Fi off.") for name in ("first", "second"))
    suite.write_text(first + second, encoding="utf-8")
    result = ts.run(
        "oracle",
        presentations="plain",
        scenarios_from=str(suite),
        output=tmp_path / "runs",
        name="r",
        shuffle_tools=False,
    )
    assert result.directory is not None

    suite.write_text(first + SUITE.format(name="second", says="Wi-Fi off please."), encoding="utf-8")
    assert exit_code(["resume", result.directory]) == 0

    told = capsys.readouterr().err
    assert "1 of 2 samples are left to play" in told
    assert "1 scenario has changed since, to be played anew: second" in told
    again = ts.open_run(result.directory)
    assert again["first"].digest == result["first"].digest
    assert again["second"].digest != result["second"].digest
    assert "Wi-Fi off please." in [message.content for message in again["second"].conversation]


def test_many_told_together_are_what_each_is_alone() -> None:
    every = named_scenarios(ToolBackend.DEFAULT)
    names = [name for name in every if name.startswith(("switch_wifi_off", "look_up_friends_number"))]
    together = Digests()
    assert [together.of(every[name]) for name in names] == [digest_of(every[name]) for name in names]
    assert len(set(map(together.of, map(every.__getitem__, names)))) > len(names) / 2


def test_scenarios_that_share_a_world_differ_by_what_they_ask() -> None:
    one, together = scenario(), Digests()
    other = evolve(one, evaluation=evolve(one.evaluation, minefield_matcher=one.evaluation.milestone_matcher))
    assert together.of(one) != together.of(other)
    assert together.of(with_a_contact(one)) not in {together.of(one), together.of(other)}
