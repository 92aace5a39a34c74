"""One run's world: its tables, the tools on offer and the console, and which world is the current one.

Tools and roles reach the world through ``get_current_context()``. Everything here works on plain rows; polars comes in
only where code asks for a DataFrame.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import define, field

from tool_sandbox.common import frames
from tool_sandbox.common.console import Console
from tool_sandbox.common.message import Message
from tool_sandbox.common.schemas import INDEX_COLUMN, INITIAL_SETTING, Row, namespaces, schema_of
from tool_sandbox.common.snapshots import (
    Snapshot,
    Table,
    from_stored,
    is_empty,
    position_at,
    writable,
)
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools, get_scrambled_tool_names
from tool_sandbox.common.vocabulary import TOOL_AUGMENTATION_TYPE, DatabaseNamespace, RoleType, ScenarioCategories

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "TOOL_AUGMENTATION_TYPE",
    "Access",
    "DatabaseNamespace",
    "ExecutionContext",
    "RoleType",
    "ScenarioCategories",
    "get_current_context",
    "isolated_context",
    "new_context",
    "new_context_with_attribute",
    "set_current_context",
]

_LOG = DatabaseNamespace.SANDBOX
_FRESH_ROWS: dict[str, tuple[Row, ...]] = {DatabaseNamespace.SETTING: (INITIAL_SETTING,)}


@define
class Access:
    """Which tables were read and written while it was attached to a context."""

    reads: set[str] = field(factory=set)
    writes: set[str] = field(factory=set)

    def conflicts_with(self, other: Access) -> bool:
        """Whether the order of the two can matter."""
        return bool(self.writes & (other.reads | other.writes) or other.writes & self.reads)


class _PolarsSchemas:
    """Class attribute that is made when it is first read, so that importing this module does not import polars."""

    def __get__(self, instance: Any, owner: type) -> dict[DatabaseNamespace, dict[str, Any]]:
        return {namespace: schema_of(namespace).dtypes() for namespace in namespaces()}


class ExecutionContext:
    """The complete state of one run.

    Args:
        tool_allow_list: Execution-facing names of the tools on offer; ``None`` allows every tool.
        tool_deny_list: Names taken away after the allow list was applied.
        tool_augmentation_list: How the presentation of tools is changed.
        preferred_tool_backend: Which implementation wins when several have one name.
        seed: Seeds ``random``; ``None`` seeds it from the operating system.
    """

    dbs_schemas: ClassVar[_PolarsSchemas] = _PolarsSchemas()
    """Polars schema of every table."""

    def __init__(
        self,
        tool_allow_list: list[str] | None = None,
        tool_deny_list: list[str] | None = None,
        tool_augmentation_list: list[Any] | None = None,
        preferred_tool_backend: ToolBackend = ToolBackend.DEFAULT,
        *,
        seed: str | int | None = None,
    ) -> None:
        self.interactive_console = Console()
        self.tool_allow_list = tool_allow_list
        self.tool_deny_list = tool_deny_list
        self.trace_tool = False
        self.tool_augmentation_list = [] if tool_augmentation_list is None else tool_augmentation_list
        self.preferred_tool_backend = preferred_tool_backend
        self.access: Access | None = None
        """Set it to record which tables are read and written."""
        self.annotations: dict[int, dict[str, Any]] = {}
        """Notes beside messages, by index: text next to tool calls, provider fields, who answered."""
        self._tables: dict[DatabaseNamespace, Table] = {
            namespace: (Snapshot(0, _FRESH_ROWS.get(namespace, ()), guarded=True),) for namespace in namespaces()
        }
        self._seed = seed
        self._random: random.Random | None = None
        self._name_to_tool: dict[str, Callable[..., Any]] = get_all_tools(preferred_tool_backend)
        self._scrambled: dict[str, str] | None = None

    # -- messages ----------------------------------------------------------------------------------------------------

    @property
    def max_sandbox_message_index(self) -> int:
        """Index of the last message, -1 for an empty log."""
        for snapshot in reversed(self._tables[_LOG]):
            if snapshot.rows:
                return snapshot.index
        return -1

    @property
    def first_user_sandbox_message_index(self) -> int:
        """Index of the first message of the user that is no few-shot example; -1 if there is none."""
        for snapshot in self._tables[_LOG]:
            for row in snapshot.rows:
                if row["sender"] == RoleType.USER and row["visible_to"] != [RoleType.USER]:
                    return snapshot.index
        return -1

    def log(self) -> tuple[Row, ...]:
        """All messages in order, each with its ``sandbox_message_index``."""
        self._reads(_LOG)
        return tuple({INDEX_COLUMN: snapshot.index, **row} for snapshot in self._tables[_LOG] for row in snapshot.rows)

    def messages(self, ending_index: int | None = None) -> list[Message]:
        """All messages in order, up to and including ``ending_index``."""
        self._reads(_LOG)
        last = self.max_sandbox_message_index if ending_index is None else ending_index
        return [message for snapshot in self._tables[_LOG] if snapshot.index <= last for message in snapshot.messages()]

    def last_message_row(self) -> Row:
        """The last message.

        Raises:
            IndexError: The log is empty.
        """
        self._reads(_LOG)
        for snapshot in reversed(self._tables[_LOG]):
            if snapshot.rows:
                return snapshot.rows[-1]
        message = "The log is empty; a scenario needs at least one message."
        raise IndexError(message)

    def annotate(self, index: int, **notes: Any) -> None:
        """Keep notes beside the message with this index; they are stored with the run, but are not part of the log."""
        self.annotations[index] = {**self.annotations.get(index, {}), **notes}

    def append_tool_trace(self, text: str) -> None:
        """Add a tool trace to the last message. Bookkeeping, so it does not count as access to the log."""
        *before, last = self._tables[_LOG]
        if not last.rows:
            message = "A tool trace needs a message to belong to, but the log is empty."
            raise IndexError(message)
        *others, row = last.rows
        traced = {**row, "tool_trace": [*(row["tool_trace"] or ()), text]}
        self._tables[_LOG] = (*before, Snapshot(last.index, (*others, traced), guarded=True))

    def take_tool_traces(self) -> list[str] | None:
        """The traces of the last message, which loses them; ``None`` if it has none."""
        *before, last = self._tables[_LOG]
        if not last.rows or last.rows[-1]["tool_trace"] is None:
            return None
        *others, row = last.rows
        cleared = {**row, "tool_trace": None}
        self._tables[_LOG] = (*before, Snapshot(last.index, (*others, cleared), guarded=True))
        return list(row["tool_trace"])

    # -- rows --------------------------------------------------------------------------------------------------------

    def rows(self, namespace: str, sandbox_message_index: int | None = None) -> tuple[Row, ...]:
        """The visible rows of a table as they were after a message; read-only.

        Args:
            namespace: Which table.
            sandbox_message_index: After which message; ``None`` is now.

        Raises:
            IndexError: The message does not exist yet.
        """
        self._reads(namespace)
        snapshot = self.snapshot_version(namespace, sandbox_message_index)
        return () if snapshot is None else snapshot.rows

    def snapshot_version(self, namespace: str, sandbox_message_index: int | None = None) -> Snapshot | None:
        """The snapshot visible after a message: the same object always has the same content. ``None`` if empty."""
        table = self._tables.get(DatabaseNamespace(namespace), ())
        if is_empty(table):
            return None
        last = self.max_sandbox_message_index
        query = last + 1 if sandbox_message_index is None else sandbox_message_index
        if query > last + 1:
            message = f"There is no state after message {query}; the largest index that can be asked for is {last + 1}."
            raise IndexError(message)
        return table[position_at(table, query)]

    def snapshot_indices(self, namespace: str) -> tuple[int, ...]:
        """Indices at which a table has a snapshot, ascending, headguards included."""
        return tuple(snapshot.index for snapshot in self._tables.get(DatabaseNamespace(namespace), ()))

    def get_most_recent_snapshot_sandbox_message_index(self, namespace: DatabaseNamespace, query_index: int) -> int:
        """Index of the newest snapshot not later than ``query_index``; -1 for a table without any row.

        Raises:
            IndexError: ``query_index`` lies beyond the next message.
        """
        snapshot = self.snapshot_version(namespace, query_index)
        return -1 if snapshot is None else snapshot.index

    def add_rows(self, namespace: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows; see ``add_to_database``."""
        namespace = DatabaseNamespace(namespace)
        schema = schema_of(namespace)
        _check_rows(namespace, rows)
        self._writes(namespace)
        if namespace == _LOG:
            self._append_messages(rows)
            return
        before, snapshot = self._writable(namespace)
        added = (schema.stored_row(row) for row in rows)
        self._tables[namespace] = (*before, snapshot.with_rows((*snapshot.rows, *added)))

    def replace_rows(self, namespace: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Make ``rows`` the whole content of a table; for the log, of the last message."""
        namespace = DatabaseNamespace(namespace)
        schema = schema_of(namespace)
        stored = tuple(schema.stored_row(row) for row in rows)
        self._writes(namespace)
        if namespace == _LOG:
            last = self.max_sandbox_message_index
            before = tuple(snapshot for snapshot in self._tables[_LOG] if snapshot.index != last)
            self._tables[_LOG] = (*before, Snapshot(last, stored, guarded=True))
            return
        before, snapshot = self._writable(namespace)
        self._tables[namespace] = (*before, Snapshot(snapshot.index, stored, guarded=True))

    def remove_rows(self, namespace: str, where: Callable[[Row], bool]) -> int:
        """Remove the rows for which ``where`` holds; returns how many that were. Nothing is written for none."""
        namespace = _device(namespace)
        before, snapshot = self._writable(namespace)
        self._reads(namespace)
        kept = tuple(row for row in snapshot.rows if not where(row))
        removed = len(snapshot.rows) - len(kept)
        if removed:
            self._writes(namespace)
            self._tables[namespace] = (*before, snapshot.with_rows(kept))
        return removed

    def _append_messages(self, rows: Sequence[Mapping[str, Any]]) -> None:
        schema = schema_of(_LOG)
        table = self._tables[_LOG]
        index = self.max_sandbox_message_index
        active = self.last_message_row()["conversation_active"] if index >= 0 else True
        for given in rows:
            index += 1
            row = schema.stored_row(given)
            if row["conversation_active"] is None:
                row["conversation_active"] = active
            active = row["conversation_active"]
            if table and table[-1].index == index:
                table = (*table[:-1], table[-1].with_rows((*table[-1].rows, row)))
            else:
                table = (*table, Snapshot(index, (row,), guarded=False))
        self._tables[_LOG] = table

    def _writable(self, namespace: DatabaseNamespace) -> tuple[Table, Snapshot]:
        return writable(self._tables.get(namespace, ()), self.max_sandbox_message_index + 1)

    def _reads(self, namespace: str) -> None:
        if self.access is not None:
            self.access.reads.add(namespace)

    def _writes(self, namespace: str) -> None:
        if self.access is not None:
            self.access.writes.add(namespace)

    # -- DataFrames, for code written against them -------------------------------------------------------------------

    def get_database(
        self,
        namespace: DatabaseNamespace,
        sandbox_message_index: int | None = None,
        get_all_history_snapshots: bool = False,
        drop_sandbox_message_index: bool = True,
        drop_headguard: bool = True,
    ) -> pl.DataFrame:
        """A table as a DataFrame; for the log, by default only the last message.

        Args:
            namespace: Which table.
            sandbox_message_index: As it was after this message; ``None`` is now.
            get_all_history_snapshots: All snapshots up to that message instead of the newest one.
            drop_sandbox_message_index: Leave out the index column.
            drop_headguard: Leave out the all-null rows that mark empty snapshots.

        Raises:
            IndexError: The message does not exist yet.
        """
        self._reads(namespace)
        snapshot = self.snapshot_version(namespace, sandbox_message_index)
        schema = schema_of(namespace)
        if snapshot is not None and drop_headguard and drop_sandbox_message_index and not get_all_history_snapshots:
            return snapshot.frame(schema)
        table = self._tables.get(DatabaseNamespace(namespace), ())
        chosen = [] if snapshot is None else [s for s in table if s.index <= snapshot.index]
        return frames.of_snapshots(
            chosen if get_all_history_snapshots else chosen[-1:],
            schema,
            with_index=not drop_sandbox_message_index,
            with_headguard=not drop_headguard,
        )

    def add_to_database(self, namespace: DatabaseNamespace, rows: list[dict[str, Any]]) -> None:
        """Append rows to a table, as of the next message; rows of the log become the next messages.

        Raises:
            KeyError: A row has a column the table lacks.
            ValueError: A row is null in every column.
            polars.exceptions.ComputeError: A value does not fit its column.
        """
        self.add_rows(namespace, rows)
        if not rows and namespace != _LOG:
            self._maybe_create_snapshot(namespace)

    def remove_from_database(self, namespace: DatabaseNamespace, predicate: Any) -> None:
        """Remove the rows for which a polars expression is true (and those for which it is null).

        Raises:
            KeyError: The log cannot be changed this way.
            polars.exceptions.NoDataError: The expression is true for no row.
        """
        namespace = _device(namespace)
        before, snapshot = self._writable(namespace)
        kept = frames.rows_left(snapshot, schema_of(namespace), predicate)
        if kept is None:
            from polars.exceptions import NoDataError

            message = f"No row of {namespace} matches; nothing was removed."
            raise NoDataError(message)
        self._writes(namespace)
        self._tables[namespace] = (*before, snapshot.with_rows(kept))

    def update_database(self, namespace: DatabaseNamespace, dataframe: pl.DataFrame) -> None:
        """Make a DataFrame the whole content of a table; for the log, of the last message.

        Raises:
            polars.exceptions.ColumnNotFoundError: A column of the table is missing.
            polars.exceptions.SchemaError: A column has another dtype.
        """
        self.replace_rows(namespace, frames.checked_rows(dataframe, schema_of(namespace)))

    def _maybe_create_snapshot(self, namespace: DatabaseNamespace) -> None:
        before, snapshot = self._writable(namespace)
        self._tables[DatabaseNamespace(namespace)] = (*before, snapshot)

    @staticmethod
    def headguard_predicate(column_names: set[str]) -> pl.Expr:
        """Polars expression: null in every named column but the index."""
        return frames.headguard_predicate(column_names)

    @classmethod
    def drop_headguard(cls, dataframe: pl.DataFrame) -> pl.DataFrame:
        """The DataFrame without rows that are null in every column but the index."""
        return dataframe.filter(~frames.headguard_predicate(set(dataframe.columns)))

    @property
    def _dbs(self) -> MutableMapping[DatabaseNamespace, pl.DataFrame]:
        for namespace in self._tables:
            self._writes(namespace)
        return frames.StoredFrames(self._tables)

    @_dbs.setter
    def _dbs(self, stored: Mapping[DatabaseNamespace, pl.DataFrame]) -> None:
        frames.StoredFrames(self._tables).update(stored)

    # -- chance ------------------------------------------------------------------------------------------------------

    @property
    def random(self) -> random.Random:
        """The only source of chance in this world."""
        if self._random is None:
            self._random = random.Random(self._seed)
        return self._random

    def reseed(self, seed: str | int | None) -> None:
        """Start the world's chance anew."""
        self._seed, self._random = seed, None

    def new_id(self) -> str:
        """A fresh UUID4 as text, from the world's own chance."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    # -- tools -------------------------------------------------------------------------------------------------------

    @property
    def name_to_tool(self) -> dict[str, Callable[..., Any]]:
        """Every discovered tool by its real name, in discovery order."""
        return self._name_to_tool

    @name_to_tool.setter
    def name_to_tool(self, tools: dict[str, Callable[..., Any]]) -> None:
        self._name_to_tool, self._scrambled = tools, None

    @property
    def _actual_to_scrambled_tool_name(self) -> dict[str, str]:
        if self._scrambled is None:
            self._scrambled = get_scrambled_tool_names(self._name_to_tool.values())
        return self._scrambled

    @property
    def _scrambled_to_actual_tool_name(self) -> dict[str, str]:
        return {scrambled: actual for actual, scrambled in self._actual_to_scrambled_tool_name.items()}

    @property
    def _names_scrambled(self) -> bool:
        return ScenarioCategories.TOOL_NAME_SCRAMBLED in self.tool_augmentation_list

    def get_agent_facing_tool_name(self, tool_name: str) -> str:
        """The name under which the agent sees a tool.

        Raises:
            KeyError: Names are scrambled and there is no such tool.
        """
        return self._actual_to_scrambled_tool_name[tool_name] if self._names_scrambled else tool_name

    def get_execution_facing_tool_name(self, agent_facing_tool_name: str) -> str:
        """The real name of a tool that the agent names.

        Raises:
            KeyError: Names are scrambled and there is no such tool.
        """
        if not self._names_scrambled:
            return agent_facing_tool_name
        return self._scrambled_to_actual_tool_name[agent_facing_tool_name]

    def get_agent_to_execution_facing_tool_name(self) -> dict[str, str]:
        """Agent-facing to real name, for all tools."""
        if self._names_scrambled:
            return self._scrambled_to_actual_tool_name
        return {name: name for name in self._name_to_tool}

    def get_available_tools(self, scrambling_allowed: bool) -> dict[str, Callable[..., Any]]:
        """The tools on offer in discovery order, by agent-facing name if names may be scrambled."""
        allowed = None if self.tool_allow_list is None else set(self.tool_allow_list)
        denied = set(self.tool_deny_list or ())
        scramble = scrambling_allowed and self._names_scrambled
        return {
            self.get_agent_facing_tool_name(name) if scramble else name: tool
            for name, tool in self._name_to_tool.items()
            if (allowed is None or name in allowed) and name not in denied
        }

    # -- copies and files --------------------------------------------------------------------------------------------

    def fork(self) -> ExecutionContext:
        """An independent copy that shares what never changes: rows, tools, modules."""
        forked = object.__new__(type(self))
        forked.__dict__.update(self.__dict__)
        forked.interactive_console = self.interactive_console.fork()
        forked.tool_allow_list = None if self.tool_allow_list is None else list(self.tool_allow_list)
        forked.tool_deny_list = None if self.tool_deny_list is None else list(self.tool_deny_list)
        forked.tool_augmentation_list = list(self.tool_augmentation_list)
        forked.annotations = {index: dict(notes) for index, notes in self.annotations.items()}
        forked.access = None
        forked._tables = dict(self._tables)
        if self._random is not None:
            forked._random = random.Random()
            forked._random.setstate(self._random.getstate())
        return forked

    def __deepcopy__(self, memo: dict[int, Any]) -> ExecutionContext:
        return self.fork()

    def to_dict(self, serialize_console: bool = True) -> dict[str, Any]:
        """The world as data; JSON-able without the console.

        Args:
            serialize_console: Include the console's variables, as bytes.
        """
        data: dict[str, Any] = {
            "_dbs": {
                namespace: [row for snapshot in table for row in snapshot.stored_rows(schema_of(namespace))]
                for namespace, table in self._tables.items()
            },
            "interactive_console": self.interactive_console.dumps() if serialize_console else None,
            "tool_allow_list": self.tool_allow_list,
            "tool_deny_list": self.tool_deny_list,
            "trace_tool": self.trace_tool,
            "tool_augmentation_list": self.tool_augmentation_list,
            "preferred_tool_backend": self.preferred_tool_backend,
        }
        if self.annotations:
            data["annotations"] = {str(index): notes for index, notes in self.annotations.items()}
        return data

    @classmethod
    def from_dict(cls, serialized_dict: Mapping[str, Any]) -> ExecutionContext:
        """The world that ``to_dict`` described, also after a round trip through JSON.

        Raises:
            KeyError: A key is missing or a table is unknown.
        """
        context = cls()
        for name, rows in serialized_dict["_dbs"].items():
            namespace = DatabaseNamespace[str(name)]
            context._tables[namespace] = from_stored(rows, schema_of(namespace))
        if serialized_dict["interactive_console"] is not None:
            context.interactive_console = Console.loads(serialized_dict["interactive_console"])
        context.tool_allow_list = serialized_dict["tool_allow_list"]
        context.tool_deny_list = serialized_dict["tool_deny_list"]
        context.trace_tool = serialized_dict["trace_tool"]
        context.tool_augmentation_list = [ScenarioCategories[str(n)] for n in serialized_dict["tool_augmentation_list"]]
        context.preferred_tool_backend = serialized_dict["preferred_tool_backend"]
        context.annotations = {int(k): dict(v) for k, v in serialized_dict.get("annotations", {}).items()}
        return context


def _device(namespace: str) -> DatabaseNamespace:
    if namespace == _LOG:
        message = f"{_LOG} is the message log; messages can be appended, not removed."
        raise KeyError(message)
    return DatabaseNamespace(namespace)


def _check_rows(namespace: DatabaseNamespace, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = schema_of(namespace).columns
    for row in rows:
        stray = [key for key in row if key not in columns and key != INDEX_COLUMN]
        if stray:
            message = f"{namespace} has the columns {list(columns)}; it has no {stray}."
            raise KeyError(message)
    for row in rows:
        if all(row.get(column) is None for column in columns):
            message = f"A row of {namespace} needs a value in at least one of {list(columns)}; got {dict(row)!r}."
            raise ValueError(message)


# -- the current world -----------------------------------------------------------------------------------------------


class _Slot:
    """Holds the current world. Mutable, so that a role working in another thread can put a new world in place."""

    __slots__ = ("context",)

    def __init__(self, context: ExecutionContext) -> None:
        self.context = context


_slot: ContextVar[_Slot | None] = ContextVar("tool_sandbox_current_context", default=None)


def get_current_context() -> ExecutionContext:
    """The world of the sample that is being played here; a new default one if there is none."""
    slot = _slot.get()
    if slot is None:
        slot = _Slot(ExecutionContext())
        _slot.set(slot)
    return slot.context


def set_current_context(execution_context: ExecutionContext) -> None:
    """Put another world in place of the current one."""
    slot = _slot.get()
    if slot is None:
        _slot.set(_Slot(execution_context))
    else:
        slot.context = execution_context


def isolated_context(execution_context: ExecutionContext) -> None:
    """Make a world current for this task or thread and what it starts, without touching anyone else's."""
    _slot.set(_Slot(execution_context))


@contextmanager
def new_context(context: ExecutionContext) -> Iterator[ExecutionContext]:
    """Make ``context`` current inside the block."""
    token = _slot.set(_Slot(context))
    try:
        yield context
    finally:
        _slot.reset(token)


@contextmanager
def new_context_with_attribute(**kwargs: Any) -> Iterator[ExecutionContext]:
    """Set attributes of the current world inside the block.

    Raises:
        AttributeError: The world has no such attribute; nothing was changed.
    """
    context = get_current_context()
    before = {name: getattr(context, name) for name in kwargs}
    try:
        for name, value in kwargs.items():
            setattr(context, name, value)
        yield context
    finally:
        for name, value in before.items():
            setattr(context, name, value)
