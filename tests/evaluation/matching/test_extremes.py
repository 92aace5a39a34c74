"""Assignments that meet every milestone fully, or none, are those that the search as it is defined would find."""

from __future__ import annotations

import json
import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tool_sandbox.common.evaluation import (
    Milestone,
    MilestoneMatcher,
    SnapshotConstraint,
    addition_similarity,
    snapshot_similarity,
)
from tool_sandbox.common.execution_context import DatabaseNamespace as N
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.evaluation.comparing.calls import CallSimilarity
from tool_sandbox.evaluation.matching.search import exhaustive
from tool_sandbox.evaluation.matching.similarity import CachedSimilarityCalculator, Trajectory

WORDS = ("a", "b")


def conversation(*texts: str, **more: Any) -> ExecutionContext:
    context = ExecutionContext()
    context.add_rows(N.SANDBOX, [{"sender": "USER", "recipient": "AGENT", "content": "Hello"}])
    for text in texts:
        context.add_rows(N.SANDBOX, [{"sender": "AGENT", "recipient": "USER", "content": text, **more}])
    return context


def says(text: str, **measures: Any) -> Milestone:
    return Milestone([SnapshotConstraint(N.SANDBOX, snapshot_similarity, None, [{"content": text}], measures or None)])


def _random_conversation(source: random.Random) -> ExecutionContext:
    context = conversation()
    for _ in range(source.randint(1, 5)):
        if source.random() < 0.3:
            context.replace_rows(N.SETTING, [{**context.rows(N.SETTING)[0], "wifi": source.random() < 0.5}])
        if source.random() < 0.3:
            context.add_rows(N.REMINDER, [{"reminder_id": "one", "content": source.choice(WORDS)}])
        text = source.choice(WORDS)
        context.add_rows(N.SANDBOX, [{"sender": "AGENT", "recipient": "USER", "content": text}])
    return context


def _random_constraint(source: random.Random, earlier: list[int], words: tuple[str, ...]) -> SnapshotConstraint:
    kind = source.choice(["says", "says", "wifi", "added"])
    if kind == "says":
        return SnapshotConstraint(N.SANDBOX, snapshot_similarity, None, [{"content": source.choice(words)}])
    if kind == "wifi":
        return SnapshotConstraint(N.SETTING, snapshot_similarity, None, [{"wifi": source.random() < 0.5}])
    reference = source.choice([-1, *earlier])
    return SnapshotConstraint(N.REMINDER, addition_similarity, reference, [{"content": source.choice(words)}])


def _random_matcher(source: random.Random, words: tuple[str, ...]) -> MilestoneMatcher:
    count = source.randint(1, 4)
    edges = [(one, two) for two in range(count) for one in range(two) if source.random() < 0.4]
    earlier: list[set[int]] = []
    for node in range(count):
        before = [one for one, two in edges if two == node]
        earlier.append(set(before).union(*(earlier[one] for one in before)))
    unguarded: tuple[list[N], ...] = ([N.SETTING, N.REMINDER], [N.SETTING], [N.REMINDER], [])
    milestones = [
        Milestone(
            [_random_constraint(source, sorted(earlier[node]), words) for _ in range(source.choice([1, 1, 2]))],
            guardrail_database_exclusion_list=source.choice(unguarded),
        )
        for node in range(count)
    ]
    return MilestoneMatcher(milestones, edges)


def _defined(matcher: MilestoneMatcher, context: ExecutionContext) -> tuple[list[tuple[int, tuple[int, float]]], float]:
    trajectory, graph = Trajectory(context), matcher.milestone_dag
    calculators = {
        node: CachedSimilarityCalculator(context, matcher.milestones[node], trajectory=trajectory)
        for node in graph.nodes
    }
    assigned, total = exhaustive(graph, calculators, trajectory, {}, 0.0, tuple(graph.nodes))
    return list(assigned.items()), total / len(matcher.milestones)


@given(st.integers(0, 10**9))
@settings(max_examples=300)
def test_what_is_met_fully_is_matched_as_defined(seed: int) -> None:
    source = random.Random(seed)
    context, matcher = _random_conversation(source), _random_matcher(source, WORDS)
    mapping, score = matcher.compute_mapping_and_similarity(context)
    assert (list(mapping.items()), score) == _defined(matcher, context)


