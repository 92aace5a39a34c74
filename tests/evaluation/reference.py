"""spec/50 written down literally, with polars, scipy and rouge_score: slow, and what the fast evaluator must equal."""

from __future__ import annotations

import contextlib
import json
import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from rouge_score import rouge_scorer
from scipy.optimize import linear_sum_assignment

from tool_sandbox.common import evaluation as ours
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.constraints import Milestone, SnapshotConstraint
from tool_sandbox.evaluation.matching.matching import MilestoneMatcher
from tool_sandbox.evaluation.matching.similarity import Trajectory
from tool_sandbox.evaluation.truth.untruths import untrue

_SCORER = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=True)
_BASE = np.float32(0.99999994)
INDEX = "sandbox_message_index"


def _close(value: Any, wanted: Any, atol: float | None) -> bool:
    if isinstance(value, (int, float)) and isinstance(wanted, (int, float)) and atol is not None:
        return abs(value - wanted) <= atol
    return bool(value == wanted)


def _trace_cell(cell: Any, value: str, atol: Mapping[str, float]) -> float:
    golden = json.loads(value)
    golden = golden if isinstance(golden, list) else [golden]
    for text in [] if cell is None else cell:
        trace = json.loads(text)
        for want in golden:
            if trace["tool_name"] == want["tool_name"] and all(
                _close(trace["arguments"].get(name, NOT_GIVEN), arg, atol.get(name))
                for name, arg in want["arguments"].items()
            ):
                return 1.0
    return 0.0


def rouge(wanted: str, cell: str | None) -> float:
    if cell is None:
        return 0.0
    return float(np.float32(_SCORER.score(wanted, cell)["rougeL"].fmeasure))


def column(measure: Any, frame: pl.DataFrame, name: str, value: Any) -> list[float | None]:  # noqa: PLR0911 -- one return per row of the table
    atol: Mapping[str, float] = {}
    if isinstance(measure, partial):
        atol, measure = measure.keywords["atol_dict"], measure.func
    cells = frame[name].to_list()
    if measure is ours.column_exact_match_similarity:
        if value is None:
            return [float(cell is None) for cell in cells]
        if isinstance(value, list):
            return [None if cell is None else float(cell == value) for cell in cells]
        return [None if hit is None else float(hit) for hit in frame.select(pl.col(name) == pl.lit(value))[name]]
    if measure is ours.column_close_similarity:
        return [float(cell is not None and _close(value, cell, atol.get(name))) for cell in cells]
    if measure is ours.column_one_similarity:
        return [1.0 for _ in cells]
    if measure is ours.column_contains_similarity:
        return [None if cell is None else float(value in cell) for cell in cells]
    if measure is ours.column_tool_trace_exact_match_similarity:
        return [_trace_cell(cell, value, atol) for cell in cells]
    if measure is ours.column_rouge_l_similarity:
        return [rouge(value, cell) for cell in cells]
    return list(measure(dataframe=frame, column_name=name, value=value)["similarity"])


def _cost(similarity: float | None) -> np.float32 | None:
    if similarity is None:
        return None
    return np.float32(np.inf) if similarity == 0 else np.float32(-np.float32(math.log(similarity))) / _BASE


def snapshot(frame: pl.DataFrame, target: pl.DataFrame, measures: Mapping[str, Any]) -> float:
    if frame.height != target.height or any(name not in frame.columns for name in target.columns):
        return 0.0
    if not target.height:
        return 1.0
    narrow = len(target.columns) == 1 and measures[target.columns[0]] is not ours.column_one_similarity
    matrix = np.zeros((target.height, frame.height), dtype=np.float32 if narrow else np.float64)
    for t, wanted in enumerate(target.to_dicts()):
        columns = [[_cost(x) for x in column(measures[name], frame, name, wanted[name])] for name in target.columns]
        for s in range(frame.height):
            costs = [costs[s] for costs in columns if costs[s] is not None]
            total = np.float32(0)
            for one in costs:
                total = np.float32(total + one)  # type: ignore[operator]
            matrix[t, s] = (total if narrow else float(total) / len(costs)) if costs else np.nan
    try:
        rows, chosen = linear_sum_assignment(matrix)
    except ValueError:
        return 0.0
    mean = matrix[rows, chosen].mean()
    return float(np.float32(math.exp(-float(mean)))) if narrow else math.exp(-float(mean))


