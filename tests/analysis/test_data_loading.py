from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.runs.samples import scored, void
from tool_sandbox.analysis.analysis import extract_aggregated_stats, extract_meta_stats
from tool_sandbox.analysis.data_loading import (
    extract_scenario_results,
    get_scenario_artifacts_path,
    get_scenario_pretty_print_path,
    load_result_summary,
)
from tool_sandbox.runs.summary import summarise


@pytest.fixture
def summary_path(tmp_path: Path) -> Path:
    results = [
        scored("a", 1.0, turn_count=2),
        scored("b", 0.5, turn_count=6, milestone_mapping={2: (18, 0.5)}),
        void("c", traceback="Traceback …", exception_type="RateLimitError"),
    ]
    path = tmp_path / "result_summary.json"
    path.write_text(json.dumps(summarise(results, git_sha=None)))
    return path


def test_a_run_becomes_one_row_per_sample(summary_path: Path) -> None:
    frame = extract_scenario_results(load_result_summary(summary_path))

    assert frame["name"].to_list() == ["a", "b", "c"]
    assert frame["similarity"].to_list() == [1.0, 0.5, None]
    assert frame["milestone_mapping"].to_list()[1]["2"] == [18.0, 0.5]


def test_meta_statistics_count_exceptions_and_turns(summary_path: Path) -> None:
    stats = extract_meta_stats(extract_scenario_results(load_result_summary(summary_path)))

    assert stats.to_dicts() == [
        {
            "num_scenarios": 3,
            "num_exceptions": 1,
            "total_num_turn_counts": 8,
            "normalized_total_num_turn_counts": pytest.approx(8 / 3),
        }
    ]


def test_categories_become_rows(summary_path: Path) -> None:
    stats = extract_aggregated_stats(load_result_summary(summary_path))

    assert stats.columns == ["category", "similarity", "turn_count"]
    assert stats.filter(category="ALL_CATEGORIES").to_dicts() == [
        {"category": "ALL_CATEGORIES", "similarity": 0.75, "turn_count": 4.0}
    ]


def test_trajectories_are_found_beside_the_summary(summary_path: Path) -> None:
    artifacts = get_scenario_artifacts_path(summary_path, scenario_name="a")

    assert artifacts == summary_path.parent / "trajectories" / "a"
    assert get_scenario_pretty_print_path(summary_path, scenario_name="a") == artifacts / "pretty_print.txt"
    with pytest.raises(ValueError, match=r"result_summary\.json"):
        get_scenario_artifacts_path(summary_path.parent, scenario_name="a")


def test_trajectories_are_found_through_the_results(tmp_path: Path) -> None:
    results = [scored("a", trajectory="trajectories/a-1/trial_0"), scored("a", trial=1, trajectory="trajectories/b")]
    path = tmp_path / "result_summary.json"
    path.write_text(json.dumps(summarise(results, git_sha=None)))

    assert get_scenario_artifacts_path(path, scenario_name="a") == tmp_path / "trajectories/a-1/trial_0"
    assert get_scenario_pretty_print_path(path, scenario_name="a", trial=1).parent == tmp_path / "trajectories/b"
