"""The rows of the log that scenario files make by themselves, for comparison with those a scenario has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.common.world.schemas import INDEX_COLUMN
from tool_sandbox.scenarios.compiling.compiler import Compiler, import_prelude
from tool_sandbox.scenarios.user_simulator_few_shot_examples import (
    USER_INSTRUCTION,
    named_user_simulator_few_shot_examples,
)

LogRow = dict[str, Any]


def log_of(context: ExecutionContext) -> list[LogRow]:
    """The log as rows of a scenario file: what is null or follows from the rest is left out."""
    rows = []
    for stored in context.log():
        row = {name: value for name, value in stored.items() if value is not None and name != INDEX_COLUMN}
        if row.get("conversation_active") is True:
            del row["conversation_active"]
        rows.append(row)
    return rows


@frozen
class UsualRows:
    """What every world and every opening consist of.

    Args:
        imports: The row that makes the tools known in the console.
        base: The whole log of the bundled worlds, ``imports`` included.
        examples: Name of a few-shot conversation to its rows.
    """

    imports: LogRow
    base: Sequence[LogRow]
    examples: Mapping[str, Sequence[LogRow]]

    @classmethod
    def of(cls, compiler: Compiler) -> UsualRows:
        """The rows that this compiler makes."""
        imports = _row(RoleType.SYSTEM, RoleType.EXECUTION_ENVIRONMENT, import_prelude(compiler.tools.values()))
        base = log_of(compiler.starting_context(compiler.worlds["base"]))
        examples = named_user_simulator_few_shot_examples()
        return cls(imports, base, {name: _plain(rows) for name, rows in examples.items()})

    def opening(self, examples: Sequence[str], knows: str, says: str) -> list[LogRow]:
        """What a ``user`` with these words makes."""
        shown = [row for name in examples for row in self.examples[name]]
        task = _row(RoleType.SYSTEM, RoleType.USER, USER_INSTRUCTION + knows)
        return [*shown, task, _row(RoleType.USER, RoleType.AGENT, says)]


def _row(sender: RoleType, recipient: RoleType, content: str) -> LogRow:
    return {"sender": sender.value, "recipient": recipient.value, "content": content}


def _plain(rows: Sequence[Mapping[str, Any]]) -> list[LogRow]:
    context = ExecutionContext()
    context.add_rows(DatabaseNamespace.SANDBOX, rows)
    return log_of(context)
