"""Values that an answer makes up where nothing could be found out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from tool_sandbox.evaluation.facts.asking import admits_inability
from tool_sandbox.evaluation.facts.fact import Explained, Fact, Limit
from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.mentions.mention import Agreement
from tool_sandbox.evaluation.facts.mentions.money import Money
from tool_sandbox.evaluation.facts.mentions.reading import Mention, agreement
from tool_sandbox.evaluation.facts.mentions.units import unit_named
from tool_sandbox.evaluation.facts.reading import Reading

_TIME = unit_named("second").dimension
_IN_GENERAL = re.compile(
    r"\b(?:usually|typical(?:ly)?|commonly|often|generally|on average|for (?:example|instance)|such as|rule of thumb"
    r"|depends|density)\b"
)

_ONE = re.compile(r"(?:an?|one|per) ", re.IGNORECASE)
"""Of what is asked: "how much a liter weighs"."""


@frozen
class NothingInvented(Limit):
    """No sum of money and no measure, except what the user said and what is so in general.

    Args:
        known: The values that the user says and knows.
    """

    known: tuple[Mention, ...]

    def _broken(self, reading: Reading) -> str | None:
        return self._wrong(reading, frozenset())

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        places = {(each.start, each.end) for each in explained if each.kind == "amount"}
        for mention in filter(is_measured, reading.mentions):
            if mention.span in places or self._is_known(mention) or not _is_told(reading, mention):
                continue
            return f"makes up {reading.words_at(mention.span)!r}"
        return None

    def _is_known(self, mention: Mention) -> bool:
        return any(agreement(each, mention) is Agreement.SAME for each in self.known)

    def __str__(self) -> str:
        return "no value made up"


def nothing_invented(good: Reading) -> Iterator[Fact]:
    """That no value is told where a good answer asks back or declines and has none itself."""
    if any(map(is_measured, good.mentions)) or not (good.sentences and good.heard):
        return
    if all(sentence.asks or admits_inability(sentence) for sentence in good.sentences):
        yield NothingInvented(tuple(mention for reading in good.heard for mention in reading.mentions))


def is_measured(mention: Mention) -> bool:
    """Whether a mention is a sum of money or a measure of something but time."""
    if isinstance(mention, Quantity):
        return mention.unit is not None and mention.unit.dimension not in (_TIME, "")
    return isinstance(mention, Money)


def _is_told(reading: Reading, mention: Mention) -> bool:
    """Whether a value is told, not asked for, imagined, or said of what is so in general."""
    clause = reading.clause_at(mention.span.start)
    if clause is None or not clause.asserts:
        return False
    if _ONE.match(reading.words_at(mention.span)):
        return False
    return not _IN_GENERAL.search(reading.sentences[clause.sentence].plain)
