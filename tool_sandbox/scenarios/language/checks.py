"""Milestones, minefields and the checks they are made of: the verbs and modifiers of the vocabulary."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    field_validator,
    model_validator,
)

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import namespaces, schema_of
from tool_sandbox.scenarios.language.calls import Call, Calls, Step, ToolName, flat
from tool_sandbox.scenarios.language.cells import ResultPath, Rows, RowsOfTables, TableName, Value, columns_of
from tool_sandbox.scenarios.language.document import Mapping
from tool_sandbox.scenarios.language.facts import Facts
from tool_sandbox.scenarios.language.fields import OneOrMany, Shown, Text, Texts
from tool_sandbox.scenarios.language.models import FileModel, described, no_meaning, problem
from tool_sandbox.scenarios.language.tolerances import Share, Tolerance

CHANGES = ("added", "updated", "removed")
TABLE_VERBS = ("state", *CHANGES)
VERBS = ("called", "requested", "said", *TABLE_VERBS)
Way = Literal["likeness", "exact", "contains", "any"]
MATCHES = get_args(Way)
Filled = Literal["content", "tool_trace"]
FILLED = get_args(Filled)
Extractor = Literal[
    "search_weather_around_lat_lon_temperature_extractor",
    "result_to_temperature_extractor",
    "min_temperature_extractor",
    "current_temperature_extractor",
    "min_temperature_amount_extractor",
    "result_to_timestamp0_extractor",
    "result_to_timestamp1_extractor",
    "result_to_reminder_timestamp_lowerbound_extractor",
    "days_extractor",
    "lat_lon_dict_extractor",
]
EXTRACTORS = get_args(Extractor)
START = "start"
ALL = "all"


Tables = Annotated[
    OneOrMany[TableName] | None,
    BeforeValidator(lambda value: [name.lower() for name in namespaces()] if value == ALL else value),
    Shown(lambda: Literal["all"] | OneOrMany[TableName]),
]


def _parts(value: Any) -> Mapping:
    if not isinstance(value, Mapping) or not value:
        raise problem(f"expected {{path: value}} of the result, such as {{days: 268}}; got {described(value)}.")
    return value


class Using(FileModel):
    """A value out of the result that an earlier milestone saw: beside 'from' either 'take' or 'extractor'."""

    milestone: Text = Field(alias="from")
    """Id of the milestone that saw the result."""
    take: dict[str, ResultPath] = Field({}, examples=[{"person_id": "0.person_id"}])
    """Argument or placeholder, and the dotted path to its value in the result; the empty path is the result itself."""
    extractor: Extractor | None = None
    """Name of a ready-made extractor, instead of 'take'."""
    fill: Filled | None = None
    """With 'state' of the log: the column that values are filled into."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.has("take") == self.has("extractor"):
            raise problem("expected either 'take' or 'extractor' beside 'from'.")
        return self