@given(st.integers(0, 10**9))
@settings(max_examples=60)
def test_what_is_not_met_at_all_is_matched_as_defined(seed: int) -> None:
    source = random.Random(seed)
    context, matcher = _random_conversation(source), _random_matcher(source, ("zzz",))
    mapping, score = matcher.compute_mapping_and_similarity(context)
    assert (list(mapping.items()), score) == _defined(matcher, context)


def test_random_problems_are_met_fully_partly_and_not_at_all() -> None:
    scores = []
    for seed in range(200):
        source = random.Random(seed)
        context, matcher = _random_conversation(source), _random_matcher(source, WORDS)
        scores.append(matcher.compute_mapping_and_similarity(context)[1])
    assert min(scores.count(score) for score in (0.0, 0.5, 1.0)) > 10


def test_a_message_after_which_a_guarded_table_changes_is_passed_over() -> None:
    context = conversation("a")
    context.replace_rows(N.SETTING, [{**context.rows(N.SETTING)[0], "wifi": False}])
    for text in ("a", "b"):
        context.add_rows(N.SANDBOX, [{"sender": "AGENT", "recipient": "USER", "content": text}])
    mapping, score = MilestoneMatcher([says("a"), says("b")]).compute_mapping_and_similarity(context)
    assert (list(mapping.items()), score) == ([(0, (2, 1.0)), (1, (3, 1.0))], 1.0)


def test_so_many_ways_lead_nowhere_that_the_best_of_them_is_found_with_bounds() -> None:
    context = conversation("b", *["a"] * 20)
    matcher = MilestoneMatcher([*(says("a") for _ in range(6)), says("b")], [(node, 6) for node in range(6)])
    mapping, score = matcher.compute_mapping_and_similarity(context)
    assert mapping == {**dict.fromkeys(range(6), (2, 1.0)), 6: (2, 0.0)}
    assert score == pytest.approx(6 / 7)


def _failing_at(text: str) -> Any:
    def similarity(dataframe: pl.DataFrame, column_name: str, value: Any, atol_dict: Any = None) -> pl.DataFrame:
        if dataframe[column_name][0] == text:
            message = f"cannot compare {text!r}"
            raise LookupError(message)
        return dataframe.select((pl.col(column_name) == value).cast(pl.Float32).alias("similarity"))

    return similarity


def test_functions_of_users_are_asked_about_messages_behind_the_one_that_serves() -> None:
    matcher = MilestoneMatcher([says("a", content=_failing_at("b"))])
    assert matcher.compute_mapping_and_similarity(conversation("a", "c"))[1] == 1.0
    with pytest.raises(LookupError, match="cannot compare 'b'"):
        matcher.compute_mapping_and_similarity(conversation("a", "b"))


def test_so_are_the_spellings_of_users_tools() -> None:
    def spelt(arguments: Any) -> Any:
        return {"number": 1 / arguments["number"]}

    def trace(number: int) -> str:
        return json.dumps({"tool_name": "own", "arguments": {"number": number}, "result": {}})

    measure = {"tool_trace": CallSimilarity(canonical={"own": spelt})}
    context = conversation("a", tool_trace=[trace(1)])
    wanted = SnapshotConstraint(N.SANDBOX, snapshot_similarity, None, [{"tool_trace": trace(1)}], measure)
    matcher = MilestoneMatcher([Milestone([wanted])])
    assert matcher.compute_mapping_and_similarity(context)[1] == 1.0
    context.add_rows(N.SANDBOX, [{"sender": "AGENT", "recipient": "USER", "content": "", "tool_trace": [trace(0)]}])
    with pytest.raises(ZeroDivisionError):
        matcher.compute_mapping_and_similarity(context)


def test_what_cannot_be_compared_is_an_error_also_where_everything_else_is_met() -> None:
    broken = SnapshotConstraint(N.SANDBOX, snapshot_similarity, None, [{"content": 5}])
    with pytest.raises(TypeError, match="compared by words"):
        MilestoneMatcher([says("a"), Milestone([broken])]).compute_mapping_and_similarity(conversation("a"))
