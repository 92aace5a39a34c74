"""What must hold whenever the agent, its prompt or its model changes."""

import pytest

from tool_sandbox import RunResult

# Who is tested, and with which tools, stands in pyproject.toml; what is said here goes before it.
pytestmark = pytest.mark.tool_sandbox("shop.yaml")


def test_the_customer_gets_what_they_asked_for(tool_sandbox_result: RunResult) -> None:
    assert tool_sandbox_result.score >= 0.8


@pytest.mark.tool_sandbox(tags=["questions"])
def test_a_question_changes_nothing(tool_sandbox_run: RunResult) -> None:
    for sample in tool_sandbox_run:
        assert set(sample.tools_called) <= {"find_orders"}, sample.conversation
