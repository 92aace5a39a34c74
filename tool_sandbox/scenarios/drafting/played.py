"""What a conversation that was played shows of a scenario: where it began, what was said, and what was done."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from tool_sandbox.clock import Clock
from tool_sandbox.common.call_text import real_tool, requested
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.common.world.schemas import INDEX_COLUMN, Row, namespaces
from tool_sandbox.common.world.tables import LOG
from tool_sandbox.scenarios.compiling.compiler import END_CONVERSATION, Compiler
from tool_sandbox.scenarios.conversion.starts import Start, UsualRows, WorldWriter
from tool_sandbox.scenarios.drafting.arguments import Argument
from tool_sandbox.scenarios.drafting.calls import MadeCall, Rows
from tool_sandbox.scenarios.language.worlds import World
from tool_sandbox.scenarios.user_simulator_few_shot_examples import USER_INSTRUCTION

_SHORTEST = 3
"""A value with fewer characters is somewhere in a result by chance."""


@frozen(kw_only=True)
class PlayedStep:
    """One thing the agent did: a call, or words for the user."""

    messages: tuple[int, ...]
    """The messages that it took."""
    call: MadeCall | None = None
    """``None`` for words, and for a call that failed."""
    words: str = ""
    failed: str = ""
    """A call that ended in an error, and that error."""


@frozen(kw_only=True)
class PlayedConversation:
    """A conversation, as far as a scenario could be made of it."""

    world: World
    new_worlds: Mapping[str, Any]
    """``world`` as it is written in a file, where it is none of the bundled ones."""
    knows: str
    says: str
    replies: tuple[str, ...]
    tools: tuple[str, ...]
    """On offer, apart from ending the conversation."""
    steps: tuple[PlayedStep, ...]

    @property
    def calls(self) -> tuple[MadeCall, ...]:
        """The calls that succeeded."""
        return tuple(step.call for step in self.steps if step.call is not None)

    @property
    def last_words(self) -> PlayedStep | None:
        """The step in which the agent speaks last."""
        return next((step for step in reversed(self.steps) if step.words), None)

    @property
    def answer(self) -> str:
        """The agent's last words."""
        return self.last_words.words if self.last_words else ""


def read_conversation(context: ExecutionContext, clock: Clock, compiler: Compiler) -> PlayedConversation:
    """What a world shows that a conversation has left behind.

    Args:
        context: The world after the last message.
        clock: What time it was there.
        compiler: Knows the bundled worlds.
    """
    begin = context.first_user_sandbox_message_index
    log = list(context.log())
    world, new_worlds = _world(_tables(context, begin), clock, compiler)
    said = [str(row["content"]) for row in log if _is_between(row, RoleType.USER, RoleType.AGENT)]
    knows = [str(row["content"]) for row in log if row[INDEX_COLUMN] < begin and row["recipient"] == RoleType.USER]
    first = said[0] if said else "…"
    return PlayedConversation(
        world=world,
        new_worlds=new_worlds,
        knows=knows[-1].removeprefix(USER_INSTRUCTION).strip() if knows else first,
        says=first,
        replies=tuple(said[1:]),
        tools=tuple(name for name in context.tool_allow_list or () if name != END_CONVERSATION),
        steps=tuple(_steps(context, [row for row in log if row[INDEX_COLUMN] > begin], " ".join((*knows[-1:], *said)))),
    )


def _is_between(row: Row, sender: RoleType, recipient: RoleType) -> bool:
    return bool(row["sender"] == sender and row["recipient"] == recipient and row["visible_to"] != [RoleType.USER])


def _tables(context: ExecutionContext, index: int) -> dict[str, Rows]:
    return {table: context.rows(table, index) for table in namespaces() if table != LOG}


# -- where it began ----------------------------------------------------------------------------------------------------


def _world(tables: Mapping[str, Rows], clock: Clock, compiler: Compiler) -> tuple[World, Mapping[str, Any]]:
    found = {str(name): tuple(dict(row) for row in rows) for name, rows in tables.items()}
    usual = UsualRows.of(compiler)
    writer = WorldWriter(compiler, usual, "played_world")
    name = writer.world_for(Start(found, clock, tuple(usual.base)))
    if name in compiler.worlds:
        return compiler.worlds[name], {}
    return World(name=name, clock=clock, tables=found, named_rows={}), writer.worlds


# -- what was done -----------------------------------------------------------------------------------------------------


def _steps(context: ExecutionContext, log: Sequence[Row], heard: str) -> Iterator[PlayedStep]:
    waiting: list[Row] = []
    calls: dict[str, MadeCall] = {}
    for row in log:
        if _is_between(row, RoleType.AGENT, RoleType.USER):
            yield PlayedStep(messages=(row[INDEX_COLUMN],), words=str(row["content"]))
        elif _is_between(row, RoleType.AGENT, RoleType.EXECUTION_ENVIRONMENT):
            waiting.append(row)
        elif _is_between(row, RoleType.EXECUTION_ENVIRONMENT, RoleType.AGENT) and waiting:
            asked = waiting.pop(_position(waiting, row))
            step = _called(context, asked, row, calls, heard)
            if step.call is not None:
                calls[step.call.tool] = step.call
            yield step


def _position(waiting: Sequence[Row], result: Row) -> int:
    ids = [row["openai_tool_call_id"] for row in waiting]
    return ids.index(result["openai_tool_call_id"]) if result["openai_tool_call_id"] in ids else 0


def _called(
    context: ExecutionContext, asked: Row, result: Row, earlier: Mapping[str, MadeCall], heard: str
) -> PlayedStep:
    at = result[INDEX_COLUMN]
    messages = (asked[INDEX_COLUMN], at)
    call = requested(asked)
    if call is None or result["tool_call_exception"]:
        error = result["tool_call_exception"] or "nobody could read it"
        return PlayedStep(messages=messages, failed=f"{real_tool(asked)}: {error}")
    made = MadeCall(
        tool=real_tool(asked),
        arguments={name: _argument(value, earlier, heard) for name, value in call[1].items()},
        result=_value(str(result["content"])),
        before=_tables(context, at - 1),
        after=_tables(context, at),
    )
    return PlayedStep(messages=messages, call=made)


def _argument(value: Any, earlier: Mapping[str, MadeCall], heard: str) -> Argument:
    """A value that only an earlier result held comes from there; any other one stands as it is."""
    text = str(value)
    if (
        isinstance(value, str | int | float)
        and not isinstance(value, bool)
        and len(text) >= _SHORTEST
        and text not in heard
    ):
        for tool, call in reversed(list(earlier.items())):
            for path, part in parts_of(call.result):
                if part == value and type(part) is type(value):
                    return Argument({"from": tool, **({"take": path} if path else {})}, value)
    return Argument(value, value)


def parts_of(result: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The texts, numbers and truth values in a result, each with its path, such as ``0.phone_number``."""
    if isinstance(result, Mapping | list | tuple):
        items = result.items() if isinstance(result, Mapping) else enumerate(result)
        for key, part in items:
            yield from parts_of(part, f"{path}.{key}" if path else str(key))
    elif result is not None:
        yield path, result


def _value(content: str) -> Any:
    try:
        return ast.literal_eval(content)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return content
