"""Writing Python scenarios as scenario files: nothing is lost, or it is said what."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluation import recordings, trajectories
from tests.scenarios import writing
from tool_sandbox.clock import Clock
from tool_sandbox.common import evaluation as ev
from tool_sandbox.common.evaluation import Evaluation, Milestone, MilestoneMatcher, Minefield, SnapshotConstraint
from tool_sandbox.common.execution_context import DatabaseNamespace as N
from tool_sandbox.common.execution_context import ExecutionContext, RoleType, ScenarioCategories
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.script import Script
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.tool_trace_extractors import days_extractor
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.scenarios import load_from
from tool_sandbox.scenarios.conversion import Conversion, convert, convert_path
from tool_sandbox.scenarios.library import from_text
from tool_sandbox.scenarios.presentations import augmented

SUITE = Path(__file__).parents[1] / "compatibility" / "suite"
ORIGINAL = Path(__file__).with_name("original.yaml")


def read_back(conversion: Conversion) -> dict[str, Scenario]:
    return from_text(conversion.text).scenarios()


def scenario(
    *milestones: Milestone,
    edges: list[tuple[int, int]] | None = None,
    minefields: Sequence[Minefield] = (),
    context: ExecutionContext | None = None,
) -> Scenario:
    start = context or ExecutionContext(tool_allow_list=["end_conversation", "get_wifi_status"])
    start.trace_tool = True
    if start.max_sandbox_message_index < 0:
        rows = [("SYSTEM", "EXECUTION_ENVIRONMENT", "import json"), ("USER", "AGENT", "Hi")]
        start.add_rows(N.SANDBOX, [{"sender": s, "recipient": r, "content": c} for s, r, c in rows])
    judged = Evaluation(MilestoneMatcher(list(milestones), edges), MilestoneMatcher(list(minefields)))
    return Scenario(start, judged, name="task", clock=Clock(1_772_500_000.25, "Europe/Paris"))


def wanting(function: Any, table: DatabaseNamespace, *rows: dict[str, Any], **fields: Any) -> SnapshotConstraint:
    return SnapshotConstraint(table, function, target_dataframe=pl.DataFrame(list(rows)), **fields)


def told(text: str = "Done.", **measures: Any) -> SnapshotConstraint:
    row = {"sender": RoleType.AGENT, "recipient": RoleType.USER, "content": text}
    return wanting(ev.snapshot_similarity, N.SANDBOX, row, column_similarity_measure=measures)


def trace(value: Any, function: Any = ev.snapshot_similarity, **fields: Any) -> SnapshotConstraint:
    row = {"sender": RoleType.EXECUTION_ENVIRONMENT, "recipient": RoleType.AGENT, "tool_trace": json.dumps(value)}
    return wanting(function, N.SANDBOX, row, **fields)


def written(one: Scenario) -> dict[str, Any]:
    conversion = convert({"task": one})
    assert conversion.losses == ()
    content = yaml.safe_load(conversion.text)
    entry: dict[str, Any] = (content["scenarios"] if isinstance(content, dict) else content)[0]
    return entry


def milestone(constraint: SnapshotConstraint) -> dict[str, Any]:
    entry = written(scenario(Milestone([told()]), Milestone([constraint])))
    return {key: value for key, value in entry["milestones"][1].items() if key != "id"}


def offered(one: Scenario) -> set[str]:
    return set(one.starting_context.tool_allow_list or ())


def assert_same_verdict(first: Scenario, second: Scenario, context: ExecutionContext) -> None:
    mine, theirs = first.evaluate(context), second.evaluate(context)
    assert mine == theirs
    assert list(mine.minefield_mapping) == list(theirs.minefield_mapping)


# -- the same verdict ------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**9))
@settings(max_examples=20)
def test_random_milestones_judge_random_trajectories_the_same_after_conversion(seed: int) -> None:
    source = random.Random(seed)
    context = trajectories.trajectory(source, 8)
    original = scenario(*(made := trajectories.milestones(source, 1 + seed % 4))[0], edges=made[1])
    conversion = convert({"task": original})
    assert conversion.losses == ()
    assert_same_verdict(original, read_back(conversion)["task"], context)


@pytest.fixture(scope="module")
def suite() -> Mapping[str, Scenario]:
    return load_from(SUITE)


def test_a_package_written_for_the_original_judges_recorded_runs_the_same(suite: Mapping[str, Scenario]) -> None:
    conversion = convert(suite)
    assert conversion.losses == ()
    again = read_back(conversion)
    scores = set()
    for number, (name, original) in enumerate(suite.items()):
        for seed in range(8):
            context = recordings.recording(original, number * 100 + seed, 25)
            assert_same_verdict(original, again[name], context)
            scores.add(original.evaluate(context).similarity)
    assert len(scores) > 5


def test_the_world_the_log_and_the_tools_are_the_same_after_conversion(suite: Mapping[str, Scenario]) -> None:
    for name, again in read_back(convert(suite)).items():
        mine, theirs = suite[name].starting_context, again.starting_context
        assert mine.log() == theirs.log()
        assert all(mine.rows(table) == theirs.rows(table) for table in N if table != N.SANDBOX)
        assert mine.get_available_tools(scrambling_allowed=False) == theirs.get_available_tools(
            scrambling_allowed=False
        )
        assert mine.first_user_sandbox_message_index == theirs.first_user_sandbox_message_index
        assert again.categories == suite[name].categories
        before = suite[name].clock
        assert again.clock is not None
        assert before is not None
        assert again.clock.instant == pytest.approx(before.instant, abs=1e-6)


def test_scenarios_with_the_originals_arithmetic_come_back_with_their_worlds_solutions_and_verdicts() -> None:
    originals = load_from(ORIGINAL)
    conversion = convert(originals)
    assert conversion.losses == ()
    again = read_back(conversion)
    plain = [name for name, one in originals.items() if ScenarioCategories.NO_DISTRACTION_TOOLS in one.categories]
    assert list(again) == plain
    scores = set()
    for number, name in enumerate(plain):
        assert again[name].script == originals[name].script
        for seed in range(4):
            context = recordings.recording(originals[name], number * 10 + seed, 20)
            assert_same_verdict(originals[name], again[name], context)
            scores.add(originals[name].evaluate(context).similarity)
    assert len(scores) > 5


def test_scenarios_judged_by_facts_are_left_out_with_the_reason(tmp_path: Path) -> None:
    by_facts = writing.scenario(tmp_path)
    conversion = convert({"call_a_taxi": by_facts, "task": scenario(Milestone([told()]))})
    assert conversion.scenarios == ("task",)
    assert [(loss.scenario, loss.where) for loss in conversion.losses] == [("call_a_taxi", "scenario")]
    assert "judged by facts" in conversion.losses[0].reason


def test_loading_the_written_file_gives_every_variant_again(tmp_path: Path) -> None:
    original = augmented({"task": scenario(Milestone([told()]))}, ToolBackend.DEFAULT)
    conversion = convert(original)
    assert (conversion.scenarios, conversion.losses) == (("task",), ())
    (tmp_path / "task.yaml").write_text(conversion.text, encoding="utf-8")
    again = load_from(tmp_path / "task.yaml")
    assert list(again) == list(original)
    for name, one in again.items():
        assert one.categories == original[name].categories
        assert offered(one) == offered(original[name])


# -- the words -------------------------------------------------------------------------------------------------------

ATOL: Callable[..., Any] = partial(ev.column_tool_trace_exact_match_similarity, atol_dict={"on": float("inf"), "x": 1})
NEAR = partial(ev.column_close_similarity, atol_dict={"reminder_timestamp": 60})
REMINDER = {"content": "Milk", "reminder_timestamp": 5.0}


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (told(), {"said": "Done.", "match": "likeness"}),
        (told("on"), {"said": "on", "match": "likeness"}),
        (told("1e5"), {"said": "1e5", "match": "likeness"}),
        (told("+15550100"), {"said": "+15550100", "match": "likeness"}),
        (told(content=ev.column_exact_match_similarity), {"said": "Done.", "match": "exact"}),
        (told("", content=ev.column_contains_similarity), {
            "state": {"sandbox": {"sender": "AGENT", "recipient": "USER", "content": ""}},
            "match": {"content": "contains"},
        }),
        (trace({"tool_name": "get_wifi_status", "arguments": {}}), {"called": "get_wifi_status"}),
        (trace([{"tool_name": "get_wifi_status", "arguments": {}},
                {"tool_name": "set_wifi_status", "arguments": {"on": True}}]),
         {"called": ["get_wifi_status", {"set_wifi_status": {"on": True}}]}),
        (trace({"tool_name": "set_wifi_status", "arguments": {"on": 1}},
               column_similarity_measure={"tool_trace": ATOL}),
         {"called": {"set_wifi_status": {"on": 1}}, "within": {"on": "any"}}),
        (trace({"tool_name": "my_own", "arguments": {"x": {"y": 1}}}, column_similarity_measure={"tool_trace": ATOL}),
         {"state": {"sandbox": {"sender": "EXECUTION_ENVIRONMENT", "recipient": "AGENT",
                                "tool_trace": '{"tool_name": "my_own", "arguments": {"x": {"y": 1}}}'}},
          "within": {"on": "any", "x": 1}}),
        (trace({"tool_name": "unit_conversion", "arguments": {}},
               partial(ev.tool_trace_dependant_similarity, fill_to="tool_trace", extractor=days_extractor),
               reference_milestone_node_index=0),
         {"called": "unit_conversion", "using": {"from": "told_user", "extractor": "days_extractor"}}),
        (wanting(ev.snapshot_similarity, N.SETTING, {"wifi": False}), {"state": {"setting": {"wifi": False}}}),
        (wanting(ev.addition_similarity, N.REMINDER, REMINDER, reference_milestone_node_index=-1,
                 column_similarity_measure={"reminder_timestamp": NEAR}),
         {"added": {"reminder": REMINDER}, "match": {"content": "likeness"}, "within": {"reminder_timestamp": 60}}),
        (wanting(ev.update_similarity, N.CONTACT, {"relationship": "boss"}, reference_milestone_node_index=0,
                 column_similarity_measure={"relationship": ev.column_one_similarity}),
         {"updated": {"contact": {"relationship": "boss"}}, "match": {"relationship": "any"}, "since": "told_user"}),
        (wanting(ev.removal_similarity, N.CONTACT, {"name": "a"}, {"name": None}, reference_milestone_node_index=-1),
         {"removed": {"contact": [{"name": "a"}, {"name": None}]}}),
    ],
)  # fmt: skip
def test_a_constraint_becomes_the_check_that_says_it(constraint: SnapshotConstraint, expected: dict[str, Any]) -> None:
    assert milestone(constraint) == expected


def test_edges_and_unguarded_tables_are_kept() -> None:
    parts = [Milestone([told(str(number))]) for number in range(3)]
    parts.append(Milestone([told("3")], guardrail_database_exclusion_list=[N.SETTING, N.CONTACT]))
    parts.append(Milestone([told("4")], guardrail_database_list=[]))
    found = written(scenario(*parts, edges=[(0, 3), (1, 3), (2, 4), (3, 4)]))["milestones"]
    assert [node.get("after") for node in found] == [
        None,
        [],
        [],
        ["told_user_1", "told_user_2"],
        ["told_user_3", "told_user_4"],
    ]
    assert [node.get("may_change") for node in found] == [None, None, None, ["setting", "contact"], "all"]


def test_milestones_in_any_order_stay_in_any_order() -> None:
    original = scenario(Milestone([told("one")]), Milestone([told("two")]), edges=[])
    again = read_back(convert({"task": original}))["task"].evaluation.milestone_matcher
    assert list(again.milestone_dag.edges) == []


def test_a_fuzzy_minefield_says_that_it_is_meant_so() -> None:
    entry = written(scenario(Milestone([told()]), minefields=[Minefield([told("No.")])]))
    assert entry["minefields"] == [{"id": "told_user", "said": "No.", "match": "likeness"}]


@pytest.mark.parametrize("instant", [0.0, 1_772_500_000.0, 1_772_500_000.654321, 1_792_888_200.0, 1_792_891_800.0])
def test_the_clock_comes_back_also_in_the_hour_that_is_there_twice(instant: float) -> None:
    original = scenario(Milestone([told()]))
    original.clock = Clock(instant, "Europe/Paris")
    clock = read_back(convert({"task": original}))["task"].clock
    assert clock is not None
    assert clock.instant == pytest.approx(instant, abs=1e-6)
    assert clock.zone == "Europe/Paris"


# -- what has no form ------------------------------------------------------------------------------------------------


def my_measure(dataframe: pl.DataFrame, column_name: str, value: Any, atol_dict: Any = None) -> pl.DataFrame:
    return dataframe.select(pl.lit(1.0).alias("similarity"))


def my_comparison(snapshot: pl.DataFrame, **kwargs: Any) -> float:
    return 1.0


def my_extractor(tool_trace: dict[str, Any]) -> list[dict[str, Any]]:
    return []


def test_a_users_own_functions_are_named_and_everything_else_is_written() -> None:
    own = partial(ev.tool_trace_dependant_similarity, fill_to="content", extractor=my_extractor)
    original = scenario(
        Milestone([told("first")]),
        Milestone([told("second", content=my_measure), told("also")]),
        Milestone([wanting(my_comparison, N.CONTACT, {"name": "x"})]),
        Milestone([wanting(own, N.SANDBOX, {"content": "x"}, reference_milestone_node_index=0)]),
        Milestone([told("last")]),
    )
    conversion = convert({"task": original})
    where = [loss.where for loss in conversion.losses]
    assert where == ["milestone 1", *["milestone 2"] * 2, *["milestone 3"] * 2]
    reasons = " ".join(loss.reason for loss in conversion.losses)
    assert all(name in reasons for name in ("my_measure", "my_comparison", "my_extractor"))
    entry = yaml.safe_load(conversion.text)["scenarios"][0]
    assert [node["said"] for node in entry["milestones"]] == ["first", "also", "last"]
    assert "# Not expressed: task: milestone 1: " in conversion.text
    assert "after" not in entry["milestones"][2]


def test_a_scenario_that_no_file_can_hold_is_left_out_with_its_reason() -> None:
    conversion = convert({"a name with spaces": scenario(Milestone([told()])), "task": scenario(Milestone([told()]))})
    assert conversion.scenarios == ("task",)
    assert [loss.scenario for loss in conversion.losses] == ["a name with spaces"]
    assert "letters, digits" in conversion.losses[0].reason


def test_a_solution_that_ends_without_words_is_left_out_with_its_reason() -> None:
    original = from_text(ORIGINAL.read_text("utf-8")).scenarios()["postpone_seeds"]
    assert original.script is not None
    silent = evolve(original, script=Script(original.script.agent_steps()[:-1]))
    conversion = convert({"task": silent})
    assert [(loss.where, loss.reason.partition(";")[0]) for loss in conversion.losses] == [
        ("solution", "it ends without words for the user")
    ]
    assert "solution" not in yaml.safe_load(conversion.text)["scenarios"][0]


def test_what_the_starting_world_cannot_say_is_noted() -> None:
    context = ExecutionContext(tool_allow_list=["get_wifi_status", "gone"], tool_deny_list=["never"])
    original = scenario(Milestone([told()]), context=context)
    original.starting_context.trace_tool = False
    original.starting_context.tool_augmentation_list = [ScenarioCategories.ARG_TYPE_SCRAMBLED]
    reasons = " ".join(str(loss) for loss in convert({"task": original}).losses)
    assert all(
        word in reasons for word in ("'gone'", "'never'", "'end_conversation'", "trace_tool", "ARG_TYPE_SCRAMBLED")
    )


def test_a_path_is_loaded_and_its_world_named_after_it() -> None:
    conversion = convert_path(SUITE)
    assert conversion.losses == ()
    assert list(yaml.safe_load(conversion.text)["worlds"]) == ["suite", "suite_cellular_on"]
