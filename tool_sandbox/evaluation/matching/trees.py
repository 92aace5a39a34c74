"""Parts of a graph without circles: what each branch can contribute to the sum, passed from its leaves inwards."""

from __future__ import annotations

from itertools import accumulate

from tool_sandbox.evaluation.matching.problem import MatchingProblem, OutOfRangeError, State

_IMPOSSIBLE = -1e9


def possible_similarities(problem: MatchingProblem, node: int, classes: tuple[int, ...]) -> list[float]:
    """Similarity at every message with guarded tables unchanged.

    It is 1 where it cannot be computed: the search meets the error if it comes that far.
    """
    row = problem.rows.get((node, classes))
    if row is None:
        row = [_possible(problem, node, index, classes) for index in range(problem.first, problem.last + 1)]
        problem.rows[node, classes] = row
    return row


def _possible(problem: MatchingProblem, node: int, index: int, classes: tuple[int, ...]) -> float:
    try:
        return problem.unguarded(node, index, classes)
    except OutOfRangeError:
        raise
    except Exception:  # noqa: BLE001 -- a user's similarity may raise anything where the search never looks
        return 1.0


def suffix_maxima(values: list[float]) -> list[float]:
    """For each position, the largest value from there on."""
    return list(accumulate(reversed(values), max))[::-1]


class Shape:
    """How to solve a connected part without circles: from which milestone, and whether all edges lead away from it."""

    __slots__ = ("root", "source_rooted")

    def __init__(self, root: int, *, source_rooted: bool) -> None:
        self.root = root
        self.source_rooted = source_rooted


def shape_of(problem: MatchingProblem, part: int) -> Shape | None:
    """``None`` for parts that passing messages does not solve exactly."""
    nodes = [node for node in problem.nodes if part >> node & 1]
    if sum((problem.before[node] & part).bit_count() for node in nodes) != len(nodes) - 1:
        return None
    for node in nodes:
        open_references = [reference for reference in problem.varying[node] if part >> reference & 1]
        if any(not problem.before[node] >> reference & 1 for reference in open_references):
            return None
        if sum(reference in problem.pointers[node] for reference in open_references) > 1:
            return None
    sources = [node for node in nodes if not problem.before[node] & part]
    return Shape(sources[0], source_rooted=len(sources) == 1)


class Branches:
    """One connected part without circles, solved from its leaves.

    Args:
        problem: The matching.
        part: The part; ``lowest`` of it is not used.
        lowest: First admissible message.
    """

    def __init__(self, problem: MatchingProblem, part: State, lowest: int) -> None:
        self._problem = problem
        self._part = part.remaining
        self._lowest = lowest
        self._indices = range(lowest, problem.last + 1)
        self._known = {(node, reference): at for node, reference, at in part.classes}
        self._offset = lowest - problem.first
        self._joins: dict[tuple[int, int | None], _Join] = {}
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
            return suffix_maxima(self.curve(other, node))
        best: dict[int, list[float]] = {}
        gains = []
        for at, index in enumerate(self._indices):
            seen = problem.class_of(other, node, index)
            if seen not in best:
                best[seen] = suffix_maxima(self.curve(other, node, seen))
            gains.append(best[seen][at])
        return gains

    def _with_before(
        self, node: int, before: list[int], towards: int | None, class_of_towards: int | None
    ) -> list[float]:
        """Similarity of the node plus what its earlier neighbours contribute."""
        known = {reference: at for (referrer, reference), at in self._known.items() if referrer == node}
        if towards is not None and class_of_towards is not None:
            known[towards] = class_of_towards
        join = self._join(node, before, towards)
        allowed = self._unchanged_since(node, known)
        best = list(join.missed)
        for seen, gains in join.choices():
            classes = tuple([known.get(reference, seen) for reference in self._problem.pointers[node]])
            own = possible_similarities(self._problem, node, classes)[self._offset :]
            best = [
                max(value, gain + similarity) if free else value
                for value, gain, similarity, free in zip(best, gains, own, allowed, strict=True)
            ]
        return best

    def _unchanged_since(self, node: int, known: dict[int, int]) -> list[bool]:
        """For each message, whether the guarded tables are as at the milestones that are matched already."""
        allowed = [True] * len(self._indices)
        for reference in self._problem.guards[node]:
            if reference in known:
                seen, at = self._problem.classes_seen(node, reference), known[reference]
                allowed = [free and other == at for free, other in zip(allowed, seen[self._offset :], strict=True)]
        return allowed

    def _join(self, node: int, before: list[int], towards: int | None) -> _Join:
        found = self._joins.get((node, towards))
        if found is None:
            curves = {other: self._side_before(node, other) for other in before}
            found = self._joins[node, towards] = _Join(self._problem, node, curves, self._indices)
        return found


class _Join:
    """What all earlier neighbours of a milestone contribute, for each message of the milestone.

    Args:
        problem: The matching.
        node: The milestone.
        curves: Best sums of each earlier neighbour's side, for each message of the neighbour.
        indices: The messages.
    """

    def __init__(self, problem: MatchingProblem, node: int, curves: dict[int, list[float]], indices: range) -> None:
        varying = problem.varying[node]
        plain = [list(accumulate(curve, max)) for other, curve in curves.items() if other not in varying]
        self.ties = [_Tie(problem, node, other, curve, indices) for other, curve in curves.items() if other in varying]
        self._pointer = next((tie for tie in self.ties if not tie.guard), None)
        nothing = [0.0] * len(indices)
        self.missed = [sum(gains) for gains in zip(nothing, *plain, *(tie.best for tie in self.ties), strict=True)]
        """Contributions if the milestone itself is given up."""
        unchanged = (tie.unchanged() for tie in self.ties if tie.guard)
        self._kept = [sum(gains) for gains in zip(nothing, *plain, *unchanged, strict=True)]

    def choices(self) -> list[tuple[int, list[float]]]:
        """Contributions if guarded tables are unchanged, for each class of the neighbour that is more than a guard."""
        if self._pointer is None:
            return [(0, self._kept)]
        return [
            (seen, [kept + gain for kept, gain in zip(self._kept, gains, strict=True)])
            for seen, gains in self._pointer.by_class.items()
        ]


class _Tie:
    """An earlier neighbour whose message matters to a milestone, with its best sums by class of message."""

    def __init__(self, problem: MatchingProblem, node: int, other: int, curve: list[float], indices: range) -> None:
        self.guard = other in problem.guards[node]
        self.best = list(accumulate(curve, max))
        self._class_of = problem.classes_seen(node, other)[indices.start - problem.first :]
        self.by_class: dict[int, list[float]] = {}
        for seen in set(self._class_of):
            own = [value if self._class_of[at] == seen else _IMPOSSIBLE for at, value in enumerate(curve)]
            self.by_class[seen] = list(accumulate(own, max))

    def unchanged(self) -> list[float]:
        """For each message, the best sum among earlier messages with the same guarded tables."""
        return [self.by_class[seen][at] for at, seen in enumerate(self._class_of)]
