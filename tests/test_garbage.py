from __future__ import annotations

import gc
import weakref
from contextlib import ExitStack

import pytest

from tool_sandbox import garbage


def test_nothing_is_collected_inside_and_everything_as_before_after_it() -> None:
    assert gc.isenabled()
    seen = []

    @garbage.kept()
    def fails() -> None:
        seen.append(gc.isenabled())
        raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert seen == [False]
    assert gc.isenabled()


def test_what_is_kept_is_old_from_the_beginning_and_collected_with_the_old() -> None:
    class Knot:
        def __init__(self) -> None:
            self.itself = self

    with garbage.kept():
        knot = Knot()
    assert any(each is knot for each in gc.get_objects(generation=2))

    gone = weakref.ref(knot)
    del knot
    gc.collect()
    assert gone() is None


def test_what_somebody_froze_stays_frozen() -> None:
    gc.freeze()
    try:
        before = gc.get_freeze_count()
        with garbage.kept():
            pass
        assert gc.get_freeze_count() >= before
    finally:
        gc.unfreeze()


def test_a_collector_that_somebody_switched_off_stays_off() -> None:
    gc.disable()
    try:
        with garbage.kept():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_process_that_plays_much_looks_seldom_but_still_looks() -> None:
    before = gc.get_threshold()
    try:
        garbage.seldom()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
        assert all(now >= usual for now, usual in zip(gc.get_threshold(), before, strict=True))
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


def test_the_last_run_to_end_puts_things_back_whichever_that_is() -> None:
    before, first, second = gc.get_threshold(), ExitStack(), ExitStack()

    first.enter_context(garbage.SELDOM)
    during = gc.get_threshold()
    second.enter_context(garbage.SELDOM)
    first.close()
    assert gc.get_threshold() == during
    second.close()

    assert during[0] > before[0]
    assert gc.get_threshold() == before
