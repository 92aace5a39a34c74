"""Samples as scenarios to begin with: they hold where the sample was perfect, and say what to correct where not."""

from __future__ import annotations

import pytest
from attrs import evolve

import tool_sandbox
from tool_sandbox import RunResult
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.runs.check import check_scenarios
from tool_sandbox.runs.explained_sample import explained_samples
from tool_sandbox.runs.scenario_of_sample import scenario_text
from tool_sandbox.scenarios.library import from_text

HOLDING = ("switch_wifi_off", "text_boss_by_relationship")


@pytest.fixture(scope="module")
def runs() -> dict[str, RunResult]:
    """The solutions, an agent that does what is forbidden, and one that does nothing."""
    agents = ("oracle", "saboteur", "nop")
    return {name: tool_sandbox.run(name, scenarios=HOLDING, presentations=["plain"]) for name in agents}


@pytest.fixture(scope="module")
def boss(runs: dict[str, RunResult]) -> str:
    """A perfect sample as a scenario."""
    return text_of(runs["oracle"], "text_boss_by_relationship")


def text_of(run: RunResult, name: str) -> str:
    (explained,) = explained_samples(run, [run[name]])
    return scenario_text(explained)


def scenario_in(text: str) -> Scenario:
    (scenario,) = from_text(text).scenarios().values()
    return scenario


@pytest.mark.parametrize("name", HOLDING)
def test_a_perfect_sample_becomes_a_scenario_that_passes_check(runs: dict[str, RunResult], name: str) -> None:
    text = text_of(runs["oracle"], name)
    assert "# It holds as it is." in text
    assert check_scenarios(from_text(text).scenarios()).passed


def test_what_the_user_knew_and_said_and_the_world_are_those_of_the_sample(boss: str) -> None:
    (entry,) = from_text(boss).entries
    assert entry.name == "text_boss_by_relationship_played"
    assert entry.world == "base"
    assert entry.user is not None
    assert entry.user.says == "Tell my boss the elevator is broken"
    assert entry.user.knows.startswith("Your boss is in your contacts")


def test_what_only_a_result_held_is_taken_from_there(boss: str) -> None:
    assert "phone_number: {from: search_contacts, take: 0.phone_number}" in boss


def test_a_failing_sample_loads_and_says_beside_the_step_what_to_correct(runs: dict[str, RunResult]) -> None:
    text = text_of(runs["saboteur"], "text_boss_by_relationship")
    assert scenario_in(text).name == "text_boss_by_relationship_played"
    lines = [line.strip() for line in text.splitlines()]
    at = next(at for at, line in enumerate(lines) if line.startswith("- send_message_with_phone_number"))
    assert "# to be corrected: wrong_person: Tomás is a friend, not the boss." in lines[at - 2 : at]
    assert "it lost points" in text


def test_a_sample_in_which_nothing_was_done_keeps_the_tools_on_offer_and_names_what_is_missing(
    runs: dict[str, RunResult],
) -> None:
    text = text_of(runs["nop"], "switch_wifi_off")
    offered = set(scenario_in(text).starting_context.tool_allow_list or ())
    assert {"set_wifi_status", "get_wifi_status"} <= offered
    assert "# - off: setting.wifi: wanted false, was true" in text


def test_a_world_that_is_no_bundled_one_comes_along() -> None:
    own = """
worlds:
  shop: {like: base, people: {rosa: {name: Rosa Lind, phone_number: "+12065550177", relationship: baker}}}
scenarios:
  - name: bakers_number
    world: shop
    user: {knows: You do not know the number of your baker., says: What is my baker's number?}
    milestones:
      - {id: found, called: {search_contacts: {relationship: baker}}}
      - {id: told, said: Her number is +12065550177., facts: ["+12065550177"]}
    solution: [search_contacts: {relationship: baker}, say: Her number is +12065550177.]
"""
    run = tool_sandbox.run("oracle", scenarios=from_text(own).scenarios())
    (explained,) = explained_samples(run, [run["bakers_number"]])
    scenario = from_text(own).scenarios()["bakers_number"]
    text = scenario_text(evolve(explained, scenario=scenario))
    contacts = scenario_in(text).starting_context.rows("CONTACT")
    assert contacts == scenario.starting_context.rows("CONTACT")
