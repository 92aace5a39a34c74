"""Everything about scores under the import path that scenario modules use; it lives in ``tool_sandbox.evaluation``."""

from __future__ import annotations

from typing import Any

from tool_sandbox.common.world.schemas import namespaces
from tool_sandbox.evaluation.comparing.columns import (
    ColumnSimilarityMeasureType,
    column_close_similarity,
    column_contains_similarity,
    column_exact_match_similarity,
    column_one_similarity,
    column_rouge_l_similarity,
    column_tool_trace_exact_match_similarity,
)
from tool_sandbox.evaluation.constraints import (
    Milestone,
    Minefield,
    SnapshotConstraint,
    default_column_similarities,
)
from tool_sandbox.evaluation.matching.matching import MilestoneMatcher
from tool_sandbox.evaluation.matching.similarity import CachedSimilarityCalculator
from tool_sandbox.evaluation.result import Evaluation, EvaluationResult, get_effective_turn_count
from tool_sandbox.evaluation.snapshots import (
    addition_similarity,
    guardrail_similarity,
    removal_similarity,
    snapshot_similarity,
    tool_trace_dependant_similarity,
    update_similarity,
)

__all__ = [
    "CachedSimilarityCalculator",
    "ColumnSimilarityMeasureType",
    "Evaluation",
    "EvaluationResult",
    "Milestone",
    "MilestoneMatcher",
    "Minefield",
    "SnapshotConstraint",
    "addition_similarity",
    "column_close_similarity",
    "column_contains_similarity",
    "column_exact_match_similarity",
    "column_one_similarity",
    "column_rouge_l_similarity",
    "column_tool_trace_exact_match_similarity",
    "get_effective_turn_count",
    "guardrail_similarity",
    "removal_similarity",
    "snapshot_similarity",
    "tool_trace_dependant_similarity",
    "update_similarity",
]

_default_dbs_column_similarities: dict[Any, dict[str, Any]] = {
    namespace: default_column_similarities(namespace) for namespace in namespaces()
}
