"""What an answer has to contain, as written: a plain text, a list of alternatives, or a mapping with one kind."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, PlainValidator, StrictFloat, ValidationInfo, model_validator
from typing_extensions import TypeAliasType

from tool_sandbox.scenarios.language.document import Mapping, Sequence
from tool_sandbox.scenarios.language.fields import OneOrMany, Shown, Text, Texts
from tool_sandbox.scenarios.language.models import FileModel, described, problem
from tool_sandbox.scenarios.language.tolerances import Tolerance


class WrittenFact(FileModel):
    """One thing an answer has to contain, with its kind."""

    model_config = ConfigDict(title="Fact")

    on: Texts = Field((), examples=["location service"])
    """This is on, enabled, running."""
    off: Texts = Field((), examples=["wi-fi"])
    """This is off, disabled, not on."""
    done: Texts = Field((), examples=["sent"])
    """This was done: any verb people use for the deed, or one of these words."""
    not_done: Texts = Field((), examples=["send"])
    """This was not done."""
    cannot: Texts = Field((), examples=[["look up", "search contacts"]])
    """This is beyond the agent: one of these, each a verb or a phrase."""
    asked: Texts = Field((), examples=["which Dana"])
    """The user is asked for this."""
    person: Texts = Field((), examples=["Wanda Ekström"])
    """Somebody, by first name, by full name, or by one of the other words given."""
    location: Texts = Field((), alias="place", examples=["Corner Shop"])
    """A place, by one of these names."""
    phone: Text = Field("", examples=["+12065550139"])
    """A telephone number, in any grouping."""
    number: StrictFloat | None = Field(None, examples=[8.05])
    """A number; 'unit' says of what."""
    money: StrictFloat | None = Field(None, examples=[207.52])
    """An amount of money; 'currency' says which."""
    time: Text = Field("", examples=["18:15"])
    """A time of day."""
    date: Text = Field("", examples=["2026-05-24"])
    """A day: a date, a weekday, or a word such as tomorrow."""
    moment: Text = Field("", alias="at", examples=["tomorrow 17:30"])
    """A point in time, as in 'at' elsewhere: its day and its time of day."""
    duration: Text = Field("", examples=["2 hours"])
    """A length of time, in any unit."""
    words: Texts = Field((), examples=[["sold out", "no tickets left"]])
    """One of these words."""
    unit: Text = Field("", examples=["kilometer"])
    """With 'number': the unit, also met by another that it converts to."""
    currency: Text = Field("", examples=["EUR"])
    """With 'money': the code of the currency."""
    within: Tolerance | None = Field(None, examples=["1%"])
    """With a number, money or duration: how far off it may be."""

    @property
    def kind(self) -> str:
        """The one kind."""
        return next(filter(self.has, KINDS))

    @model_validator(mode="before")
    @classmethod
    def _one_kind(cls, value: Any) -> Any:
        kinds = [kind for kind in KINDS if kind in value]
        if len(kinds) != 1:
            found = f"this one has {' and '.join(kinds)}" if kinds else "this one has none"
            raise problem(f"a fact has exactly one of {', '.join(KINDS)}; {found}.")
        return value

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        for modifier, kinds in _GOES_WITH.items():
            if self.has(modifier) and self.kind not in kinds:
                raise problem(f"{modifier!r} goes with {' or '.join(kinds)}, not with {self.kind!r}.", modifier)
        return self


_GOES_WITH = {
    "unit": ("number",),
    "currency": ("money",),
    "within": ("number", "money", "duration"),
}
"""Modifier → the kinds of fact that it goes with."""
KINDS = tuple(name for name in WrittenFact.known_keys() if name not in _GOES_WITH)


def _fact(value: Any, info: ValidationInfo) -> Fact:
    if isinstance(value, Mapping):
        return WrittenFact.model_validate(value, context=info.context)
    if isinstance(value, Sequence) and value:
        return tuple(_fact(each, info) for each in value)
    if isinstance(value, str) and value.strip():
        return value
    raise problem(
        f"expected a text, a list of alternatives or a mapping such as {{off: wi-fi}}; got {described(value)}."
    )


Fact = WrittenFact | str | tuple[Any, ...]
"""A text, whose kind is recognised; alternatives; or a kind."""
_OneShown = Text | WrittenFact
FactField = TypeAliasType(
    "FactField",
    Annotated[Any, PlainValidator(_fact), Shown(lambda: _OneShown | Annotated[list[_OneShown], Field(min_length=1)])],
)
Facts = OneOrMany[FactField]


class Composed(FileModel):
    """A text that the agent composes, judged by what is in it."""

    facts: Facts = Field(examples=[["ten minutes", "late"]])
    """What any good text contains."""
    never: Facts = ()
    """What none may say."""
    text: Text = ""
    """A good text, for people to read."""

    @model_validator(mode="after")
    def _wants_something(self) -> Self:
        if not self.facts:
            raise problem("without a fact any text would do; name what a good one contains.", "facts")
        return self
