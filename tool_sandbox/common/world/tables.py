"""The tables of one world as rows: read, written and remembered as they were after every message."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from attrs import define, field

from tool_sandbox.common.message import Message
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.common.world.schemas import INDEX_COLUMN, INITIAL_SETTING, Row, namespaces, schema_of
from tool_sandbox.common.world.snapshots import Snapshot, Table, position_at, writable

LOG = DatabaseNamespace.SANDBOX
_FRESH_ROWS: dict[str, tuple[Row, ...]] = {DatabaseNamespace.SETTING: (INITIAL_SETTING,)}


@define
class Access:
    """Which tables were read and written while it was attached to a context."""

    reads: set[str] = field(factory=set)
    writes: set[str] = field(factory=set)

    def conflicts_with(self, other: Access) -> bool:
        """Whether the order of the two can matter."""
        return bool(self.writes & (other.reads | other.writes) or other.writes & self.reads)


class Tables:
    """The message log and the device tables. Everything here works on plain rows."""

    def __init__(self) -> None:
        self.access: Access | None = None
        """Set it to record which tables are read and written."""
        self._tables: dict[DatabaseNamespace, Table] = {
            namespace: (Snapshot(0, _FRESH_ROWS.get(namespace, ()), guarded=True),) for namespace in namespaces()
        }

    # -- messages ----------------------------------------------------------------------------------------------------

    @property
    def max_sandbox_message_index(self) -> int:
        """Index of the last message, -1 for an empty log."""
        for snapshot in reversed(self._tables[LOG]):
            if snapshot.rows:
                return snapshot.index
        return -1

    @property
    def first_user_sandbox_message_index(self) -> int:
        """Index of the first message of the user that is not a few-shot example; -1 if there is none."""
        for snapshot in self._tables[LOG]:
            for row in snapshot.rows:
                if row["sender"] == RoleType.USER and row["visible_to"] != [RoleType.USER]:
                    return snapshot.index
        return -1

    def log(self) -> tuple[Row, ...]:
        """All messages in order, each with its ``sandbox_message_index``; read-only."""
        self._reads(LOG)
        return tuple([row for snapshot in self._tables[LOG] for row in snapshot.logged()])

    def messages(self, ending_index: int | None = None) -> list[Message]:
        """All messages in order, up to and including ``ending_index``."""
        self._reads(LOG)
        log = self._tables[LOG]
        if ending_index is not None:
            log = log[: bisect_right(log, ending_index, key=attrgetter("index"))]
        return [message for snapshot in log for message in snapshot.messages()]

    def last_message_row(self) -> Row:
        """The last message.

        Raises:
            IndexError: The log is empty.
        """
        self._reads(LOG)
        for snapshot in reversed(self._tables[LOG]):
            if snapshot.rows:
                return snapshot.rows[-1]
        message = "The log is empty; a scenario needs at least one message."
        raise IndexError(message)

    def append_tool_trace(self, text: str) -> None:
        """Add a tool trace to the last message. Bookkeeping, so it does not count as access to the log."""
        if not self._tables[LOG][-1].rows:
            message = "A tool trace needs a message to belong to, but the log is empty."
            raise IndexError(message)
        self._set_tool_traces([*(self._tables[LOG][-1].rows[-1]["tool_trace"] or ()), text])

    def take_tool_traces(self) -> list[str] | None:
        """The traces of the last message, which loses them; ``None`` if it has none."""
        rows = self._tables[LOG][-1].rows
        traces = rows[-1]["tool_trace"] if rows else None
        if traces is not None:
            self._set_tool_traces(None)
        return traces

    def _set_tool_traces(self, traces: list[str] | None) -> None:
        *before, last = self._tables[LOG]
        *others, row = last.rows
        self._tables[LOG] = (*before, Snapshot(last.index, (*others, {**row, "tool_trace": traces}), guarded=True))

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
        for snapshot in reversed(table):
            if snapshot.rows:
                break
        else:
            return None
        last = self.max_sandbox_message_index
        query = last + 1 if sandbox_message_index is None else sandbox_message_index
        if query > last + 1:
            message = f"There is no state after message {query}; the largest index that can be asked for is {last + 1}."
            raise IndexError(message)
        return table[position_at(table, query)]

    def versions(self, namespace: str) -> Table:
        """All snapshots of a table: the same object always has the same content."""
        return self._tables.get(DatabaseNamespace(namespace), ())

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
        if namespace == LOG:
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
        if namespace == LOG:
            last = self.max_sandbox_message_index
            before = tuple(snapshot for snapshot in self._tables[LOG] if snapshot.index != last)
            self._tables[LOG] = (*before, Snapshot(last, stored, guarded=True))
            return
        before, snapshot = self._writable(namespace)
        self._tables[namespace] = (*before, Snapshot(snapshot.index, stored, guarded=True))

    def remove_rows(self, namespace: str, where: Callable[[Row], bool]) -> int:
        """Remove the rows for which ``where`` holds; returns how many that were. Nothing is written for none."""
        namespace = device_table(namespace)
        before, snapshot = self._writable(namespace)
        self._reads(namespace)
        kept = tuple(row for row in snapshot.rows if not where(row))
        removed = len(snapshot.rows) - len(kept)
        if removed:
            self._writes(namespace)
            self._tables[namespace] = (*before, snapshot.with_rows(kept))
        return removed

    def _append_messages(self, rows: Sequence[Mapping[str, Any]]) -> None:
        schema = schema_of(LOG)
        table = self._tables[LOG]
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
        self._tables[LOG] = table

    def _writable(self, namespace: DatabaseNamespace) -> tuple[Table, Snapshot]:
        return writable(self._tables.get(namespace, ()), self.max_sandbox_message_index + 1)

    def _reads(self, namespace: str) -> None:
        if self.access is not None:
            self.access.reads.add(namespace)

    def _writes(self, namespace: str) -> None:
        if self.access is not None:
            self.access.writes.add(namespace)


def device_table(namespace: str) -> DatabaseNamespace:
    """The namespace, unless it is the log.

    Raises:
        KeyError: It is the log.
    """
    if namespace == LOG:
        message = f"{LOG} is the message log; messages can be appended, not removed."
        raise KeyError(message)
    return DatabaseNamespace(namespace)


def _check_rows(namespace: DatabaseNamespace, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = schema_of(namespace).columns
    for row in rows:
        if row.keys() <= columns.keys():
            continue
        stray = [key for key in row if key not in columns and key != INDEX_COLUMN]
        if stray:
            message = f"{namespace} has the columns {list(columns)}; it has no {stray}."
            raise KeyError(message)
    for row in rows:
        if all(row.get(column) is None for column in columns):
            message = f"A row of {namespace} needs a value in at least one of {list(columns)}; got {dict(row)!r}."
            raise ValueError(message)
