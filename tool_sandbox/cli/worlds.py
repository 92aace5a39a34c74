"""The worlds that scenarios start in, and what is in one of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from tool_sandbox.cli.columns import Column, print_table
from tool_sandbox.cli.listing import chosen, print_json, print_lines, print_listing
from tool_sandbox.cli.live.loading import Loading
from tool_sandbox.cli.tables import stdout_console
from tool_sandbox.common.counted import counted
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import INITIAL_SETTING
from tool_sandbox.registry.packs import module_of
from tool_sandbox.registry.sources import scenarios_of
from tool_sandbox.scenarios.library import bundled
from tool_sandbox.scenarios.presentations import base_name
from tool_sandbox.scenarios.seeding.world_seeding import AT_HOME
from tool_sandbox.scenarios.sources import worlds

if TYPE_CHECKING:
    from tool_sandbox.registry.settings import RunSettings
    from tool_sandbox.scenarios.language.worlds import World

_COLUMNS = (
    Column("world"),
    Column("time", left_out=2),
    Column("rows", is_prose=True, left_out=3),
    Column("settings", is_prose=True),
    Column("scenarios", is_number=True, left_out=1),
)
_TIME = "_timestamp"
_ID = "_id"


@frozen(kw_only=True)
class WorldDescription:
    """A world as authors of scenarios want to know it."""

    name: str
    time: str
    """Where its clock stands, in its zone."""
    zone: str
    settings: Mapping[str, Any]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    """Lower-case name of every other table → its rows; ``row`` is the short name, ``None`` where a row has none."""
    scenarios: tuple[str, ...]
    """The scenarios that start in it, each without its presentation."""

    @classmethod
    def of(cls, world: World, scenarios: Sequence[str]) -> WorldDescription:
        """What there is to know about a world.

        Args:
            world: The world.
            scenarios: Those that start in it.
        """
        names = {id(row): name for name, row in world.named_rows.items()}
        (settings,) = world.tables[DatabaseNamespace.SETTING]
        return cls(
            name=world.name,
            time=world.clock.shown(world.clock.instant),
            zone=world.clock.zone,
            settings=settings,
            tables={
                table.lower(): [{"row": names.get(id(row)), **row} for row in rows]
                for table, rows in world.tables.items()
                if table != DatabaseNamespace.SETTING
            },
            scenarios=tuple(scenarios),
        )

    def differences(self) -> str:
        """The settings that are not those of a new phone, in words."""
        changed = {name: value for name, value in self.settings.items() if value != INITIAL_SETTING[name]}
        return settings_text(changed)

    def sizes(self) -> str:
        """How many rows each table has, in words."""
        return sizes_text({table: len(rows) for table, rows in self.tables.items()})


def show_worlds(names: Sequence[str], settings: RunSettings, *, as_json: bool) -> None:
    """Print a list of all worlds, or everything in some.

    Args:
        names: The worlds, by name or glob; all of them when empty.
        settings: Where worlds and scenarios come from.
        as_json: Print one JSON object.

    Raises:
        UsageError: A source cannot be loaded, or there is no such world.
    """
    with Loading.at_a_terminal("loading worlds"):
        starting = _starting(settings)  # tables of users' own are known from here on
        sources = [module_of(source, "scenarios") for source in settings.scenarios_from]
        seed = settings.world_seed
        found = [bundled(seed=seed).worlds, *(worlds(source, seed) for source in sources)]
        every = {name: world for some in found for name, world in some.items()}
        known = {name: every[name] for name in every if name in starting or not name.endswith(AT_HOME)}
        meant = chosen(names, known, "world", "--scenarios-from")
        told = [(each := known[name], WorldDescription.of(each, starting.get(name, ()))) for name in meant]
    if as_json:
        print_json({"worlds": [asdict(described) for _, described in told]})
    elif names:
        for world, described in told:
            _print_one(world, described)
    else:
        _print_all([described for _, described in told])


def settings_text(settings: Mapping[str, Any]) -> str:
    """Settings as people say them: ``wifi off``."""
    states = {True: "on", False: "off"}
    return ", ".join(
        f"{name} {states[value] if isinstance(value, bool) else value}" for name, value in settings.items()
    )


def _state(value: Any) -> Any:
    return ("on" if value else "off") if isinstance(value, bool) else value


def sizes_text(sizes: Mapping[str, int]) -> str:
    """How many rows tables have: ``contact 4, reminder 3``."""
    return ", ".join(f"{table} {size}" for table, size in sizes.items())


def _starting(settings: RunSettings) -> dict[str, list[str]]:
    """World → the scenarios that start in it."""
    scenarios = scenarios_of(settings)
    found: dict[str, list[str]] = {}
    for name in scenarios:
        if base_name(name) == name and (world := scenarios[name].world) is not None:
            found.setdefault(world, []).append(name)
    return found


def _print_all(every: Sequence[WorldDescription]) -> None:
    rows = [
        (each.name, f"{each.time} {each.zone}", each.sizes(), each.differences(), str(len(each.scenarios)))
        for each in every
    ]
    closing = f"{counted(len(rows), 'world')}; 'tool_sandbox worlds NAME' shows the rows of one and their names"
    print_listing(_COLUMNS, rows, closing)


def _print_one(world: World, described: WorldDescription) -> None:
    print_lines(_head(described))
    for table, rows in described.tables.items():
        if not rows:
            print_lines([f"{table}: no rows", ""])
            continue
        columns = [name for name in dict.fromkeys(itertools.chain(*rows)) if not name.endswith(_ID)]
        cells = [[_cell(name, row.get(name), world) for name in columns] for row in rows]
        print_table(stdout_console(), [_column(name) for name in columns], cells, title=table)
    print_lines(_foot(described))


def _head(world: WorldDescription) -> Iterator[str]:
    yield f"{world.name}: {world.time}, {world.zone}"
    yield f"settings: {settings_text(world.settings)}"
    yield ""


def _foot(world: WorldDescription) -> Iterator[str]:
    row = next((row for rows in world.tables.values() for row in rows if row["row"]), None)
    if row is not None:
        column = next((name for name in list(row)[1:] if not name.endswith(_ID)), "")
        yield f"A cell is written {{world: {row['row']}.{column}}}; columns with ids are shown by --json."
    yield f"Start of {counted(len(world.scenarios), 'scenario')}: {', '.join(world.scenarios) or 'none'}"


def _column(name: str) -> Column:
    return Column(name, is_prose=name == "content")


def _cell(column: str, value: Any, world: World) -> str:
    if value is None:
        return ""
    if column.endswith(_TIME) and isinstance(value, int | float):
        return world.clock.shown(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
