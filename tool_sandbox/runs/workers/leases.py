"""Who plays which sample, and who has not been heard of for too long."""

from __future__ import annotations

from attrs import define, field, frozen

Key = tuple[str, int]
"""Scenario and trial."""

SUSPECT = 2
"""A sample whose worker was lost so often may be why: no other such one is played beside it, to find out which is."""


@frozen
class Lease:
    """A sample that a worker plays, until it says that it has ended or is lost."""

    number: int
    key: Key
    worker: str
    again: bool
    """Whether it was begun before by a worker that was lost."""


@define
class _Worker:
    heard: float
    leases: dict[int, Lease] = field(factory=dict)
    suspect: Lease | None = None


class Leases:
    """The samples in flight and the workers that play them. It knows no clock: the time is given to it, in seconds.

    Args:
        patience: So long may a worker say nothing before it counts as lost.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._workers: dict[str, _Worker] = {}
        self._count = 0
        self._losses: dict[Key, int] = {}
        self._begun: set[Key] = set()
        self._looked: float | None = None

    @property
    def workers(self) -> list[str]:
        """The workers that play."""
        return list(self._workers)

    def joined(self, worker: str, now: float) -> None:
        """A worker is ready to play."""
        self._workers[worker] = _Worker(now)

    def heard(self, worker: str, now: float) -> None:
        """A worker has said something."""
        if worker in self._workers:
            self._workers[worker].heard = now

    def lend(self, key: Key, share: int) -> Lease | None:
        """Have the worker with the fewest samples play one; ``None`` while each that can has its share of them."""
        is_suspect = self.losses(key) >= SUSPECT
        able = {name: worker for name, worker in self._workers.items() if not (is_suspect and worker.suspect)}
        name, worker = min(able.items(), key=lambda each: len(each[1].leases), default=(None, None))
        if name is None or worker is None or len(worker.leases) >= share:
            return None
        self._count += 1
        lease = Lease(self._count, key, name, again=key in self._begun)
        worker.leases[lease.number] = lease
        worker.suspect = lease if is_suspect else worker.suspect
        return lease

    def ended(self, lease: Lease) -> bool:
        """A sample has ended or is given up; whether its worker was still the one that plays it."""
        worker = self._workers.get(lease.worker)
        if worker is None or worker.leases.pop(lease.number, None) is None:
            return False
        worker.suspect = None if worker.suspect is lease else worker.suspect
        return True

    def silent(self, now: float) -> list[str]:
        """The workers that have said nothing for too long.

        If nobody has asked for long, this process itself stood still, as by Ctrl-Z, and that says nothing of them.
        """
        stood_still = self._looked is not None and now - self._looked > self._patience / 2
        self._looked = now
        if stood_still:
            for worker in self._workers.values():
                worker.heard = now
        return [name for name, worker in self._workers.items() if now - worker.heard > self._patience]

    def lost(self, worker: str) -> list[Lease]:
        """A worker is gone; the samples that it was playing."""
        gone = self._workers.pop(worker, None)
        leases = list(gone.leases.values()) if gone else []
        self._begun.update(lease.key for lease in leases)
        for lease in [gone.suspect] if gone and gone.suspect else leases:
            self._losses[lease.key] = self.losses(lease.key) + 1
        return leases

    def losses(self, key: Key) -> int:
        """How many workers were lost that played a sample, unless another one is the likelier reason."""
        return self._losses.get(key, 0)
