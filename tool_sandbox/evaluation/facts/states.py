"""Facts about what is on or off."""

from __future__ import annotations

from attrs import field, frozen

from tool_sandbox.evaluation.facts.deeds import says_done
from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.settings import subject_of
from tool_sandbox.evaluation.facts.statements import statements_in


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
        return says_done(reading) and not statements_in(reading, self.subject)

    def _said(self, reading: Reading) -> bool:
        found = statements_in(reading, self.subject)
        return any(each.subject == self.subject and each.on is self.on and not each.past for each in found)

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        said = self._now(reading)
        if not said or self._found(reading):
            return None
        return f"says that {self.subject} is {_word(not self.on)}"

    def _now(self, reading: Reading) -> list[bool | None]:
        """What is said about the subject now, else what was, else what is said of "it"."""
        found = statements_in(reading, self.subject)
        own = [each for each in found if each.subject == self.subject]
        present = [each.on for each in own if not each.past]
        if present or own:
            return present or [own[-1].on]
        return [] if self.named else [each.on for each in found if each.subject is None]

    def __str__(self) -> str:
        return f"{self.subject} is {_word(self.on)}"


def _word(on: bool) -> str:
    return "on" if on else "off"
