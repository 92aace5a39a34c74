"""What a fact is: something that an answer says, leaves out, or gets wrong."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from tool_sandbox.evaluation.facts.reading import Reading


class Said(NamedTuple):
    """A place of an answer that speaks of a fact's value, so that no other fact is contradicted by it."""

    kind: str
    start: int
    end: int


Explained = frozenset[Said]
_MOST = 3
"""Alternatives that are shown to people."""


class Fact(ABC):
    """Something that an answer should, or must not, say. Facts are frozen: the same values, the same fact."""

    __slots__ = ()

    def found_in(self, reading: Reading) -> bool:
        """Whether the answer says it, in any words."""
        return self._found(reading)

    def said_in(self, reading: Reading) -> bool:
        """Whether the answer says it in so many words: what counts against an answer. "Done." says nothing here."""
        return self._said(reading)

    def places(self, reading: Reading) -> Explained:
        """Where the answer says it."""
        return self._places(reading)

    def contradicted_by(self, reading: Reading, explained: Explained = frozenset()) -> str | None:
        """Why the answer says something else instead, or None. What is ``explained`` is what other facts mean."""
        return None if self._found(reading) else self._wrong(reading, explained)

    def in_words(self, s: str = "s") -> str:
        """What an answer does that says it, as the end of a sentence: "says that Wi-Fi is off".

        Args:
            s: The ending of its verb; none after "does not".
        """
        return f"say{s} {self}"

    @abstractmethod
    def __str__(self) -> str:
        """The fact in short, the same in every version: digests of scenarios are made of it."""

    @abstractmethod
    def _found(self, reading: Reading) -> bool: ...

    def _said(self, reading: Reading) -> bool:
        return self._found(reading)

    def _places(self, reading: Reading) -> Explained:
        del reading
        return frozenset()

    @abstractmethod
    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        """The reason why an answer that does not say it says something else."""


def any_of_words(phrases: Sequence[str]) -> str:
    """Some of several phrases, in quotes."""
    shown = [f'"{phrase}"' for phrase in phrases[:_MOST]]
    shown += ["the like"] if len(phrases) > _MOST else []
    return " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


class Limit(Fact):
    """What a good answer keeps to: never missing, only broken, such as that nobody else was told."""

    __slots__ = ()

    def contradicted_by(self, reading: Reading, explained: Explained = frozenset()) -> str | None:
        """What breaks it, or None."""
        return self._wrong(reading, explained)

    def _found(self, reading: Reading) -> bool:
        return self.contradicted_by(reading) is None

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        return self._broken(reading)

    @abstractmethod
    def _broken(self, reading: Reading) -> str | None:
        """What breaks it."""
