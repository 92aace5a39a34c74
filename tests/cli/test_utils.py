from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import tool_sandbox.cli
from tool_sandbox.cli import DEFAULT_USER_TYPE, get_git_sha, has_local_changes, run_sandbox, write_result_summary
from tool_sandbox.cli.utils import (
    TEST_SCENARIO_NAMES,
    RoleImplType,
    get_category_summary,
    get_category_to_scenario_count,
    get_necessary_tool_name_to_scenario_count,
    resolve_scenarios,
    run_scenario,
)
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools

KEYS = [
    "name",
    "categories",
    "traceback",
    "exception_type",
    "milestone_similarity",
    "minefield_similarity",
    "similarity",
    "turn_count",
    "milestone_mapping",
    "minefield_mapping",
]


def test_no_names_are_all_scenarios_and_an_empty_list_is_none() -> None:
    everything = resolve_scenarios(None, ToolBackend.DEFAULT)

    assert len(everything) > 100
    assert resolve_scenarios([], ToolBackend.DEFAULT) == {}


def test_scenarios_come_in_load_order_and_once() -> None:
    names = list(resolve_scenarios(None, ToolBackend.DEFAULT))[:3]

    assert list(resolve_scenarios([names[2], names[0], names[0]], ToolBackend.DEFAULT)) == [names[0], names[2]]


def test_missing_scenarios_are_a_key_error_that_names_them() -> None:
    with pytest.raises(KeyError, match=r"desired scenarios do not exist.*no_such"):
        resolve_scenarios(["no_such"], ToolBackend.DEFAULT)


def test_a_scenario_is_played_and_described_in_the_originals_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("end\n"))
    (item,) = resolve_scenarios(["switch_wifi_off"], ToolBackend.DEFAULT).items()

    result = run_scenario(
        item, agent_type=RoleImplType.Unhelpful, user_type=RoleImplType.Cli, output_directory=tmp_path
    )

    assert list(result) == KEYS
    assert (result["similarity"], result["traceback"], result["turn_count"]) == (0, None, 1)
    assert (tmp_path / "trajectories" / "switch_wifi_off" / "conversation.json").exists()


def test_whatever_fails_is_scored_0_with_all_turns_used_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    (item,) = resolve_scenarios(["switch_wifi_off"], ToolBackend.DEFAULT).items()

    result = run_scenario(
        item, agent_type=RoleImplType.Unhelpful, user_type=RoleImplType.Cli, output_directory=tmp_path
    )

    assert list(result) == KEYS
    assert (result["similarity"], result["turn_count"], result["exception_type"]) == (0, 30, "CancelledRunError")
    assert "EOFError" in result["traceback"]
    assert not (tmp_path / "trajectories" / "switch_wifi_off" / "conversation.json").exists()


def test_categories_collect_scores_with_the_exception_for_scrambled_tools() -> None:
    plain = {"categories": ["THREE_DISTRACTION_TOOLS"], "similarity": 1.0, "turn_count": 2}
    scrambled = {"categories": ["THREE_DISTRACTION_TOOLS", "ARG_TYPE_SCRAMBLED"], "similarity": 0.5, "turn_count": 4}

    assert get_category_summary([plain, scrambled]) == {
        "THREE_DISTRACTION_TOOLS": {"similarity": [1.0], "turn_count": [2]},
        "ARG_TYPE_SCRAMBLED": {"similarity": [0.5], "turn_count": [4]},
        "ALL_CATEGORIES": {"similarity": [1.0, 0.5], "turn_count": [2, 4]},
    }


def test_scenarios_are_counted_by_category_and_needed_tool() -> None:
    everything = resolve_scenarios(None, ToolBackend.DEFAULT)

    categories = get_category_to_scenario_count(everything)
    tools = get_necessary_tool_name_to_scenario_count(everything)

    assert categories["ALL_CATEGORIES"] == len(everything) == 8 * categories["NO_DISTRACTION_TOOLS"]
    assert categories["THREE_DISTRACTION_TOOLS"] == categories["NO_DISTRACTION_TOOLS"]
    assert tools["end_conversation"] == len(everything)
    assert set(get_all_tools(ToolBackend.DEFAULT)) <= set(tools)


def test_the_names_of_the_command_line_module_are_kept(tmp_path: Path) -> None:
    assert DEFAULT_USER_TYPE is RoleImplType.GPT_4_o_2024_05_13
    assert len(TEST_SCENARIO_NAMES) == 3
    assert get_git_sha() is None or isinstance(get_git_sha(), str)
    assert isinstance(has_local_changes(), bool)

    write_result_summary([], {"ALL_CATEGORIES": {"similarity": [1.0, 0.0], "turn_count": [2, 4]}}, tmp_path)
    summary = json.loads((tmp_path / "result_summary.json").read_text())
    assert list(summary) == ["per_scenario_results", "category_aggregated_results", "git_sha"]
    assert summary["category_aggregated_results"] == {"ALL_CATEGORIES": {"similarity": 0.5, "turn_count": 3.0}}


def test_scenarios_can_be_run_from_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = resolve_scenarios(["switch_wifi_off"], ToolBackend.DEFAULT)

    run_sandbox(agent_type="oracle", user_type="oracle", name_to_scenario=chosen, processes=2, output_base_dir=tmp_path)

    assert "Score 1.000" in capsys.readouterr().out
    assert len(list(tmp_path.glob("*/result_summary.json"))) == 1


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        tool_sandbox.cli.nonsense  # noqa: B018 -- reading it is the test
