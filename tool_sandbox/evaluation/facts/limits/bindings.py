"""What belongs to what: numbers to the words before them, phone numbers to names, things to what was done to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from attrs import frozen

from tool_sandbox.evaluation.facts.counts import counted_at
from tool_sandbox.evaluation.facts.deeds import Claim, claims_of
from tool_sandbox.evaluation.facts.fact import Fact, Limit
from tool_sandbox.evaluation.facts.known import name_roots
from tool_sandbox.evaluation.facts.mentions.amounts import Quantity
from tool_sandbox.evaluation.facts.mentions.normalisation import folded
from tool_sandbox.evaluation.facts.phrases import root
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.synonyms import light_roots

_LABEL = re.compile(r"(?<![\w'])(?P<label>[^\W\d_]{3,}) (?:number |no\. ?|#)?$")
_HOLDER = re.compile(r"(?P<name>[A-Z]\w+(?: [A-Z]\w+)*)[^\w\n+]{0,6}(?P<phone>\+?\d[\d ()-]{6,}\d)")
_LAST_DIGITS = 8
_DEEDS = ("remove", "move", "send")

Pair = tuple[str, str]
"""Who or what holds something, and what it holds."""


@frozen
class Bound(Limit):
    """What belongs to what; something else in its place is wrong.

    Args:
        kind: Which pairs these are: a key of ``_KINDS``.
        pairs: The pairs that are right.
        swapped: Only what belongs to another holder is wrong.
    """

    kind: str
    pairs: frozenset[Pair]
    swapped: bool

    def _broken(self, reading: Reading) -> str | None:
        said = frozenset(_KINDS[self.kind](reading))
        holders, values = ({pair[side] for pair in self.pairs} for side in (0, 1))
        right = {holder for holder, _ in said & self.pairs}
        for holder, value in sorted(said - self.pairs):
            if holder in holders - right and (value in values or value == "remove" or not self.swapped):
                return f"says {value!r} of {holder!r}, to which it does not belong"
        return None

    def __str__(self) -> str:
        return ", ".join(f"{holder}: {value}" for holder, value in sorted(self.pairs))


def bindings(good: Reading) -> Iterator[Fact]:
    """What belongs to what in a good answer, in what its user says and in what the agent has to write."""
    sources = (("number", (good, *good.written)), ("phone", (good, *good.heard)), ("deed", (good,)))
    for kind, readings in sources:
        pairs = frozenset(pair for reading in readings for pair in _KINDS[kind](reading))
        swapped = kind != "number"
        if len({value for _, value in pairs}) > (kind == "phone"):
            yield Bound(kind, pairs, swapped)


def _numbered(reading: Reading) -> Iterator[Pair]:
    """Numbers behind the word that they number: "berth 14", "Stephansplatz 3"."""
    text = reading.normal.text
    for mention in reading.mentions:
        label = _LABEL.search(text, 0, mention.span.start)
        bare = isinstance(mention, Quantity) and mention.unit is None and text[mention.span.start].isdigit()
        if label and bare and not counted_at(reading, mention.span.end) and not reading.is_wished(mention.span):
            holder = root(folded(label["label"]))
            if holder not in light_roots():
                yield holder, text[mention.span.start : mention.span.end]


def _phones(reading: Reading) -> Iterator[Pair]:
    """Phone numbers right behind a name, by their last digits."""
    for match in _HOLDER.finditer(reading.normal.text):
        yield folded(match["name"]), "".join(filter(str.isdigit, match["phone"]))[-_LAST_DIGITS:]


def _done_to(reading: Reading) -> Iterator[Pair]:
    """The words of a clause that tells of one deed, with the deed."""
    for clause in reading.clauses:
        if not clause.affirms:
            continue
        alone = reading_of(clause.plain, reading.surroundings)
        deeds = [deed for deed in _DEEDS if Claim.DONE in claims_of((deed,), alone)]
        if len(deeds) == 1:
            known = light_roots() | name_roots(reading.surroundings)
            yield from ((root(word), deeds[0]) for word in clause.words if word.isalpha() and root(word) not in known)


_KINDS: dict[str, Callable[[Reading], Iterator[Pair]]] = {"number": _numbered, "phone": _phones, "deed": _done_to}
