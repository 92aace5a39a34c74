"""How an answer, or a text that the agent composed, is compared with what it has to contain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import frozen

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.comparing.columns import CellMeasure, CellSimilarity
from tool_sandbox.evaluation.facts.amounts import Amount
from tool_sandbox.evaluation.facts.deeds import Deed
from tool_sandbox.evaluation.facts.fact import Fact
from tool_sandbox.evaluation.facts.implied import implied_by
from tool_sandbox.evaluation.facts.mentions.mention import EXACT, Tolerance
from tool_sandbox.evaluation.facts.reading import reading_of
from tool_sandbox.evaluation.facts.recognition import fact_from_text
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.verdict import Facts, Verdict

if TYPE_CHECKING:
    from tool_sandbox.evaluation.constraints import Milestone

MOST_READ = 20_000
"""Characters of a text that are read: an endless answer must not hold up the run, and nobody reads on either."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@frozen(cache_hash=True)
class WantedText:
    """What a text has to contain.

    Args:
        sentence: A good text, with placeholders for values that are known only when it is judged; may be empty.
        required: What any good text contains; the values of placeholders are required besides.
        never: What no good text says.
        surroundings: What words are read against.
        tolerance: How far off the values of placeholders may be.
    """

    sentence: str
    required: tuple[Fact, ...]
    never: tuple[Fact, ...]
    surroundings: Surroundings
    tolerance: Tolerance = EXACT

    def facts(self, filled: str) -> Facts:
        """The facts once the placeholders are filled.

        Args:
            filled: The sentence with values in the place of the placeholders.
        """
        return Facts(self._required(filled), self.never, implied_by(filled, self.surroundings))

    def verdict(self, text: str, filled: str) -> Verdict:
        """What a text says of what it has to contain."""
        return self.facts(filled).verdict(text, self.surroundings)

    def similarity(self, text: str, filled: str, *, whole: bool = False) -> float:
        """That of the ``verdict``, without looking further than it takes to know it.

        Args:
            text: What is said.
            filled: As for ``facts``.
            whole: Whether a part of the required facts is worth nothing.
        """
        share = Facts(self._required(filled)).share(text, self.surroundings)
        if not share or (whole and share < 1):
            return 0.0
        return 0.0 if self.facts(filled).contradicted_by(text, self.surroundings) else share

    def _required(self, filled: str) -> tuple[Fact, ...]:
        return (*(self._value(filled, *span) for span in self._values(filled)), *self.required)

    def _value(self, filled: str, start: int, end: int) -> Fact:
        """The fact that a value in a sentence is: the amount it belongs to, with its unit, else its words."""
        reading = reading_of(filled, self.surroundings)
        place = reading.normal.span(start, end)
        amount = next((each for each in reading.mentions if each.span.overlaps(place)), None)
        if amount is not None:
            return Amount(amount, self.tolerance, reading.words_at(amount.span))
        return fact_from_text(filled[start:end], self.surroundings)

    def given_away(self, said: str) -> list[Fact]:
        """The facts that the user's own words contain."""
        reading = reading_of(said, self.surroundings)
        return [fact for fact in self.required if (fact.said_in if isinstance(fact, Deed) else fact.found_in)(reading)]

    def _values(self, filled: str) -> list[tuple[int, int]]:
        names = _PLACEHOLDER.findall(self.sentence)
        if not names:
            return []
        literal = [re.escape(part) for part in _PLACEHOLDER.split(self.sentence)[::2]]
        found = re.fullmatch("(.+?)".join(literal), filled, re.DOTALL)
        return [found.span(number + 1) for number in range(len(names))] if found else []


@frozen
class TextSimilarity(CellMeasure):
    """The share of facts that a text contains; 0 where it contradicts one.

    Args:
        texts: Wanted cell → what it stands for. A cell that is none of them is the only sentence, filled.
        columns: How many columns are compared. A row's similarity is the geometric mean over its columns, so that the
            share raised to their number makes the share that of the row: who said it to whom is a condition, no credit.
        whole: Count nothing unless every fact is there; for minefields.
    """

    costly: ClassVar[bool] = True
    texts: Mapping[str, WantedText]
    columns: int
    whole: bool = False

    def described(self) -> dict[str, Any]:
        """The facts of each text, in plain words."""
        return {
            text: {"facts": [*map(str, wanted.required)], "never": [*map(str, wanted.never)]}
            for text, wanted in self.texts.items()
        }

    def verdict(self, value: str, text: str) -> Verdict:
        """What a text says of what a wanted cell contains."""
        return self._wanted(value).verdict(text, value)

    def cell(self, value: str) -> CellSimilarity:
        """The comparison of single cells with a wanted text."""
        wanted = self._wanted(value)

        @lru_cache(maxsize=256)
        def similarity(cell: Any) -> float:
            if not isinstance(cell, str):
                return 0.0
            return float(wanted.similarity(cell[:MOST_READ], value, whole=self.whole) ** self.columns)

        return similarity

    def _wanted(self, value: str) -> WantedText:
        return self.texts.get(value) or next(iter(self.texts.values()))


def wanted_texts(milestone: Milestone) -> Iterator[WantedText]:
    """What a milestone wants the user to be told."""
    for constraint in milestone.snapshot_constraints:
        measure = (constraint.column_similarity_measure or {}).get("content")
        if constraint.database_namespace == DatabaseNamespace.SANDBOX and isinstance(measure, TextSimilarity):
            yield from measure.texts.values()
