from __future__ import annotations

import pytest

from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext
from tool_sandbox.tools.user_tools import end_conversation


def test_the_conversation_ends_once(world: ExecutionContext) -> None:
    world.add_rows(DatabaseNamespace.SANDBOX, [{"sender": "USER", "recipient": "AGENT", "content": "bye"}])
    end_conversation()
    last = world.last_message_row()
    assert (last["content"], last["conversation_active"]) == ("bye", False)
    assert world.max_sandbox_message_index == 0
    with pytest.raises(ValueError, match="already ended"):
        end_conversation()


def test_ending_takes_no_arguments(world: ExecutionContext) -> None:
    with pytest.raises(TypeError):
        end_conversation("now")  # type: ignore[call-arg]
