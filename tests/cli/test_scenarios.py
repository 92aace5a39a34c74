"""Listing scenarios."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import tool_sandbox as ts
from tests.cli.pseudo_terminal import PseudoTerminal
from tool_sandbox.cli.app import exit_code

PLAIN = ("--presentations", "plain")


def listed(capsys: pytest.CaptureFixture[str], *flags: str) -> str:
    capsys.readouterr()
    assert exit_code(["list", *flags]) == 0
    return capsys.readouterr().out


def test_programs_get_a_line_for_each_scenario(suite: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    lines = listed(capsys, *suite, *PLAIN).splitlines()

    assert [line.split("\t") for line in lines] == [
        ["lend_it", "CANONICALIZATION SINGLE_TOOL_CALL SINGLE_USER_TURN NO_DISTRACTION_TOOLS", "books"],
        ["refuse_it", "SINGLE_TOOL_CALL SINGLE_USER_TURN NO_DISTRACTION_TOOLS", ""],
    ]


def test_one_json_object_tells_what_users_want_and_which_tools_and_world_there_are(
    tmp_path: Path, suite: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(listed(capsys, *suite, "--json", "-s", "*_it", "--limit", "2"))["scenarios"]

    assert [each["description"] for each in found] == ["Wanda takes a book home.", "Lend it"]
    first: dict[str, Any] = found[0]
    assert (first["base"], first["presentation"], first["world"]) == ("lend_it", "plain", "bookcase")
    assert (first["domains"], first["tools"], first["calls"]) == (["shelf"], ["lend_from_shelf"], ["lend_from_shelf"])
    assert first["source"] == f"{tmp_path / 'shelf.yaml'}:12"
    assert (found[1]["calls"], found[1]["domains"]) == ([], ["shelf"])


def test_without_a_description_the_first_words_of_the_user_stand_on_one_line(
    tmp_path: Path, suite: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shelf.yaml"
    file.write_text(file.read_text().replace("    description: Wanda takes a book home.\n", ""))

    (first, _) = json.loads(listed(capsys, *suite, *PLAIN, "--json"))["scenarios"]
    assert first["description"] == "Wanda has Fair Play now, note it"


def test_scenarios_and_uses_of_tools_are_counted(suite: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    flags = (*suite, "--presentations", "plain", "all_tools", "--stats")
    counts = json.loads(listed(capsys, *flags, "--json"))

    assert counts["scenarios"] == 4
    assert counts["kinds"]["presentations"] == {"plain": 2, "all_tools": 2}
    assert counts["kinds"]["categories"]["SINGLE_TOOL_CALL"] == 4
    assert counts["kinds"]["tags"] == {"books": 2}
    assert counts["kinds"]["worlds"] == {"bookcase": 4}
    assert counts["tools"]["lend_from_shelf"] == {"offered": 4, "needed": 2, "calls": 2}
    assert counts["tools"]["search_contacts"] == {"offered": 2, "needed": 0, "calls": 0}
    assert "end_conversation" not in counts["tools"]
    shown = [line.split() for line in listed(capsys, *flags).splitlines()]
    assert ["lend_from_shelf", "4", "2", "2"] in shown
    assert ["SINGLE_TOOL_CALL", "4", "2"] in shown
    assert (counts["base_scenarios"], counts["bases"]["SINGLE_TOOL_CALL"], counts["original"]) == (2, 2, {})
    assert ["4", "scenarios,", "2", "without", "their", "presentations"] in shown


def test_beside_bundled_scenarios_stands_what_the_original_has(capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("-s", "switch_wifi_off", "dollars_to_euros", "--presentations", "plain", "3_distraction_tools", "--stats")
    counts = json.loads(listed(capsys, *flags, "--json"))
    assert counts["original"]["SINGLE_TOOL_CALL"] == [19, 152]
    assert counts["kinds"]["domains"] == {"setting": 2, "currency": 2}
    shown = [line.split() for line in listed(capsys, *flags).splitlines()]
    assert ["SINGLE_TOOL_CALL", "4", "2", "152", "19"] in shown
    assert ["NO_DISTRACTION_TOOLS", "2", "2", "129"] in shown
    assert ["setting", "2"] in shown


def test_a_terminal_shows_how_many_there_are_of_each_category_until_somebody_chooses() -> None:
    screen = PseudoTerminal("-m", "tool_sandbox", "list", columns=60)
    try:
        assert screen.end() == 0
        rows = [line.split() for line in screen.lines]
    finally:
        screen.close()
    every = list(ts.load_scenarios().values())
    canonical = sum("CANONICALIZATION" in map(str, scenario.categories) for scenario in every)
    assert ["CANONICALIZATION", str(canonical)] in rows
    assert f"{len(every):,} scenarios in the default suite;" in screen.text
    assert {"'tool_sandbox", "--presentations", "'--tag", "CATEGORY'", "'*'\""} <= {
        word for row in rows for word in row
    }


@pytest.mark.parametrize("columns", [60, 120])
def test_a_terminal_shows_whole_names_and_words(columns: int) -> None:
    screen = PseudoTerminal("-m", "tool_sandbox", "list", "-s", "text_plumber_with_cellular_off*", columns=columns)
    try:
        assert screen.end() == 0
        words = [word for line in screen.raw.decode().splitlines() for word in line.split()]
    finally:
        screen.close()
    name = "text_plumber_with_cellular_off_implicit_3_distraction_tools_arg_description_scrambled"
    assert {name, "Dana", "ten"} <= set(words)
    assert "16 scenarios, 2 in several presentations" in screen.text
