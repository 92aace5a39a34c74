"""Reading what a run has written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.trajectory import PRETTY_PRINT
from tool_sandbox.runs.store import RunStore
from tool_sandbox.runs.summary_file import read_summary

if TYPE_CHECKING:
    import polars as pl


def load_result_summary(path: Path) -> dict[str, Any]:
    """The content of a ``result_summary.json``, of ours or of the original.

    Raises:
        SettingsError: The file cannot be read, or is not a result summary.
    """
    return read_summary(Path(path))


def extract_scenario_results(results: dict[str, Any]) -> pl.DataFrame:
    """One row per entry of ``per_scenario_results``.

    Mappings keyed by milestone differ from row to row; in the frame they are structs with every index that occurs.
    """
    import polars as pl

    return pl.DataFrame(results["per_scenario_results"], strict=False, infer_schema_length=None)


def get_scenario_artifacts_path(result_summary_path: Path, *, scenario_name: str, trial: int = 0) -> Path:
    """The directory with the files of one scenario, or of one trial of it, as the run's results say.

    Raises:
        ValueError: ``result_summary_path`` is not a JSON file.
    """
    summary = Path(result_summary_path)
    if summary.suffix != ".json":
        message = f"{str(summary)!r} is not a result summary; give the path of a result_summary.json."
        raise ValueError(message)
    results = load_result_summary(summary)["per_scenario_results"] if summary.is_file() else []
    found = {(result["name"], result.get("trial") or 0): result for result in results}
    result = found.get((scenario_name, trial), {"name": scenario_name, "trial": trial})
    return Path(str(RunStore(summary.parent).trajectory_of(result)))


def get_scenario_pretty_print_path(result_summary_path: Path, *, scenario_name: str, trial: int = 0) -> Path:
    """The readable log of one scenario, or of one trial of it."""
    artifacts = get_scenario_artifacts_path(result_summary_path, scenario_name=scenario_name, trial=trial)
    return artifacts / PRETTY_PRINT
