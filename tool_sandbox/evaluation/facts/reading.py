"""One answer, read once: its sentences, and the amounts, times and numbers that it mentions."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property, lru_cache

from attrs import define

from tool_sandbox.evaluation.facts.clauses import Clause, Sentence, sentences_of
from tool_sandbox.evaluation.facts.mentions.mention import EXACT, Agreement, Span, Tolerance
from tool_sandbox.evaluation.facts.mentions.normalisation import Normalised, normalised
from tool_sandbox.evaluation.facts.mentions.reading import Mention, agreement, mentions_in
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.tokens import tokens_of


@define(eq=False)
class Reading:
    """An answer and what can be seen in it; each part is looked for when it is first needed.

    Args:
        answer: The text as it was written.
        surroundings: The world that it speaks of.
    """

    answer: str
    surroundings: Surroundings

    @cached_property
    def normal(self) -> Normalised:
        """The text without typography."""
        return normalised(self.answer)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences, in order."""
        return _sentences(self.normal.text)

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses of all sentences, in order."""
        return tuple(clause for sentence in self.sentences for clause in sentence.clauses)

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Amounts, money, times, days and phone numbers, in order."""
        return mentions_in(self.normal.text, self.surroundings.now, self.surroundings.country)

    @cached_property
    def heard(self) -> tuple[Reading, ...]:
        """What else it may take up, such as what the user says and knows."""
        return tuple(reading_of(text, self.surroundings) for text in self.surroundings.heard)

    @cached_property
    def written(self) -> tuple[Reading, ...]:
        """The words of what the agent has to write on the way."""
        return tuple(reading_of(text, self.surroundings) for text in self.surroundings.written)

    def saying(self, wanted: Mention, tolerance: Tolerance = EXACT) -> list[Mention]:
        """The mentions of this value."""
        return [each for each in self.mentions if agreement(wanted, each, tolerance) is Agreement.SAME]

    def words_at(self, span: Span) -> str:
        """What the answer says there, as it was written."""
        original = self.normal.original(span)
        return self.answer[original.start : original.end]

    def clause_at(self, place: int) -> Clause | None:
        """The clause that this place of the normalised text belongs to."""
        number = bisect_right(self.clauses, place, key=lambda clause: clause.start)
        return self.clauses[number - 1] if number else None

    def is_wished(self, span: Span) -> bool:
        """Whether what stands there is only asked or imagined."""
        clause = self.clause_at(span.start)
        return clause is not None and not clause.asserts


@lru_cache(maxsize=1 << 12)
def reading_of(answer: str, surroundings: Surroundings) -> Reading:
    """The reading of an answer; the same one for the same words."""
    return Reading(answer, surroundings)


@lru_cache(maxsize=1 << 12)
def _sentences(text: str) -> tuple[Sentence, ...]:
    """The same ones wherever a text is read."""
    return sentences_of(tokens_of(text), len(text))
