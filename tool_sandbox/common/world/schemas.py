"""The columns of every table, and how values get into them.

A schema is plain data; its polars form is made only where a DataFrame is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import Factory, frozen

from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.errors import SettingsError

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, Any]
"""One row of a table: column name to value, in schema order, without the index column. Never changed once stored."""

INDEX_COLUMN = "sandbox_message_index"

TEXT, NUMBER, BOOLEAN, ROLE, TEXTS, ROLES = "text", "number", "boolean", "role", "texts", "roles"


@frozen
class TableSchema:
    """The columns of one table in order, without the index column.

    Args:
        columns: Column name to one of ``text``, ``number``, ``boolean``, ``role``, ``texts``, ``roles``.
        similarities: Column name to the name of its default similarity; columns not named are compared exactly.
            Names: ``exact``, ``rouge``, ``one``, ``contains``, ``tool_trace``.
    """

    columns: Mapping[str, str]
    similarities: Mapping[str, str] = Factory(dict)

    def stored_row(self, given: Mapping[str, Any]) -> Row:
        """The row as it is stored: every column present, every value of the column's kind."""
        return {
            name: None if (value := given.get(name)) is None else _CONVERTERS[kind](value, name)
            for name, kind in self.columns.items()
        }

    def dtypes(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        """Polars types of all columns, the index column first."""
        import polars as pl

        role = pl.Enum([member.value for member in RoleType])
        of_kind: dict[str, Any] = {
            TEXT: pl.String,
            NUMBER: pl.Float64,
            BOOLEAN: pl.Boolean,
            ROLE: role,
            TEXTS: pl.List(pl.String),
            ROLES: pl.List(role),
        }
        return {INDEX_COLUMN: pl.Int32, **{name: of_kind[kind] for name, kind in self.columns.items()}}


def clean_text(text: str) -> str:
    """The text with lone surrogates replaced, so that it can be written as UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _refusal(value: Any, column: str, expected: str) -> Exception:
    """A ``polars.exceptions.ComputeError``, which is what code written against DataFrames catches."""
    from polars.exceptions import ComputeError

    return ComputeError(f"{value!r} cannot be stored in column {column!r}: expected {expected}.")


def _text(value: Any, column: str) -> str:
    if isinstance(value, str):
        return clean_text(value if type(value) is str else str(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    raise _refusal(value, column, "text")


def _number(value: Any, column: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise _refusal(value, column, "a number") from None


def _boolean(value: Any, column: str) -> bool:
    if isinstance(value, (int, float)) and not math.isnan(value):
        return bool(value)
    raise _refusal(value, column, "true or false")


_ROLES = {member.value: member.value for member in RoleType}


def _role(value: Any, column: str) -> str:
    try:
        return _ROLES[value]
    except (KeyError, TypeError):
        raise _refusal(value, column, f"one of {', '.join(_ROLES)}") from None


def _list(value: Any, column: str, of: str) -> list[Any]:
    if type(value) is not list and (isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable)):
        raise _refusal(value, column, "a list")
    return [None if item is None else _CONVERTERS[of](item, column) for item in value]


_CONVERTERS: dict[str, Callable[[Any, str], Any]] = {
    TEXT: _text,
    NUMBER: _number,
    BOOLEAN: _boolean,
    ROLE: _role,
    TEXTS: partial(_list, of=TEXT),
    ROLES: partial(_list, of=ROLE),
}

_SCHEMAS: dict[str, TableSchema] = {
    DatabaseNamespace.SANDBOX: TableSchema(
        {
            "sender": ROLE,
            "recipient": ROLE,
            "content": TEXT,
            "openai_tool_call_id": TEXT,
            "openai_function_name": TEXT,
            "conversation_active": BOOLEAN,
            "tool_call_exception": TEXT,
            "tool_trace": TEXTS,
            "visible_to": ROLES,
        },
        {
            "content": "rouge",
            "openai_tool_call_id": "one",
            "openai_function_name": "one",
            "tool_call_exception": "one",
            "tool_trace": "tool_trace",
        },
    ),
    DatabaseNamespace.SETTING: TableSchema(
        {
            "device_id": TEXT,
            "cellular": BOOLEAN,
            "wifi": BOOLEAN,
            "location_service": BOOLEAN,
            "low_battery_mode": BOOLEAN,
            "latitude": NUMBER,
            "longitude": NUMBER,
        }
    ),
    DatabaseNamespace.CONTACT: TableSchema(
        {"person_id": TEXT, "name": TEXT, "phone_number": TEXT, "relationship": TEXT, "is_self": BOOLEAN},
        {"relationship": "rouge"},
    ),
    DatabaseNamespace.MESSAGING: TableSchema(
        {
            "message_id": TEXT,
            "sender_person_id": TEXT,
            "sender_phone_number": TEXT,
            "recipient_person_id": TEXT,
            "recipient_phone_number": TEXT,
            "content": TEXT,
            "creation_timestamp": NUMBER,
        },
        {"content": "rouge"},
    ),
    DatabaseNamespace.REMINDER: TableSchema(
        {
            "reminder_id": TEXT,
            "content": TEXT,
            "creation_timestamp": NUMBER,
            "reminder_timestamp": NUMBER,
            "latitude": NUMBER,
            "longitude": NUMBER,
        },
        {"content": "rouge"},
    ),
}

INITIAL_SETTING: Row = {
    # UUIDv5 of the name "my_phone" in the URL namespace.
    "device_id": "04640c30-ec89-5a3c-9fb4-4af3101c8e04",
    "cellular": True,
    "wifi": True,
    "location_service": True,
    "low_battery_mode": False,
    "latitude": 37.334606,
    "longitude": -122.009102,
}


def schema_of(namespace: str) -> TableSchema:
    """The schema of a table, built in or registered."""
    return _SCHEMAS[namespace]


def namespaces() -> tuple[DatabaseNamespace, ...]:
    """All tables a new world has, in definition order."""
    return tuple(DatabaseNamespace)


def register_namespace(
    name: str, columns: Mapping[str, str], similarities: Mapping[str, str] | None = None
) -> DatabaseNamespace:
    """Give every world created from now on a table of the user's own.

    Tools reach it through the current context, checks in YAML and Python compare it, and guardrails protect it like
    any built-in table.

    Args:
        name: Upper-case name, such as ``CALENDAR``.
        columns: Column name to ``text``, ``number``, ``boolean`` or ``texts``.
        similarities: Column name to ``exact`` (the default), ``rouge``, ``one`` or ``contains``.

    Returns:
        The new member of ``DatabaseNamespace``. Registering the same table again gives the same member.

    Raises:
        SettingsError: The name is not usable or taken by a different table, or a column kind is unknown.
    """
    schema = TableSchema(dict(columns), dict(similarities or {}))
    _check_schema(name, schema)
    if name in _SCHEMAS:
        if _SCHEMAS[name] != schema:
            message = f"The table {name!r} exists with other columns; choose another name."
            raise SettingsError(message)
        return DatabaseNamespace(name)
    _SCHEMAS[name] = schema
    return _new_member(name)


def _check_schema(name: str, schema: TableSchema) -> None:
    if not (name.isidentifier() and name.isupper()):
        message = f"{name!r} is not a table name; use an upper-case identifier such as 'CALENDAR'."
        raise SettingsError(message)
    unknown = {kind for kind in schema.columns.values() if kind not in _CONVERTERS}
    if unknown or not schema.columns:
        message = f"Columns of {name!r} must be of kind {sorted(_CONVERTERS)}; got {sorted(unknown) or 'no column'}."
        raise SettingsError(message)
    stray = set(schema.similarities) - set(schema.columns)
    if stray or INDEX_COLUMN in schema.columns:
        message = f"{sorted(stray) or INDEX_COLUMN!r} cannot be used in {name!r}: not one of its own columns."
        raise SettingsError(message)


def _new_member(name: str) -> DatabaseNamespace:
    # Enums are closed on purpose; a user's table must still be looked up like a built-in one by code that says
    # ``DatabaseNamespace(name)`` or ``DatabaseNamespace[name]``, so the member is added to the enum's own maps.
    member = str.__new__(DatabaseNamespace, name)
    member._name_ = name
    member._value_ = name
    member.__objclass__ = DatabaseNamespace  # type: ignore[attr-defined]
    member._sort_order_ = len(DatabaseNamespace)  # type: ignore[attr-defined]
    DatabaseNamespace._member_names_.append(name)
    DatabaseNamespace._member_map_[name] = member
    DatabaseNamespace._value2member_map_[name] = member
    return member
