"""The original's programmatic way to run scenarios and write summaries, on top of this package's runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tool_sandbox.registry.catalogue import RoleImplType
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs import provenance
from tool_sandbox.runs.store import SUMMARY

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

DEFAULT_USER_TYPE = RoleImplType.GPT_4_o_2024_05_13

get_git_sha = provenance.git_sha
has_local_changes = provenance.has_local_changes


def write_result_summary(
    result_summary: list[dict[str, Any]],
    category_summary: Mapping[str, Mapping[str, list[float]]],
    output_directory: Path,
) -> None:
    """Write ``result_summary.json`` with the original's three keys.

    Args:
        result_summary: What ``run_scenario`` returned for each scenario.
        category_summary: What ``get_category_summary`` made of them.
        output_directory: An existing run directory.
    """
    import json

    content = {
        "per_scenario_results": result_summary,
        "category_aggregated_results": {
            category: {name: sum(values) / len(values) for name, values in columns.items() if values}
            for category, columns in category_summary.items()
        },
        "git_sha": get_git_sha(),
    }
    text = json.dumps(content, indent=4, ensure_ascii=False)
    (Path(output_directory) / SUMMARY).write_bytes(text.encode("utf-8", "backslashreplace"))


def run_sandbox(
    *, agent_type: Any, user_type: Any, name_to_scenario: Mapping[str, Scenario], processes: int, output_base_dir: Path
) -> None:
    """Play scenarios, print the table and write a run directory under ``output_base_dir``.

    Args:
        agent_type: A ``RoleImplType`` or any name ``-a`` takes.
        user_type: The same for the user.
        name_to_scenario: What to play.
        processes: Samples in flight at once.
        output_base_dir: Where the run directory is made.
    """
    from tool_sandbox.cli.play import Display, play_all

    settings = RunSettings(
        agent=str(agent_type), user=str(user_type), concurrency=processes, output=str(output_base_dir)
    )
    play_all([settings], name_to_scenario, Display(marks_latest=False))
