"""What runs came to as JSON, for programs: the numbers of the first page, and a row for each sample."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tool_sandbox.analysis.comparison import compared
from tool_sandbox.runs.summary import GROUPINGS, Score, scores_by
from tool_sandbox.viewer.data.rows import COLUMNS, row_data

if TYPE_CHECKING:
    from tool_sandbox.runs.run_result import RunResult


def overview_json(runs: Mapping[str, RunResult]) -> str:
    """``runs`` by name, with scores, the scores of their groups and spending; the ``comparison``; all ``samples``."""
    comparison, _ = compared(runs)
    samples = [dict(zip(COLUMNS, row_data(name, sample), strict=True)) for name, run in runs.items() for sample in run]
    told = {
        "runs": {name: _run(run) for name, run in runs.items()},
        "comparison": comparison.to_record() if comparison else None,
        "samples": samples,
    }
    return json.dumps(told, indent=1, default=str) + "\n"


def _run(run: RunResult) -> dict[str, Any]:
    groups = {grouping: scores_by(grouping, run.samples) for grouping in GROUPINGS}
    return {
        "agent": run.agent,
        "user": run.user,
        "directory": run.directory,
        "ending": run.ending.value,
        "score": Score.over(run.samples).to_record(),
        **{name: {group: score.to_record() for group, score in scores.items()} for name, scores in groups.items()},
        "spending": run.spending.to_record(),
    }
