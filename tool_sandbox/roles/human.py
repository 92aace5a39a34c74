"""A person at the terminal in place of a model."""

from __future__ import annotations

import ast
import inspect
import shutil
import sys
from collections.abc import Callable
from typing import Any, ClassVar

from attrs import define

from tool_sandbox.common.execution.tool_code import tool_call_to_code
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.visible_text import hanging
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import CancelledRunError
from tool_sandbox.roles.base_role import BaseRole

END_TOOL = "end_conversation"


@define
class InteractiveMessage:
    """What a person typed: text for the other party, or an expression that calls a tool."""

    content: str | None = None
    tool_call: str | None = None


def user_tool_call_to_python_code(tool_call: str, available_tool_names: set[str]) -> str:  # noqa: ARG001 -- see below
    """Code that shows the value of an expression.

    Args:
        tool_call: The expression as typed.
        available_tool_names: Not looked at: whoever sits at the terminal may run anything.
    """
    return f"print(repr({tool_call}))"


def show_line(line: str) -> None:
    """Print a line; on a terminal that is too narrow it goes on between two words, and nothing in it acts there."""
    if sys.stdout.isatty():
        line = "\n".join(hanging(line, shutil.get_terminal_size().columns))
    sys.stdout.write(f"{line}\n")


class CliRole(BaseRole):
    """Shows the conversation and reads the answer from the terminal.

    Args:
        ask: Shows a prompt and returns a line; by default ``input``.
        show: Shows a line; by default it is printed, broken between words where a terminal is too narrow.
    """

    recipient: ClassVar[RoleType]
    model_name: ClassVar[str]

    def __init__(self, *, ask: Callable[[str], str] = input, show: Callable[[str], None] = show_line) -> None:
        self._ask = ask
        self._show = show
        show(f"You are {self.role_type}.")

    def respond(self, ending_index: int | None = None) -> None:
        """Show what there is to see and append what the person answers.

        Raises:
            CancelledRunError: The input has ended.
        """
        messages = self.get_messages(ending_index)
        self.messages_validation(messages)
        visible = self.filter_messages(messages)
        if visible[-1].sender == RoleType.SYSTEM:
            return
        self._show("-" * 80)
        for message in visible:
            self._show(f"[{message.sender}] -> [{message.recipient}]: {message.content}")
        self.add_messages([self._message(self.user_input())])

    def user_input(self) -> InteractiveMessage:
        """Read one answer: ``end`` ends the conversation, ``tool`` calls a tool, anything else is text."""
        tools = self.get_available_tools()
        commands = [*(["'end' to end the conversation"] if END_TOOL in tools else []), "'tool' to call a tool"]
        line = self._read(f"Text, or {' or '.join(commands)}: ")
        if line == "end" and END_TOOL in tools:
            return InteractiveMessage(tool_call=f"{END_TOOL}()")
        if line != "tool":
            return InteractiveMessage(content=line)
        for tool in tools.values():
            self._show(f"{tool.__name__}{inspect.signature(tool)}")
        return InteractiveMessage(tool_call=self._read("Tool call: "))

    def _read(self, prompt: str) -> str:
        try:
            return self._ask(prompt)
        except EOFError as error:
            raise CancelledRunError("the input has ended: nobody is there to answer any more") from error

    def _message(self, answer: InteractiveMessage) -> Message:
        sender = RoleType(str(self.role_type))
        if answer.tool_call is None:
            return Message(sender=sender, recipient=self.recipient, content=answer.content or "")
        environment = RoleType.EXECUTION_ENVIRONMENT
        call = _plain_call(answer.tool_call)
        if call is None or call[0] not in get_current_context().name_to_tool:
            code = user_tool_call_to_python_code(answer.tool_call, set(self.get_available_tools()))
            return Message(sender=sender, recipient=environment, content=code)
        name, arguments = call
        call_id = f"human_{get_current_context().max_sandbox_message_index + 1}"
        return Message(
            sender=sender,
            recipient=environment,
            content=tool_call_to_code(call_id, name, arguments),
            openai_tool_call_id=call_id,
            openai_function_name=get_current_context().get_agent_facing_tool_name(name),
        )


def _plain_call(expression: str) -> tuple[str, dict[str, Any]] | None:
    """Name and arguments of an expression that calls one function with literal keyword arguments, else ``None``."""
    try:
        tree = ast.parse(expression, mode="eval").body
        if not (isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name)) or tree.args:
            return None
        return tree.func.id, {str(k.arg): ast.literal_eval(k.value) for k in tree.keywords if k.arg is not None}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class CliUser(CliRole):
    """A person plays the user."""

    role_type: ClassVar[RoleType] = RoleType.USER
    recipient: ClassVar[RoleType] = RoleType.AGENT
    model_name: ClassVar[str] = "cli_user"


class CliAgent(CliRole):
    """A person plays the agent."""

    role_type: ClassVar[RoleType] = RoleType.AGENT
    recipient: ClassVar[RoleType] = RoleType.USER
    model_name: ClassVar[str] = "cli_agent"
