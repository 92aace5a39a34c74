from __future__ import annotations

from tool_sandbox.common.counted import counted


def test_one_is_one_and_thousands_are_set_apart() -> None:
    assert [counted(number, "sample") for number in (0, 1, 2, 1032)] == [
        "0 samples",
        "1 sample",
        "2 samples",
        "1,032 samples",
    ]
