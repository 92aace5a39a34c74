from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from tool_sandbox.registry.sources import all_scenarios, selected


@pytest.mark.parametrize("pattern", ["switch_wifi_off", "switch_*_all_tools"])
def test_only_the_scenarios_that_are_named_are_made(pattern: str) -> None:
    everything = all_scenarios()
    named = [name for name in everything if fnmatchcase(name, pattern)]
    assert everything.made == []

    assert list(selected(everything, [pattern], ())) == named
    assert everything.made == named
    assert 0 < len(named) < len(everything) / 8
