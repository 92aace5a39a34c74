"""The desk's scenarios as tests of an agent; the oracle of pyproject.toml plays their solutions."""

import pytest

from tool_sandbox import RunResult

pytestmark = pytest.mark.tool_sandbox(scenarios_from="library")


def test_librarians_get_what_they_ask_for(tool_sandbox_result: RunResult) -> None:
    assert tool_sandbox_result.score == 1


@pytest.mark.tool_sandbox(scenarios=["what_has_kwame_got", "how_much_does_nadia_owe"])
def test_a_question_changes_nothing(tool_sandbox_run: RunResult) -> None:
    for sample in tool_sandbox_run:
        assert all(tool.startswith("find_") for tool in sample.tools_called), sample.conversation
