"""The order between milestones: as in the file, unless 'after' says otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from attrs import frozen

from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language import checks as spec


@frozen
class Order:
    """Which node comes before which.

    Args:
        ids: All nodes in file order.
        before: Node → the nodes directly before it.
    """

    ids: tuple[str, ...]
    before: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, nodes: Sequence[spec.WrittenMilestone]) -> Order:
        """Work the order out.

        Raises:
            ScenarioError: An id stands twice or is unknown, the order goes in a circle, or a node hangs in the air.
        """
        ids = tuple(node.id for node in nodes)
        before: dict[str, tuple[str, ...]] = {}
        for position, node in enumerate(nodes):
            if node.id in before or node.id == spec.START:
                taken = "is reserved" if node.id == spec.START else "stands twice"
                raise node.at("id").error(f"the id {node.id!r} {taken}; choose another.")
            before[node.id] = ids[max(0, position - 1) : position] if node.after is None else node.after
        order = cls(ids, before)
        for node in nodes:
            order._check_after(node)
        for node in nodes:
            order._check_connected(node)
        order._check_circle(nodes)
        return order

    def _check_after(self, node: spec.WrittenMilestone) -> None:
        for earlier in self.before[node.id]:
            if earlier not in self.ids or earlier == node.id:
                others = [each for each in self.ids if each != node.id]
                raise node.at("after").error(f"there is no other {earlier!r} here; {hint(earlier, others)}")

    def _check_connected(self, node: spec.WrittenMilestone) -> None:
        before = self.before.values()
        alone = any(before) and not self.before[node.id] and not any(node.id in each for each in before)
        if alone:
            raise node.at("after").error(
                f"{node.id!r} comes before and after nothing, so it would never be judged; "
                "name it in the 'after' of a later one."
            )

    def _check_circle(self, nodes: Sequence[spec.WrittenMilestone]) -> None:
        try:
            TopologicalSorter(self.before).prepare()
        except CycleError as error:
            circle = " → ".join(reversed(error.args[1]))
            where = next(node for node in nodes if node.id == error.args[1][0])
            raise where.at("after").error(f"the order goes in a circle: {circle}.") from error

    def edges(self) -> list[tuple[int, int]] | None:
        """Pairs of positions; ``None`` for a single node."""
        position = {each: index for index, each in enumerate(self.ids)}
        pairs = [(position[earlier], position[each]) for each in self.ids for earlier in self.before[each]]
        return pairs if len(self.ids) > 1 else None

    def ancestors(self, node: str) -> set[str]:
        """All nodes that surely come before this one."""
        found: set[str] = set()
        waiting = list(self.before[node])
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting.extend(self.before[each])
        return found
