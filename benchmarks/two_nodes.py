"""A Ray cluster of two nodes on this machine.

``python two_nodes.py`` starts one, prints where its head is and ends with its standard input; with each line that it
reads it loses the second node, and says so once another one is in its place.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from attrs import define
from processes import children, command, kill

CORES = 2
"""Of each node, as Ray counts them: one node alone can have all the workers."""
NODE = {"num_cpus": CORES, "object_store_memory": 80 << 20}
LONGEST = 300.0
"""Seconds in which a node is there."""


def has_ray() -> bool:
    """Whether Ray is installed; where it is not, people are told."""
    if find_spec("ray") is None:
        print("What plays on Ray is left out: the extra ray is not installed.", file=sys.stderr)
        return False
    return True


@define
class TwoNodes:
    """A head, and a second node that may be lost."""

    _cluster: Any
    _second: Any

    @property
    def address(self) -> str:
        """Where its head is."""
        return str(self._cluster.address)

    def actors(self, *, second: bool = False) -> list[int]:
        """The processes of its workers, of both nodes or of the second one."""
        nodes = [self._second] if second else [self._cluster.head_node, self._second]
        return actors_of(raylet for node in nodes for raylet in raylets_of(node))

    def lose(self) -> None:
        """Kill everything that the second node runs, and start another one in its place."""
        raylets = raylets_of(self._second)
        for process in [*raylets, *(each for raylet in raylets for each in children(raylet))]:
            kill(process)
        self._cluster.remove_node(self._second, allow_graceful=False)
        self._second = added(self._cluster)


def actors_of(parents: Iterable[int]) -> list[int]:
    """Those of the children of processes that are actors of ours."""
    return [each for parent in parents for each in children(parent) if command(each).startswith("ray::Actor")]


def raylets_of(node: Any) -> list[int]:
    """The processes that start the others of a node."""
    return [each.process.pid for each in node.all_processes.get("raylet", ())]


def added(cluster: Any, **more: Any) -> Any:
    """A node that is added, once all of the cluster know each other."""
    node = cluster.add_node(wait=False, **NODE, **more)
    cluster.wait_for_nodes(LONGEST)
    return node


@contextmanager
def two_nodes() -> Iterator[TwoNodes]:
    """Start a cluster for the time of the block.

    Raises:
        ImportError: Ray is not installed.
    """
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    Path(tempfile.gettempdir(), "ray").mkdir(exist_ok=True)  # Ray writes its address there
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        try:
            added(cluster, include_dashboard=False, temp_dir=folder)
            yield TwoNodes(cluster, added(cluster))
        finally:
            cluster.shutdown()


def main() -> None:
    with two_nodes() as cluster:
        print(cluster.address, flush=True)
        for _ in sys.stdin:
            cluster.lose()
            print("lost", flush=True)


if __name__ == "__main__":
    main()
