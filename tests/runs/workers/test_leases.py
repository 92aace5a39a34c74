"""Who plays which sample: every one is finished exactly once, whoever is lost meanwhile."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tool_sandbox.runs.workers.leases import Lease, Leases

PATIENCE = 60.0
SHARE = 4


class Playing(RuleBasedStateMachine):
    """Workers come and go; what a lost one says late counts for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.leases = Leases(PATIENCE)
        self.now = 0.0
        self.waiting = [("sample", trial) for trial in range(12)]
        self.leased: dict[tuple[str, int], Lease] = {}
        self.stale: list[Lease] = []
        self.finished: list[tuple[str, int]] = []
        self.count = 0
        self.hung: set[str] = set()

    @rule()
    def join(self) -> None:
        self.count += 1
        self.leases.joined(str(self.count), self.now)

    @precondition(lambda self: self.waiting)
    @rule()
    def lend(self) -> None:
        lease = self.leases.lend(self.waiting[0], SHARE)
        if lease is not None:
            self.leased[self.waiting.pop(0)] = lease

    @precondition(lambda self: self.leased)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        lease = data.draw(st.sampled_from(list(self.leased.values())))
        if lease.worker not in self.hung:
            assert self.leases.ended(lease)
            del self.leased[lease.key]
            self.finished.append(lease.key)

    @precondition(lambda self: self.stale)
    @rule(data=st.data())
    def end_late(self, data: st.DataObject) -> None:
        assert not self.leases.ended(data.draw(st.sampled_from(self.stale)))

    @precondition(lambda self: self.leases.workers)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        self.lose_one(data.draw(st.sampled_from(self.leases.workers)))

    @precondition(lambda self: self.leases.workers)
    @rule(data=st.data())
    def hang(self, data: st.DataObject) -> None:
        self.hung.add(data.draw(st.sampled_from(self.leases.workers)))

    @rule()
    def wait(self) -> None:
        """So long that whoever hangs is found; looks are never further apart than while a process runs."""
        for _ in range(8):
            self.now += PATIENCE / 4
            for worker in self.leases.workers:
                if worker not in self.hung:
                    self.leases.heard(worker, self.now)
            for worker in self.leases.silent(self.now):
                assert worker in self.hung
                self.lose_one(worker)
        assert not self.hung & set(self.leases.workers)

    def lose_one(self, worker: str) -> None:
        for lease in self.leases.lost(worker):
            assert self.leased.pop(lease.key) is lease
            self.stale.append(lease)
            self.waiting.append(lease.key)

    @invariant()
    def every_sample_is_in_one_place(self) -> None:
        assert sorted([*self.waiting, *self.leased, *self.finished]) == [("sample", trial) for trial in range(12)]

    @invariant()
    def nobody_has_more_than_its_share(self) -> None:
        for worker in self.leases.workers:
            assert sum(lease.worker == worker for lease in self.leased.values()) <= SHARE

    @invariant()
    def what_was_begun_before_is_said_to_be(self) -> None:
        begun = {lease.key for lease in self.stale}
        assert all(lease.again == (lease.key in begun) for lease in self.leased.values())


TestPlaying = Playing.TestCase


def test_samples_go_to_who_has_the_fewest() -> None:
    leases = Leases(PATIENCE)
    for worker in ("a", "b"):
        leases.joined(worker, 0)

    lent = [leases.lend(("sample", trial), 9) for trial in range(4)]

    assert sorted(each.worker for each in lent if each) == ["a", "a", "b", "b"]


def test_of_samples_whose_workers_were_lost_twice_one_at_a_time_is_played_and_alone_blamed() -> None:
    leases = Leases(PATIENCE)
    for worker in ("a", "b"):
        leases.joined(worker, 0)
        assert leases.lend(("guilty", 0), 9)
        assert leases.lend(("innocent", 0), 9)
        leases.lost(worker)
    leases.joined("c", 0)

    assert leases.lend(("guilty", 0), 9)
    assert leases.lend(("innocent", 0), 9) is None
    assert leases.lend(("new", 0), 9)
    leases.lost("c")

    assert [leases.losses((name, 0)) for name in ("guilty", "innocent", "new")] == [3, 2, 0]


def test_without_workers_nothing_is_lent() -> None:
    assert Leases(PATIENCE).lend(("sample", 0), 9) is None


def test_a_process_that_stood_still_itself_takes_nobody_for_lost() -> None:
    leases = Leases(PATIENCE)
    leases.joined("a", 0)
    assert leases.silent(1) == []

    assert leases.silent(3600) == []
    assert leases.silent(3601 + PATIENCE / 4) == []