class Check(FileModel):
    """One verb and its modifiers."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [verb]} for verb in VERBS]})

    called: OneOrMany[Calls] = Field((), examples=["search_contacts", {"search_contacts": {"name": "Dana"}}])
    """A tool was called with at least these arguments, and it succeeded; a list means any of these calls."""
    requested: OneOrMany[ToolName] = ()
    """A tool was asked for, whether it succeeded or not; a list means any of these."""
    said: Text = ""
    """The agent told the user this: a good answer, of which 'facts' says what any other contains; else its wording."""
    facts: Facts = Field((), examples=[["+12065550139"], [{"off": "wi-fi"}, {"on": "location"}]])
    """What any good answer contains; a placeholder of 'said' is a fact by itself."""
    never: Facts = ()
    """What no good answer says."""
    gave: Annotated[Mapping, PlainValidator(_parts), Shown(lambda: dict[str, Value])] = Field(
        Mapping({}), examples=[{"days": 268}, {"any.name": "Dana Osei"}]
    )
    """With 'called': parts of the result, by dotted path, whatever the arguments were; 'any.name' is some item's."""
    state: Rows = Field({}, examples=[{"setting": {"wifi": True}}])
    """The table looks like this: all rows, though only the columns given; [] is an empty table."""
    added: Rows = Field({}, examples=[{"contact": {"name": "Ada"}}])
    """These rows came to the table."""
    updated: Rows = Field({}, examples=[{"contact": {"name": "Ada"}}])
    """Rows of the table changed to this."""
    removed: Rows = Field({}, examples=[{"contact": {"name": "Ada"}}])
    """These rows went from the table."""
    within: Annotated[dict[str, Tolerance], Shown(lambda: Tolerance | dict[str, Tolerance])] = Field(
        {}, examples=[{"creation_timestamp": "5 minutes"}]
    )
    """Tolerance per argument or column: a number, a duration such as '5 minutes', or 'any'; with 'said' also 1%."""
    match: Annotated[dict[str, Way], Shown(lambda: Way | dict[str, Way])] = Field({})
    """How texts and columns are compared: one way for all, or a way per column."""
    using: Using | None = None
    """A value out of the result that an earlier milestone saw."""
    since: Text = START
    """What 'added', 'updated' and 'removed' compare with: a milestone before, or 'start'."""

    @cached_property
    def verb(self) -> str:
        """The one verb."""
        return next(filter(self.has, VERBS), ALL)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """For ``called``: the acceptable calls."""
        return flat(self.called)

    @property
    def rows(self) -> RowsOfTables:
        """For the table verbs: upper-case table name to rows."""
        return getattr(self, self.verb) if self.verb in TABLE_VERBS else {}

    @model_validator(mode="before")
    @classmethod
    def _one_verb(cls, value: Any) -> Any:
        verbs = [verb for verb in VERBS if verb in value]
        if ALL in value:
            for key in filter(value.__contains__, Check.known_keys()):
                raise problem(f"{key!r} stands beside 'all'; put it into one of the checks below it.", key)
        elif len(verbs) != 1:
            several = f"this one has {' and '.join(verbs)}; list several checks under 'all'"
            found = several if verbs else "this one has none"
            raise problem(f"a check has exactly one of {', '.join(VERBS)}; {found}.")
        return value

    @field_validator("within", mode="before")
    @classmethod
    def _for_the_answer(cls, value: Any, info: ValidationInfo) -> Any:
        return value if isinstance(value, dict) or not info.data.get("said") else {"content": value}

    @field_validator("match", mode="before")
    @classmethod
    def _for_every_column(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str):
            return value
        if value == "similar":
            raise problem("'similar' is called 'likeness' now.")
        rows: RowsOfTables = next((info.data[verb] for verb in TABLE_VERBS if info.data.get(verb)), {})
        return dict.fromkeys(["content"] if info.data.get("said") else sorted(columns_of(rows)), value)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for modifier, (allowed, sentence) in _GOES_WITH.items():
            if self.has(modifier) and self.verb not in allowed:
                raise problem(sentence.format(verb=self.verb), modifier)
        self._check_columns()
        if self.using is not None:
            self._check_fill(self.using)
        if self.match and (self.facts or self.never):
            raise problem("'match' compares the wording and 'facts' what is said; write one of them.", "match")
        if self.has("facts") or self.has("never"):
            self._check_facts()
        self._check_known("match", {"content"} if self.said else columns_of(self.rows))
        self._check_known("within", {"content"} if self.said else self._tolerable())
        for name, tolerance in self.within.items():
            if isinstance(tolerance, Share) and not self.said:
                raise problem("a share such as 1% is a tolerance for what is said; write a number.", "within", name)
        return self

    def _check_columns(self) -> None:
        """Refuse rows of which one says nothing of a column whose words are compared in another."""
        for table, rows in self.rows.items():
            by_words = {
                name for name, way in schema_of(table).similarities.items() if way == "rouge"
            } - self.match.keys()
            for position, row in enumerate(rows):
                for column in sorted((columns_of({table: rows}) & by_words) - row.keys()):
                    sentence = f"this row has no {column!r}, which another one of the table has; write it in each."
                    raise problem(sentence, self.verb, table.lower(), position)

    def _check_facts(self) -> None:
        if not (self.facts or self.using):
            sentence = (
                f"what makes an answer right? Add 'facts', a list of what any good answer contains (for {self.said!r} "
                "perhaps a name, a number or {done: sent})."
            )
            raise problem(sentence, "facts" if self.has("facts") else "never")

    def _check_fill(self, using: Using) -> None:
        if self.verb != "state" and using.fill:
            message = f"{self.verb!r} says already what is filled; 'fill' goes with 'state' of the log."
            raise problem(message, "using", "fill")
        if self.verb == "state" and set(self.rows) != {DatabaseNamespace.SANDBOX}:
            raise problem(_GOES_WITH["using"][1].format(verb=self.verb), "using")
        if self.verb == "state" and not using.fill:
            raise problem("the key 'fill' is missing.", "using")

    def _check_known(self, modifier: str, known: set[str] | None) -> None:
        for key in getattr(self, modifier):
            if known is not None and key not in known:
                raise problem(no_meaning(key, sorted(known)), modifier, key)

    def _tolerable(self) -> set[str] | None:
        """What a tolerance can be given for; ``None`` when it is not known before a result is there."""
        rows = self.rows.get(DatabaseNamespace.SANDBOX, ())
        if any("tool_trace" in row for row in rows) or (self.called and self.using and self.using.extractor):
            return None
        taken = self.using.take if self.called and self.using else ()
        arguments = {name for call in self.calls for name in call.arguments}
        return arguments | columns_of(self.rows) | set(taken) | set(self.gave)


