"""Facts about what is on or off."""

from __future__ import annotations

import re

from attrs import field, frozen

from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.deeds import says_done
from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.states.settings import spoken, subject_named, subject_of, subject_pattern
from tool_sandbox.evaluation.facts.states.statements import statements_in

_ONLY = re.compile(
    r"^(?:and |with |now )*(?:only|just) (?:the |your )?(?!.*\b(?:off|disabled|deactivated|could|can)\b)"
)

_OFFER = re.compile(r"\b(?:(?:shall|should) i|me to) (?:\w+ )?(?:turn|switch|put)\b")
_EXCEPT = re.compile(
    r"\b(?:everything|all(?: \w+){0,2}) (?:except|but|apart from|besides|other than)(?: for)? (?P<what>.+?)"
    r" (?:is|are|was|were|has been|have been) (?:\w+ )?(?P<state>on|off)\b"
)


@frozen
class State(Fact):
    """A switch, or anything else, that is on or off. "Done." says so too, where no switch is spoken of.

    Args:
        subject: What is on or off; the switches of a phone by any of their names.
        on: Whether it is on.
        named: Only what is said of it by name counts; what is said of "it" may be meant for another.
    """

    subject: str = field(converter=subject_of)
    on: bool
    named: bool = False

    def _found(self, reading: Reading) -> bool:
        if any(on is self.on or on is None for on in self._now(reading)):
            return True
        if not self.on and not self.named and self._is_left_out(reading):
            return True
        return says_done(reading) and not self._speaks_of_another(reading)

    def _speaks_of_another(self, reading: Reading) -> bool:
        """Whether an answer says what is on or off, and nothing about this."""
        if not any(each.on is not None for each in statements_in(reading, self.subject)):
            return False
        named = subject_pattern(self.subject)
        subjects = {subject_named(each.group()) for clause in reading.clauses for each in named.finditer(clause.plain)}
        return self.subject not in subjects or bool(self._now(reading))

    def _is_left_out(self, reading: Reading) -> bool:
        """Whether only something else is on: "Only the location service is still active"."""
        found = statements_in(reading, self.subject)
        others = [each for each in found if each.subject not in (None, self.subject) and each.on and not each.past]
        return bool(others) and len(found) == len(others) and any(_ONLY.search(each.plain) for each in reading.clauses)

    def _said(self, reading: Reading) -> bool:
        found = statements_in(reading, self.subject)
        if _excepted(reading):
            return self._found(reading)
        named = {each.subject for each in found if each.subject is not None}
        meant = (self.subject, None) if not named and _only_heard(reading) == self.subject else (self.subject,)
        return any(each.subject in meant and each.on is self.on and not each.past for each in found)

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        said = self._now(reading)
        if not said and self.named and any(self._is_offered(clause) for clause in reading.clauses):
            return f"asks whether {spoken(self.subject)} should be {_word(self.on)}"
        if not said or self._found(reading):
            return None
        return f"says that {spoken(self.subject)} is {_word(not self.on)}, not {_word(self.on)}"

    def _is_offered(self, clause: Clause) -> bool:
        """Whether it is asked if it should be so: "Should I turn low battery mode on again?"."""
        named = {subject_named(each.group()) for each in subject_pattern(self.subject).finditer(clause.plain)}
        offers = clause.asks and _OFFER.search(clause.plain) and re.search(rf"\b{_word(self.on)}\b", clause.plain)
        return bool(offers) and self.subject in named

    def _now(self, reading: Reading) -> list[bool | None]:
        """What is said about the subject now, else what was, else what is said of "it"."""
        found = statements_in(reading, self.subject)
        excepted = _excepted(reading)
        if excepted:
            return [excepted[1] is not (self.subject in excepted[0])]
        own = [each for each in found if each.subject == self.subject]
        present = [each.on for each in own if not each.past]
        if present or own:
            return present or [own[-1].on]
        of_it = [] if self.named else [each for each in found if each.subject is None]
        return [each.on for each in of_it if not each.past] or [each.on for each in of_it]

    def in_words(self, s: str = "s") -> str:
        """That it is so."""
        return f"say{s} that {spoken(self.subject)} is {_word(self.on)}"

    def __str__(self) -> str:
        return f"{self.subject} is {_word(self.on)}"


def _only_heard(reading: Reading) -> str | None:
    """The only switch that the user speaks of: what "it" is."""
    clauses = (clause for text in reading.heard for clause in text.clauses)
    heard = {subject_named(match.group()) for each in clauses for match in subject_pattern().finditer(each.plain)}
    return heard.pop() if len(heard) == 1 else None


def _excepted(reading: Reading) -> tuple[frozenset[str], bool] | None:
    """What an answer excepts from what it says of everything: "Everything but the location service is off"."""
    for sentence in reading.sentences:
        match = _EXCEPT.search(sentence.plain)
        named = frozenset(
            subject_named(each.group()) for each in subject_pattern().finditer(match["what"] if match else "")
        )
        if match and named:
            return named, match["state"] == "on"
    return None


def _word(on: bool) -> str:
    return "on" if on else "off"
