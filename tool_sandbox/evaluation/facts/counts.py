"""How many of something there are, as far as a good answer says so: "two overdue reminders"."""

from __future__ import annotations

import re
from itertools import takewhile

from attrs import frozen

from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.phrases import root
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.tokens import words_of

_END = frozenset(
    {"a", "an", "the", "your", "my", "of", "in", "on", "at", "for", "with", "that", "this", "there", "and", "or",
     "but", "to", "from", "about", "is", "are", "was", "were", "have", "has", "left", "named", "called", "who",
     "which", "i", "you", "it", "they", "as", "until", "by", "so"}
)  # fmt: skip
_LONGEST, _FURTHEST = 3, 60
"""Words that are looked at, and characters among which they are looked for."""
_REST = re.compile(r"\b(?:remain(?:s|ing|ed)?|left|still|other|kept|stays?|upcoming|future|untouched|unaffected)\b")

_OF_YOURS = re.compile(r"^ of (?:the|your|my|these|those)\b", re.IGNORECASE)
_ONLY_ONE = re.compile(
    r"\bthere (?:is|was) (?:only|just|but) (?:a single )?(?:one)?\b|\b(?:only|just) one (?:was|is)\b"
    r"|\b(?:only|just) \w+ed (?:the (?:\w+ )?(?:one|reminder|contact|message|entry)|one)\b"
)
_SINGLE = re.compile(r"\b(?:the|your) (?:one|only|single) (?P<things>\w+(?: \w+){0,2})")


def counted_at(reading: Reading, end: int) -> tuple[str, ...]:
    """The roots of the words behind a number, up to the first small word: what is counted, last the noun."""
    line = re.split(r"[.,;:()!?\n]", reading.normal.text[end : end + _FURTHEST], maxsplit=1)[0]
    line = _OF_YOURS.sub("", line)
    roots: list[str] = []
    for word in words_of(line)[:_LONGEST]:
        if word in _END:
            break
        roots.append(root(word))
    return tuple(roots)


@frozen
class Count(Fact):
    """A number of things. Another number of the same things contradicts it; one of other things doesn't.

    Args:
        wanted: The number.
        things: Roots of the words for what is counted, last the noun.
    """

    wanted: Quantity
    things: tuple[str, ...]

    def _found(self, reading: Reading) -> bool:
        return bool(reading.saying(self.wanted))

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        for mention in reading.mentions:
            if not isinstance(mention, Quantity) or mention.unit is not None or reading.is_wished(mention.span):
                continue
            if self._counts_the_same(counted_at(reading, mention.span.end)) and not _of_the_rest(reading, mention):
                return f"says that there are {reading.words_at(mention.span)!r}, not {self.wanted.value}"
        return (
            f"says that there is one, not {self.wanted.value}"
            if self.wanted.value != 1 and self._single_in(reading)
            else None
        )

    def _single_in(self, reading: Reading) -> bool:
        """Whether there is but one of them: "the one overdue reminder"."""
        for clause in reading.clauses:
            if _ONLY_ONE.search(clause.plain) and not _REST.search(clause.plain):
                return True
            for match in _SINGLE.finditer(clause.plain):
                roots = tuple(root(word) for word in takewhile(lambda word: word not in _END, match["things"].split()))
                if roots and not _REST.search(clause.plain) and self._counts_the_same(roots):
                    return True
        return False

    def _counts_the_same(self, things: tuple[str, ...]) -> bool:
        noun = self.things[-1]
        return noun in things and set(things[: things.index(noun)]) <= set(self.things)

    def __str__(self) -> str:
        return f"{self.wanted.value} {' '.join(self.things)}"


def _of_the_rest(reading: Reading, mention: Quantity) -> bool:
    """Whether it counts what is left: "One reminder remains"."""
    clause = reading.clause_at(mention.span.start)
    return clause is not None and bool(_REST.search(clause.plain))
