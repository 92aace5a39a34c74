"""Entries are found by their first lines and read when they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.compiling.compiler import tool_parameters
from tool_sandbox.scenarios.language.reader import EntryReader
from tool_sandbox.scenarios.library import DATA, bundled_pieces, from_files, scenario_files
from tool_sandbox.scenarios.pieces import Pieces

READER = EntryReader(tool_parameters(get_all_tools(ToolBackend.DEFAULT)), {"base"}, set())
TWO = (
    writing.COMPLETE
    + "  variants:\n    - {name: taxi_please, user: {says: A taxi}}\n"
    + writing.COMPLETE.replace("call_a_taxi", "again")
)


def pieces(folder: Path, text: str) -> Pieces:
    file = folder / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    return Pieces.of([file], READER)


@pytest.mark.parametrize("file", [each for each in scenario_files(DATA) if each.stem != "worlds"], ids=lambda f: f.stem)
def test_pieces_are_what_the_whole_file_holds(file: Path) -> None:
    whole = {entry.name: entry for entry in from_files([file]).entries}
    found = {name: each for name, each in bundled_pieces().entries.items() if each.place.file == str(file)}
    assert list(found) == list(whole)
    assert {name: dict(each) for name, each in found.items()} == {name: dict(each) for name, each in whole.items()}
    assert [each.place for each in found.values()] == [each.place for each in whole.values()]


def test_names_are_known_and_only_what_is_asked_for_is_read(tmp_path: Path) -> None:
    found = pieces(tmp_path, TWO.replace("says: Text", "syas: Text", 1))
    assert list(found) == ["call_a_taxi", "taxi_please", "again"]
    assert found["again"].user.knows
    with pytest.raises(ScenarioError, match=r"mine\.yaml:5: call_a_taxi: user: the key 'syas'"):
        found["taxi_please"]


def test_tags_are_seen_without_reading_unless_a_variant_may_have_others(tmp_path: Path) -> None:
    tagged = writing.COMPLETE.replace("  user:", "  tags: [smoke, long]\n  user:", 1)
    alone = pieces(tmp_path, tagged.replace("says: Text", "syas: Text", 1))
    assert alone.shown_tags("call_a_taxi") == {"smoke", "long"}
    varied = pieces(tmp_path, f"{tagged}  variants:\n    - {{name: taxi_please, tags: [], user: {{says: A taxi}}}}\n")
    assert varied.shown_tags("taxi_please") == set()


def test_text_that_is_no_yaml_is_named_with_its_line_in_the_file(tmp_path: Path) -> None:
    found = pieces(tmp_path, f"{TWO}  tags: [a\n")
    with pytest.raises(ScenarioError, match=r"mine\.yaml:\d\d: this is not YAML"):
        found["again"]


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"the name 'call_a_taxi' stands twice; it is taken in .*mine\.yaml:2"):
        pieces(tmp_path, writing.COMPLETE * 2)


def test_a_file_that_is_written_otherwise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="at the left margin"):
        pieces(tmp_path, "scenarios:\n  - name: a\n")
