"""What a good answer says of its switches by the way: that it speaks of these, and that something was changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from tool_sandbox.evaluation.facts.deeds import says_done
from tool_sandbox.evaluation.facts.fact import Fact, Limit
from tool_sandbox.evaluation.facts.failures import was_so_already
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.states.settings import subject_named, subject_pattern
from tool_sandbox.evaluation.facts.states.statements import statements_in

_ORDER = re.compile(r"\b(?:turn|switch|cut|kill|shut|disable|enable|put|activate|deactivate|get|take|off|on)\b")


@frozen
class TheseSwitches(Limit):
    """Switches of a good answer: another one is not said to be so in their place.

    Args:
        states: Each switch and whether it is on.
        known: Further switches that may be spoken of.
        changed: Whether one of them was switched, so that it was not so before.
    """

    states: frozenset[tuple[str, bool]]
    known: frozenset[str]
    changed: bool

    def _broken(self, reading: Reading) -> str | None:
        said = statements_in(reading)
        own = {subject for subject, _ in self.states}
        named = {subject_named(each.group()) for clause in reading.clauses for each in _switches(clause.plain)}
        for each in said if not named & own and not says_done(reading) else ():
            if each.subject is not None and each.subject not in self.known and (own, each.on) in self._alike():
                return f"says it of {each.subject}"
        return "says that it was so already" if self.changed and was_so_already(reading) else None

    def _alike(self) -> list[tuple[set[str], bool]]:
        own = {subject for subject, _ in self.states}
        return [(own, on) for _, on in self.states]

    def __str__(self) -> str:
        return f"speaks of {' and '.join(sorted(subject for subject, _ in self.states))}"


def _switches(plain: str) -> Iterator[re.Match[str]]:
    return subject_pattern().finditer(plain)


def these_switches(good: Reading) -> Iterator[Fact]:
    """The switches that a good answer says are on or off."""
    said = [each for each in statements_in(good) if each.subject is not None and each.on is not None and not each.past]
    states = frozenset((each.subject, each.on) for each in said if each.subject and each.on is not None)
    if states:
        clauses = [clause.plain for reading in (good, *good.heard) for clause in reading.clauses]
        known = frozenset(subject_named(each.group()) for plain in clauses for each in _switches(plain))
        yield TheseSwitches(states, known, changed=_is_ordered(good))


def _is_ordered(good: Reading) -> bool:
    """Whether a switch was to be changed: the good answer says what is so now, or its user asks for it."""
    if any("now" in clause.words for clause in good.clauses):
        return True
    ordered = (clause for reading in good.heard for clause in reading.clauses if not (clause.asks or clause.denies))
    return any(_ORDER.search(clause.plain) and subject_pattern().search(clause.plain) for clause in ordered)
