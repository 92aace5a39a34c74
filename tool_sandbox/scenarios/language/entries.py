"""What a scenario file can say: the words of the vocabulary and the frozen models behind them.

A scenario is a world, a user, milestones and a solution. A milestone or minefield is one check; a check is one verb::

    called     a tool was called and it succeeded       {tool: {argument: value}}; a list means any of these
    requested  a tool was asked for, successful or not  tool name
    said       the agent told the user                  text
    state      a table looks like this                  {table: {column: value}} or a list of rows
    added      rows came to a table                     {table: row or rows}
    updated    rows of a table changed to this          {table: row or rows}
    removed    rows went from a table                   {table: row or rows}

and its modifiers::

    within      tolerance per argument or column: a number, a duration such as ``5 minutes``, or ``any``
    match       how a column is compared: exact, similar, contains, any
    using       a value out of the result that an earlier milestone saw: {from: milestone, take: {argument: path}};
                with ``state`` of the log also ``fill``, the column it goes into
    since       what ``added``, ``updated`` and ``removed`` compare with: a milestone, or ``start`` (the default)
    after       which milestones come before; the previous one by default, ``[]`` for none
    may_change  tables that may change on the way here, or ``all``; every other untouched table must stay as it was
    all         several checks that must hold at the same message

Edges: when every node says ``after: []``, they may be reached in any order.

``log``, in a world or a scenario, lists messages row by row, for worlds that were written in Python and for anybody who
wants another instruction: in a world they replace the usual instruction and example, in a scenario what ``user`` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Factory, frozen

from tool_sandbox.scenarios.language.document import Place

TABLE_VERBS = ("state", "added", "updated", "removed")
VERBS = ("called", "requested", "said", *TABLE_VERBS)
CHECK_MODIFIERS = ("within", "match", "using", "since")
CHECK_KEYS = (*VERBS, *CHECK_MODIFIERS)
MILESTONE_KEYS = ("id", "because", "after", "may_change", "all", *CHECK_KEYS)
MINEFIELD_KEYS = (*MILESTONE_KEYS, "sabotage")
USER_KEYS = ("knows", "says", "replies", "examples")
ENTRY_KEYS = (
    "name",
    "description",
    "world",
    "categories",
    "tags",
    "user",
    "log",
    "tools",
    "without",
    "milestones",
    "minefields",
    "solution",
    "nop_floor",
    "max_messages",
    "variants",
)
VARIANT_KEYS = tuple(key for key in ENTRY_KEYS if key != "variants")
USING_KEYS = ("from", "take", "extractor", "fill")
FILLED = ("content", "tool_trace")
MATCHES = ("exact", "similar", "contains", "any")
EXTRACTORS = (
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
)
START = "start"
ALL = "all"


@frozen
class Call:
    """One tool call as written: in a check, in a solution."""

    tool: str
    arguments: Mapping[str, Any]
    place: Place


@frozen
class Using:
    """A value taken from what another milestone saw."""

    milestone: str
    take: Mapping[str, str] = Factory(dict)
    """Argument or placeholder name → dotted path into the tool's result; the empty path is the result itself."""
    extractor: str | None = None
    """Name of a ready-made extractor, instead of ``take``."""
    fill: str | None = None
    """For ``state``: the column of the log that values are filled into."""


@frozen(kw_only=True)
class Check:
    """One verb with what it looks at and how."""

    verb: str
    calls: tuple[Call, ...] = ()
    """For ``called``: the acceptable calls."""
    text: str = ""
    """For ``said`` the sentence, for ``requested`` the tool."""
    rows: Mapping[str, tuple[Mapping[str, Any], ...]] = Factory(dict)
    """For the table verbs: upper-case table name to rows."""
    match: Mapping[str, str] = Factory(dict)
    within: Mapping[str, float] = Factory(dict)
    using: Using | None = None
    since: str | None = None
    place: Place


@frozen(kw_only=True)
class Milestone:
    """Checks that must hold at one message."""

    id: str
    checks: tuple[Check, ...]
    after: tuple[str, ...] | None = None
    """``None`` means the previous milestone."""
    may_change: tuple[str, ...] | None = None
    """Upper-case table names; ``None`` is what the kind of node has by default."""
    because: str = ""
    sabotage: tuple[SolutionStep, ...] | None = None
    """For a minefield: how to trip it; ``None`` derives it from the check and the solution."""
    place: Place


@frozen
class ToolCalls:
    """A step of the agent: calls that go out together."""

    calls: tuple[Call, ...]


@frozen
class Say:
    """A step of the agent: words for the user."""

    text: str


SolutionStep = ToolCalls | Say


@frozen(kw_only=True)
class User:
    """The simulated user's part."""

    knows: str = ""
    """Who the user is, what it wants and what it may give away."""
    says: str = ""
    """The opening message."""
    replies: tuple[str, ...] = ()
    """What a scripted user answers, one line per time the agent speaks, except the last."""
    examples: tuple[str, ...] = ()
    """Further few-shot conversations shown to the simulator, by name."""


@frozen(kw_only=True)
class Entry:
    """One scenario as written in a file, with nothing left out."""

    name: str
    description: str = ""
    world: str = "base"
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    user: User
    log: tuple[Mapping[str, Any], ...] | None = None
    """Rows that open the conversation in place of what ``user`` says; ``None`` when ``user`` does."""
    tools: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    minefields: tuple[Milestone, ...] = ()
    solution: tuple[SolutionStep, ...] = ()
    nop_floor: float | None = None
    max_messages: int = 30
    place: Place
