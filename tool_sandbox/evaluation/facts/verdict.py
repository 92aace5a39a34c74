"""All facts of one answer, and what they say about a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import frozen

from tool_sandbox.common.call_text import one_line
from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.surroundings import Surroundings

_QUOTING = re.compile(r"""\w+ (?:'[^']*'|"[^"]*")""")


@frozen(kw_only=True)
class Verdict:
    """What a text says of what it should say.

    Args:
        share: Share of the required facts that were found, between 0 and 1; 1 where nothing is required.
        found: What it does, one predicate for each required fact that it says: "says 18:00", "names Dana Osei".
        missing: What it does not do, likewise: "say 18:00", "name Dana Osei". What it gets wrong is not among it.
        contradictions: Why it is wrong, one short reason each.
    """

    share: float
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """All that is to be said against it: why it is wrong, then what it leaves out."""
        lacks = (f"does not {', nor '.join(map(one_line, self.missing))}",) if self.missing else ()
        return (*self.contradictions, *lacks)

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
        contradictions, explained = _each_once(self._contradictions(reading)), self._explained(reading)
        lacking = (fact for fact in self.required if fact not in found)
        missing = (fact for fact in lacking if fact.contradicted_by(reading, explained) not in contradictions)
        return Verdict(
            share=self._share(len(found)),
            found=tuple(fact.in_words() for fact in found),
            missing=tuple(fact.in_words("") for fact in missing),
            contradictions=contradictions,
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

    def _explained(self, reading: Reading) -> Explained:
        return frozenset().union(*(fact.places(reading) for fact in (*self.required, *self.implied)))

    def _contradictions(self, reading: Reading) -> Iterator[str]:
        facts, explained = (*self.required, *self.implied), self._explained(reading)
        yield from filter(None, (fact.contradicted_by(reading, explained) for fact in facts))
        yield from (f"{fact.in_words()}, which it must not" for fact in self.never if fact.said_in(reading))


def _each_once(reasons: Iterable[str]) -> tuple[str, ...]:
    """The first of the reasons that quote the same words of the answer."""
    kept: dict[str, str] = {}
    for each in reasons:
        quoting = _QUOTING.match(each)
        kept.setdefault(quoting[0] if quoting else each, each)
    return tuple(kept.values())
