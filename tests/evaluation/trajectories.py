"""Random worlds and milestones over them."""

from __future__ import annotations

import json
import random
from functools import partial
from typing import Any

from tool_sandbox.common.evaluation import (
    Milestone,
    SnapshotConstraint,
    addition_similarity,
    column_close_similarity,
    column_contains_similarity,
    removal_similarity,
    snapshot_similarity,
    tool_trace_dependant_similarity,
    update_similarity,
)
from tool_sandbox.common.execution_context import DatabaseNamespace as N
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.tool_trace_extractors import lat_lon_dict_extractor, result_to_timestamp0_extractor

WORDS = ["milk", "buying", "buys", "call", "Ann", "wifi", "naïve", "ten", "10", "Paris!", "friends"]
ROLES = [("USER", "AGENT"), ("AGENT", "USER"), ("AGENT", "EXECUTION_ENVIRONMENT"), ("EXECUTION_ENVIRONMENT", "AGENT")]


def text(source: random.Random, longest: int = 4) -> str:
    return " ".join(source.choices(WORDS, k=source.randint(0, longest)))


def trace(source: random.Random) -> dict[str, Any]:
    result: Any = source.choice([1.0, 2.5, {"latitude": 1.0, "longitude": 2.0}, None, "x"])
    arguments = {name: source.choice([1, 1.0, 2.5, None, "x"]) for name in source.sample(["timestamp_0", "b", "c"], 2)}
    return {"tool_name": source.choice(["first", "second"]), "arguments": arguments, "result": result}


def _message(source: random.Random) -> dict[str, Any]:
    sender, recipient = source.choice(ROLES)
    traces = None
    if sender == "EXECUTION_ENVIRONMENT" and source.random() < 0.8:
        traces = [json.dumps(trace(source)) for _ in range(source.randint(0, 2))]
    row = {"sender": sender, "recipient": recipient, "content": text(source), "tool_trace": traces}
    if source.random() < 0.9:
        row["visible_to"] = source.choice([[sender, recipient], ["USER"], [sender]])
    return row


def _reminder(source: random.Random) -> dict[str, Any]:
    return {
        "reminder_id": source.choice(["a", "b"]),
        "content": text(source, 2) or None,
        "creation_timestamp": source.choice([0.0, 1.0]),
        "latitude": source.choice([None, 0.0, 1.5]),
    }


def _change(source: random.Random, context: ExecutionContext) -> None:
    kind = source.choice(["add", "add", "remove", "wifi"])
    if kind == "add":
        context.add_rows(N.REMINDER, [_reminder(source) for _ in range(source.randint(1, 2))])
    elif kind == "remove":
        context.remove_rows(N.REMINDER, lambda row: row["reminder_id"] == "a")
    else:
        row = dict(context.rows(N.SETTING)[0])
        row["wifi"] = source.random() < 0.5
        context.replace_rows(N.SETTING, [row])


def trajectory(source: random.Random, messages: int) -> ExecutionContext:
    context = ExecutionContext()
    if source.random() < 0.7:
        context.add_rows(N.REMINDER, [_reminder(source)])
    opening = {"sender": "USER", "recipient": "AGENT", "content": "Hello"}
    context.add_rows(N.SANDBOX, [{"sender": "SYSTEM", "recipient": "AGENT", "content": "You help."}])
    if source.random() < 0.9:
        context.add_rows(N.SANDBOX, [opening])
    while context.max_sandbox_message_index < messages:
        if source.random() < 0.4:
            _change(source, context)
        context.add_rows(N.SANDBOX, [_message(source)])
    return context


def _log_target(source: random.Random) -> tuple[dict[str, Any], dict[str, Any] | None]:
    target: dict[str, Any] = {}
    if source.random() < 0.8:
        target["sender"], target["recipient"] = source.choice(ROLES)
    if source.random() < 0.6 or not target:
        target["content"] = text(source)
    if source.random() < 0.3:
        target["tool_trace"] = json.dumps(trace(source))
    measures = {"content": column_contains_similarity} if source.random() < 0.2 else None
    return target, measures


def constraint(source: random.Random, earlier: list[int]) -> SnapshotConstraint:
    reference = source.choice([-1, *earlier])
    kind = source.choice(["log", "log", "log", "wifi", "add", "remove", "update", "table", "traced"])
    if kind == "log":
        target, measures = _log_target(source)
        return SnapshotConstraint(N.SANDBOX, snapshot_similarity, None, [target], measures)
    if kind == "wifi":
        return SnapshotConstraint(N.SETTING, snapshot_similarity, None, [{"wifi": source.random() < 0.5}])
    if kind == "traced":
        fill_to = source.choice(["content", "tool_trace"])
        wanted: dict[str, Any] = {"content": text(source) + " {latitude}"}
        if fill_to == "tool_trace":
            wanted = {"tool_trace": json.dumps(trace(source)), "sender": "EXECUTION_ENVIRONMENT"}
        extractor = source.choice([lat_lon_dict_extractor, result_to_timestamp0_extractor])
        function = partial(tool_trace_dependant_similarity, fill_to=fill_to, extractor=extractor)
        return SnapshotConstraint(N.SANDBOX, function, reference, [wanted])
    rows = [_wanted_reminder(source) for _ in range(source.choice([1, 1, 2, 3]))]
    measures = {"latitude": partial(column_close_similarity, atol_dict={"latitude": source.choice([0, 2.0])})}
    compare = {
        "add": addition_similarity, "remove": removal_similarity,
        "update": update_similarity, "table": snapshot_similarity,
    }[kind]  # fmt: skip
    use = measures if all(row.get("latitude") is not None for row in rows) else None
    if kind == "table":
        rows = [{**row, "content": row.get("content") or "x"} for row in rows]
    return SnapshotConstraint(N.REMINDER, compare, None if kind == "table" else reference, rows, use)


def _wanted_reminder(source: random.Random) -> dict[str, Any]:
    row = _reminder(source)
    return {"content": row["content"] or "milk", "latitude": row["latitude"], "creation_timestamp": 1.0}


def milestones(source: random.Random, count: int) -> tuple[list[Milestone], list[tuple[int, int]] | None]:
    edges: list[tuple[int, int]] | None = None
    if source.random() < 0.6 and count > 1:
        edges = [(a, b) for b in range(count) for a in range(b) if source.random() < 0.5]
        named = {node for edge in edges for node in edge}
        edges += [(node, count - 1) if node < count - 1 else (0, node) for node in range(count) if node not in named]
    earlier: dict[int, set[int]] = {node: set() for node in range(count)}
    for node in range(count):
        for before, after in edges if edges is not None else [(at, at + 1) for at in range(count - 1)]:
            if after == node:
                earlier[node] |= {before} | earlier[before]
    found = []
    for node in range(count):
        parts = [constraint(source, sorted(earlier[node])) for _ in range(source.choice([1, 1, 2]))]
        excluded = source.choice([None, None, [N.SETTING], [N.REMINDER]])
        found.append(Milestone(parts, None, excluded))
    return found, edges
