"""An entry is added at the end of a file's scenarios, and nothing else in the file changes."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.drafting.placing import with_entry

ENTRY = "- name: new\n  world: base\n"
LINES = st.sampled_from(["", "# a remark", "#- name: off", "  # deep"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ENTRY),
        ("# only a remark", f"# only a remark\n{ENTRY}"),
        ("- name: old", f"- name: old\n\n{ENTRY}"),
        ("- name: old\n# the end\n", f"- name: old\n# the end\n\n{ENTRY}"),
        ("worlds: {}\n", "worlds: {}\nscenarios:\n  - name: new\n    world: base\n"),
        ("scenarios:\n- name: old\n", f"scenarios:\n- name: old\n\n{ENTRY}"),
        (
            "scenarios:\n    - name: old\n\n# about worlds\nworlds: {}\n",
            "scenarios:\n    - name: old\n\n    - name: new\n      world: base\n\n# about worlds\nworlds: {}\n",
        ),
    ],
)
def test_it_stands_where_a_person_would_write_it(text: str, expected: str) -> None:
    assert with_entry(text, ENTRY, "x.yaml") == expected


@given(before=st.lists(LINES), between=st.lists(LINES), after=st.lists(LINES), column=st.integers(0, 4))
def test_whatever_remarks_there_are_it_is_the_last_scenario_and_all_lines_stay(
    before: list[str], between: list[str], after: list[str], column: int
) -> None:
    item = f"{' ' * column}- name: old"
    lines = [*before, "scenarios:", item, *between, "worlds: {}", *after]
    text = "\n".join(lines) + "\n"
    added = with_entry(text, ENTRY, "x.yaml")
    read = yaml.safe_load(added)
    assert [each["name"] for each in read["scenarios"]] == ["old", "new"]
    assert read["worlds"] == {}
    left = iter(added.splitlines())
    assert all(line in left for line in lines)


@pytest.mark.parametrize("text", ["[{name: old}]", "{scenarios: []}", "scenarios: [{name: old}]\n", "just text\n"])
def test_a_file_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"'x\.yaml' is not written as a list with a dash for each scenario"):
        with_entry(text, ENTRY, "x.yaml")
