"""Attributes and functions that code written for the original uses beside names it imports."""

from __future__ import annotations

import copy
import inspect
import json
import random
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import tool_sandbox.tools
from tests.compatibility.scripted_roles import EndingUser, ScriptedAgent
from tool_sandbox.cli import utils
from tool_sandbox.cli.app import exit_code
from tool_sandbox.common.evaluation import (
    Milestone,
    Minefield,
    SnapshotConstraint,
    column_close_similarity,
    column_tool_trace_exact_match_similarity,
    snapshot_similarity,
    tool_trace_dependant_similarity,
)
from tool_sandbox.common.execution_context import (
    DatabaseNamespace,
    ExecutionContext,
    RoleType,
    ScenarioCategories,
    new_context,
)
from tool_sandbox.common.message_conversion import Message
from tool_sandbox.common.scenario import Scenario, ScenarioExtension
from tool_sandbox.common.tool_discovery import ToolBackend, find_tools_by_module
from tool_sandbox.roles.execution_environment import ExecutionEnvironment

HERE = Path(__file__).parent
RESULT_KEYS = [
    "name", "categories", "traceback", "exception_type", "milestone_similarity", "minefield_similarity",
    "similarity", "turn_count", "milestone_mapping", "minefield_mapping",
]  # fmt: skip


def test_execution_context_members() -> None:
    context = ExecutionContext()
    assert set(context._dbs) == set(context.dbs_schemas) == set(DatabaseNamespace)
    assert context.max_sandbox_message_index == -1
    assert context.get_most_recent_snapshot_sandbox_message_index(
        namespace=DatabaseNamespace.MESSAGING, query_index=1
    ) == -1  # fmt: skip
    context.interactive_console.runsource("x = 1")
    context.interactive_console.runcode(compile("y = 2", "<test>", "exec"))
    assert (context.interactive_console.locals["x"], context.interactive_console.locals["y"]) == (1, 2)
    context._maybe_create_snapshot(namespace=DatabaseNamespace.SETTING)
    for name, value in (("trace_tool", True), ("tool_allow_list", ["a"]), ("tool_deny_list", ["b"])):
        setattr(context, name, value)
        assert getattr(context, name) == value
    context.tool_allow_list = ["b", "a", "c"]
    context.tool_allow_list.extend(["d"])
    random.Random(1).shuffle(context.tool_allow_list)
    assert sorted(context.tool_allow_list) == ["a", "b", "c", "d"]
    again = ExecutionContext.from_dict(context.to_dict())
    assert again.interactive_console.locals["x"] == 1


def test_frames_of_the_context_are_worked_with_like_the_originals() -> None:
    context = ExecutionContext()
    settings = context.get_database(DatabaseNamespace.SETTING)
    assert settings["cellular"][0] is True
    context.update_database(DatabaseNamespace.SETTING, settings.with_columns(~pl.col("cellular")))
    assert context.get_database(DatabaseNamespace.SETTING).filter(pl.col("cellular")).is_empty()
    assert context.get_database(DatabaseNamespace.SETTING)[0].to_dicts()[0]["cellular"] is False
    kept = ExecutionContext.drop_headguard(context._dbs[DatabaseNamespace.SETTING])
    assert kept["device_id"].null_count() == 0
    context.add_to_database(DatabaseNamespace.CONTACT, [{"person_id": "1", "name": "Ada"}])
    context.remove_from_database(DatabaseNamespace.CONTACT, pl.col("name") == "Ada")
    assert context.get_database(DatabaseNamespace.CONTACT).is_empty()


