"""What the simulated user is shown."""

from typing import Any

from tool_sandbox.common.execution_context import RoleType

INSTRUCTION = "Play a person with this task: "


def named_examples() -> dict[str, list[dict[str, Any]]]:
    conversation = [
        (RoleType.SYSTEM, RoleType.USER, INSTRUCTION + "find Ola's number"),
        (RoleType.USER, RoleType.AGENT, "Ola's number?"),
        (RoleType.AGENT, RoleType.USER, "+12065550101"),
        (RoleType.USER, RoleType.EXECUTION_ENVIRONMENT, "end_conversation()"),
    ]
    rows = [
        {"sender": sender, "recipient": recipient, "content": content, "visible_to": [RoleType.USER]}
        for sender, recipient, content in conversation
    ]
    return {"short": rows}
