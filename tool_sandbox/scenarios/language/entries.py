"""What a scenario file can say: the words of the vocabulary, each a field whose docstring tells editors what it means.

A scenario is a world, a user, milestones and a solution. What its milestones can say stands in ``checks``, what its
solution can in ``calls``, what a row can in ``cells``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    PrivateAttr,
    StrictBool,
    StrictFloat,
    StrictInt,
    ValidationInfo,
    model_validator,
)

from tool_sandbox.common.script import WrongWording
from tool_sandbox.common.vocabulary import RoleType, ScenarioCategories
from tool_sandbox.common.world.schemas import INITIAL_SETTING
from tool_sandbox.scenarios.language.calls import Step, ToolName
from tool_sandbox.scenarios.language.cells import Rows
from tool_sandbox.scenarios.language.checks import Check, WrittenMilestone, WrittenMinefield
from tool_sandbox.scenarios.language.fields import OneOrMany, Shown, Text, Texts, one_of
from tool_sandbox.scenarios.language.models import NAME, FileModel, described, problem
from tool_sandbox.scenarios.language.moments import moment
from tool_sandbox.scenarios.language.troubles import TroublesOfTools
from tool_sandbox.scenarios.seeding.variation import groups
from tool_sandbox.scenarios.user_simulator_few_shot_examples import named_user_simulator_few_shot_examples

_CATEGORIES = tuple(category.value.lower() for category in ScenarioCategories)
_OF_USER = ("knows", "says")
_TWO = 2


class User(FileModel):
    """The simulated user's part."""

    knows: Text = ""
    """Who the user is, what it wants and what it may give away."""
    says: Text = ""
    """The opening message."""
    replies: Texts = ()
    """What a scripted user answers: one line for each 'say' of the solution before its last words."""
    manner: Literal["terse", "chatty", "unsure", "dictating"] | None = None
    """How the simulated user writes, in place of the usual way: one or two short, casual sentences."""
    examples: OneOrMany[
        Annotated[Text, one_of("examples"), Shown(lambda: Literal[tuple(named_user_simulator_few_shot_examples())])]
    ] = ()
    """Further few-shot conversations shown to the simulator, by name."""


class LogRow(FileModel):
    """A message that stands in the log before anybody plays."""

    takes_nothing = True

    sender: RoleType
    """Who sends it."""
    recipient: RoleType
    """Who gets it."""
    content: str
    """What it says."""
    openai_tool_call_id: str | None = None
    openai_function_name: str | None = None
    conversation_active: bool | None = None
    tool_call_exception: str | None = None
    tool_trace: Any = None
    visible_to: tuple[RoleType, ...] | None = None
    """Who sees it, in place of its sender and recipient."""


class Wrong(FileModel):
    """A wrong answer of which a part is right."""

    says: Text
    """The answer."""
    at_most: Annotated[StrictFloat, Field(ge=0, le=1)] = 0.5
    """What it may score."""


def _wrong(value: Any, info: ValidationInfo) -> WrongWording:
    if isinstance(value, str) and value.strip():
        return WrongWording(value)
    half = Wrong.model_validate(value, context=info.context)
    return WrongWording(half.says, half.at_most)


def _solutions(value: Any) -> Any:
    """One solution for a list of one; an empty list is none."""
    is_one = isinstance(value, list) and value and not any(isinstance(each, list) for each in value)
    return [value] if is_one else value


class Wordings(FileModel):
    """Other answers in place of the last one of the solution; 'check' plays them all."""

    right: Texts = ()
    """As good as the solution's own words: they score 1."""
    wrong: OneOrMany[Annotated[WrongWording, PlainValidator(_wrong), Shown(lambda: Text | Wrong)]] = ()
    """Wrong answers: they score 0, or at most what 'at_most' says."""


_Solutions = Annotated[
    tuple[tuple[Step, ...], ...],
    BeforeValidator(_solutions),
    Shown(lambda: tuple[Step, ...] | tuple[tuple[Step, ...], ...]),
]


_Forms = tuple[Annotated[tuple[Text | StrictFloat, ...], Field(min_length=1)], ...]
Variation = _Forms | tuple[_Forms, ...]


def _variation(value: Any) -> Any:
    """The groups of forms, each of them a list of at least two lists of one length."""
    if not isinstance(value, list):
        raise problem(f"expected a list of lists of forms; got {described(value)}.")
    for group in groups(value):
        if len({len(forms) for forms in group}) != 1 or len(group) < _TWO:
            raise problem("expected what stands here and, in lists as long, at least one way to say something else.")
    return tuple(value)


