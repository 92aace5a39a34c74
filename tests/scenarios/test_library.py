from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import own_tools, writing
from tests.tool_modules import use_extra_tool_modules
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.errors import ScenarioError
from tool_sandbox.runs.check import check_scenarios
from tool_sandbox.scenarios.library import DATA, bundled, from_files, scenario_files
from tool_sandbox.scenarios.presentations import augmented

COFFEE = """
- name: coffee
  user: {knows: You want two cups of strong coffee., says: Two strong coffees}
  milestones:
    - {id: brewed, called: {brew_coffee: {cups: 2, strong: true}}}
    - {id: told, said: "There are {pot} in the pot.", using: {from: brewed, take: {pot: ""}}}
  solution:
    - brew_coffee: {cups: 2, strong: true}
    - say: There are 2 strong cups in the pot.
"""


def test_the_users_own_tools_can_be_used_offered_and_proved(tmp_path: Path) -> None:
    with use_extra_tool_modules(own_tools):
        scenarios = writing.scenarios(tmp_path, COFFEE)
        report = check_scenarios(scenarios)
        everything = augmented(scenarios, ToolBackend.DEFAULT)
    assert report.passed, report.text()
    assert "brew_coffee" not in (everything["coffee_3_distraction_tools"].starting_context.tool_allow_list or ())[3:]


def test_the_users_own_tools_distract_last(tmp_path: Path) -> None:
    with use_extra_tool_modules(own_tools):
        everything = augmented(writing.scenarios(tmp_path), ToolBackend.DEFAULT)
    assert (everything["call_a_taxi_all_tools"].starting_context.tool_allow_list or [])[-1] == "brew_coffee"


def test_tools_that_were_not_loaded_are_unknown(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="there is no tool 'brew_coffee'"):
        writing.scenarios(tmp_path, COFFEE)


def test_worlds_of_one_file_serve_the_others_in_any_order(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(writing.entry("[{said: Done, match: likeness}]", world="late"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text("worlds: {late: {like: base, now: '2026-03-02 22:00'}}", encoding="utf-8")
    library = from_files(scenario_files(tmp_path))
    assert [entry.world for entry in library.entries] == ["late"]
    assert list(library.scenarios()) == ["example"]


def test_an_empty_file_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="expected a list of scenarios"):
        writing.library(tmp_path, "")


def test_bundled_entries_are_short_enough_to_read_aloud() -> None:
    texts = [file.read_text(encoding="utf-8") for file in scenario_files(DATA) if file.stem != "worlds"]
    lines = sum(len(text.splitlines()) for text in texts)
    assert lines / len(bundled().entries) < 30
