"""Adding a scenario that holds at once, whatever the tools and the world."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml

from tool_sandbox.cli.app import exit_code

ANSWER_FROM_A_RESULT = ["search_contacts"]
DEEDS = ["add_contact", "remove_contact", "modify_reminder", "send_message_with_phone_number"]
STATES = ["get_wifi_status", "set_low_battery_mode_status"]
IN_NEED_OF_EXAMPLES = ["convert_currency", "search_location_around_lat_lon"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def entries(file: str = "scenarios.yaml") -> list[dict[str, object]]:
    found: list[dict[str, object]] = yaml.safe_load(Path(file).read_text("utf-8"))
    return found


@pytest.mark.parametrize("tool", [*ANSWER_FROM_A_RESULT, *DEEDS, *STATES, *IN_NEED_OF_EXAMPLES])
def test_a_scenario_for_a_tool_holds_as_it_is(tool: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["new", "mine", "--tool", tool]) == 0, capsys.readouterr().err
    (entry,) = entries()
    assert (entry["name"], entry["world"]) == ("mine", "base")
    assert tool in str(entry["solution"])
    assert exit_code(["check", "--scenarios-from", "scenarios.yaml"]) == 0, capsys.readouterr().out


def test_it_asks_nothing_and_tells_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["new", "mine"]) == 0
    added, *_, command = capsys.readouterr().out.splitlines()
    assert added == "Added mine in scenarios.yaml, line 1. It holds as it is."
    program, *arguments = shlex.split(command)
    assert program == "tool_sandbox"
    assert exit_code(arguments) == 0


def test_tools_are_called_in_order_and_what_one_returns_goes_into_the_next() -> None:
    names = ["set_cellular_service_status", "search_contacts", "send_message_with_phone_number"]
    assert exit_code(["new", "mine", "--world", "cellular_off", "--tool", *names]) == 0
    (entry,) = entries()
    solution = entry["solution"]
    assert isinstance(solution, list)
    assert [next(iter(step)) for step in solution] == names
    sent = solution[2]["send_message_with_phone_number"]
    assert sent["phone_number"] == {"from": "search_contacts", "take": "0.phone_number"}


def test_a_tool_that_needs_an_id_is_preceded_by_one_that_finds_it() -> None:
    assert exit_code(["new", "mine", "--tool", "remove_reminder"]) == 0
    assert [next(iter(step)) for step in entries()[0]["solution"]] == ["search_reminder", "remove_reminder"]  # type: ignore[attr-defined]  # a list


def test_a_tool_whose_result_tells_nobody_anything_makes_no_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text(
        "from tool_sandbox.common.tool import register_as_tool\n"
        "@register_as_tool()\ndef open_drawer() -> dict:\n"
        '    """Open a drawer."""\n'
        "    return {'drawer_id': 'x'}\n"
    )
    assert exit_code(["new", "mine", "--tool", "open_drawer", "--tools-from", "mine.py"]) == 2
    assert "open_drawer returns nothing there that an answer could tell" in " ".join(capsys.readouterr().err.split())
    assert not Path("scenarios.yaml").exists()


def test_the_lines_of_a_file_end_as_they_did() -> None:
    assert exit_code(["new", "first"]) == 0
    lines = Path("scenarios.yaml").read_bytes().replace(b"\n", b"\r\n")
    Path("scenarios.yaml").write_bytes(lines)
    assert exit_code(["new", "second"]) == 0
    added = Path("scenarios.yaml").read_bytes()
    assert added.startswith(lines)
    assert added.count(b"\n") == added.count(b"\r\n")


def test_tools_and_worlds_of_ones_own_can_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text(
        "from tool_sandbox.common.tool import register_as_tool\n"
        "@register_as_tool()\ndef sky_colour(when: str) -> str:\n"
        '    """Tell the colour of the sky.\n\n    Args:\n        when: A time of day, such as noon.\n    """\n'
        "    return {'noon': 'azure'}[when]\n"
    )
    mine = "worlds:\n  seaside: {like: base, now: '2026-07-01 12:00'}\n"
    Path("mine.yaml").write_text(mine)
    added = [
        "new",
        "sky",
        "--tool",
        "sky_colour",
        "--tools-from",
        "mine.py",
        "--world",
        "seaside",
        "--file",
        "mine.yaml",
    ]
    assert exit_code(added) == 0, capsys.readouterr().err
    assert Path("mine.yaml").read_text().startswith(mine)
    assert "{sky_colour: {when: noon}}" in Path("mine.yaml").read_text()
    assert exit_code(["check", "--scenarios-from", "mine.yaml", "--tools-from", "mine.py"]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["switch_wifi_off"],
            "there is a scenario 'switch_wifi_off' already among the bundled ones",
        ),
        (["here"], "there is a scenario 'here' already in scenarios.yaml:1; choose another name"),
        (["mine_all_tools"], "'mine_all_tools' ends like a presentation of 'mine'"),
        (["my-scenario"], "'my-scenario' is no name for a scenario; use letters, digits and underscores"),
        (["mine", "--world", "bas"], "there is no world 'bas'; did you mean 'base'?"),
        (["mine", "--tool", "add_remindr"], "there is no tool 'add_remindr'; did you mean 'add_reminder'"),
        (["mine", "--file", "mine.json"], "'mine.json' does not end in .yaml"),
        (["mine", "--world", "cellular_off", "--tool", "send_message_with_phone_number"], "Cellular service is off"),
        (["mine", "--tool", "end_conversation"], "It neither changes nor finds anything there."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_written(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["new", "here"]) == 0
    before = Path("scenarios.yaml").read_bytes()
    assert exit_code(["new", *arguments]) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert Path("scenarios.yaml").read_bytes() == before
    assert not Path("mine.json").exists()
