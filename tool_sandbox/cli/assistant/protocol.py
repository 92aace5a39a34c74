"""Functions as tools of MCP: what a client is shown, what it may send, and what it gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.cli.assistant.answer import Answer
from tool_sandbox.common.tool_conversion import convert_to_openai_tool
from tool_sandbox.common.visible_text import visible
from tool_sandbox.errors import ToolSandboxError, UsageError
from tool_sandbox.nearest import hint
from tool_sandbox.redaction import redact, redact_text
from tool_sandbox.registry.keywords import in_words_of_python

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel.server import Server
    from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams, Tool

_INSTRUCTIONS = (
    "tool_sandbox tests how well language models use tools in a stateful, conversational world. list_scenarios and "
    "show_scenario tell what can be played; start_run plays it and returns at once, run_progress follows it; "
    "summarise_run, explain_run, explain_sample and compare_runs read what runs came to."
)


@frozen(kw_only=True)
class OfferedTool:
    """One function that an assistant may call."""

    function: Callable[..., Answer]
    """Its name, docstring and annotations are what is shown."""
    reads_only: bool = True
    """Whether it changes nothing."""
    is_destructive: bool = False
    """Whether it undoes something."""
    reaches_out: bool = False
    """Whether it calls somebody over the network."""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.function.__name__

    def shown(self) -> Tool:
        """The tool as a client is told of it."""
        from mcp_types import Tool, ToolAnnotations

        described = convert_to_openai_tool(self.function)["function"]
        return Tool(
            name=self.name,
            description=described["description"],
            input_schema={**described["parameters"], "additionalProperties": False},
            annotations=ToolAnnotations(
                read_only_hint=self.reads_only,
                destructive_hint=self.is_destructive,
                idempotent_hint=self.reads_only,
                open_world_hint=self.reaches_out,
            ),
        )

    def answer(self, arguments: Mapping[str, Any]) -> Answer:
        """Call it.

        Args:
            arguments: As a client sent them.

        Raises:
            ToolSandboxError: It says so itself, or the arguments do not fit.
        """
        from pydantic import ValidationError, validate_call

        try:
            with in_words_of_python():  # the arguments are called as the settings of a run
                return validate_call(self.function)(**arguments)
        except ValidationError as error:
            raise UsageError(f"{self.name}: {_what_does_not_fit(error)}") from error


def server_of(tools: Iterable[OfferedTool], version: str) -> Server[Any]:
    """A server that offers these tools. It calls one at a time: loading users' code is nothing to do twice at once."""
    import anyio
    from anyio.to_thread import run_sync
    from mcp.server.lowlevel.server import Server
    from mcp_types import ListToolsResult

    known = {tool.name: tool for tool in tools}
    one_at_a_time = anyio.Lock()

    async def list_tools(_: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[tool.shown() for tool in known.values()])

    async def call_tool(_: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        async with one_at_a_time:
            return await run_sync(partial(_called, known, params.name, params.arguments or {}))

    return Server(
        "tool_sandbox",
        version=version,
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _called(known: Mapping[str, OfferedTool], name: str, arguments: Mapping[str, Any]) -> CallToolResult:
    """What a call comes to; whatever goes wrong is told in words, as the command line tells it."""
    from mcp_types import CallToolResult, TextContent

    try:
        if name not in known:
            message = f"there is no tool {name!r}; {hint(name, known)}"
            raise UsageError(message)  # noqa: TRY301 -- told like what any tool raises
        answer = known[name].answer(arguments)
    except Exception as error:  # noqa: BLE001 -- the server has to outlive whatever one call does
        return CallToolResult(content=[TextContent(type="text", text=_told(error))], is_error=True)
    return CallToolResult(
        content=[TextContent(type="text", text=redact_text(answer.text))], structured_content=redact(dict(answer.data))
    )


def _told(error: Exception) -> str:
    if isinstance(error, UsageError):
        text = str(error)
    elif isinstance(error, ToolSandboxError):
        text = f"{type(error).__name__}: {error}"
    elif isinstance(error, OSError):
        text = f"the system refused something that is needed: {error.strerror or error}."
    else:
        text = f"this is a fault in tool_sandbox, not in your input: {type(error).__name__}: {error}"
    return visible(redact_text(text))


def _what_does_not_fit(error: Any) -> str:
    """What is wrong with arguments, each in half a sentence."""
    return "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors()) + "."