_ZERO: dict[Any, Any] = {pl.String: "", pl.Boolean: False}


def _filled(frame: pl.DataFrame, like: pl.DataFrame) -> pl.DataFrame:
    frame = frame.drop(INDEX, strict=False)
    return frame.with_columns(
        pl.col(name).cast(like.schema[name] if dtype == pl.Null else dtype).fill_null(
            _ZERO.get(like.schema[name], 0)
        )
        for name, dtype in frame.schema.items()
    )  # fmt: skip


def addition(frame: pl.DataFrame, target: pl.DataFrame, measures: Mapping[str, Any], before: pl.DataFrame) -> float:
    frame, before, target = _filled(frame, frame), _filled(before, frame), _filled(target, frame)
    if frame.join(before, on=frame.columns, how="inner").height != before.height:
        return 0.0
    return snapshot(frame.join(before, on=frame.columns, how="anti"), target, measures)


def update(frame: pl.DataFrame, target: pl.DataFrame, measures: Mapping[str, Any], before: pl.DataFrame) -> float:
    frame, before, target = _filled(frame, frame), _filled(before, frame), _filled(target, frame)
    if frame.height != before.height:
        return 0.0
    return snapshot(frame.join(before, on=frame.columns, how="anti"), target, measures)


def traced(
    frame: pl.DataFrame, target: pl.DataFrame, measures: Mapping[str, Any], before: pl.DataFrame, **bound: Any
) -> float:
    traces = before["tool_trace"].to_list()[0]
    if traces is None:
        return 0.0
    extracted: list[dict[str, Any]] = []
    for text in traces:
        with contextlib.suppress(KeyError, IndexError, TypeError, ValueError):
            extracted += bound["extractor"](json.loads(text))
    best = 0.0
    try:
        for values in extracted:
            if bound["fill_to"] == "content":
                new = target["content"][0].format(**values)
            else:
                golden = json.loads(target["tool_trace"][0])
                variants = []
                for one in golden if isinstance(golden, list) else [golden]:
                    variants.append({**one, "arguments": {**one["arguments"], **values}})
                    variants.append({**one, "arguments": {**values, **one["arguments"]}})
                new = json.dumps(variants)
            best = max(best, snapshot(frame, target.with_columns(pl.lit(new).alias(bound["fill_to"])), measures))
    except (IndexError, KeyError):
        return 0.0
    return best


def constraint_value(one: SnapshotConstraint, frame: pl.DataFrame, before: pl.DataFrame | None) -> float:  # noqa: PLR0911 -- one return per function
    function, measures = one.snapshot_constraint, one.column_similarity_measure or {}
    target = one.target_dataframe
    if isinstance(target, list):
        target = pl.DataFrame(target)
    if function is ours.guardrail_similarity:
        return float(frame.equals(before))  # type: ignore[arg-type]
    if function is ours.snapshot_similarity:
        return snapshot(frame, target, measures)
    if function is ours.addition_similarity:
        return addition(frame, target, measures, before)  # type: ignore[arg-type]
    if function is ours.removal_similarity:
        return addition(before, target, measures, frame)  # type: ignore[arg-type]
    if function is ours.update_similarity:
        return update(frame, target, measures, before)  # type: ignore[arg-type]
    if isinstance(function, partial) and function.func is ours.tool_trace_dependant_similarity:
        return traced(frame, target, measures, before, **function.keywords)  # type: ignore[arg-type]
    return float(
        function(
            snapshot=frame, target_dataframe=target, column_similarities=measures, reference_snapshot=before
        )
    )  # fmt: skip


