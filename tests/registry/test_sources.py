from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.registry.sources import all_scenarios, selected


@pytest.mark.parametrize("pattern", ["switch_wifi_off", "switch_*_all_tools"])
def test_only_the_scenarios_that_are_named_are_made(pattern: str) -> None:
    everything = all_scenarios()
    named = [name for name in everything if fnmatchcase(name, pattern)]
    assert everything.made == []
    settings = RunSettings(agent="nop", user="nop", scenarios=(pattern,))

    assert list(selected(everything, settings)) == named
    assert everything.made == named
    assert 0 < len(named) < len(everything) / 8
