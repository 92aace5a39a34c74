"""Reading milestones, minefields and solutions: the verbs and modifiers of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence as AnySequence
from typing import Any

from attrs import frozen

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import namespaces, schema_of
from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language import entries as spec
from tool_sandbox.scenarios.language.document import Mapping, Place, Sequence
from tool_sandbox.scenarios.language.fields import Fields, described
from tool_sandbox.scenarios.language.moments import duration

ToolParameters = frozenset[str] | None
"""Names of the parameters of a tool; ``None`` when it takes any."""

SAY, TOGETHER = "say", "together"


@frozen
class CheckReader:
    """Reads the parts of an entry that speak of tools and tables.

    Args:
        tools: Tool name to the parameters it takes.
    """

    tools: AnyMapping[str, ToolParameters]

    def node(self, value: Any, place: Place, kind: str) -> spec.Milestone:
        """A milestone or minefield."""
        keys = spec.MINEFIELD_KEYS if kind == "minefield" else spec.MILESTONE_KEYS
        fields = Fields.of(value, place, keys)
        number = place.key.rpartition("[")[2].rstrip("]")
        checks = self._checks(fields)
        if kind == "minefield":
            for check in checks:
                _refuse_fuzzy(check)
        return spec.Milestone(
            id=fields.text("id", f"{kind}_{number}"),
            checks=checks,
            after=fields.texts("after") if "after" in fields else None,
            may_change=self._may_change(fields),
            because=fields.text("because", ""),
            sabotage=self.steps(fields, "sabotage") if "sabotage" in fields else None,
            place=fields.place,
        )

    def _may_change(self, fields: Fields) -> tuple[str, ...] | None:
        if "may_change" not in fields:
            return None
        if fields.raw("may_change") == spec.ALL:
            return tuple(namespaces())
        return tuple(_table(name, fields.at("may_change")) for name in fields.texts("may_change"))

    def _checks(self, fields: Fields) -> tuple[spec.Check, ...]:
        if spec.ALL not in fields:
            return (self._check(fields),)
        strays = [key for key in spec.CHECK_KEYS if key in fields]
        if strays:
            raise fields.at(strays[0]).error(
                f"{strays[0]!r} stands beside 'all'; put it into one of the checks below it."
            )
        checks = tuple(self._check(Fields.of(item, place, spec.CHECK_KEYS)) for item, place in fields.items(spec.ALL))
        if not checks:
            raise fields.at(spec.ALL).error("expected a list of at least one check.")
        return checks

    def _check(self, fields: Fields) -> spec.Check:
        verbs = [verb for verb in spec.VERBS if verb in fields]
        if len(verbs) != 1:
            found = (
                f"this one has {' and '.join(verbs)}; list several checks under 'all'" if verbs else "this one has none"
            )
            raise fields.place.error(f"a check has exactly one of {', '.join(spec.VERBS)}; {found}.")
        verb = verbs[0]
        calls = self._acceptable_calls(fields) if verb == "called" else ()
        rows = self._tables(fields, verb) if verb in spec.TABLE_VERBS else {}
        if verb == "requested":
            self._known_tool(fields.text(verb), fields.at(verb))
        return spec.Check(
            verb=verb,
            calls=calls,
            text=fields.text(verb) if verb in ("said", "requested") else "",
            rows=rows,
            match=_match(fields, verb, rows),
            within=_within(fields, verb, calls, rows),
            using=_using(fields, verb),
            since=_since(fields, verb),
            place=fields.place,
        )

    def _acceptable_calls(self, fields: Fields) -> tuple[spec.Call, ...]:
        value, place = fields.raw("called"), fields.at("called")
        if isinstance(value, Sequence):
            return tuple(call for item, where in fields.items("called") for call in self._calls(item, where))
        return self._calls(value, place)

    def _calls(self, value: Any, place: Place) -> tuple[spec.Call, ...]:
        """``tool``, or a mapping of tools to arguments."""
        if isinstance(value, str):
            self._known_tool(value, place)
            return (spec.Call(value, {}, place),)
        if not isinstance(value, Mapping) or not value:
            raise place.error(f"expected {{tool: {{argument: value}}}}; got {described(value)}.")
        return tuple(
            self._call(tool, arguments, place.inside(tool, value.lines[tool])) for tool, arguments in value.items()
        )

    def _call(self, tool: str, arguments: Any, place: Place) -> spec.Call:
        self._known_tool(tool, place)
        if arguments is None:
            arguments = Mapping({}, place.line)
        if not isinstance(arguments, Mapping):
            raise place.error(f"expected the arguments of {tool!r} as a mapping; got {described(arguments)}.")
        known = self.tools[tool]
        for name in arguments:
            if known is not None and name not in known:
                where = place.inside(name, arguments.lines.get(name))
                raise where.error(f"{tool!r} has no argument {name!r}; {hint(name, sorted(known))}")
        return spec.Call(tool, arguments, place)

    def _known_tool(self, tool: str, place: Place) -> None:
        if tool not in self.tools:
            raise place.error(f"there is no tool {tool!r}; {hint(tool, self.tools)}")

    def _tables(self, fields: Fields, verb: str) -> dict[str, tuple[AnyMapping[str, Any], ...]]:
        value = fields.raw(verb)
        if not isinstance(value, Mapping) or not value:
            raise fields.at(verb).error(f"expected {{table: {{column: value}}}}; got {described(value)}.")
        tables = Fields(value, fields.at(verb))
        return {_table(name, tables.at(name)): _table_rows(tables, name) for name in value}

    def steps(self, fields: Fields, key: str) -> tuple[spec.SolutionStep, ...]:
        """The steps of a solution or a sabotage."""
        return tuple(self._step(item, place) for item, place in fields.items(key))

    def _step(self, value: Any, place: Place) -> spec.SolutionStep:
        if isinstance(value, Mapping) and SAY in value:
            return spec.Say(Fields.of(value, place, (SAY,)).text(SAY))
        if isinstance(value, Mapping) and TOGETHER in value:
            group = Fields.of(value, place, (TOGETHER,))
            return spec.ToolCalls(tuple(c for item, where in group.items(TOGETHER) for c in self._calls(item, where)))
        return spec.ToolCalls(self._calls(value, place))


def _refuse_fuzzy(check: spec.Check) -> None:
    """A minefield counts as soon as it matches a little, and texts compared by likeness nearly always do."""
    fuzzy = {"content"} if check.verb == "said" else set()
    for table, rows in check.rows.items():
        by_likeness = {name for name, way in schema_of(table).similarities.items() if way == "rouge"}
        fuzzy |= by_likeness & {column for row in rows for column in row}
    for column in sorted(fuzzy):
        if column not in check.match:
            raise check.place.error(
                f"a minefield must not compare {column!r} by likeness, almost any text is a little alike; "
                "add 'match: contains' or 'match: exact' (or 'match: similar', if it is meant so)."
            )


def _table(name: str, place: Place) -> str:
    tables = [table.lower() for table in namespaces()]
    if name not in tables:
        raise place.error(f"there is no table {name!r}; {hint(name, tables)}")
    return name.upper()


def _table_rows(tables: Fields, name: str) -> tuple[AnyMapping[str, Any], ...]:
    value, columns = tables.raw(name), schema_of(name.upper()).columns
    if isinstance(value, Sequence):
        return tuple(Fields.of(row, place, columns).values for row, place in tables.items(name))
    row = Fields.of(value, tables.at(name), columns).values
    if not row:
        raise tables.at(name).error("expected at least one column; an empty table is written as [].")
    return (row,)


def _columns(rows: AnyMapping[str, AnySequence[AnyMapping[str, Any]]]) -> set[str]:
    return {column for each in rows.values() for row in each for column in row}


def _match(fields: Fields, verb: str, rows: AnyMapping[str, Any]) -> dict[str, str]:
    if "match" not in fields:
        return {}
    value, place = fields.raw("match"), fields.at("match")
    if verb in ("called", "requested"):
        raise place.error(f"'match' says how texts and columns are compared; {verb!r} compares exactly (see 'within').")
    if isinstance(value, str):
        columns = ["content"] if verb == "said" else sorted(_columns(rows))
        value = Mapping(dict.fromkeys(columns, value), place.line)
    known = {"content"} if verb == "said" else _columns(rows)
    chosen = Fields.of(value, place, sorted(known))
    for column in chosen.values:
        if chosen.text(column) not in spec.MATCHES:
            raise chosen.at(column).error(
                f"nothing is called {value[column]!r} here; {hint(value[column], spec.MATCHES)}"
            )
    return dict(chosen.values)


def _within(fields: Fields, verb: str, calls: tuple[spec.Call, ...], rows: AnyMapping[str, Any]) -> dict[str, float]:
    if "within" not in fields:
        return {}
    if verb not in ("called", *spec.TABLE_VERBS):
        raise fields.at("within").error(f"'within' is a tolerance for numbers; {verb!r} has none.")
    known = {name for call in calls for name in call.arguments} | _columns(rows)
    if _wants_traces(rows):
        known |= set(fields.raw("within") or ())
    if verb == "called" and "using" in fields and isinstance(fields.raw("using"), Mapping):
        taken = fields.raw("using").get("take")
        known |= set(taken) if isinstance(taken, Mapping) else set()
        known = known if "extractor" not in fields.raw("using") else known | set(fields.raw("within") or ())
    tolerances = Fields.of(fields.raw("within"), fields.at("within"), sorted(known))
    return {key: _tolerance(value, tolerances.at(key)) for key, value in tolerances.values.items()}


def _tolerance(value: Any, place: Place) -> float:
    if value == "any":
        return float("inf")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    try:
        return duration(value) if isinstance(value, str) else duration(described(value))
    except ValueError as error:
        raise place.error(f"{error} A tolerance can also be a number, or 'any'.") from error


def _using(fields: Fields, verb: str) -> spec.Using | None:
    if "using" not in fields:
        return None
    place = fields.at("using")
    if verb not in ("called", "said") and not (verb == "state" and set(fields.raw(verb)) == {"sandbox"}):
        raise place.error(f"'using' fills in an argument or a sentence; it goes with 'called' or 'said', not {verb!r}.")
    using = Fields.of(fields.raw("using"), place, spec.USING_KEYS)
    fill = _filled_column(using, verb)
    if ("take" in using) == ("extractor" in using):
        raise place.error("expected either 'take' or 'extractor' beside 'from'.")
    if "extractor" in using:
        name = using.text("extractor")
        if name not in spec.EXTRACTORS:
            raise using.at("extractor").error(f"there is no extractor {name!r}; {hint(name, spec.EXTRACTORS)}")
        return spec.Using(using.text("from"), extractor=name, fill=fill)
    taken = using.raw("take")
    if not isinstance(taken, Mapping) or not all(isinstance(path, (str, int)) for path in taken.values()):
        raise using.at("take").error(f"expected {{argument: path into the result}}; got {described(taken)}.")
    return spec.Using(using.text("from"), {name: str(path) for name, path in taken.items()}, fill=fill)


def _filled_column(using: Fields, verb: str) -> str | None:
    if verb != "state":
        if "fill" in using:
            raise using.at("fill").error(f"{verb!r} says already what is filled; 'fill' goes with 'state' of the log.")
        return None
    column = using.text("fill")
    if column not in spec.FILLED:
        raise using.at("fill").error(f"nothing can be filled into {column!r}; {hint(column, spec.FILLED)}")
    return column


def _wants_traces(rows: AnyMapping[str, AnySequence[AnyMapping[str, Any]]]) -> bool:
    """Whether tolerances are those of the arguments of recorded calls: the log has no numbers of its own."""
    return any("tool_trace" in row for row in rows.get(DatabaseNamespace.SANDBOX, ()))


def _since(fields: Fields, verb: str) -> str | None:
    if verb in ("added", "updated", "removed"):
        return fields.text("since", spec.START)
    if "since" in fields:
        raise fields.at("since").error(f"'since' goes with added, updated or removed, not with {verb!r}.")
    return None
