"""From starting contexts to worlds: equal ones are written once, similar ones say only what is different."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from tool_sandbox.clock import Clock
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.common.world.schemas import INDEX_COLUMN, INITIAL_SETTING, Row, namespaces
from tool_sandbox.scenarios.compiling.compiler import Compiler, import_prelude
from tool_sandbox.scenarios.language.moments import moment
from tool_sandbox.scenarios.library import bundled_at
from tool_sandbox.scenarios.user_simulator_few_shot_examples import (
    USER_INSTRUCTION,
    named_user_simulator_few_shot_examples,
)

_SETTING = DatabaseNamespace.SETTING
_TASK = (RoleType.SYSTEM, RoleType.USER)
_MICROSECOND = 1e-6


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


@frozen
class Start:
    """What a scenario starts with, apart from what it adds to the log itself."""

    tables: Mapping[str, tuple[Row, ...]]
    clock: Clock
    log: tuple[LogRow, ...]

    def differences(self, other: Start) -> list[str]:
        """The tables in which two starts are different."""
        return [name for name in self.tables if self.tables[name] != other.tables.get(name, ())]


def start_of(context: ExecutionContext, clock: Clock, log: Sequence[LogRow]) -> Start:
    """The start of a scenario.

    Args:
        context: Its starting context.
        clock: Its time.
        log: The rows of its log that belong to the world.
    """
    tables = {str(name): tuple(dict(row) for row in context.rows(name)) for name in namespaces() if name != "SANDBOX"}
    return Start(tables, clock, tuple(log))


def shared_log(log: Sequence[LogRow]) -> int:
    """How many rows come before the task: the setup of the roles and the examples."""
    for position, row in enumerate(log):
        parties = (row["sender"], row["recipient"])
        if "visible_to" not in row and (parties[0] == RoleType.USER or parties == _TASK):
            return position
    return len(log)


@frozen
class WorldWriter:
    """Gives every start the name of a world, and writes the worlds that are new.

    Args:
        compiler: Knows the bundled worlds and what their log looks like.
        usual: The rows that every scenario file makes.
        name: What the first new world is called.
    """

    compiler: Compiler
    usual: UsualRows
    name: str
    worlds: dict[str, dict[str, Any]] = field(factory=dict, init=False)
    """The new worlds by name, as written."""
    _starts: dict[str, Start] = field(factory=dict, init=False)
    _bundled: dict[str, Start] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        """Describe the bundled worlds like any other start."""
        self._bundled.update(self._starts_in(self.compiler))

    def _starts_in(self, compiler: Compiler) -> dict[str, Start]:
        contexts = {name: compiler.starting_context(world) for name, world in compiler.worlds.items()}
        return {
            name: start_of(context, compiler.worlds[name].clock, self._without_imports(log_of(context)))
            for name, context in contexts.items()
        }

    def world_for(self, start: Start) -> str:
        """The name of the world that is this start."""
        start = Start(start.tables, start.clock, tuple(self._without_imports(start.log)))
        for name, known in (*self._bundled.items(), *self._starts.items()):
            if known == start:
                return name
        name = self._free_name(start)
        self.worlds[name] = self._written(start)
        self._starts[name] = start
        return name

    def _without_imports(self, log: Sequence[LogRow]) -> list[LogRow]:
        """The log without the row that imports the tools, if it is the one that every world has."""
        return list(log[1:] if log and log[0] == self.usual.imports else log)

    def _free_name(self, start: Start) -> str:
        wanted = self.name
        first = next(iter(self._starts.values()), None)
        if first is not None and start.differences(first) == [_SETTING]:
            changed = _changed_settings(start, first) or {}
            wanted += "".join(f"_{key}_{_shown(value)}" for key, value in changed.items())
        taken = {*self._bundled, *self._starts}
        if wanted not in taken:
            return wanted
        return next(name for number in range(2, len(taken) + 3) if (name := f"{self.name}_{number}") not in taken)

    def _written(self, start: Start) -> dict[str, Any]:
        for name, known in self._starts_in(bundled_at(start.clock, self.compiler.backend)).items():
            if known.tables == start.tables:
                return {"like": name, **self._unlike(start, evolve(known, clock=self._bundled[name].clock))}
        parents = sorted(self._starts.items(), key=lambda item: len(start.differences(item[1])))
        for name, parent in parents:
            if len(start.differences(parent)) < len(start.tables) and _changed_settings(start, parent) is not None:
                return {"like": name, **self._unlike(start, parent)}
        usual = self._bundled["base"]
        blank = Start({_SETTING: (INITIAL_SETTING,)}, Clock(float("nan"), "UTC"), usual.log)
        return self._unlike(start, blank)

    def _unlike(self, start: Start, parent: Start) -> dict[str, Any]:
        """What has to be said about a start that is otherwise like its parent."""
        world: dict[str, Any] = {}
        if start.clock != parent.clock:
            world["now"] = written_moment(start.clock)
            if start.clock.zone != parent.clock.zone:
                world["zone"] = start.clock.zone
        settings = _changed_settings(start, parent)
        if settings:
            world["settings"] = settings
        changed = [name for name in start.differences(parent) if name != _SETTING or settings is None]
        tables = {name.lower(): _sparse(start.tables[name]) for name in changed}
        if tables:
            world["tables"] = tables
        if start.log != parent.log:
            world["log"] = [dict(row) for row in start.log]
        return world


def written_moment(clock: Clock) -> str:
    """A clock's instant as the words that ``moment`` reads back as the same number."""
    when = datetime.fromtimestamp(clock.instant, clock.tzinfo())
    text = f"{when:%Y-%m-%d %H:%M:%S}"
    if when.microsecond:
        text += f" + {when.microsecond * _MICROSECOND:.6f} seconds"
    if abs(moment(text, clock) - clock.instant) < _MICROSECOND:
        return text
    # The hour that is there twice when daylight saving ends is told by its distance from a moment that is not.
    anchor = "1970-01-02 00:00"
    return f"{anchor} + {clock.instant - moment(anchor, clock):.6f} seconds"


def _changed_settings(start: Start, parent: Start) -> dict[str, Any] | None:
    """The settings that are different; ``None`` when they are not one row of the usual kinds."""
    mine, theirs = start.tables.get(_SETTING, ()), parent.tables.get(_SETTING, ())
    if not (_usual(mine) and _usual(theirs)):
        return None
    return {key: value for key, value in mine[0].items() if value != theirs[0][key]}


def _usual(rows: Sequence[Row]) -> bool:
    return len(rows) == 1 and all(type(rows[0].get(key)) is type(value) for key, value in INITIAL_SETTING.items())


def _sparse(rows: Iterable[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "".join(character if character.isalnum() else "_" for character in str(value))
