"""The order in which milestones must be reached: a small directed graph with the surface of networkx' ``DiGraph``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter


class NodeView(tuple[int, ...]):
    """Nodes; calling it gives them as well."""

    __slots__ = ()

    def __call__(self) -> NodeView:
        """The nodes."""
        return self


class EdgeView(tuple[tuple[int, int], ...]):
    """Edges; calling it gives them as well."""

    __slots__ = ()

    def __call__(self) -> EdgeView:
        """The edges."""
        return self


class DegreeView:
    """Number of edges per node: called or indexed with a node, or iterated as pairs."""

    def __init__(self, nodes: NodeView, degree: Callable[[int], int]) -> None:
        self._nodes = nodes
        self._degree = degree

    def __call__(self, node: int | None = None) -> int | DegreeView:
        """The degree of one node, or of all as pairs."""
        return self if node is None else self[node]

    def __getitem__(self, node: int) -> int:
        if node not in self._nodes:
            raise KeyError(node)
        return self._degree(node)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return ((node, self._degree(node)) for node in self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


class MilestoneGraph:
    """Directed graph over milestone indices.

    Args:
        nodes: Nodes, in order.
        edges: Pairs (before, after); their nodes are added in order of appearance.
    """

    def __init__(self, nodes: Iterable[int] = (), edges: Iterable[tuple[int, int]] = ()) -> None:
        self._after: dict[int, dict[int, None]] = {}
        self._before: dict[int, dict[int, None]] = {}
        for node in nodes:
            self.add_node(node)
        for before, after in edges:
            self.add_edge(before, after)

    def add_node(self, node: int) -> None:
        """Add a node unless it is there."""
        self._after.setdefault(node, {})
        self._before.setdefault(node, {})

    def add_edge(self, before: int, after: int) -> None:
        """Add an edge and its nodes unless they are there."""
        self.add_node(before)
        self.add_node(after)
        self._after[before][after] = None
        self._before[after][before] = None

    def remove_node(self, node: int) -> None:
        """Remove a node and its edges.

        Raises:
            KeyError: There is no such node.
        """
        for after in self._after.pop(node):
            del self._before[after][node]
        for before in self._before.pop(node):
            del self._after[before][node]

    def copy(self) -> MilestoneGraph:
        """An independent graph with the same nodes and edges."""
        return MilestoneGraph(self._after, self.edges)

    @property
    def nodes(self) -> NodeView:
        """The nodes, in order of appearance."""
        return NodeView(self._after)

    @property
    def edges(self) -> EdgeView:
        """The edges, grouped by their first node."""
        return EdgeView((before, after) for before, others in self._after.items() for after in others)

    @property
    def in_degree(self) -> DegreeView:
        """How many edges lead to each node."""
        return DegreeView(self.nodes, lambda node: len(self._before[node]))

    @property
    def out_degree(self) -> DegreeView:
        """How many edges leave each node."""
        return DegreeView(self.nodes, lambda node: len(self._after[node]))

    def predecessors(self, node: int) -> Iterator[int]:
        """Nodes with an edge to this one."""
        return iter(self._before[node])

    def successors(self, node: int) -> Iterator[int]:
        """Nodes with an edge from this one."""
        return iter(self._after[node])

    def ancestors(self, node: int) -> set[int]:
        """Nodes that come before this one in every order."""
        found: set[int] = set()
        waiting = list(self._before[node])
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting += self._before[current]
        return found

    def sorted(self) -> list[int]:
        """The nodes in an order in which each one follows those before it, otherwise by number."""
        return sorted(self._after, key=lambda node: (len(self.ancestors(node)), node))

    def cycle(self) -> list[int] | None:
        """The nodes of one cycle, first and last being the same, or ``None``."""
        try:
            TopologicalSorter({node: list(before) for node, before in self._before.items()}).prepare()
        except CycleError as error:
            return list(error.args[1])
        return None

    def has_node(self, node: int) -> bool:
        """Whether the node is there."""
        return node in self._after

    def has_edge(self, before: int, after: int) -> bool:
        """Whether the edge is there."""
        return after in self._after.get(before, {})

    def number_of_nodes(self) -> int:
        """How many nodes there are."""
        return len(self._after)

    def number_of_edges(self) -> int:
        """How many edges there are."""
        return len(self.edges)

    def __contains__(self, node: object) -> bool:
        return node in self._after

    def __iter__(self) -> Iterator[int]:
        return iter(self._after)

    def __len__(self) -> int:
        return len(self._after)

    def __repr__(self) -> str:
        return f"MilestoneGraph(nodes={list(self._after)}, edges={list(self.edges)})"
