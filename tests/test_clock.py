from __future__ import annotations

import pytest

from tool_sandbox.clock import Clock


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        (1772548200.0, "2026-03-03 15:30"),
        (1772548205, "2026-03-03 15:30:05"),
        (-1.0, "1970-01-01 00:59:59"),
        (1e20, "1e+20"),
        (float("nan"), "nan"),
    ],
)
def test_a_point_in_time_is_shown_in_the_zone_of_the_clock(instant: float, shown: str) -> None:
    assert Clock(0.0, "Europe/Stockholm").shown(instant) == shown
