"""Constraints, milestones and what a matcher makes of them: spec/50, section 3."""

from __future__ import annotations

import copy
import pickle
from functools import partial
from typing import Any

import attrs
import polars as pl
import pytest

from tool_sandbox.common.evaluation import (
    Milestone,
    MilestoneMatcher,
    Minefield,
    SnapshotConstraint,
    _default_dbs_column_similarities,
    addition_similarity,
    column_contains_similarity,
    guardrail_similarity,
    snapshot_similarity,
)
from tool_sandbox.common.execution_context import DatabaseNamespace as N
from tool_sandbox.common.execution_context import RoleType
from tool_sandbox.errors import ScenarioError
from tool_sandbox.evaluation.matching.graph import MilestoneGraph


def wanting(namespace: N = N.SANDBOX, reference: int | None = None) -> SnapshotConstraint:
    return SnapshotConstraint(namespace, snapshot_similarity, reference, [{"content": "x"}])


def milestone(*constraints: SnapshotConstraint, **fields: Any) -> Milestone:
    return Milestone(list(constraints or (wanting(),)), **fields)


def guarded(one: Milestone) -> list[tuple[str, int | None]]:
    return [
        (part.database_namespace.value, part.reference_milestone_node_index)
        for part in one.snapshot_constraints
        if part.snapshot_constraint is guardrail_similarity
    ]


def test_given_column_similarities_are_completed_with_the_defaults() -> None:
    given = {"content": column_contains_similarity}
    one = SnapshotConstraint(N.SANDBOX, snapshot_similarity, column_similarity_measure=given)
    expected = {**_default_dbs_column_similarities[N.SANDBOX], "content": column_contains_similarity}
    assert one.column_similarity_measure == expected


def test_row_dicts_and_a_dataframe_are_the_same_target() -> None:
    rows = [{"sender": RoleType.AGENT, "content": "x"}]
    by_rows = SnapshotConstraint.of_rows(N.SANDBOX, snapshot_similarity, rows)
    by_frame = SnapshotConstraint(N.SANDBOX, snapshot_similarity, target_dataframe=pl.DataFrame(rows))
    assert by_rows.target_rows == by_frame.target_rows == [{"sender": "AGENT", "content": "x"}]
    assert by_rows.target_dataframe.columns == ["sender", "content"]
    assert by_rows.target_dataframe.equals(by_frame.target_dataframe.cast(pl.String))


def test_a_constraint_is_written_with_its_target_as_rows() -> None:
    one = SnapshotConstraint.of_rows(N.SANDBOX, snapshot_similarity, [{"sender": RoleType.AGENT}])
    written = attrs.asdict(milestone(one))["snapshot_constraints"][0]
    assert list(written) == [
        "database_namespace",
        "snapshot_constraint",
        "reference_milestone_node_index",
        "target_dataframe",
        "column_similarity_measure",
    ]
    assert written["target_dataframe"] == [{"sender": "AGENT"}]


def test_constraints_can_be_copied_pickled_and_evolved_after_use() -> None:
    one = wanting()
    one.prepared()
    assert pickle.loads(pickle.dumps(one)).target_rows == one.target_rows  # noqa: S301 -- our own bytes
    assert copy.deepcopy(one).target_rows == one.target_rows
    assert attrs.evolve(one, reference_milestone_node_index=-1).target_rows == one.target_rows


def test_a_changed_field_takes_effect() -> None:
    one = wanting()
    before = one.prepared()
    assert one.prepared() is before
    one.target_dataframe = [{"content": "y"}]
    assert one.prepared() is not before


def test_the_guardrail_list_becomes_the_effective_one() -> None:
    assert milestone().guardrail_database_list == list(N)
    assert milestone(guardrail_database_exclusion_list=[N.SANDBOX, N.CONTACT]).guardrail_database_list == [
        one for one in N if one not in (N.SANDBOX, N.CONTACT)
    ]
    assert milestone(guardrail_database_list=[]).guardrail_database_list == []
    with pytest.raises(ValueError, match="exclude each other"):
        milestone(guardrail_database_list=[], guardrail_database_exclusion_list=[])


def test_a_minefield_is_a_milestone() -> None:
    assert issubclass(Minefield, Milestone)
    assert Minefield([wanting()]).guardrail_database_list == list(N)


def test_without_edges_milestones_are_a_chain() -> None:
    matcher = MilestoneMatcher([milestone(), milestone(), milestone()])
    assert matcher.edge_list == [(0, 1), (1, 2)]
    assert list(matcher.milestone_dag.edges) == [(0, 1), (1, 2)]


def test_a_single_milestone_ignores_edges() -> None:
    assert list(MilestoneMatcher([milestone()], [(4, 7)]).milestone_dag.nodes) == [0]
    assert list(MilestoneMatcher().milestone_dag.nodes) == []


def test_milestones_without_edges_are_in_any_order() -> None:
    graph = MilestoneMatcher([milestone(), milestone()], []).milestone_dag
    assert list(graph.nodes) == [0, 1]
    assert [graph.in_degree(node) for node in graph.nodes] == [0, 0]
    partly = MilestoneMatcher([milestone() for _ in range(3)], [(1, 2)]).milestone_dag
    assert list(partly.nodes) == [1, 2, 0]
    assert [partly.in_degree(node) for node in partly.nodes] == [0, 1, 0]


