"""The best assignment of milestones to messages, and among equally good ones the first in a fixed order.

The order is that of a depth-first search: at each level every free milestone at every admissible message, most similar
first, then lower milestone, then earlier message; a later find replaces an earlier one only with a strictly larger
sum, added from left to right. Visiting everything takes exponential time. Here every level first learns the largest
sum that can be reached (``bounds``) and visits only candidates that reach it, up to rounding; others cannot be the
result, nor can they, having smaller sums, make the search skip one that is. Where every milestone can be fully met, or
none is met at all, the result is known without that (``extremes``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tool_sandbox.evaluation.matching.bounds import Optimum
from tool_sandbox.evaluation.matching.extremes import Steps, extreme_assignment
from tool_sandbox.evaluation.matching.graph import MilestoneGraph
from tool_sandbox.evaluation.matching.problem import MatchingProblem, OutOfRangeError, State
from tool_sandbox.evaluation.matching.similarity import CachedSimilarityCalculator, Trajectory

Assignment = dict[int, tuple[int, float]]

_ROUNDING = 1e-9
"""Sums this close may be equal but for the order in which they were added."""

_FEW = 7
_VISITS_OF_FEW, _VISITS_OF_MANY = 4000, 500
"""After so many states (of few and of many milestones) equal sums are no longer told apart by their last bit."""


def best_assignment(
    graph: MilestoneGraph, calculators: Mapping[int, CachedSimilarityCalculator], trajectory: Trajectory
) -> tuple[Assignment, float]:
    """Milestone to (message, similarity) with the largest sum of similarities, and that sum."""
    try:
        problem = MatchingProblem(graph, calculators, trajectory)
        known = extreme_assignment(problem) if all(one.is_ours for one in calculators.values()) else None
        steps, total = known or _Search(problem).run()
    except OutOfRangeError:
        # A user's similarity left [0, 1]: bounds no longer hold, and only the order of visiting defines the result.
        return exhaustive(graph, calculators, trajectory, {}, 0.0, tuple(graph.nodes))
    return {node: (index, similarity) for node, index, similarity in steps}, total


class _Search:
    """The visits of one search, each state with each sum so far visited once."""

    def __init__(self, problem: MatchingProblem) -> None:
        self._problem = problem
        self._optimum = Optimum(problem)
        self._visits = 0
        self._allowed_visits = _VISITS_OF_FEW if len(problem.nodes) <= _FEW else _VISITS_OF_MANY
        self._known: dict[tuple[State, float], tuple[Steps, float]] = {}

    def run(self) -> tuple[Steps, float]:
        return self._visit(self._problem.start(), 0.0)

    def _visit(self, state: State, total: float) -> tuple[Steps, float]:
        if not state.remaining:
            return (), total
        key = (state, total)
        found = self._known.get(key)
        if found is None:
            self._visits += 1
            found = self._known[key] = self._decide(state, total)
        return found

    def _decide(self, state: State, total: float) -> tuple[Steps, float]:
        problem, optimum = self._problem, self._optimum
        reachable = optimum.value(state) - _ROUNDING
        others = state.remaining.bit_count() - 1
        best: tuple[Steps, float] = ((), -1)
        for negative, node, index in problem.candidates(state):
            if total - negative + (others + 1) - 1 <= best[1]:
                break  # All later candidates are no more similar.
            if others + _ROUNDING - negative < reachable:
                break
            if optimum.bound(state.remaining & ~(1 << node), index) - negative < reachable:
                continue
            after = problem.after(state, node, index)
            if optimum.guarded_bound(after) - negative < reachable or optimum.value(after) - negative < reachable:
                continue
            if best[0] and (self._visits > self._allowed_visits or self._settled(after, total - negative, best[1])):
                continue
            steps, reached = self._visit(after, total - negative)
            if reached > best[1]:
                best = ((node, index, -negative), *steps), reached
        return best

    def _settled(self, after: State, total: float, best: float) -> bool:
        """Whether no rounding can lift what is left above the best: there is nothing left, or sums are exact."""
        left = self._optimum.value(after)
        if left == 0.0:
            return total <= best
        return self._problem.exact and total + left <= best


def exhaustive(
    graph: MilestoneGraph,
    calculators: Mapping[int, CachedSimilarityCalculator],
    trajectory: Trajectory,
    assigned: Assignment,
    total: float,
    remaining: Iterable[int],
) -> tuple[Assignment, float]:
    """The search as it is defined, in exponential time."""
    left = tuple(remaining)
    if not left:
        return assigned, total
    lowest = next(reversed(assigned.values()))[0] if assigned else trajectory.first_user_index
    free = [node for node in left if not any(other in left for other in graph.predecessors(node))]
    candidates = sorted(
        (-calculators[node].calculate_similarity(index, assigned), node, index)
        for node in free
        for index in range(lowest, trajectory.last_index + 1)
    )
    best: tuple[Assignment, float] = ({}, -1)
    for negative, node, index in candidates:
        if total - negative + len(left) - 1 <= best[1]:
            break  # All later candidates are no more similar.
        others = [other for other in left if other != node]
        found = exhaustive(
            graph, calculators, trajectory, {**assigned, node: (index, -negative)}, total - negative, others
        )
        if found[1] > best[1]:
            best = found
    return best
