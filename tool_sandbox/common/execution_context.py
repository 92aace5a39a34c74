"""One run's world: its tables, the tools on offer and the console, and which world is the current one.

Tools and roles reach the world through ``get_current_context()``.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from attrs import define, evolve

from tool_sandbox.common.execution.console import Console
from tool_sandbox.common.indented_json import indented_json
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools, get_scrambled_tool_names
from tool_sandbox.common.trouble import Troubles
from tool_sandbox.common.vocabulary import TOOL_AUGMENTATION_TYPE, DatabaseNamespace, RoleType, ScenarioCategories
from tool_sandbox.common.world.frames import FramedTables
from tool_sandbox.common.world.schemas import schema_of
from tool_sandbox.common.world.snapshots import Table, from_stored
from tool_sandbox.common.world.tables import Access

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


_TABLES = "_tables"
_OF_A_PROCESS = {_TABLES, "name_to_tool", "interactive_console", "access", "_random"}


class ExecutionContext(FramedTables):
    """The complete state of one run.

    Args:
        tool_allow_list: Execution-facing names of the tools on offer; ``None`` allows every tool.
        tool_deny_list: Names taken away after the allow list was applied.
        tool_augmentation_list: How the presentation of tools is changed.
        preferred_tool_backend: Which implementation wins when several have one name.
        seed: Seeds ``random``; ``None`` seeds it from the operating system.
    """

    def __init__(
        self,
        tool_allow_list: list[str] | None = None,
        tool_deny_list: list[str] | None = None,
        tool_augmentation_list: list[Any] | None = None,
        preferred_tool_backend: ToolBackend = ToolBackend.DEFAULT,
        *,
        seed: str | int | None = None,
    ) -> None:
        super().__init__()
        self.interactive_console = Console()
        self.tool_allow_list = tool_allow_list
        self.tool_deny_list = tool_deny_list
        self.trace_tool = False
        self.tool_augmentation_list = [] if tool_augmentation_list is None else tool_augmentation_list
        self.preferred_tool_backend = preferred_tool_backend
        self.annotations: dict[int, dict[str, Any]] = {}
        """Notes beside messages, by index: text next to tool calls, provider fields, who answered."""
        self.troubles = Troubles()
        """What goes wrong with calls of tools."""
        self._seed = seed
        self._random: random.Random | None = None
        self.name_to_tool: dict[str, Callable[..., Any]] = get_all_tools(preferred_tool_backend)
        """Every discovered tool by its real name, in discovery order."""

    def annotate(self, index: int, **notes: Any) -> None:
        """Keep notes beside the message with this index; they are stored with the run, but are not part of the log."""
        self.annotations[index] = {**self.annotations.get(index, {}), **notes}

    def take_struck(self) -> tuple[str, ...]:
        """What went wrong with calls since this was last asked, in words."""
        struck = self.troubles.struck
        if struck:
            self.troubles = evolve(self.troubles, struck=())
        return struck

    # -- chance ------------------------------------------------------------------------------------------------------

    @property
    def random(self) -> random.Random:
        """The only source of chance in this world."""
        if self._random is None:
            self._random = random.Random(self._seed)
        return self._random

    @property
    def seed(self) -> str | int | None:
        """What the world's chance began with."""
        return self._seed

    def reseed(self, seed: str | int | None) -> None:
        """Start the world's chance anew."""
        self._seed, self._random = seed, None

    def new_id(self) -> str:
        """A fresh UUID4 as text, from the world's own chance."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    # -- tools -------------------------------------------------------------------------------------------------------

    @property
    def _actual_to_scrambled_tool_name(self) -> dict[str, str]:
        return _scrambled_names(tuple(self.name_to_tool.values()))

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
        return {name: name for name in self.name_to_tool}

    def get_available_tools(self, scrambling_allowed: bool) -> dict[str, Callable[..., Any]]:
        """The tools on offer in discovery order, by agent-facing name if names may be scrambled."""
        allowed = None if self.tool_allow_list is None else set(self.tool_allow_list)
        denied = set(self.tool_deny_list or ())
        scramble = scrambling_allowed and self._names_scrambled
        return {
            self.get_agent_facing_tool_name(name) if scramble else name: tool
            for name, tool in self.name_to_tool.items()
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

    def changes_since(self, start: ExecutionContext) -> dict[str, Any]:
        """What this world has that the one it is a fork of has not, without its tools, console and chance.

        It can be pickled when the rows can: for a process that has an equal ``start``.
        """
        changes = {name: value for name, value in self.__dict__.items() if name not in _OF_A_PROCESS}
        return {**changes, _TABLES: {name: _beyond(start._tables[name], table) for name, table in self._tables.items()}}

    def with_changes(self, changes: Mapping[str, Any]) -> ExecutionContext:
        """The world that has these ``changes_since`` this one."""
        tables = {name: (*self._tables[name][:shared], *more) for name, (shared, more) in changes[_TABLES].items()}
        changed = self.fork()
        changed.__dict__.update({**changes, _TABLES: tables})
        return changed

    def to_dict(self, serialize_console: bool = True) -> dict[str, Any]:
        """The world as data; JSON-able without the console.

        Args:
            serialize_console: Include the console's variables, as bytes.
        """
        tables = {
            namespace: [row for snapshot in table for row in snapshot.stored_rows(schema_of(namespace))]
            for namespace, table in self._tables.items()
        }
        return self._as_data(tables, self.interactive_console.dumps() if serialize_console else None)

    def to_json(self) -> str:
        """``to_dict`` without the console as JSON with an indent of 4."""
        tables = {
            namespace: [row for snapshot in table for row in snapshot.written_rows(schema_of(namespace))]
            for namespace, table in self._tables.items()
        }
        return indented_json(self._as_data(tables, None), 4)

    def _as_data(self, tables: Mapping[DatabaseNamespace, list[Any]], console: Any) -> dict[str, Any]:
        data: dict[str, Any] = {
            "_dbs": tables,
            "interactive_console": console,
            "tool_allow_list": self.tool_allow_list,
            "tool_deny_list": self.tool_deny_list,
            "trace_tool": self.trace_tool,
            "tool_augmentation_list": self.tool_augmentation_list,
            "preferred_tool_backend": self.preferred_tool_backend,
        }
        if self.annotations:
            data["annotations"] = {str(index): notes for index, notes in self.annotations.items()}
        if self.troubles.plans:
            data["troubles"] = self.troubles.to_dict()
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
        if "troubles" in serialized_dict:
            context.troubles = Troubles.from_dict(serialized_dict["troubles"])
        return context


def _beyond(before: Table, now: Table) -> tuple[int, Table]:
    """How many snapshots two tables share, and what comes after them in the second one."""
    shared = next((place for place, (old, new) in enumerate(zip(before, now, strict=False)) if old is not new), None)
    if shared is None:
        shared = min(len(before), len(now))
    return shared, now[shared:]


@lru_cache(maxsize=16)
def _scrambled_names(tools: tuple[Callable[..., Any], ...]) -> dict[str, str]:
    return get_scrambled_tool_names(tools)


# -- the current world -----------------------------------------------------------------------------------------------


@define
class _Slot:
    """Holds the current world. Mutable, so that a role working in another thread can put a new world in place."""

    context: ExecutionContext


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
