"""Milestones in their order, matched against a trajectory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import define, field

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.errors import ScenarioError
from tool_sandbox.evaluation.constraints import Milestone, SnapshotConstraint
from tool_sandbox.evaluation.matching.graph import MilestoneGraph
from tool_sandbox.evaluation.matching.search import best_assignment
from tool_sandbox.evaluation.matching.similarity import START, CachedSimilarityCalculator, Trajectory
from tool_sandbox.evaluation.snapshots import guardrail_similarity

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext


@define(slots=False)
class MilestoneMatcher:
    """Milestones (or minefields) and the order in which they must be reached.

    Construction adds guardrails to the milestones: a table that no milestone on the way cares about must not change.

    Args:
        milestones: The milestones; edges and references name them by position.
        edge_list: Pairs (before, after); ``None`` is a chain. A milestone in no edge can be reached at any time. With
            a single milestone it is ignored.

    Raises:
        ScenarioError: An edge or reference names an unknown milestone, edges run in a circle, a reference does not
            come before its milestone, or a milestone demands nothing.
    """

    milestones: Sequence[Milestone] = field(factory=list)
    edge_list: list[tuple[int, int]] | None = None
    milestone_dag: MilestoneGraph = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Build the graph, check it, and add the guardrails."""
        if self.edge_list is None:
            self.edge_list = [(node, node + 1) for node in range(len(self.milestones) - 1)]
        self.milestone_dag = _graph(len(self.milestones), self.edge_list)
        _check_milestones(self.milestones, self.milestone_dag)
        for node in self.milestone_dag.nodes:
            self._add_guardrails(node)

    def compute_mapping_and_similarity(
        self, execution_context: ExecutionContext, *, trajectory: Trajectory | None = None
    ) -> tuple[OrderedDict[int, tuple[int, float]], float | None]:
        """The best assignment of milestones to messages, and its mean similarity.

        Args:
            execution_context: The trajectory.
            trajectory: Its views, shared with whoever else judges it.

        Returns:
            Milestone index to (message index, similarity), in the order in which they were reached, and the score;
            ``None`` instead of a score when there is no milestone.
        """
        if not self.milestone_dag.nodes:
            return OrderedDict(), None
        trajectory = trajectory or Trajectory(execution_context)
        calculators = {
            node: CachedSimilarityCalculator(execution_context, self.milestones[node], trajectory=trajectory)
            for node in self.milestone_dag.nodes
        }
        assignment, total = best_assignment(self.milestone_dag, calculators, trajectory)
        return OrderedDict(assignment), total / len(self.milestones)

    def _add_guardrails(self, node: int) -> None:
        milestone = self.milestones[node]
        before = set(self.milestone_dag.predecessors(node))
        named = {one.reference_milestone_node_index for one in milestone.snapshot_constraints}
        references = before | {reference for reference in named if reference is not None}
        free = _constrained(milestone).union(*(_constrained(self.milestones[other]) for other in references))
        for reference in sorted(references):
            for namespace in milestone.guardrail_database_list or []:
                if namespace != DatabaseNamespace.SANDBOX and namespace not in free:
                    milestone.snapshot_constraints.append(
                        SnapshotConstraint(namespace, guardrail_similarity, reference_milestone_node_index=reference)
                    )


def _constrained(milestone: Milestone) -> set[DatabaseNamespace]:
    return {one.database_namespace for one in milestone.snapshot_constraints if not one.is_guardrail}


def _graph(count: int, edges: list[tuple[int, int]]) -> MilestoneGraph:
    if count <= 1:
        return MilestoneGraph(range(count))
    for before, after in edges:
        for node in (before, after):
            if not 0 <= node < count:
                message = f"Edge ({before!r}, {after!r}) names milestone {node!r}; there are only 0 to {count - 1}."
                raise ScenarioError(message)
    graph = MilestoneGraph((), edges)
    for node in range(count):
        graph.add_node(node)  # A milestone without edges is in no order, not out of the score.
    cycle = graph.cycle()
    if cycle is not None:
        message = f"The edges {edges!r} run in a circle: {cycle!r}; milestones can only be ordered without one."
        raise ScenarioError(message)
    return graph


def _check_milestones(milestones: Sequence[Milestone], graph: MilestoneGraph) -> None:
    for node in graph.nodes:
        if all(one.is_guardrail for one in milestones[node].snapshot_constraints):
            message = f"Milestone {node} demands nothing; give it at least one constraint that is not a guardrail."
            raise ScenarioError(message)
        earlier = graph.ancestors(node)
        for one in milestones[node].snapshot_constraints:
            reference = one.reference_milestone_node_index
            if reference is None or reference == START or reference in earlier:
                continue
            message = (
                f"Milestone {node} refers to milestone {reference!r}, which does not come before it in the edges; "
                f"refer to one of {sorted(earlier)!r}, or to {START} for the start."
            )
            raise ScenarioError(message)