def test_scenarios_are_built_without_arguments_and_copied_deeply() -> None:
    scenario = Scenario()
    scenario.starting_context.trace_tool = True
    scenario.starting_context.preferred_tool_backend = ToolBackend.DEFAULT
    scenario.starting_context.tool_allow_list = ["search_contacts"]
    scenario.starting_context.tool_augmentation_list = [ScenarioCategories.TOOL_NAME_SCRAMBLED]
    scenario.max_messages = 5
    other = copy.deepcopy(scenario)
    assert other.starting_context.tool_allow_list is not None
    other.starting_context.tool_allow_list.append("add_contact")
    other.categories.append(ScenarioCategories.STATE_DEPENDENCY)
    assert scenario.starting_context.tool_allow_list == ["search_contacts"]
    assert scenario.categories == []
    assert other.max_messages == 5


def test_an_extension_takes_every_field_and_leaves_its_base_alone() -> None:
    base = Scenario()
    told = SnapshotConstraint(
        database_namespace=DatabaseNamespace.SANDBOX,
        snapshot_constraint=snapshot_similarity,
        target_dataframe=pl.DataFrame({"sender": RoleType.AGENT, "recipient": RoleType.USER, "content": "Hi"}),
        column_similarity_measure={"content": partial(column_close_similarity, atol_dict={"content": 1})},
        reference_milestone_node_index=None,
    )
    extension = ScenarioExtension(
        name="mine",
        base_scenario=base,
        messages=[{"sender": RoleType.USER, "recipient": RoleType.AGENT, "content": "Hi"}],
        tool_allow_list=["search_contacts"],
        tool_deny_list=["add_contact"],
        milestones=[
            Milestone(snapshot_constraints=[told], guardrail_database_exclusion_list=[DatabaseNamespace.CONTACT])
        ],
        milestone_edge_list=None,
        minefields=[Minefield(snapshot_constraints=[told])],
        minefield_edge_list=None,
        categories=[ScenarioCategories.SINGLE_USER_TURN],
    )
    extension.categories.append(ScenarioCategories.CANONICALIZATION)
    scenario = extension.get_extended_scenario()["mine"]
    assert scenario.categories == [ScenarioCategories.SINGLE_USER_TURN, ScenarioCategories.CANONICALIZATION]
    assert scenario.starting_context.tool_deny_list == ["add_contact"]
    assert scenario.evaluation.milestone_matcher.edge_list == []
    assert base.starting_context.max_sandbox_message_index == -1
    assert base.evaluation.milestone_matcher.milestones == []


def test_partials_keep_what_is_bound() -> None:
    dependent = partial(tool_trace_dependant_similarity, fill_to="tool_trace", extractor=lambda trace: [trace])
    close = partial(column_tool_trace_exact_match_similarity, atol_dict={"a": 1.0})
    assert dependent.keywords["fill_to"] == "tool_trace"
    frame = pl.DataFrame({"tool_trace": [[json.dumps({"tool_name": "t", "arguments": {"a": 1.5}})]]})
    wanted = json.dumps({"tool_name": "t", "arguments": {"a": 1}})
    assert close(dataframe=frame, column_name="tool_trace", value=wanted)["similarity"].to_list() == [1.0]


def test_tools_name_the_module_that_defines_them() -> None:
    for name, tool in find_tools_by_module(tool_sandbox.tools, ToolBackend.DEFAULT).items():
        module = inspect.getmodule(tool)
        assert module is not None
        assert module.__name__.startswith("tool_sandbox.tools.")
        assert getattr(module, name) is tool
        assert tool.__name__ == name


def test_the_execution_environment_is_driven_by_hand() -> None:
    environment = ExecutionEnvironment()
    with new_context(ExecutionContext()):
        sent = Message(sender=RoleType.AGENT, recipient=RoleType.EXECUTION_ENVIRONMENT, content="print(1 + 1)")
        assert sent == Message(
            sender=RoleType.AGENT, recipient=RoleType.EXECUTION_ENVIRONMENT, content="print(1 + 1)",
            visible_to=[RoleType.AGENT, RoleType.EXECUTION_ENVIRONMENT],
        )  # fmt: skip
        environment.add_messages([sent])
        environment.respond()
        answer = environment.get_messages()[-1]
    assert (answer.content.strip(), answer.recipient) == ("2", RoleType.AGENT)


