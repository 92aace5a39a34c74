from __future__ import annotations

import pytest

from tool_sandbox.cli.arguments import spread


@pytest.mark.parametrize(
    ("given", "spread_out"),
    [
        (["run", "-s", "a", "b", "-p", "4"], ["run", "-s", "a", "-s", "b", "-p", "4"]),
        (["run", "-s", "a", "-s", "b"], ["run", "-s", "a", "-s", "b"]),
        (["run", "--param", "a=1", "b=-2"], ["run", "--param", "a=1", "--param", "b=-2"]),
        (["run", "-a", "x", "--temperature", "0"], ["run", "-a", "x", "--temperature", "0"]),
        (["show", "name"], ["show", "name"]),
        (["run", "-s"], ["run", "-s"]),
        (["run", "-s", "--tag", "x"], ["run", "-s", "--tag", "x"]),
        (["run", "-s", "a", "--", "b", "c"], ["run", "-s", "a", "--", "b", "c"]),
        ([], []),
    ],
)
def test_a_flag_is_repeated_before_each_of_its_values(given: list[str], spread_out: list[str]) -> None:
    assert spread(given) == spread_out
