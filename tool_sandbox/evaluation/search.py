"""The best assignment of milestones to messages, and among equally good ones the first in a fixed order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tool_sandbox.evaluation.graph import MilestoneGraph
from tool_sandbox.evaluation.similarity import CachedSimilarityCalculator, World

Assignment = dict[int, tuple[int, float]]


def best_assignment(
    graph: MilestoneGraph, calculators: Mapping[int, CachedSimilarityCalculator], world: World
) -> tuple[Assignment, float]:
    """Milestone to (message, similarity) with the largest sum of similarities, and that sum."""
    return exhaustive(graph, calculators, world, {}, 0.0, tuple(graph.nodes))


def exhaustive(
    graph: MilestoneGraph,
    calculators: Mapping[int, CachedSimilarityCalculator],
    world: World,
    assigned: Assignment,
    total: float,
    remaining: Iterable[int],
) -> tuple[Assignment, float]:
    """Visit assignments in order, best next similarity first; equal sums keep the one found first."""
    left = tuple(remaining)
    if not left:
        return assigned, total
    lowest = next(reversed(assigned.values()))[0] if assigned else world.first_user_index
    free = [node for node in left if not any(other in left for other in graph.predecessors(node))]
    candidates = sorted(
        (-calculators[node].calculate_similarity(index, assigned), node, index)
        for node in free
        for index in range(lowest, world.last_index + 1)
    )
    best: tuple[Assignment, float] = ({}, -1)
    for negative, node, index in candidates:
        if total - negative + len(left) - 1 <= best[1]:
            break  # All later candidates are no more similar.
        others = [other for other in left if other != node]
        found = exhaustive(graph, calculators, world, {**assigned, node: (index, -negative)}, total - negative, others)
        if found[1] > best[1]:
            best = found
    return best