# -- cli.utils -------------------------------------------------------------------------------------------------------


class Broken(ScriptedAgent):
    """Fails in its first turn."""

    def respond(self, ending_index: int | None = None) -> None:
        raise RuntimeError("no answer")


def result_of(agent: Any, monkeypatch: pytest.MonkeyPatch, folder: Path) -> dict[str, Any]:
    name, scenario = next(iter(utils.resolve_scenarios(None, ToolBackend.DEFAULT).items()))
    monkeypatch.setitem(utils.AGENT_TYPE_TO_FACTORY, utils.RoleImplType.Deterministic, agent)
    monkeypatch.setitem(utils.USER_TYPE_TO_FACTORY, utils.RoleImplType.Deterministic, EndingUser)
    kind = utils.RoleImplType.Deterministic
    return utils.run_scenario((name, scenario), agent_type=kind, user_type=kind, output_directory=folder)


def test_run_scenario_gives_the_keys_of_the_original(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = result_of(ScriptedAgent, monkeypatch, tmp_path)
    assert list(result) == RESULT_KEYS
    assert (result["traceback"], result["exception_type"]) == (None, None)
    assert (tmp_path / "trajectories" / result["name"] / "conversation.json").is_file()


def test_a_failed_scenario_counts_as_zero(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = result_of(Broken, monkeypatch, tmp_path)
    assert list(result) == RESULT_KEYS
    assert (result["exception_type"], result["similarity"], result["turn_count"]) == ("RuntimeError", 0, 30)
    assert result["milestone_mapping"] == {}
    assert "no answer" in result["traceback"]
    folder = tmp_path / "trajectories" / result["name"]
    assert sorted(file.name for file in folder.iterdir()) == ["execution_context.json", "pretty_print.txt"]


def test_categories_are_summed_up_with_the_exception_for_scrambled_tools() -> None:
    three, scrambled = ScenarioCategories.THREE_DISTRACTION_TOOLS, ScenarioCategories.TOOL_NAME_SCRAMBLED
    results = [
        {"categories": [three], "similarity": 1.0, "turn_count": 2},
        {"categories": [three, scrambled], "similarity": 0.0, "turn_count": 4},
    ]
    summary: Mapping[str, Mapping[str, list[float]]] = utils.get_category_summary(results)
    assert summary["ALL_CATEGORIES"] == {"similarity": [1.0, 0.0], "turn_count": [2, 4]}
    assert summary["THREE_DISTRACTION_TOOLS"]["similarity"] == [1.0]
    assert summary["TOOL_NAME_SCRAMBLED"]["turn_count"] == [4]


def test_scenarios_are_resolved_by_name_and_unknown_ones_named() -> None:
    names = list(utils.resolve_scenarios(None, ToolBackend.DEFAULT))
    assert list(utils.resolve_scenarios([names[1], names[0], names[0]], ToolBackend.DEFAULT)) == names[:2]
    assert utils.resolve_scenarios([], ToolBackend.DEFAULT) == {}
    with pytest.raises(KeyError, match="no_such_scenario"):
        utils.resolve_scenarios(["no_such_scenario"], ToolBackend.DEFAULT)


def test_own_scenarios_tools_and_roles_play_from_the_command_line(tmp_path: Path) -> None:
    roles = "tests.compatibility.scripted_roles"
    code = exit_code(
        ["run", "-a", f"{roles}:ScriptedAgent", "-u", f"{roles}:EndingUser", "-o", str(tmp_path), "-s", "rename_ola",
         "--scenarios-from", str(HERE / "suite"), "--tools-from", str(HERE / "my_tools.py")]
    )  # fmt: skip
    assert code == 0
    (summary,) = tmp_path.rglob("result_summary.json")
    (result,) = json.loads(summary.read_text(encoding="utf-8"))["per_scenario_results"]
    assert set(RESULT_KEYS) <= set(result)
    assert (result["name"], result["traceback"]) == ("rename_ola", None)
