"""A package of scenarios written for the original loads, plays and scores unchanged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.compatibility import my_tools
from tests.compatibility.scripted_roles import EndingUser, ScriptedAgent, Turn
from tests.evaluation import recordings, verdicts
from tests.tool_modules import use_extra_tool_modules
from tool_sandbox.common.evaluation import Evaluation, Milestone, MilestoneMatcher, SnapshotConstraint
from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext, RoleType, get_current_context
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.utils import deterministic_uuid
from tool_sandbox.roles.base_role import BaseRole
from tool_sandbox.roles.execution_environment import ExecutionEnvironment
from tool_sandbox.scenarios import load_from, named_scenarios

SUITE = Path(__file__).parent / "suite"
OLA = deterministic_uuid("Ola Berg")


@pytest.fixture(scope="module")
def suite() -> Mapping[str, Scenario]:
    return load_from(SUITE)


def cast(turns: tuple[Turn, ...]) -> dict[RoleType, BaseRole]:
    return {
        RoleType.AGENT: ScriptedAgent(turns),
        RoleType.USER: EndingUser(),
        RoleType.EXECUTION_ENVIRONMENT: ExecutionEnvironment(),
    }


def tomorrow_at_five(scenario: Scenario) -> float:
    target = scenario.evaluation.milestone_matcher.milestones[2].snapshot_constraints[0].target_dataframe
    return float(target["reminder_timestamp"][0])


def solution(name: str, scenario: Scenario) -> tuple[Turn, ...]:
    """What solves a scenario of the suite."""
    if name.startswith("text_ola_cellular_off"):
        send = "send_message_with_phone_number(phone_number='+12065550101', content='Hello Ola')"
        said = "Your hello is on its way"
        return ("set_cellular_service_status(on=True)",), ("search_contacts(name='Ola')",), (send,), said
    if name.startswith("rename_ola"):
        return (f"modify_contact(person_id={OLA!r}, relationship='colleague')",), "Ola is listed as a colleague"
    if name.startswith("remove_ola"):
        return (f"remove_contact(person_id={OLA!r})",), "Done"
    if name.startswith("remind_tomorrow"):
        when = tomorrow_at_five(scenario)
        difference = f"timestamp_diff(timestamp_0=get_current_timestamp(), timestamp_1={when})"
        add = f"add_reminder(content='Feed the cat', reminder_timestamp={when})"
        return ("get_current_timestamp()",), (difference,), (add,), "Done"
    return ("I cannot send messages",)


def test_every_scenario_is_solved_by_a_scripted_cast(suite: Mapping[str, Scenario], tmp_path: Path) -> None:
    for name, scenario in suite.items():
        result = scenario.play_and_evaluate(cast(solution(name, scenario)), tmp_path, name)
        expected = pytest.approx(1 if "text_ola_cellular_off" not in name else 0.9, abs=0.11)
        assert result.evaluation_result.similarity == expected, name
        folder = tmp_path / "trajectories" / name
        assert sorted(file.name for file in folder.iterdir()) == [
            "conversation.json", "execution_context.json", "pretty_print.txt"]  # fmt: skip


def test_the_stored_context_alone_gets_the_score_of_the_live_one(suite: Mapping[str, Scenario], tmp_path: Path) -> None:
    for name, scenario in suite.items():
        live = scenario.play_and_evaluate(cast(solution(name, scenario)), tmp_path, name)
        stored = json.loads((tmp_path / "trajectories" / name / "execution_context.json").read_text(encoding="utf-8"))
        assert scenario.evaluate(ExecutionContext.from_dict(stored)) == live.evaluation_result


def test_recorded_runs_are_judged_like_the_specification_says(suite: Mapping[str, Scenario]) -> None:
    for seed, (name, scenario) in enumerate(list(suite.items()) * 3):
        context = recordings.recording(scenario, seed, 20)
        found = verdicts.differences(verdicts.verdict(scenario, context), verdicts.literal_verdict(scenario, context))
        assert found == [], name


def test_a_tripped_minefield_voids_the_score(suite: Mapping[str, Scenario]) -> None:
    scenario = suite["text_ola_without_a_phone"]
    assert scenario.evaluate(scenario.play(cast((("search_contacts(name='Ola')",), "No")))).similarity == 0
    assert scenario.evaluate(scenario.play(cast(("No",)))).similarity == 1


def test_loading_a_package_leaves_our_own_scenarios_alone() -> None:
    before = list(named_scenarios(ToolBackend.DEFAULT))
    loaded = load_from(SUITE)
    import tool_sandbox.scenarios.base_scenarios as ours

    assert "base_wifi_off" in ours.named_base_scenarios(ToolBackend.DEFAULT)
    assert not hasattr(ours, "INSTRUCTION")
    assert list(named_scenarios(ToolBackend.DEFAULT)) == before
    assert not set(before) & set(loaded)


def test_names_imported_inside_functions_still_mean_the_package_after_loading(suite: Mapping[str, Scenario]) -> None:
    again = load_from(SUITE)
    assert list(again) == list(suite)


def a_third(snapshot: pl.DataFrame, target_dataframe: Any = None, **kwargs: Any) -> float:
    assert isinstance(snapshot, pl.DataFrame)
    assert kwargs.keys() >= {"column_similarities", "reference_snapshot"}
    return 1 / 3 if snapshot["name"].to_list() else 0.0


def half(dataframe: pl.DataFrame, column_name: str, value: Any, atol_dict: Any = None) -> pl.DataFrame:
    assert column_name in dataframe.columns
    return dataframe.select(pl.lit(0.5).alias("similarity"))


def test_similarity_functions_of_a_users_own_get_dataframes(suite: Mapping[str, Scenario]) -> None:
    context = suite["rename_ola"].play(cast(("Fine",)))
    own = SnapshotConstraint(database_namespace=DatabaseNamespace.CONTACT, snapshot_constraint=a_third)
    told = suite["rename_ola"].evaluation.milestone_matcher.milestones[1].snapshot_constraints[0]
    fuzzy = SnapshotConstraint(
        database_namespace=DatabaseNamespace.SANDBOX,
        snapshot_constraint=told.snapshot_constraint,
        target_dataframe=pl.DataFrame({"sender": RoleType.AGENT, "content": "x"}),
        column_similarity_measure={"content": half},
    )
    milestones = [Milestone(snapshot_constraints=[own]), Milestone(snapshot_constraints=[fuzzy])]
    result = Evaluation(milestone_matcher=MilestoneMatcher(milestones=milestones)).evaluate(context, 30)
    assert result.milestone_mapping[0][1] == pytest.approx(1 / 3)
    assert result.milestone_mapping[1][1] == pytest.approx(0.5**0.5)


def test_tools_of_a_users_own_are_offered_called_and_traced(suite: Mapping[str, Scenario]) -> None:
    with use_extra_tool_modules(my_tools):
        scenario = load_from(SUITE)["rename_ola"]
        assert "count_contacts" in scenario.starting_context.name_to_tool
        context = scenario.play(cast((("count_contacts(relationship='friend')",), "One")))
    answer = next(row for row in context.log() if row["tool_trace"])
    assert answer["openai_function_name"] == "count_contacts"
    assert answer["content"] == "1"
    assert json.loads(answer["tool_trace"][0])["arguments"] == {"relationship": "friend"}


# -- at once ---------------------------------------------------------------------------------------------------------


def many(suite: Mapping[str, Scenario]) -> list[tuple[str, Scenario]]:
    return [(name, scenario) for name, scenario in list(suite.items()) * 7][:64]


def played(name: str, scenario: Scenario, seed: int) -> str:
    context = scenario.play(cast(solution(name, scenario)), name, seed=seed)
    assert get_current_context() is context
    return context.to_json() + str(scenario.evaluate(context))


async def aplayed(name: str, scenario: Scenario, seed: int) -> str:
    context = await scenario.aplay(cast(solution(name, scenario)), name, seed=seed)
    return context.to_json() + str(scenario.evaluate(context))


def test_64_scenarios_at_once_in_threads_or_tasks_give_what_they_give_one_by_one(
    suite: Mapping[str, Scenario],
) -> None:
    samples = [(name, scenario, seed) for seed, (name, scenario) in enumerate(many(suite))]
    one_by_one = [played(*sample) for sample in samples]
    with ThreadPoolExecutor(64) as pool:
        assert list(pool.map(lambda sample: played(*sample), samples)) == one_by_one

    async def together() -> list[str]:
        return await asyncio.gather(*(aplayed(*sample) for sample in samples))

    assert asyncio.run(together()) == one_by_one
