"""All facts of one answer, and what they say about a text."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.surroundings import Surroundings


@frozen(kw_only=True)
class Verdict:
    """What a text says of what it should say.

    Args:
        share: Share of the required facts that were found, between 0 and 1; 1 where nothing is required.
        found: The required facts that it says, in plain words.
        missing: Those that it leaves out.
        contradictions: Why it is wrong, one short reason each.
    """

    share: float
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()

    @property
    def similarity(self) -> float:
        """The share, 0 where the text says something wrong."""
        return 0.0 if self.contradictions else self.share


@frozen
class Facts:
    """What a good answer says, and what it must not say.

    Args:
        required: Each of them is an equal share of the answer.
        never: None of them may be said.
        implied: They may be left out, but nothing else may be said in their place.
    """

    required: tuple[Fact, ...]
    never: tuple[Fact, ...] = ()
    implied: tuple[Fact, ...] = ()

    def verdict(self, text: str, surroundings: Surroundings) -> Verdict:
        """What a text says of these facts."""
        reading = reading_of(text, surroundings)
        found = tuple(fact for fact in self.required if fact.found_in(reading))
        missing = tuple(fact for fact in self.required if fact not in found)
        return Verdict(
            share=self._share(len(found)),
            found=tuple(map(str, found)),
            missing=tuple(map(str, missing)),
            contradictions=tuple(dict.fromkeys(self._contradictions(reading))),
        )

    def share(self, text: str, surroundings: Surroundings) -> float:
        """That of the verdict, by itself."""
        reading = reading_of(text, surroundings)
        return self._share(sum(fact.found_in(reading) for fact in self.required))

    def contradicted_by(self, text: str, surroundings: Surroundings) -> bool:
        """Whether the verdict has contradictions, without looking for more than one."""
        return any(self._contradictions(reading_of(text, surroundings)))

    def _share(self, found: int) -> float:
        return found / len(self.required) if self.required else 1.0

    def _contradictions(self, reading: Reading) -> Iterator[str]:
        facts = (*self.required, *self.implied)
        explained: Explained = frozenset().union(*(fact.places(reading) for fact in facts))
        yield from filter(None, (fact.contradicted_by(reading, explained) for fact in facts))
        yield from (f"says what it must not: {fact}" for fact in self.never if fact.said_in(reading))