class Variant(FileModel):
    """An entry with some keys replaced; of 'user' only those that are given."""

    name: str = Field(pattern=NAME)
    """Letters, digits and underscores: it names a folder, too."""
    description: Text = ""
    """A line for people."""
    world: Annotated[Text, one_of("worlds")] = Field("base", examples=["base", "cellular_off"])
    """Where it starts."""
    categories: OneOrMany[Annotated[str, one_of(_CATEGORIES), Shown(lambda: Literal[_CATEGORIES])]] = ()
    """What it tests."""
    tags: Texts = ()
    """Free words for --tag."""
    user: User = Field(default_factory=User.model_construct)
    """What the simulated user knows and says."""
    log: tuple[LogRow, ...] | None = None
    """Messages row by row that open the conversation, in place of what 'user' says."""
    tools: OneOrMany[ToolName] = ()
    """Tools on offer, beside those that distract; by default those that the solution calls."""
    without: OneOrMany[ToolName] = ()
    """Tools that are never offered, not even as distraction."""
    trouble: TroublesOfTools = Field({}, examples=[{"search_contacts": ["fail once"]}])
    """What goes wrong with the agent's calls of a tool, one thing after the other."""
    milestones: tuple[WrittenMilestone, ...] = ()
    """What must have happened."""
    minefields: tuple[WrittenMinefield, ...] = ()
    """What must never happen."""
    solution: tuple[Step, ...] = ()
    """What a perfect agent does; without a 'say' at its end, it ends with the sentence of the last 'said'."""
    also: _Solutions = ()
    """Another way to do it as well, or several."""
    wordings: Wordings = Field(default_factory=Wordings.model_construct)
    """Other answers, right and wrong, which prove the facts."""
    vary: Annotated[tuple[Any, ...], BeforeValidator(_variation), Shown(lambda: Variation)] = Field(
        (), examples=[[["seven", "7:00"], ["eight", "8:00"]]]
    )
    """What may stand in other worlds: lists of parallel forms, first of what stands here; or several such groups."""
    pinned: dict[str, Text] = Field({}, examples=[{"dates": "Thanksgiving has a day of its own."}])
    """What stays as it is in other worlds, and why: words, or 'dates', or 'found' for what search tools find."""
    outcome: tuple[Check, ...] | None = None
    """What counts in the end, whatever led there; by default the milestones' tables and the last 'said'."""
    scoring: Literal["facts", "original"] = "facts"
    """'original' counts each milestone by itself, as scenarios in Python are judged."""
    nop_floor: Annotated[StrictFloat, Field(ge=0, le=1)] | None = None
    """What doing nothing may score; by default the share of milestones that any answer meets."""
    max_messages: Annotated[StrictInt, Field(ge=1)] = 30
    """Where the conversation is cut."""


class Entry(Variant):
    """One scenario."""

    model_config = ConfigDict(
        title="Scenario",
        json_schema_extra={
            "anyOf": [{"required": ["user"], "properties": {"user": {"required": [*_OF_USER]}}}, {"required": ["log"]}]
        },
    )

    variants: tuple[Variant, ...] = ()
    """The same with other words: each replaces some keys, and of 'user' only those that are given."""
    _beside: Beside | None = PrivateAttr(None)

    @property
    def is_proved_beside(self) -> bool:
        """Whether a file beside its own has to be read to know its proofs."""
        return self._beside is not None

    def proofs(self) -> Mapping[str, Entry | WrittenProofs]:
        """For 'also' and for 'wordings' where they stand: in the entry itself or in the file beside.

        Raises:
            ScenarioError: That file is not written as it should be, or proves what the entry proves itself.
        """
        own: dict[str, Entry | WrittenProofs] = dict.fromkeys(PROOFS, self)
        return own if self._beside is None else {**own, **self._beside(self)}

    def prove_by(self, beside: Beside) -> None:
        """Look for proofs in the file beside, too, when somebody asks for them."""
        self._beside = beside

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.log is None and not self.has("user"):
            raise problem("the key 'user' is missing; it needs at least knows and says.")
        for key in _OF_USER:
            if self.log is None and not getattr(self.user, key):
                raise problem(f"the key {key!r} is missing.", "user")
        return self


PROOFS = ("also", "wordings")
"""What may stand in the file beside instead of in an entry."""


