"""What took the points of one milestone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.constraints import SnapshotConstraint, names_of
from tool_sandbox.evaluation.credit import Credit, Kind
from tool_sandbox.evaluation.explanation import messages, tables
from tool_sandbox.evaluation.explanation.log import Log
from tool_sandbox.evaluation.explanation.misses import Miss, Place
from tool_sandbox.evaluation.explanation.parts import Loss, NodeExplanation, Reason
from tool_sandbox.evaluation.explanation.rows import Rows
from tool_sandbox.evaluation.matching.matching import MilestoneMatcher
from tool_sandbox.evaluation.matching.similarity import START, ConstraintSimilarity, Trajectory
from tool_sandbox.evaluation.snapshots import snapshot_similarity

if TYPE_CHECKING:
    from tool_sandbox.evaluation.result import EvaluationResult

_ROUNDING = 1e-6
"""Similarities closer than this are equal: some went through 32-bit arithmetic."""


@frozen
class Losses:
    """What took the points of each milestone of one sample.

    Args:
        trajectory: The played world.
        log: Its conversation.
        matcher: The milestones and their order.
        reached: Milestone → (message, similarity).
        counted: Milestone → what it counts for.
        credit: What each milestone is about; ``None`` where similarity is all that counts.
        shown: Shows rows and cells.
    """

    trajectory: Trajectory
    log: Log
    matcher: MilestoneMatcher
    reached: Mapping[int, tuple[int, float]]
    counted: Mapping[int, float]
    credit: Credit | None
    shown: Rows

    @classmethod
    def of(
        cls,
        trajectory: Trajectory,
        log: Log,
        matcher: MilestoneMatcher,
        credit: Credit | None,
        result: EvaluationResult,
        shown: Rows,
    ) -> Losses:
        """The losses of an evaluated sample."""
        reached = result.milestone_mapping
        own = {node: similarity for node, (_, similarity) in reached.items()}
        return cls(trajectory, log, matcher, reached, {**own, **result.milestone_credit}, credit, shown)

    def node(self, node: int) -> NodeExplanation:
        """What became of one milestone."""
        at, similarity = self.reached[node]
        missed = self._missed(node) if similarity < 1 - _ROUNDING else Miss(())
        message = at if similarity > _ROUNDING else missed.message
        bounded = self.counted[node] < similarity - _ROUNDING
        undone = (self._undone(node, self.credit),) if self.credit and bounded else ()
        return NodeExplanation(
            number=node,
            name=self._name(node),
            similarity=similarity,
            credit=self.counted[node],
            message=message,
            shown="" if message is None else self.log.shown(message),
            losses=(*undone, *missed.losses),
        )

    def _name(self, node: int) -> str:
        return names_of(self.matcher.milestones)[node]

    # -- words that report what was not done, look-ups that nothing came of ------------------------------------------

    def _undone(self, node: int, credit: Credit) -> Loss:
        bounds = credit.bounds(node, self.matcher.milestone_dag)
        words = credit.kinds[node] is Kind.WORDS
        worth = {each: self.reached[each][1] if words else self.counted[each] for each in bounds}
        low = [each for each in bounds if worth[each] <= self.counted[node] + _ROUNDING]
        names = " and ".join(f"{self._name(each)} has {worth[each]:.2f}" for each in low)
        text = f"reports what did not happen: {names}" if words else f"nothing came of it: {names}"
        return Loss(reason=Reason.UNDONE, where=self._name(low[0]), text=text)

    # -- what was not met by itself ----------------------------------------------------------------------------------

    def _missed(self, node: int) -> Miss:
        """Why a milestone is not met: the order, a guard, else what is wanted itself."""
        similarity = self.reached[node][1]
        alone = {index: self._alone(node, index) for index in self._messages()}
        best = max(alone.values(), default=0.0)
        if best > similarity + _ROUNDING:
            nearest = [index for index, value in alone.items() if value >= best - _ROUNDING]
            return self._out_of_order(node, nearest) or self._guarded(node, nearest) or self._apart(node, nearest)
        return self._unlike(node)

    def _messages(self) -> range:
        return range(self.trajectory.first_user_index, self.trajectory.last_index + 1)

    def _alone(self, node: int, index: int) -> float:
        """How well a message meets a milestone, whatever changed on the way and whichever came first."""
        product, count = 1.0, 0
        for one in self._wanted(node):
            similarity = ConstraintSimilarity(self.trajectory, one)
            product *= max(similarity.at(index, reference) for reference in self._references(one))
            count += 1
        return float(product ** (1 / count))

    def _wanted(self, node: int) -> list[SnapshotConstraint]:
        return [one for one in self.matcher.milestones[node].snapshot_constraints if not one.is_guardrail]

    def _references(self, one: SnapshotConstraint) -> list[int | None]:
        """The messages that a constraint may refer to: the one that was matched, and others that could have been."""
        reference = one.reference_milestone_node_index
        if reference is None:
            return [None]
        if one.database_namespace != DatabaseNamespace.SANDBOX:
            return list(dict.fromkeys([self._reached_at(reference), self.trajectory.first_user_index]))
        if reference != START and self.reached[reference][1] > _ROUNDING:
            return [self.reached[reference][0]]
        return [call.message for call in self.log.calls] or [self.trajectory.first_user_index]

    def _reached_at(self, node: int) -> int:
        """The message that met a milestone; of one that was not met, the last that met one before it."""
        if node == START:
            return self.trajectory.first_user_index
        index, similarity = self.reached[node]
        if similarity > _ROUNDING:
            return index
        earlier = [self._reached_at(each) for each in self.matcher.milestone_dag.predecessors(node)]
        return max(earlier, default=self.trajectory.first_user_index)

    def _out_of_order(self, node: int, nearest: list[int]) -> Miss | None:
        """The milestone that it should have followed, or preceded, where that alone keeps it from being met."""
        order = self.matcher.milestone_dag
        before = [each for each in order.ancestors(node) if self.reached[each][1] > _ROUNDING]
        before.sort(key=lambda each: -self.reached[each][0])
        after = [each for each in order if node in order.ancestors(each) and self.reached[each][1] > _ROUNDING]
        conflicts = [
            [(each, "before") for each in before if self.reached[each][0] > index]
            + [(each, "after") for each in after if self.reached[each][0] < index]
            for index in nearest
        ]
        if not all(conflicts):
            return None
        other, word = conflicts[0][0]
        text = f"came {word} {self._name(other)} [{self.reached[other][0]}]"
        return Miss((Loss(reason=Reason.ORDER, where=self._name(other), text=text, similarity=1.0),), nearest[0])

    def _guarded(self, node: int, nearest: list[int]) -> Miss | None:
        """The tables that changed on the way and should not have."""
        guards = [one for one in self.matcher.milestones[node].snapshot_constraints if one.is_guardrail]
        for index in nearest:
            changed: dict[str, list[tuple[int, str]]] = {}
            for one in guards:
                first = self._reached_at(one.reference_milestone_node_index or 0)
                if first < index:
                    found = tables.changes(self.trajectory, one.database_namespace, first, index, self.shown)
                    changed.setdefault(one.database_namespace, found)
            losses = tuple(_guard_loss(table, found) for table, found in changed.items() if found)
            if losses:
                return Miss(losses, index)
        return None

    def _apart(self, node: int, nearest: list[int]) -> Miss:
        text = f"was met at [{nearest[0]}], but not together with the others"
        return Miss((Loss(reason=Reason.TOGETHER, where=self._name(node), text=text, similarity=1.0),), nearest[0])

    def _unlike(self, node: int) -> Miss:
        """What is not as it should be, at the message that met it in part, else anywhere."""
        index, similarity = self.reached[node]
        message = index if similarity > _ROUNDING else None
        misses = []
        for one in self._wanted(node):
            known = ConstraintSimilarity(self.trajectory, one)
            looked_at, references = (self._messages() if message is None else [message]), self._references(one)
            if max(known.at(each, reference) for each in looked_at for reference in references) < 1 - _ROUNDING:
                source = self._source(one)
                misses.append(
                    _miss_of(one, Place(self.trajectory, self.log, self.shown, message, references[0], source))
                )
        if not misses:
            text = "every part was met, but never at one message"
            return Miss((Loss(reason=Reason.TOGETHER, where=self._name(node), text=text),))
        return Miss(tuple(loss for miss in misses for loss in miss.losses), misses[0].message)

    def _source(self, one: SnapshotConstraint) -> str:
        reference = one.reference_milestone_node_index
        return "the start" if reference is None or reference == START else self._name(reference)


def _guard_loss(table: str, changes: list[tuple[int, str]]) -> Loss:
    shown = "; ".join(f"[{index}] {text}" for index, text in changes)
    text, messages = f"{shown}, which may_change does not allow", tuple(index for index, _ in changes)
    return Loss(reason=Reason.GUARD, where=table.lower(), text=text, similarity=1.0, messages=messages)


def _miss_of(constraint: SnapshotConstraint, place: Place) -> Miss:
    """What a constraint that is not met wanted and what came nearest."""
    function = constraint.snapshot_constraint
    if constraint.prepared().compare is None:
        text = f"{getattr(function, '__name__', type(function).__name__)} says so"
        return Miss((Loss(reason=Reason.OTHER, where=constraint.database_namespace.lower(), text=text),))
    of_messages = constraint.database_namespace == DatabaseNamespace.SANDBOX
    if of_messages and (function is snapshot_similarity or constraint.target_dataframe is not None):
        return messages.miss_of(constraint, place)
    return tables.miss_of(constraint, place)