_GOES_WITH = {
    "match": (
        ("said", *TABLE_VERBS),
        "'match' says how texts and columns are compared; {verb!r} compares exactly (see 'within').",
    ),
    "within": (("called", "said", *TABLE_VERBS), "'within' is a tolerance for numbers; {verb!r} has none."),
    "facts": (("said",), "'facts' says what a good answer contains; it goes with 'said', not {verb!r}."),
    "never": (("said",), "'never' says what no good answer says; it goes with 'said', not {verb!r}."),
    "gave": (("called",), "'gave' says what the result was; it goes with 'called', not {verb!r}."),
    "using": (
        ("called", "said", "state"),
        "'using' fills in an argument or a sentence; it goes with 'called' or 'said', not {verb!r}.",
    ),
    "since": (CHANGES, "'since' goes with added, updated or removed, not with {verb!r}."),
}
"""Modifier → the verbs it goes with, and what is said beside another one."""


class WrittenMilestone(Check):
    """What must have happened at one message."""

    model_config = ConfigDict(
        title="Milestone", json_schema_extra={"oneOf": [{"required": [key]} for key in (*VERBS, ALL)]}
    )

    id: Text = ""
    """The name for 'after', 'since' and 'using'; 'milestone_0' and so on by default."""
    because: Text = ""
    """Why it matters; a remark."""
    after: Texts | None = None
    """Which milestones come before; the previous one by default, [] for none."""
    may_change: Tables = None
    """Tables that may change on the way here, or 'all'; every other untouched table must stay as it was."""
    all: Annotated[tuple[Check, ...], Field(min_length=1)] = ()
    """Several checks that must hold at the same message."""

    @property
    def checks(self) -> tuple[Check, ...]:
        """What must hold."""
        return self.all or (self,)

    @model_validator(mode="before")
    @classmethod
    def _with_id(cls, value: Any) -> Any:
        return {"id": value.place.key.replace("s[", "_").rstrip("]"), **value}


class WrittenMinefield(WrittenMilestone):
    """What must never happen."""

    model_config = ConfigDict(title="Minefield")

    sabotage: tuple[Step, ...] | None = None
    """How to trip it; by default the solution up to the first call of the forbidden tool, with these arguments."""

    @model_validator(mode="after")
    def _is_sharp(self) -> Self:
        for position, check in enumerate(self.checks):
            _refuse_likeness(check, *(("all", position) if self.all else ()))
        return self


def _refuse_likeness(check: Check, *path: str | int) -> None:
    """A minefield counts as soon as it matches a little, and texts compared by likeness nearly always do."""
    alike = {"content"} if check.said and not check.facts else set()
    for table, rows in check.rows.items():
        by_likeness = {name for name, way in schema_of(table).similarities.items() if way == "rouge"}
        alike |= {column for row in rows for column in by_likeness & row.keys() if isinstance(row[column], str)}
    for column in sorted(alike - check.match.keys()):
        sentence = (
            f"a minefield must not compare {column!r} by likeness, almost any text is a little alike; "
            "add 'match: contains' or 'match: exact' (or 'match: likeness', if it is meant so)."
        )
        raise problem(sentence, *path)