class WrittenProofs(FileModel):
    """What proves one scenario, in the file beside it."""

    model_config = ConfigDict(
        title="Proofs", json_schema_extra={"anyOf": [{"required": ["also"]}, {"required": ["wordings"]}]}
    )

    name: str = Field(pattern=NAME)
    """The scenario, or the variant, that it proves."""
    also: _Solutions = ()
    """Another way to do it as well, or several."""
    wordings: Wordings = Field(default_factory=Wordings.model_construct)
    """Other answers, right and wrong, which prove the facts."""

    @model_validator(mode="after")
    def _proves(self) -> Self:
        if not (self.has("also") or self.has("wordings")):
            raise problem("expected 'also', 'wordings' or both; got neither.")
        return self


Beside = Callable[[Entry], Mapping[str, WrittenProofs]]
"""Gives, by key, the proofs of an entry that stand in the file beside."""
Moment = Annotated[
    Text, AfterValidator(lambda text, info: moment(text, info.context)), Field(examples=["now - 2 hours"])
]
"""A point in time, of which reading makes seconds; the context is the world's clock."""


class Person(FileModel):
    """Somebody in the address book."""

    name: Text
    """The whole name."""
    phone_number: Text = Field(examples=["+12065550100"])
    """With a plus and the country's code, in quotes."""
    relationship: Text | None = None
    """What the person is to the owner of the phone."""
    is_self: StrictBool = False
    """Whether this is the owner of the phone."""


class Message(FileModel):
    """A text message that was sent before."""

    sender: Text = Field(alias="from")
    """Short name of a person, or a number."""
    recipient: Text = Field(alias="to")
    """Short name of a person, or a number."""
    content: Text
    """What it says."""
    creation_timestamp: Moment = Field(alias="sent")
    """When: a point in time, such as yesterday 18:30."""


class Reminder(FileModel):
    """A reminder that stands there already."""

    content: Text
    """What it reminds of."""
    creation_timestamp: Moment = Field(alias="created")
    """When it was written down: a point in time."""
    reminder_timestamp: Moment = Field(alias="due")
    """When it reminds: a point in time."""
    latitude: StrictFloat | None = None
    """Degrees, where it reminds."""
    longitude: StrictFloat | None = None
    """Degrees, where it reminds."""


class Settings(FileModel):
    """The settings of the phone; whatever is not given is as it is on a new one."""

    device_id: Text = INITIAL_SETTING["device_id"]
    cellular: StrictBool = INITIAL_SETTING["cellular"]
    wifi: StrictBool = INITIAL_SETTING["wifi"]
    location_service: StrictBool = INITIAL_SETTING["location_service"]
    low_battery_mode: StrictBool = INITIAL_SETTING["low_battery_mode"]
    latitude: StrictFloat = INITIAL_SETTING["latitude"]
    longitude: StrictFloat = INITIAL_SETTING["longitude"]


class WorldTime(FileModel):
    """What time it is in a world."""

    now: Text = Field(examples=["2026-06-15 08:00"])
    """The date and time at which its clock stands."""
    zone: Text = Field("UTC", examples=["Europe/Stockholm"])
    """The time zone of its clock."""


class WrittenWorld(WorldTime):
    """Whose phone it is, what is on it, and what time it is."""

    model_config = ConfigDict(
        title="World", json_schema_extra={"required": [], "anyOf": [{"required": ["now"]}, {"required": ["like"]}]}
    )

    like: Text | None = Field(None, examples=["base"])
    """A world above, from which everything is taken over that is not said here."""
    city: Text | None = Field(None, alias="place", examples=["Lisbon", "Portland, Oregon"])
    """The city the phone is in: its coordinates, and its time zone unless 'zone' is given."""
    people: dict[str, Person | None] = Field({})
    """Short name to person; nothing takes one out that the world it is like has."""
    messages: dict[str, Message | None] = Field({})
    """Short name to message; nothing takes one out."""
    reminders: dict[str, Reminder | None] = Field({})
    """Short name to reminder; nothing takes one out."""
    settings: Settings = Field(default_factory=Settings.model_construct)
    """What differs from a new phone."""
    tables: Rows = Field({})
    """Rows of your own tables."""
    vary: Annotated[tuple[Any, ...], BeforeValidator(_variation), Shown(lambda: Variation)] = ()
    """As in a scenario; it holds for every scenario that starts here."""
    pinned: dict[str, Text] = Field({}, examples=[{"Corner Shop": "It is no person."}])
    """Names that stay in other worlds, and why."""
    log: tuple[LogRow, ...] | None = None
    """Messages that stand in the log, in place of the usual instruction and example."""
