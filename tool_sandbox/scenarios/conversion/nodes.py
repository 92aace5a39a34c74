"""From a matcher's milestones, or minefields, to the nodes of a scenario file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

from attrs import frozen

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import namespaces
from tool_sandbox.evaluation.constraints import Milestone, SnapshotConstraint
from tool_sandbox.evaluation.matching.matching import MilestoneMatcher
from tool_sandbox.evaluation.snapshots import snapshot_similarity
from tool_sandbox.scenarios.conversion.checks import Check, CheckWriter
from tool_sandbox.scenarios.conversion.losses import Losses, NoFormError
from tool_sandbox.scenarios.language import checks as spec

Node = dict[str, Any]


@frozen
class NodeWriter:
    """Writes the milestones, or the minefields, of one scenario.

    Args:
        matcher: Holds them, and the order between them.
        kind: ``milestone`` or ``minefield``.
        checks: Writes their checks.
        losses: Where to note what has no form.
        ids: What they are called, by position.
    """

    matcher: MilestoneMatcher
    kind: str
    checks: CheckWriter
    losses: Losses
    ids: Sequence[str]

    def nodes(self) -> list[Node]:
        """All that can be written, in order."""
        written: dict[int, list[Check]] = {}
        for position in self._earliest_first():
            checks = self._checks(position, written)
            if checks:
                written[position] = checks
            else:
                self.losses.add(self._name(position), "nothing of it can be written, so it is left out as a whole")
        return [self._node(position, written) for position in sorted(written)]

    def _earliest_first(self) -> Iterable[int]:
        before = {node: self._predecessors(node) for node in self.matcher.milestone_dag.nodes}
        return TopologicalSorter(before).static_order() if before else ()

    def _checks(self, position: int, written: Mapping[int, Any]) -> list[Check]:
        found = []
        milestone = self.matcher.milestones[position]
        for constraint in milestone.snapshot_constraints:
            if constraint.is_guardrail:
                continue
            try:
                found.append(self.checks.check(constraint, self._earlier(constraint, position, written)))
            except NoFormError as error:
                self.losses.add(self._name(position), error)
        self._note_own_guardrails(position, milestone)
        return found

    def _earlier(self, constraint: SnapshotConstraint, position: int, written: Mapping[int, Any]) -> str | None:
        """Id of the milestone that a constraint refers to."""
        reference = constraint.reference_milestone_node_index
        if reference is None:
            return None
        if constraint.snapshot_constraint is snapshot_similarity:
            if reference not in self._predecessors(position):
                reason = f"the reference {reference} of a check that compares with nothing; it only guards tables"
                self.losses.add(self._name(position), reason)
            return None
        if reference < 0:
            return spec.START
        if reference not in written:
            message = f"it refers to {self._name(reference)}, which could not be written"
            raise NoFormError(message)
        return self.ids[reference]

    def _note_own_guardrails(self, position: int, milestone: Milestone) -> None:
        usual = self._usual_guardrails(position, milestone)
        for constraint in milestone.snapshot_constraints:
            pair = (constraint.database_namespace, constraint.reference_milestone_node_index)
            if constraint.is_guardrail and pair not in usual:
                self.losses.add(
                    self._name(position),
                    f"{pair[0]} must be as at reference {pair[1]}: a file guards tables only by leaving them out of "
                    "'may_change'",
                )

    def _usual_guardrails(self, position: int, milestone: Milestone) -> set[tuple[str, int]]:
        """The tables that are guarded without saying so, and against which milestone."""
        own = [one for one in milestone.snapshot_constraints if not one.is_guardrail]
        references = self._references(position)
        constraints = [one for each in references for one in self.matcher.milestones[each].snapshot_constraints]
        free = {one.database_namespace for one in (*own, *constraints) if not one.is_guardrail}
        free.add(DatabaseNamespace.SANDBOX)
        guarded = [table for table in milestone.guardrail_database_list or () if table not in free]
        return {(table, reference) for table in guarded for reference in references}

    def _references(self, position: int) -> set[int]:
        """The nodes with whose tables those at this node are compared."""
        constraints = self.matcher.milestones[position].snapshot_constraints
        named = {one.reference_milestone_node_index for one in constraints if not one.is_guardrail}
        return {each for each in named if each is not None} | set(self._predecessors(position))

    def _predecessors(self, position: int) -> list[int]:
        return sorted(self.matcher.milestone_dag.predecessors(position))

    def _node(self, position: int, written: Mapping[int, list[Check]]) -> Node:
        checks = written[position]
        before = self._written_before(position, written)
        previous = sorted(each for each in written if each < position)[-1:]
        node: Node = {"id": self.ids[position]}
        if before != previous:
            node["after"] = [self.ids[each] for each in before]
        node |= checks[0] if len(checks) == 1 else {spec.ALL: list(checks)}
        may_change = _may_change(self.matcher.milestones[position], self.kind)
        if self.kind == "minefield" and not self._references(position):
            may_change = None  # it comes after nothing, so there is nothing that could have changed since
        return node if may_change is None else {**node, "may_change": may_change}

    def _written_before(self, position: int, written: Mapping[int, Any]) -> list[int]:
        """The nodes directly before this one; in place of one that was left out, those before that."""
        found: set[int] = set()
        for each in self._predecessors(position):
            found |= {each} if each in written else set(self._written_before(each, written))
        return sorted(found)

    def _name(self, position: int) -> str:
        return f"{self.kind} {position}"


def _may_change(milestone: Milestone, kind: str) -> Any:
    """The unguarded tables; ``None`` when they are what this kind of node has by default."""
    guarded = set(milestone.guardrail_database_list or ())
    tables = [table for table in namespaces() if table != DatabaseNamespace.SANDBOX]
    unguarded = [table.lower() for table in tables if table not in guarded]
    everything = len(unguarded) == len(tables)
    if (kind == "minefield" and everything) or (kind == "milestone" and not unguarded):
        return None
    return spec.ALL if everything else unguarded


def ids_of(matcher: MilestoneMatcher, kind: str) -> list[str]:
    """A speaking id for every node."""
    names = [_nickname(milestone, kind) for milestone in matcher.milestones]
    total, seen = Counter(names), Counter[str]()
    ids = []
    for name in names:
        seen[name] += 1
        ids.append(name if total[name] == 1 else f"{name}_{seen[name]}")
    return ids if len(set(ids)) == len(ids) else [f"{kind}_{position}" for position in range(len(names))]


def _nickname(milestone: Milestone, kind: str) -> str:
    constraint = next((one for one in milestone.snapshot_constraints if not one.is_guardrail), None)
    rows = None if constraint is None else constraint.target_rows
    if constraint is None or not rows:
        return kind
    row = rows[0]
    if row.get("tool_trace"):
        return _tool_nickname(str(row["tool_trace"]), kind)
    if row.get("recipient") == "USER":
        return "told_user"
    content = row.get("content")
    if row.get("recipient") == "EXECUTION_ENVIRONMENT" and isinstance(content, str) and content.isidentifier():
        return f"asked_for_{content}"
    verb = getattr(constraint.snapshot_constraint, "__name__", "").removesuffix("_similarity")
    past = {"addition": "added", "update": "updated", "removal": "removed"}.get(verb, "has")
    return f"{past}_{constraint.database_namespace.lower()}"


def _tool_nickname(text: str, kind: str) -> str:
    try:
        trace = json.loads(text)
        name = (trace[0] if isinstance(trace, list) else trace)["tool_name"]
    except (ValueError, LookupError, TypeError):
        return kind
    return str(name) if str(name).isidentifier() else kind
