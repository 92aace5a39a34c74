from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from tool_sandbox.runs.regression import Regression

WORSE = Regression(against="runs/main", limit=0.02, pairs=106, before=0.9, now=0.8, low=-0.2, high=-0.01)


@pytest.mark.parametrize(
    ("now", "is_too_large"), [(0.95, False), (0.9, False), (0.88, False), (0.8799, True), (0.0, True)]
)
def test_a_score_that_fell_by_more_than_the_limit_fell_too_far(now: float, is_too_large: bool) -> None:
    assert evolve(WORSE, now=now).is_too_large is is_too_large


def test_the_interval_does_not_count_but_is_told() -> None:
    unsure = evolve(WORSE, low=-0.5, high=0.3)

    assert unsure.is_too_large
    assert str(unsure) == (
        "score 0.800 after 0.900 in runs/main, difference −0.100 (95% interval −0.500 to +0.300) over 106 pairs, "
        "allowed −0.02; that may be chance"
    )


def test_nothing_to_compare_is_no_proof() -> None:
    nothing = evolve(WORSE, pairs=0, before=0.0, now=0.0)

    assert nothing.is_too_large
    assert str(nothing) == "no sample has a score both here and in runs/main"


def test_a_difference_close_to_the_limit_does_not_look_like_it() -> None:
    assert "difference −0.020010 (" in str(evolve(WORSE, now=0.87999))
    assert "allowed 0;" in str(evolve(WORSE, limit=0.0, high=0.0))


def test_scenarios_that_changed_are_counted() -> None:
    assert str(evolve(WORSE, changed=("a", "b"))).endswith("; scenarios that have changed since are left out: 2")


def test_it_is_read_as_it_was_written() -> None:
    changed = evolve(WORSE, changed=("a",))

    record = changed.to_record()
    assert record["is_too_large"] is True
    assert record["difference"] == pytest.approx(-0.1)
    assert Regression.from_record(record) == changed


@pytest.mark.parametrize("damage", [{"pairs": None}, {"low": "much"}, {"changed": 1}])
def test_a_record_of_something_else_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no regression|much"):
        Regression.from_record(WORSE.to_record() | damage)
