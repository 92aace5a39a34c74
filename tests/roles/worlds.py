"""Small worlds in which a role can be asked to respond."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import evolve

from tool_sandbox.common.execution_context import ExecutionContext, get_current_context, new_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType

SYSTEM, USER, AGENT, ENVIRONMENT = RoleType.SYSTEM, RoleType.USER, RoleType.AGENT, RoleType.EXECUTION_ENVIRONMENT
PRELUDE = (
    "import json\nfrom tool_sandbox.tools.setting import *\n"
    "from tool_sandbox.tools.contact import *\nfrom tool_sandbox.tools.user_tools import *\n"
)


@contextmanager
def world(*messages: Message, **options: Any) -> Iterator[ExecutionContext]:
    with new_context(ExecutionContext(seed="test", **options)) as context:
        context.interactive_console.runsource(PRELUDE, symbol="exec")
        add(*messages)
        yield context


def add(*messages: Message) -> None:
    get_current_context().add_rows(DatabaseNamespace.SANDBOX, [message.to_row() for message in messages])


def log() -> list[Message]:
    """The log, with what the world adds to every message taken off."""
    return [evolve(message, conversation_active=None) for message in get_current_context().messages()]


def system(text: str = "Be careful.") -> Message:
    return Message(SYSTEM, AGENT, text)


def asks(text: str = "Is wifi on?") -> Message:
    return Message(USER, AGENT, text)


def replies(text: str = "Yes.") -> Message:
    return Message(AGENT, USER, text)