@pytest.mark.parametrize(
    ("count", "edges", "text"),
    [
        (2, [(0, 2)], "names milestone 2"),
        (2, [(0, -1)], "names milestone -1"),
        (2, [(0, 1), (1, 0)], "circle"),
        (2, [(0, 1), (1, 1)], "circle"),
    ],
)
def test_edges_that_cannot_be_followed_are_refused(count: int, edges: list[tuple[int, int]], text: str) -> None:
    with pytest.raises(ScenarioError, match=text):
        MilestoneMatcher([milestone() for _ in range(count)], edges)


def test_a_milestone_that_demands_nothing_is_refused() -> None:
    only_guard = SnapshotConstraint(N.CONTACT, guardrail_similarity, -1)
    for parts in ([], [only_guard]):
        with pytest.raises(ScenarioError, match="demands nothing"):
            MilestoneMatcher([Milestone(list(parts))])
    partial_of_guard = SnapshotConstraint(N.CONTACT, partial(guardrail_similarity), -1)
    assert list(MilestoneMatcher([Milestone([partial_of_guard])]).milestone_dag) == [0]


@pytest.mark.parametrize("reference", [0, 1, 2, 7, -2])
def test_a_reference_that_does_not_come_before_is_refused(reference: int) -> None:
    with pytest.raises(ScenarioError, match=f"refers to milestone {reference}"):
        MilestoneMatcher([milestone(wanting(reference=reference)), milestone(), milestone()])


def test_a_reference_may_go_further_back() -> None:
    matcher = MilestoneMatcher([milestone(), milestone(), milestone(wanting(N.CONTACT, 0))])
    unchanged = ("SETTING", "MESSAGING", "REMINDER")
    assert guarded(matcher.milestones[2]) == [(name, node) for node in (0, 1) for name in unchanged]


def test_tables_nobody_on_the_way_cares_about_are_guarded() -> None:
    first, second = milestone(wanting(N.REMINDER)), milestone(wanting(), wanting(N.CONTACT))
    MilestoneMatcher([first, second])
    assert guarded(first) == []
    assert guarded(second) == [("SETTING", 0), ("MESSAGING", 0)]


def test_exclusions_and_an_empty_list_take_guardrails_away() -> None:
    second, third = milestone(guardrail_database_exclusion_list=[N.SETTING]), milestone(guardrail_database_list=[])
    MilestoneMatcher([milestone(), second, third])
    assert guarded(second) == [("CONTACT", 0), ("MESSAGING", 0), ("REMINDER", 0)]
    assert guarded(third) == []


def test_the_start_as_reference_also_frees_the_tables_of_the_last_milestone() -> None:
    first, last = milestone(wanting(N.REMINDER, -1)), milestone(wanting(N.CONTACT))
    MilestoneMatcher([first, last])
    assert guarded(first) == [("SETTING", -1), ("MESSAGING", -1)]


def test_a_second_matcher_from_the_same_milestones_adds_the_same_guardrails() -> None:
    parts = [milestone(), milestone()]
    MilestoneMatcher(parts)
    once = guarded(parts[1])
    MilestoneMatcher(parts)
    assert guarded(parts[1]) == once * 2


def test_guardrails_have_no_target() -> None:
    parts = [milestone(), milestone()]
    MilestoneMatcher(parts)
    assert all(one.target_dataframe is None for one in parts[1].snapshot_constraints[1:])


def test_the_graph_answers_like_a_digraph() -> None:
    graph = MilestoneGraph((), [(0, 2), (1, 2), (2, 3)])
    assert list(graph.nodes()) == list(graph) == [0, 2, 1, 3]
    assert list(graph.edges()) == [(0, 2), (2, 3), (1, 2)]
    assert sorted(graph.predecessors(2)) == [0, 1]
    assert list(graph.successors(2)) == [3]
    assert graph.in_degree(2) == graph.in_degree[2] == 2
    assert graph.out_degree(0) == 1
    assert dict(graph.in_degree) == {0: 0, 2: 2, 1: 0, 3: 1}
    assert graph.ancestors(3) == {0, 1, 2}
    assert graph.has_edge(0, 2)
    assert not graph.has_edge(2, 0)
    assert 3 in graph
    assert graph.has_node(3)
    assert len(graph) == graph.number_of_nodes() == 4
    smaller = graph.copy()
    smaller.remove_node(2)
    assert (graph.number_of_edges(), smaller.number_of_edges()) == (3, 0)
    with pytest.raises(KeyError):
        graph.in_degree(9)


def test_addition_is_an_ordinary_constraint() -> None:
    assert not SnapshotConstraint(N.CONTACT, addition_similarity, -1).is_guardrail


def test_what_a_milestone_demands_is_described_once_and_anew_when_a_field_is_changed() -> None:
    one = milestone(wanting())
    described = one.described()

    assert one.described() is described
    assert described["snapshot_constraints"][0]["target_dataframe"] == [{"content": "x"}]
    assert "_described" not in vars(pickle.loads(pickle.dumps(one)))  # noqa: S301

    one.snapshot_constraints[0].target_dataframe = [{"content": "y"}]
    assert one.described()["snapshot_constraints"][0]["target_dataframe"] == [{"content": "y"}]
    one.id = "said"
    assert one.described()["id"] == "said"
