"""From facts as written to what the evaluation looks for in a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from attrs import evolve, frozen

from tool_sandbox.clock import Clock
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.comparing.answers import WantedText
from tool_sandbox.evaluation.facts.amounts import Amount
from tool_sandbox.evaluation.facts.asking import Asked, Cannot
from tool_sandbox.evaluation.facts.combined import AnyOf
from tool_sandbox.evaluation.facts.deeds import Deed
from tool_sandbox.evaluation.facts.fact import Fact
from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.mentions.mention import EXACT, Tolerance
from tool_sandbox.evaluation.facts.mentions.money import Money
from tool_sandbox.evaluation.facts.mentions.phones import Phone
from tool_sandbox.evaluation.facts.people import PersonNamed
from tool_sandbox.evaluation.facts.phrases import Words
from tool_sandbox.evaluation.facts.places import PlaceNamed
from tool_sandbox.evaluation.facts.recognition import fact_from_text, moment
from tool_sandbox.evaluation.facts.states.states import State
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.scenarios.compiling.values import Values
from tool_sandbox.scenarios.language import facts as spec
from tool_sandbox.scenarios.language.document import Place
from tool_sandbox.scenarios.language.moments import duration
from tool_sandbox.scenarios.language.moments import moment as instant
from tool_sandbox.scenarios.language.tolerances import Share
from tool_sandbox.scenarios.language.worlds import World


@frozen
class FactCompiler:
    """Compiles facts.

    Args:
        values: Whose world they speak of.
    """

    values: Values

    def text(
        self, sentence: str, facts: Iterable[Any], never: Iterable[Any], place: Place, tolerance: Tolerance = EXACT
    ) -> WantedText:
        """What a text has to contain.

        Args:
            sentence: A good text, perhaps with placeholders.
            facts: What any good one contains, as written.
            never: What none may say, as written.
            place: Where that is written.
            tolerance: How far off a value may be that is filled in.

        Raises:
            ScenarioError: One of them cannot be read.
        """
        written = tuple(facts)
        values = self.values
        return WantedText(
            sentence,
            tuple(self._fact(each, place) for each in written),
            tuple(self._fact(each, place) for each in never),
            evolve(
                surroundings_of(values.world),
                heard=(*values.heard, *_words_in(written)),
                written=values.written,
                tools=values.tools,
            ),
            tolerance,
        )

    def _fact(self, written: spec.Fact, place: Place) -> Fact:
        if isinstance(written, tuple):
            return AnyOf(tuple(self._fact(each, place) for each in written))
        where = written.place if isinstance(written, spec.WrittenFact) else place
        try:
            return self._recognised(written) if isinstance(written, str) else _OF_KIND[written.kind](self, written)
        except ValueError as error:
            raise where.error(str(error)) from error

    def _recognised(self, text: str) -> Fact:
        return fact_from_text(text, surroundings_of(self.values.world))

    def _amount(self, wanted: Any, written: spec.WrittenFact, said: str) -> Fact:
        return Amount(wanted, tolerance_of(written.within), said)

    def _when(self, written: spec.WrittenFact) -> Fact:
        clock = self.values.world.clock
        return moment(datetime.fromtimestamp(instant(written.moment, clock), clock.tzinfo()))

    def _spoken(self, written: spec.WrittenFact) -> Fact:
        """A time or a day, written as people say it."""
        text = written.time or written.date
        found = self._recognised(text)
        if isinstance(found, Amount):
            return found
        raise ValueError(f"{text!r} is not a {written.kind}; write it like '18:15', or '2026-05-24' or 'friday'.")


def _words_in(written: Any) -> Iterator[str]:
    """Every text that facts are written with."""
    if isinstance(written, str):
        yield written
    elif isinstance(written, tuple):
        for each in written:
            yield from _words_in(each)
    elif isinstance(written, spec.WrittenFact):
        yield from _words_in(
            (*written.words, *written.person, *written.location, *written.asked, *written.cannot, *written.done)
        )


def _switches(written: Iterable[str], *, on: bool) -> Fact:
    return _either([State(subject, on) for subject in written])


def _either(facts: list[Fact]) -> Fact:
    return facts[0] if len(facts) == 1 else AnyOf(tuple(facts))


_OF_KIND: Mapping[str, Callable[[FactCompiler, spec.WrittenFact], Fact]] = {
    "on": lambda _, fact: _switches(fact.on, on=True),
    "off": lambda _, fact: _switches(fact.off, on=False),
    "done": lambda _, fact: Deed(fact.done),
    "not_done": lambda _, fact: Deed(fact.not_done, done=False),
    "cannot": lambda _, fact: Cannot(fact.cannot),
    "asked": lambda _, fact: Asked(fact.asked),
    "person": lambda _, fact: PersonNamed(fact.person[0], fact.person[1:]),
    "place": lambda _, fact: PlaceNamed(fact.location),
    "words": lambda _, fact: Words(fact.words),
    "phone": lambda self, fact: self._amount(Phone.of(fact.phone), fact, fact.phone),
    "number": lambda self, fact: self._amount(
        Quantity.of(fact.number or 0, fact.unit or None), fact, f"{fact.number:g} {fact.unit}".strip()
    ),
    "money": lambda self, fact: self._amount(
        Money.of(fact.money or 0, fact.currency), fact, f"{fact.money:g} {fact.currency}".strip()
    ),
    "duration": lambda self, fact: self._amount(Quantity.of(duration(fact.duration), "second"), fact, fact.duration),
    "time": FactCompiler._spoken,  # noqa: SLF001 -- its own
    "date": FactCompiler._spoken,  # noqa: SLF001
    "at": FactCompiler._when,  # noqa: SLF001
}
"""Kind of fact → what is looked for."""


def tolerance_of(written: Any) -> Tolerance:
    """A tolerance as written; none at all where nothing is."""
    if written is None:
        return EXACT
    amount = Decimal(str(float(written)))
    return Tolerance(relative=amount) if isinstance(written, Share) else Tolerance(absolute=amount)


def surroundings_of(world: World) -> Surroundings:
    """What words are read against in a world: its clock, whom its user knows, and the country of its phone."""
    contacts = world.tables.get(DatabaseNamespace.CONTACT, ())
    others = tuple((row["name"], row.get("relationship")) for row in contacts if not row.get("is_self"))
    own = next((row.get("phone_number") for row in contacts if row.get("is_self")), None)
    return _surroundings(world.clock, others, own if own and own.startswith("+") else "US")


@lru_cache(maxsize=256)
def _surroundings(clock: Clock, people: tuple[tuple[str, str | None], ...], country: str) -> Surroundings:
    return Surroundings(
        now=datetime.fromtimestamp(clock.instant, clock.tzinfo()),
        people=tuple(name for name, _ in people),
        relationships=tuple((name, relationship) for name, relationship in people if relationship),
        country=country,
    )
