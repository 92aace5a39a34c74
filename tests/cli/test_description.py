"""One scenario shown to people."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from tool_sandbox.cli.app import exit_code


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert exit_code(["show", *arguments]) == 0
    return capsys.readouterr().out


def section(text: str, title: str) -> list[str]:
    """The lines below a title, as far as they stand in."""
    lines = text.splitlines()
    below = lines[lines.index(title) + 1 :]
    end = next((at for at, line in enumerate(below) if not line.startswith(" ")), len(below))
    return [line[2:] for line in below[:end]]


def test_who_wants_what_and_where_stands_first(suite: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "lend_it", *suite)

    assert text.splitlines()[:2] == ["lend_it", "  Wanda takes a book home."]
    assert section(text, "conversation") == [
        "the user knows: Wanda has borrowed Fair Play.",
        "user to agent: Wanda has Fair Play now, note it",
    ]
    assert section(text, "world bookcase") == [
        "time      2026-06-15 08:00, Europe/Stockholm",
        "settings  cellular off, wifi on, location_service on, low_battery_mode off",
        "rows      contact 4, messaging 5, reminder 4, loans 2",
    ]


def test_what_is_judged_is_said_in_words_by_ids(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "text_plumber_with_cellular_off")

    assert section(text, "milestones")[:5] == [
        "online  (deed)",
        "  setting is: cellular true",
        "sent  (deed, after online)",
        '  a row comes to messaging: recipient_phone_number "+12065550161", content "Running ten minutes late"',
        '    facts of content: says ten minutes; says "late", "later", "behind" or the like',
    ]
    assert section(text, "minefields") == [
        "wrong_dana",
        "  because: Dana Whitlock is the neighbour.",
        '  send_message_with_phone_number(phone_number="+12065550172") is called',
    ]
    assert section(text, "outcome")[-1] == "contact, reminder as at the start"
    assert not [line for line in section(text, "outcome") if "facts" in line]
    assert "send_message_with_phone_number(phone_number=<0.phone_number of search_contacts>" in text
    assert "floors      nothing 0.00, repeating 0.00, claiming 0.00, reading 0.00" in text
    assert "similarity" not in text


def test_an_id_says_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "remove_friend_from_contacts")

    assert section(text, "milestones")[1].endswith('" (Tomás Rivera)')
    assert section(text, "minefields")[2].endswith('" (Wanda Ekström)) is called')


def test_tools_are_shown_as_they_are_presented(suite: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert section(shown(capsys, "refuse_it", *suite), "tools") == [
        "end_conversation() -> None",
        "  Finish the conversation.",
        "lend_from_shelf(title: str, person: str = 'nobody') -> None",
        "  Note that a book was lent.",
    ]
    scrambled = shown(capsys, "lend_it_3_distraction_tools_tool_name_scrambled", *suite)
    assert "shelf_0(title: str, person: str = 'nobody') -> None  (is lend_from_shelf)" in scrambled
    schema = "\n".join(section(shown(capsys, "refuse_it", "--tools", *suite), "tools"))
    assert json.loads("[" + schema.replace("}\n{", "},\n{") + "]")[1]["parameters"]["required"] == ["title"]


def test_a_scripted_user_and_calls_that_go_out_together_are_shown(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path_factory.mktemp("mine") / "mine.yaml"
    file.write_text(
        """
- name: both_off
  nop_floor: 0.25
  user: {knows: Both., says: Off with it, replies: [Both of them]}
  milestones: [{id: both, state: {setting: {wifi: false, cellular: false}}}]
  solution:
    - say: What exactly?
    - together: [set_wifi_status: {on: false}, set_cellular_service_status: {on: false}]
    - say: Both are off.
""",
        encoding="utf-8",
    )
    text = shown(capsys, "both_off", "--scenarios-from", str(file))

    assert "asked back, the user answers: Both of them" in text
    assert "doing nothing may score 0.25" in text
    assert section(text, "solution") == [
        "agent: What exactly?",
        "user: Both of them",
        "set_wifi_status(on=False)",
        "and set_cellular_service_status(on=False)",
        "agent: Both are off.",
        "user ends the conversation",
    ]
