from __future__ import annotations

from typing import Any

from mcp import Client
from mcp_types import CallToolResult, TextContent

from tool_sandbox.cli.assistant.answer import LONGEST, Answer
from tool_sandbox.cli.assistant.protocol import OfferedTool, server_of
from tool_sandbox.errors import UsageError


def weigh(name: str, parts: list[int] | None = None) -> Answer:
    """Weigh something.

    Args:
        name: What.
        parts: Its parts.
    """
    if name == "nothing":
        message = "nothing weighs nothing."
        raise UsageError(message)
    if name == "everything":
        raise ZeroDivisionError(name)
    return Answer.of(
        [f"{name} weighs {sum(parts or [])}", "sk-abcdefghijklmnop"], {"password": "x", "sum": sum(parts or [])}
    )


async def called(**arguments: Any) -> tuple[str, CallToolResult]:
    async with Client(server_of([OfferedTool(function=weigh)], "1")) as client:
        result = await client.call_tool("weigh", arguments)
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text, result


async def test_a_function_is_shown_as_its_docstring_and_annotations_say() -> None:
    async with Client(server_of([OfferedTool(function=weigh, reads_only=False, is_destructive=True)], "1")) as client:
        (tool,) = (await client.list_tools()).tools
    assert (tool.name, tool.description) == ("weigh", "Weigh something.")
    assert tool.input_schema == {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "What."},
            "parts": {"type": "array", "items": {"type": "integer"}, "description": "Its parts."},
        },
        "required": ["name"],
        "additionalProperties": False,
    }
    assert tool.annotations is not None
    assert (tool.annotations.read_only_hint, tool.annotations.destructive_hint) == (False, True)


async def test_an_answer_is_text_and_data_without_secrets() -> None:
    text, result = await called(name="the stone", parts=[1, 2])
    assert text == "the stone weighs 3\n[redacted]"
    assert result.structured_content == {"password": "[redacted]", "sum": 3}


async def test_arguments_that_do_not_fit_are_named() -> None:
    text, result = await called(parts="many", colour="red")
    assert result.is_error
    assert all(part in text for part in ("weigh: ", "name: Missing required argument", "parts: ", "colour: Unexpected"))


async def test_errors_are_sentences() -> None:
    assert (await called(name="nothing"))[0] == "nothing weighs nothing."
    assert (await called(name="everything"))[0] == (
        "this is a fault in tool_sandbox, not in your input: ZeroDivisionError: everything"
    )


def test_a_long_text_is_cut_and_says_so() -> None:
    answer = Answer.of(["x" * (LONGEST + 1234)], {})
    assert answer.text.endswith("x…\n(1,234 characters are left out.)")


def test_characters_that_act_on_a_reader_are_shown() -> None:
    assert Answer.of(["a\u202eb\x1b[2J"], {}).text == "a\\u202eb\\x1b[2J"
