"""The largest sum of similarities that can still be reached from a state of the search.

Milestones that are not connected by what is left of the graph do not influence each other. A connected part without
circles is solved by passing messages along its edges: what a branch can contribute, for every message its neighbour
may be matched to. Any other part is solved by trying its next steps, most promising first.
"""

from __future__ import annotations

from itertools import product

from tool_sandbox.evaluation.matching.problem import MatchingProblem, State
from tool_sandbox.evaluation.matching.trees import Branches, Shape, possible_similarities, shape_of, suffix_maxima

_COMBINATIONS = 64
"""With more combinations of references than this, a milestone is taken to be possibly perfect."""

_MARGIN = 1e-12
"""What differences of sums may lose to rounding."""


class Optimum:
    """Reachable sums of one matching, each computed once.

    Args:
        problem: The matching.
    """

    def __init__(self, problem: MatchingProblem) -> None:
        self._problem = problem
        self._values: dict[State, float] = {}
        self._parts: dict[int, list[int]] = {}
        self._shapes: dict[int, Shape | None] = {}
        self._curves: dict[tuple[int, tuple[tuple[int, int, int], ...]], list[float]] = {}
        self._bounds: dict[int, list[float]] = {}
        self._best: dict[int, list[float]] = {}
        self._guarded: dict[tuple[int, int, int], list[float]] = {}

    def value(self, state: State) -> float:
        """Largest sum over what is left; 0 when nothing is."""
        if not state.remaining:
            return 0.0
        value = self._values.get(state)
        if value is None:
            value = 0.0
            for part in self._connected(state.remaining):
                classes = tuple([entry for entry in state.classes if part >> entry[0] & 1])
                value += self._part_value(State(part, state.lowest, classes))
            self._values[state] = value
        return value

    def _connected(self, remaining: int) -> list[int]:
        parts = self._parts.get(remaining)
        if parts is None:
            parts, left = [], remaining
            while left:
                part, border = 0, left & -left
                while border:
                    part |= border
                    grown = 0
                    for node in self._problem.nodes:
                        if border >> node & 1:
                            grown |= self._problem.before[node] | self._problem.after_of[node]
                    border = grown & left & ~part
                parts.append(part)
                left &= ~part
            self._parts[remaining] = parts
        return parts

    def _part_value(self, part: State) -> float:
        known = self._values.get(part)
        if known is not None:
            return known
        shape = self._shape(part)
        if shape is None:
            value = self._by_steps(part)
        elif shape.source_rooted:
            key = (part.remaining, part.classes)
            if key not in self._curves:
                curve = Branches(self._problem, part, self._problem.first).curve(shape.root)
                self._curves[key] = suffix_maxima(curve)
            value = self._curves[key][part.lowest - self._problem.first]
        else:
            value = max(Branches(self._problem, part, part.lowest).curve(shape.root))
        self._values[part] = value
        return value

    def _shape(self, part: State) -> Shape | None:
        if part.remaining not in self._shapes:
            self._shapes[part.remaining] = shape_of(self._problem, part.remaining)
        return self._shapes[part.remaining]

    def _by_steps(self, part: State) -> float:
        problem = self._problem
        promising = []
        for negative, node, index in problem.candidates(part):
            bound = -negative + self.bound(part.remaining & ~(1 << node), index)
            promising.append((-bound, node, index, -negative))
        promising.sort()
        best = 0.0
        for bound, node, index, similarity in promising:
            if -bound <= best:
                break
            after = problem.after(part, node, index)
            if similarity + self.guarded_bound(after) > best:
                best = max(best, similarity + self.value(after))
        return best

    def bound(self, remaining: int, lowest: int) -> float:
        """No less than what ``remaining`` can reach: every milestone at its best message and references."""
        total, at = 0.0, lowest - self._problem.first
        for node in self._problem.nodes:
            if remaining >> node & 1:
                if node not in self._bounds:
                    self._bounds[node] = self._best_from(node)
                total += self._bounds[node][at]
        return total

    def guarded_bound(self, state: State) -> float:
        """The same for a state, closer: guarded tables must be as at the milestones matched already."""
        problem, at = self._problem, state.lowest - self._problem.first
        total = self.bound(state.remaining, state.lowest)
        closer: dict[int, float] = {}
        for node, reference, seen in state.classes:
            if reference in problem.guards[node]:
                key = (node, reference, seen)
                if key not in self._guarded:
                    self._guarded[key] = self._best_guarded(node, reference, seen)
                closer[node] = min(closer.get(node, self._bounds[node][at]), self._guarded[key][at])
        return total - sum(self._bounds[node][at] - value for node, value in closer.items()) + _MARGIN

    def _best_guarded(self, node: int, reference: int, seen: int) -> list[float]:
        classes = self._problem.classes_seen(node, reference)
        best = self._best[node]
        return suffix_maxima([value if at == seen else 0.0 for value, at in zip(best, classes, strict=True)])

    def _best_from(self, node: int) -> list[float]:
        problem = self._problem
        choices = [range(problem.class_count(node, reference)) for reference in problem.pointers[node]]
        combinations = 1
        for choice in choices:
            combinations *= len(choice)
        if combinations > _COMBINATIONS:
            self._best[node] = [1.0] * (problem.last - problem.first + 1)
            return self._best[node]
        rows = (possible_similarities(problem, node, classes) for classes in product(*choices))
        self._best[node] = [max(values) for values in zip(*rows, strict=True)]
        return suffix_maxima(self._best[node])
