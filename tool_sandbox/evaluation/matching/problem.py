"""Matching as numbers: which milestones are left, from which message on, and what their references look like."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import NamedTuple

from tool_sandbox.evaluation.matching.graph import MilestoneGraph
from tool_sandbox.evaluation.matching.similarity import (
    START,
    CachedSimilarityCalculator,
    ConstraintSimilarity,
    Trajectory,
)

_GRID = float(1 << 44)
"""Sums of a few numbers that are whole multiples of 2**-44 are exact."""


NEVER = -1
"""Class of a reference that no message can be equal to."""


class OutOfRangeError(Exception):
    """A similarity is not between 0 and 1."""


class State(NamedTuple):
    """Where a search stands. Equal states have equal futures.

    Args:
        remaining: Bit set of milestones that are left.
        lowest: First message that may still be used.
        classes: (milestone left, milestone it refers to, class of the latter's snapshots), sorted.
    """

    remaining: int
    lowest: int
    classes: tuple[tuple[int, int, int], ...]


class MatchingProblem:
    """All similarities of one matching.

    Messages are told apart as references only by what can be seen of them: messages with the same snapshots form one
    *class*, which keeps the number of different states small.

    Args:
        graph: The order of milestones.
        calculators: Similarity of each milestone.
        trajectory: A finished one.
    """

    def __init__(
        self, graph: MilestoneGraph, calculators: Mapping[int, CachedSimilarityCalculator], trajectory: Trajectory
    ) -> None:
        self.first, self.last = trajectory.first_user_index, trajectory.last_index
        self.nodes = sorted(graph.nodes)
        self.before = {node: sum(1 << other for other in graph.predecessors(node)) for node in self.nodes}
        self.after_of = {node: sum(1 << other for other in graph.successors(node)) for node in self.nodes}
        self.exact = True
        """Whether no similarity was seen whose sums could be rounded."""
        self._calculators = calculators
        self._classes: dict[tuple[int, int], list[int]] = {}
        self._samples: dict[tuple[int, int], list[int]] = {}
        self._groups: dict[tuple[int, int], int] = {}
        self._messages: dict[int, dict[int | None, int | None]] = {}
        """What stands for the references of each milestone of which it makes no difference."""
        self._telling: dict[int, list[ConstraintSimilarity]] = {}
        """The constraints of each milestone without guards of tables that are the same at every message, or are taken
        to be unchanged."""
        self.guards: dict[int, tuple[int, ...]] = {}
        """Of the varying references of each milestone, those that only demand unchanged tables."""
        self.pointers: dict[int, tuple[int, ...]] = {}
        """The other varying references."""
        self.varying: dict[int, tuple[int, ...]] = {node: self._classify(node) for node in self.nodes}
        self.referrers: dict[int, list[int]] = {
            node: [other for other in self.nodes if node in self.varying[other]] for node in self.nodes
        }
        self.rows: dict[tuple[int, tuple[int, ...]], list[float]] = {}
        """What ``optimum`` computed per milestone and classes, for all messages."""
        self._similarities: dict[tuple[int, int, tuple[int, ...]], float] = {}
        self._candidates: dict[State, list[tuple[float, int, int]]] = {}

    def start(self) -> State:
        """Everything is left."""
        return State(sum(1 << node for node in self.nodes), self.first, ())

    def after(self, state: State, node: int, index: int) -> State:
        """The state once a free milestone was matched to a message."""
        classes = [entry for entry in state.classes if entry[0] != node]
        known = len(classes)
        for other in self.referrers[node]:
            classes.append((other, node, self.class_of(other, node, index)))
            classes = self._given_up(classes, other)
        if len(classes) > known:
            classes.sort()
        return State(state.remaining & ~(1 << node), index, tuple(classes))

    def _given_up(self, classes: list[tuple[int, int, int]], node: int) -> list[tuple[int, int, int]]:
        """The same, with one form for all ways in which the guards of a milestone contradict each other."""
        guards = self.guards[node]
        seen: dict[int, int] = {}
        contradictory = False
        for referrer, reference, at in classes:
            if referrer == node and reference in guards:
                group = self._groups[node, reference]
                contradictory = contradictory or at == NEVER or seen.setdefault(group, at) != at
        if not contradictory:
            return classes
        return [
            (referrer, reference, NEVER) if referrer == node and reference in guards else (referrer, reference, at)
            for referrer, reference, at in classes
        ]

    def free(self, remaining: int) -> list[int]:
        """Milestones that are left and have nothing left before them."""
        return [node for node in self.nodes if remaining >> node & 1 and not self.before[node] & remaining]

    def candidates(self, state: State) -> list[tuple[float, int, int]]:
        """(-similarity, milestone, message) of every possible next step, in the order of visiting."""
        found = self._candidates.get(state)
        if found is None:
            found = sorted(
                (-self.similarity(node, index, self.classes_in(state, node)), node, index)
                for node in self.free(state.remaining)
                for index in range(state.lowest, self.last + 1)
            )
            self._candidates[state] = found
        return found

    def classes_in(self, state: State, node: int) -> tuple[int, ...]:
        """Classes of the references of a free milestone, in the order of ``varying``."""
        known = {reference: at for referrer, reference, at in state.classes if referrer == node}
        return tuple([known[reference] for reference in self.varying[node]])

    def class_of(self, node: int, reference: int, index: int) -> int:
        """Class of a message as a reference of a milestone."""
        return self._classes[node, reference][index - self.first]

    def classes_seen(self, node: int, reference: int) -> list[int]:
        """Class of every message as a reference of a milestone."""
        return self._classes[node, reference]

    def class_count(self, node: int, reference: int) -> int:
        """How many classes of messages a milestone can tell apart in one of its references."""
        return len(self._samples[node, reference])

    def similarity(self, node: int, index: int, classes: tuple[int, ...]) -> float:
        """Similarity of a milestone at a message.

        Args:
            node: The milestone.
            index: The message.
            classes: Class of each of its ``varying`` references.

        Raises:
            OutOfRangeError: It is not between 0 and 1.
        """
        seen = dict(zip(self.varying[node], classes, strict=True))
        value = self.unguarded(node, index, tuple([seen[reference] for reference in self.pointers[node]]))
        unchanged = all(self.class_of(node, reference, index) == seen[reference] for reference in self.guards[node])
        return value if unchanged else 0.0

    def unguarded(self, node: int, index: int, classes: tuple[int, ...]) -> float:
        """The similarity if guarded tables are unchanged.

        Args:
            node: The milestone.
            index: The message.
            classes: Class of each of its ``pointers``.
        """
        key = (node, index, classes)
        value = self._similarities.get(key)
        if value is None:
            value = self._similarities[key] = self._calculate(node, index, classes)
        return value

    def _calculate(self, node: int, index: int, classes: tuple[int, ...]) -> float:
        messages = self._messages[node]
        if classes:
            given = zip(self.pointers[node], classes, strict=True)
            messages = {**messages, **{reference: self._samples[node, reference][at] for reference, at in given}}
        value = self._calculators[node].similarity_of(self._telling[node], index, messages)
        if not 0.0 <= value <= 1.0:
            raise OutOfRangeError
        if not (value * _GRID).is_integer():
            self.exact = False
        return value

    def _classify(self, node: int) -> tuple[int, ...]:
        """Milestones that this one refers to and whose messages make a difference."""
        by_reference: dict[int, list[ConstraintSimilarity]] = {}
        constraints = self._calculators[node].constraints
        for one in constraints:
            reference = one.constraint.reference_milestone_node_index
            if reference is not None and reference >= 0:
                telling = by_reference.setdefault(reference, [])
                if one.tells_references_apart:
                    telling.append(one)
        self._messages[node] = {None: None, **dict.fromkeys((START, *by_reference), self.first)}
        varying, guards = [], []
        for reference, telling in sorted(by_reference.items()):
            numbers: dict[Hashable, int] = {}
            classes: list[int] = []
            samples: list[int] = []
            identities = (one.reference_identities(self.first, self.last) for one in telling)
            for index, seen in enumerate(zip(*identities, strict=True), self.first):
                if seen not in numbers:
                    numbers[seen] = len(samples)
                    samples.append(index)
                classes.append(numbers[seen])
            if len(samples) > 1:
                varying.append(reference)
                self._classes[node, reference], self._samples[node, reference] = classes, samples
                if all(one.is_guardrail for one in telling):
                    guards.append(reference)
                    same = (other for other in guards if self._classes[node, other] == classes)
                    self._groups[node, reference] = next(same)
        self.guards[node] = tuple(guards)
        self.pointers[node] = tuple([reference for reference in varying if reference not in guards])
        settled = by_reference.keys() - set(self.pointers[node])
        self._telling[node] = [
            one
            for one in constraints
            if not (one.is_guardrail and one.constraint.reference_milestone_node_index in settled)
        ]
        return tuple(varying)
