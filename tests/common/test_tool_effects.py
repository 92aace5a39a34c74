"""Every tool that is shipped writes a table or only looks up."""

from __future__ import annotations

from tool_sandbox.common.tool_discovery import shipped_tools
from tool_sandbox.common.tool_effects import LOOK_UP, TELL_NO_AMOUNTS, WRITTEN_BY


def test_of_every_shipped_tool_it_is_known_what_it_writes() -> None:
    assert LOOK_UP | WRITTEN_BY.keys() == {name for name, _ in shipped_tools()}
    assert LOOK_UP.isdisjoint(WRITTEN_BY)
    assert TELL_NO_AMOUNTS < LOOK_UP