class Calculator:
    def __init__(self, context: ExecutionContext, milestone: Milestone) -> None:
        self.context, self.constraints = context, milestone.snapshot_constraints
        self.first = context.first_user_sandbox_message_index
        self.milestones: dict[tuple[int, tuple[int | None, ...]], float] = {}
        self.values: dict[tuple[int, int, int | None], float] = {}
        self.trajectory = Trajectory(context)

    def at(self, index: int, mapping: Mapping[int, tuple[int, float]]) -> float:
        nodes = [one.reference_milestone_node_index for one in self.constraints]
        before = tuple([None if node is None else self.first if node == -1 else mapping[node][0] for node in nodes])
        if (index, before) not in self.milestones:
            self.milestones[index, before] = self.milestone(index, before)
        return self.milestones[index, before]

    def milestone(self, index: int, references: Sequence[int | None]) -> float:
        product, count = 1.0, 0
        for at, (one, reference) in enumerate(zip(self.constraints, references, strict=True)):
            key = (at, index, reference)
            if key not in self.values:
                frame = self.context.get_database(one.database_namespace, index)
                before = None if reference is None else self.context.get_database(one.database_namespace, reference)
                self.values[key] = constraint_value(one, frame, before) if self.is_true(one, index) else 0.0
            product *= self.values[key]
            count += one.snapshot_constraint is not ours.guardrail_similarity
        return float(product ** (1 / count))

    def is_true(self, one: SnapshotConstraint, index: int) -> bool:
        """Nothing of section 5: what facts ask for is worth nothing in an answer that is untrue."""
        return one.database_namespace != DatabaseNamespace.SANDBOX or not untrue(
            one.prepared().target, self.trajectory, index
        )


def match(matcher: MilestoneMatcher, context: ExecutionContext) -> tuple[OrderedDict[int, tuple[int, float]], float]:
    """Section 5, every visit made."""
    calculators = [Calculator(context, milestone) for milestone in matcher.milestones]
    edges = matcher.milestone_dag.edges
    lo, hi = context.first_user_sandbox_message_index, context.max_sandbox_message_index

    def dfs(
        mapping: OrderedDict[int, tuple[int, float]], total: float, left: frozenset[int]
    ) -> tuple[OrderedDict[int, tuple[int, float]], float]:
        if not left:
            return mapping, total
        lower = next(reversed(mapping.values()))[0] if mapping else lo
        free = [node for node in left if not any(after == node and before in left for before, after in edges)]
        candidates = sorted(
            (-calculators[node].at(index, mapping), node, index) for node in free for index in range(lower, hi + 1)
        )
        best: tuple[OrderedDict[int, tuple[int, float]], float] = OrderedDict(), -1
        for negative, node, index in candidates:
            if total + -negative + len(left) - 1 <= best[1]:
                continue
            extended = OrderedDict(mapping)
            extended[node] = (index, -negative)
            found = dfs(extended, total + -negative, left - {node})
            if found[1] > best[1]:
                best = found
        return best

    mapping, total = dfs(OrderedDict(), 0.0, frozenset(matcher.milestone_dag.nodes))
    return mapping, total / len(matcher.milestones)


def turn_count(log: pl.DataFrame) -> int:
    """Section 6, as an expression."""
    user, environment = pl.lit("USER"), pl.lit("EXECUTION_ENVIRONMENT")
    sender, recipient = pl.col("sender").cast(pl.String), pl.col("recipient").cast(pl.String)
    return log.filter(
        (sender != "SYSTEM")
        & ~((sender == user) & (recipient == environment))
        & ~((sender == environment) & (recipient == user))
        & (pl.col("visible_to").cast(pl.List(pl.String)) != ["USER"])
    ).height
