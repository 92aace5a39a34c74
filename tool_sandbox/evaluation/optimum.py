"""The largest sum of similarities that can still be reached from a state of the search.

Milestones that are not connected by what is left of the graph do not influence each other. A connected part without
circles is solved by passing messages along its edges: what a branch can contribute, for every message its neighbour
may be matched to. Any other part is solved by trying its next steps, most promising first.
"""

from __future__ import annotations

from itertools import accumulate, product

from tool_sandbox.evaluation.problem import OutOfRangeError, Problem, State

_COMBINATIONS = 64
"""With more combinations of references than this, a milestone is taken to be possibly perfect."""

_IMPOSSIBLE = -1e9


class Optimum:
    """Reachable sums of one matching, each computed once.

    Args:
        problem: The matching.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._values: dict[State, float] = {}
        self._parts: dict[int, list[int]] = {}
        self._trees: dict[tuple[int, int], _Shape | None] = {}
        self._curves: dict[tuple[int, tuple[tuple[int, int, int], ...]], list[float]] = {}
        self._bounds: dict[int, list[float]] = {}

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
                curve = _Messages(self._problem, part, self._problem.first).curve(shape.root)
                self._curves[key] = _suffix_maxima(curve)
            value = self._curves[key][part.lowest - self._problem.first]
        else:
            value = max(_Messages(self._problem, part, part.lowest).curve(shape.root))
        self._values[part] = value
        return value

    def _shape(self, part: State) -> _Shape | None:
        key = (part.remaining, 0)
        if key not in self._trees:
            self._trees[key] = _shape_of(self._problem, part.remaining)
        return self._trees[key]

    def _by_steps(self, part: State) -> float:
        problem = self._problem
        promising = []
        for negative, node, index in problem.candidates(part):
            bound = -negative + self._bound(part.remaining & ~(1 << node), index)
            promising.append((-bound, node, index, -negative))
        promising.sort()
        best = 0.0
        for bound, node, index, similarity in promising:
            if -bound <= best:
                break
            best = max(best, similarity + self.value(problem.after(part, node, index)))
        return best

    def _bound(self, remaining: int, lowest: int) -> float:
        """No less than what ``remaining`` can reach: every milestone at its best message and references."""
        total, at = 0.0, lowest - self._problem.first
        for node in self._problem.nodes:
            if remaining >> node & 1:
                if node not in self._bounds:
                    self._bounds[node] = self._best_from(node)
                total += self._bounds[node][at]
        return total

    def _best_from(self, node: int) -> list[float]:
        problem = self._problem
        choices = [range(problem.class_count(node, reference)) for reference in problem.varying[node]]
        combinations = 1
        for choice in choices:
            combinations *= len(choice)
        if combinations > _COMBINATIONS:
            return [1.0] * (problem.last - problem.first + 1)
        best = [
            max(_possible(problem, node, index, classes) for classes in product(*choices))
            for index in range(problem.first, problem.last + 1)
        ]
        return _suffix_maxima(best)


def _possible(problem: Problem, node: int, index: int, classes: tuple[int, ...]) -> float:
    """The similarity, or 1 when it cannot be computed: the search itself meets the error if it comes that far."""
    try:
        return problem.similarity(node, index, classes)
    except OutOfRangeError:
        raise
    except Exception:  # noqa: BLE001 -- a user's similarity may raise anything where the search never looks
        return 1.0


def _suffix_maxima(values: list[float]) -> list[float]:
    return list(accumulate(reversed(values), max))[::-1]


class _Shape:
    """How to solve a connected part without circles: from which milestone, and whether all edges lead away from it."""

    __slots__ = ("root", "source_rooted")

    def __init__(self, root: int, *, source_rooted: bool) -> None:
        self.root = root
        self.source_rooted = source_rooted


def _shape_of(problem: Problem, part: int) -> _Shape | None:
    """``None`` for parts that passing messages does not solve exactly."""
    nodes = [node for node in problem.nodes if part >> node & 1]
    if sum((problem.before[node] & part).bit_count() for node in nodes) != len(nodes) - 1:
        return None
    for node in nodes:
        open_references = [reference for reference in problem.varying[node] if part >> reference & 1]
        if any(not problem.before[node] >> reference & 1 for reference in open_references):
            return None
        if sum(not problem.guarded_only[node, reference] for reference in open_references) > 1:
            return None
    sources = [node for node in nodes if not problem.before[node] & part]
    return _Shape(sources[0], source_rooted=len(sources) == 1)


class _Messages:
    """One connected part without circles, solved from its leaves.

    Args:
        problem: The matching.
        part: The part; ``lowest`` of it is not used.
        lowest: First admissible message.
    """

    def __init__(self, problem: Problem, part: State, lowest: int) -> None:
        self._problem = problem
        self._part = part.remaining
        self._lowest = lowest
        self._indices = range(lowest, problem.last + 1)
        self._known = {(node, reference): at for node, reference, at in part.classes}
        self._gains: dict[tuple[int, int], list[float]] = {}
        self._sides: dict[tuple[int, int], list[float]] = {}

    def curve(self, node: int, towards: int | None = None, class_of_towards: int | None = None) -> list[float]:
        """For each message the node may be matched to, the best sum over its side of the part.

        Args:
            node: The milestone.
            towards: Neighbour that is not on its side.
            class_of_towards: If that neighbour comes before and matters as a reference: its class.
        """
        problem = self._problem
        before = self._neighbours(problem.before[node], towards)
        curve = self._with_before(node, before, towards, class_of_towards)
        for other in self._neighbours(problem.after_of[node], towards):
            curve = [value + gain for value, gain in zip(curve, self._gain_after(node, other), strict=True)]
        return curve

    def _neighbours(self, nodes: int, without: int | None) -> list[int]:
        return [node for node in self._problem.nodes if nodes & self._part & 1 << node and node != without]

    def _gain_after(self, node: int, other: int) -> list[float]:
        """What a later neighbour contributes, for each message of the node."""
        if (node, other) not in self._gains:
            self._gains[node, other] = self._compute_gain(node, other)
        return self._gains[node, other]

    def _side_before(self, node: int, other: int) -> list[float]:
        """Best sums of an earlier neighbour's side."""
        if (node, other) not in self._sides:
            self._sides[node, other] = self.curve(other, node)
        return self._sides[node, other]

    def _compute_gain(self, node: int, other: int) -> list[float]:
        problem = self._problem
        if node not in problem.varying[other]:
            return _suffix_maxima(self.curve(other, node))
        best: dict[int, list[float]] = {}
        gains = []
        for at, index in enumerate(self._indices):
            seen = problem.class_of(other, node, index)
            if seen not in best:
                best[seen] = _suffix_maxima(self.curve(other, node, seen))
            gains.append(best[seen][at])
        return gains

    def _with_before(
        self, node: int, before: list[int], towards: int | None, class_of_towards: int | None
    ) -> list[float]:
        """Similarity of the node plus what its earlier neighbours contribute."""
        problem = self._problem
        varying = problem.varying[node]
        curves = {other: self._side_before(node, other) for other in before}
        plain = [list(accumulate(curves[other], max)) for other in before if other not in varying]
        ties = [_Tie(problem, node, other, curves[other], self._indices) for other in before if other in varying]
        guards = [tie for tie in ties if tie.guard]
        pointers: list[_Tie | None] = [tie for tie in ties if not tie.guard] or [None]
        result = []
        for at, index in enumerate(self._indices):
            fixed = sum(curve[at] for curve in plain)
            missed = fixed + sum(tie.best[at] for tie in ties)
            kept = fixed + sum(tie.unchanged(at) for tie in guards)
            classes = {}
            for reference in varying:
                if reference == towards and class_of_towards is not None:
                    classes[reference] = class_of_towards
                else:
                    seen = self._known.get((node, reference))
                    classes[reference] = problem.class_of(node, reference, index) if seen is None else seen
            value = missed if ties else _IMPOSSIBLE
            pointer = pointers[0]
            for choice, gain in pointer.choices(at) if pointer else [(None, 0.0)]:
                if pointer and choice is not None:
                    classes[pointer.other] = choice
                chosen = tuple([classes[reference] for reference in varying])
                value = max(value, kept + gain + _possible(problem, node, index, chosen))
            result.append(value)
        return result


class _Tie:
    """An earlier neighbour whose message matters to a milestone, with its best sums by class of message."""

    def __init__(self, problem: Problem, node: int, other: int, curve: list[float], indices: range) -> None:
        self.other = other
        self.guard = problem.guarded_only[node, other]
        self.best = list(accumulate(curve, max))
        self._class_of = [problem.class_of(node, other, index) for index in indices]
        self._by_class: dict[int, list[float]] = {}
        for seen in set(self._class_of):
            own = [value if self._class_of[at] == seen else _IMPOSSIBLE for at, value in enumerate(curve)]
            self._by_class[seen] = list(accumulate(own, max))

    def unchanged(self, at: int) -> float:
        """Best sum among earlier messages with the same guarded tables."""
        return self._by_class[self._class_of[at]][at]

    def choices(self, at: int) -> list[tuple[int, float]]:
        """Best sum among earlier messages, for each class that occurs."""
        return [(seen, best[at]) for seen, best in self._by_class.items() if best[at] > _IMPOSSIBLE / 2]
