"""What the tables of wordings are made of."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from attrs import field, frozen

from tool_sandbox.evaluation.facts.asking import Asked, Cannot
from tool_sandbox.evaluation.facts.combined import AnyOf
from tool_sandbox.evaluation.facts.deeds import Deed
from tool_sandbox.evaluation.facts.fact import Fact
from tool_sandbox.evaluation.facts.implied import implied_by
from tool_sandbox.evaluation.facts.people import PersonNamed
from tool_sandbox.evaluation.facts.phrases import Words
from tool_sandbox.evaluation.facts.places import PlaceNamed
from tool_sandbox.evaluation.facts.recognition import fact_from_text
from tool_sandbox.evaluation.facts.states.states import State
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.verdict import Facts, Verdict

ROLES = (("Tomás Rivera", "friend"), ("Wanda Ekström", "friend"), ("Priya Raman", "boss"))
DANAS = (("Dana Osei", "plumber"), ("Dana Whitlock", "neighbour"))


def surroundings(*more: tuple[str, str]) -> Surroundings:
    """The shipped base world on its Monday, 2 March 2026, 09:00 in California."""
    known = (*ROLES, *more)
    return Surroundings(
        now=datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("America/Los_Angeles")),
        people=tuple(name for name, _ in known),
        relationships=known,
    )


BASE = surroundings()
TWO_DANAS = surroundings(*DANAS)


@frozen(kw_only=True)
class Wordings:
    """Answers for one entry: the good sentence, right ones in other words, and wrong ones."""

    name: str
    said: str
    facts: tuple[Fact, ...]
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    half: tuple[str, ...] = ()
    never: tuple[Fact, ...] = ()
    world: Surroundings = field(default=BASE)

    def verdict(self, text: str) -> Verdict:
        """The verdict about an answer."""
        return Facts(self.facts, self.never, implied_by(self.said, self.world)).verdict(text, self.world)


def on(subject: str) -> Fact:
    return State(subject, on=True)


def off(subject: str) -> Fact:
    return State(subject, on=False)


def done(*verbs: str) -> Fact:
    return Deed(verbs)


def not_done(*verbs: str) -> Fact:
    return Deed(verbs, done=False)


def words(*phrases: str) -> Fact:
    return Words(phrases)


def person(name: str, *aliases: str) -> Fact:
    return PersonNamed(name, aliases)


def place(*names: str) -> Fact:
    return PlaceNamed(names)


def asked(*phrases: str) -> Fact:
    return Asked(phrases)


def cannot(*phrases: str) -> Fact:
    return Cannot(phrases)


def any_of(*facts: Fact) -> Fact:
    return AnyOf(facts)


def text(value: str, world: Surroundings = BASE) -> Fact:
    return fact_from_text(value, world)
