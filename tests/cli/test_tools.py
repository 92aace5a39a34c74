"""Listing tools."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tool_sandbox.cli.app import exit_code
from tool_sandbox.cli.tools import ToolDescription, signature_of
from tool_sandbox.common.tool import register_as_tool


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert exit_code(["tools", *arguments]) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def test_programs_get_a_line_for_each_tool(capsys: pytest.CaptureFixture[str]) -> None:
    lines = {line.split("\t")[0]: line.split("\t")[1:] for line in told(capsys).splitlines()}

    assert lines["send_message_with_phone_number"][:3] == [
        "Send a text message to a phone number.", "messaging", "cellular service on",
    ]  # fmt: skip
    assert lines["get_current_location"][2] == "location service on"
    assert lines["search_contacts"][2] == ""
    assert int(lines["search_contacts"][3]) > 10


def test_one_tool_is_shown_as_its_author_wrote_it_and_as_the_model_sees_it(
    tmp_path: Path, suite: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = told(capsys, "lend_from_shelf", *suite)

    assert text.splitlines()[0] == "lend_from_shelf(title: str, person: str = 'nobody') -> None"
    assert f"source   {tmp_path / 'shelf.py'}:9" in text
    assert "needs    wifi on" in text
    assert "      person: Who has it now." in text
    assert '"required": [\n        "title"\n      ]' in text
    assert text.endswith("Needed in 2 scenarios: lend_it, refuse_it\n")


def test_one_json_object_has_the_schema(suite: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    (tool,) = json.loads(told(capsys, "lend_from_shelf", "--json", *suite))["tools"]

    assert (tool["domain"], tool["needs"], tool["callers"]) == ("shelf", ["wifi on"], ["AGENT"])
    assert tool["summary"] == "Note that a book was lent."
    assert tool["shown"]["parameters"]["properties"]["title"] == {"type": "string", "description": "The book."}
    assert tool["scenarios"] == ["lend_it", "refuse_it"]


def test_a_glob_means_every_tool_that_fits_once(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, "get_w*", "*_wifi_status", "--json"))["tools"]

    assert [tool["name"] for tool in found] == ["get_wifi_status", "set_wifi_status"]


def test_a_name_that_no_tool_has_is_answered_with_the_nearest_and_the_flag(capsys: pytest.CaptureFixture[str]) -> None:
    message = told(capsys, "serch_contacts", code=2)

    assert "there is no tool 'serch_contacts'; did you mean 'search_contacts'" in message
    assert message.endswith("Tools of your own come with --tools-from.\n")


def test_a_tool_without_annotations_or_words_is_described_as_far_as_it_goes() -> None:
    @register_as_tool()
    def quiet(first, *rest: int, second=3, **more):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003, ANN202
        return first, rest, second, more

    tool: Any = quiet
    assert signature_of("silent", tool) == "silent(first, *rest: int, second=3, **more)"
    described = ToolDescription.of("silent", tool)
    assert (described.summary, described.needs, described.docstring) == ("", (), "")
    assert "needs    nothing that its docstring names" in "\n".join(described.lines())
