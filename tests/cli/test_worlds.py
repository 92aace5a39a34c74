"""Listing worlds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tool_sandbox.cli.app import exit_code


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert exit_code(["worlds", *arguments]) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def test_programs_get_a_line_for_each_world(suite: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.split("\t") for line in told(capsys, *suite).splitlines()]

    assert lines[0][:4] == ["base", "2026-03-02 09:00 America/Los_Angeles", "contact 4, messaging 5, reminder 3", ""]
    assert lines[-1] == [
        "bookcase", "2026-06-15 08:00 Europe/Stockholm", "contact 4, messaging 5, reminder 4, loans 2",
        "cellular off", "2",
    ]  # fmt: skip


def test_one_world_shows_its_rows_by_the_names_that_checks_use(
    suite: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = told(capsys, "bookcase", *suite)
    rows = [line.split() for line in text.splitlines()]

    assert text.startswith("bookcase: 2026-06-15 08:00, Europe/Stockholm\nsettings: ")
    assert "cellular off, wifi on" in text
    assert ["wanda", "Wanda", "Ekström", "+12065550139", "friend", "false"] in rows
    assert ["return", "Ask", "for", "the", "book", "2026-06-14", "09:00", "2026-06-16", "12:00"] in rows
    assert ["Fair", "Play"] in rows
    assert "person_id" not in text
    assert "A cell is written {world: me.name}" in text
    assert text.endswith("Start of 2 scenarios: lend_it, refuse_it\n")


def test_a_fresh_world_is_shown_as_its_scenarios_find_it(
    suite: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (fresh,) = json.loads(told(capsys, "bookcase", "--json", "--world-seed", "11", *suite))["worlds"]
    (again,) = json.loads(told(capsys, "bookcase", "--json", "--world-seed", "11", *suite))["worlds"]
    (other,) = json.loads(told(capsys, "bookcase", "--json", "--world-seed", "4", *suite))["worlds"]
    names = [[row["name"] for row in world["tables"]["contact"]] for world in (fresh, again, other)]

    assert names[0] == names[1] != names[2]
    assert "Wanda" not in str(names)
    assert not fresh["time"].startswith("2026-06-15")
    assert fresh["time"].endswith("08:00")
    assert fresh["scenarios"] == ["lend_it", "refuse_it"]


def test_a_world_with_its_own_dates_is_listed_only_where_something_starts_in_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = [line.split("\t") for line in told(capsys, "--world-seed", "12").splitlines()]
    own = [line for line in lines if line[0].endswith("with its own dates")]

    assert own
    assert all(int(line[-1]) for line in own)


def test_one_json_object_has_every_cell(suite: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    (world,) = json.loads(told(capsys, "bookcase", "--json", *suite))["worlds"]

    assert (world["time"], world["zone"]) == ("2026-06-15 08:00", "Europe/Stockholm")
    assert world["settings"]["cellular"] is False
    assert [row["row"] for row in world["tables"]["contact"]] == ["me", "tomas", "wanda", "priya"]
    assert len(world["tables"]["contact"][0]["person_id"]) == 36
    assert world["tables"]["loans"] == [
        {"row": None, "title": "Fair Play"}, {"row": None, "title": "The Summer Book"},
    ]  # fmt: skip
    assert world["scenarios"] == ["lend_it", "refuse_it"]


def test_a_column_is_shown_that_only_a_later_row_has(
    suite: Sequence[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = tmp_path / "more.yaml"
    more.write_text(
        "worlds: {shelf: {like: base, tables: {loans: [{title: Emma}, {title: Evelina, lent_to: Burney}]}}}"
    )
    text = told(capsys, "shelf", *suite, "--scenarios-from", str(more))
    assert ["Evelina", "Burney"] in [line.split() for line in text.splitlines()]


def test_a_table_without_rows_is_said_to_have_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert "reminder: no rows" in told(capsys, "no_reminders")


def test_a_name_that_no_world_has_is_answered_with_the_nearest_and_the_flag(capsys: pytest.CaptureFixture[str]) -> None:
    message = told(capsys, "low_batery", code=2)

    assert "there is no world 'low_batery'; did you mean 'low_battery'" in message
    assert message.endswith("Worlds of your own come with --scenarios-from.\n")
