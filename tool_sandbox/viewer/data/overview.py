"""What runs came to as JSON, for programs: the numbers of the first page, and a row for each sample."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tool_sandbox.analysis.comparison import compared
from tool_sandbox.runs.summary import GROUPINGS, Score, scores_by
from tool_sandbox.viewer.data.rows import COLUMNS, row_data

if TYPE_CHECKING:
    from tool_sandbox.runs.run_result import RunResult


def overview_json(runs: Mapping[str, RunResult]) -> Iterator[str]:
    """``runs`` by name, with scores, the scores of their groups and spending; the ``comparison``; all ``samples``.

    The text comes in parts, as there may be many samples.
    """
    comparison, _ = compared(runs)
    told = {
        "runs": {name: _run(run) for name, run in runs.items()},
        "comparison": comparison.to_record() if comparison else None,
    }
    yield _text(told).removesuffix("\n}")
    begin = ',\n "samples": ['
    for name, run in runs.items():
        for sample in run:
            row = dict(zip(COLUMNS, row_data(name, sample), strict=True))
            text = _text(row).replace("\n", "\n  ")
            yield f"{begin}\n  {text}"
            begin = ","
    yield "\n ]\n}\n" if begin == "," else f"{begin}]\n}}\n"


def _text(data: Any) -> str:
    return json.dumps(data, indent=1, default=str)


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
