"""Scenario and trial of many samples."""

from __future__ import annotations

import pytest

from tool_sandbox.runs.sample_keys import SampleKeys


def test_keys_stand_in_the_order_in_which_they_were_added() -> None:
    keys = SampleKeys()
    added = [("b", 2), ("a", 0), ("b", 0), ("a", 0), ("b", 1)]
    assert [keys.add(key) for key in added] == [0, 1, 2, 1, 3]
    assert keys == [("b", 2), ("a", 0), ("b", 0), ("b", 1)]
    assert [keys.find(key) for key in (("b", 1), ("a", 1), ("c", 0))] == [3, None, None]


@pytest.mark.parametrize("trial", [-1, 5000, 10**30])
def test_any_trial_is_found_again_and_takes_no_more_than_another(trial: int) -> None:
    keys = SampleKeys()
    keys.add(("a", 0))
    assert keys.add(("a", trial)) == 1
    assert keys.find(("a", trial)) == 1
    assert keys[1] == ("a", trial)
    assert keys.find(("a", 1)) is None


def test_a_trial_far_ahead_is_still_found_when_the_others_have_come() -> None:
    keys = SampleKeys()
    for trial in (0, 1500, *range(1, 1500), 1501):
        keys.add(("a", trial))
    assert keys.add(("a", 1500)) == 1
    assert [trial for _, trial in keys] == [0, 1500, *range(1, 1500), 1501]
