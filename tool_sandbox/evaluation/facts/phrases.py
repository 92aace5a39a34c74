"""Phrases in any inflection, and facts that are free words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from attrs import frozen

from tool_sandbox.evaluation.comparing.stemmer import stem
from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.fact import Explained, Fact, any_of_words
from tool_sandbox.evaluation.facts.opposites import opposites_of
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.tokens import plain_words, words_of

_ARTICLES = frozenset({"a", "an", "the", "your", "my", "our", "their", "his", "her", "its", "'s"})
_FILLERS = _ARTICLES | {
    "now", "already", "still", "really", "just", "completely", "totally", "fully", "all", "any", "currently", "also",
}  # fmt: skip
_FEW = 2
_IRREGULAR = {
    "left": "leave", "sent": "send", "told": "tell", "said": "say", "says": "say", "wrote": "write", "written": "write",
    "went": "go", "gone": "go", "broke": "break", "broken": "break", "came": "come", "met": "meet", "got": "get",
    "bought": "buy", "took": "take", "taken": "take", "forgot": "forget", "forgotten": "forget", "lost": "lose",
    "found": "find", "kept": "keep", "began": "begin", "begun": "begin", "ran": "run", "paid": "pay", "made": "make",
    "gave": "give", "given": "give", "knew": "know", "known": "know", "children": "child", "feet": "foot",
    "unsent": "unsend",
}  # fmt: skip
_REPLIES = (("no",), ("yes",), ("nope",))
_AFTER_REPLY = frozenset({"it", "the", "your", "that", "they", "i", "wi", "sorry", "not", "this", "there", "you"})
_NO = re.compile(
    r"(?:(?:i am )?afraid|unfortunately|sadly|sorry|probably|of course|certainly|quite) not|nope|nah"
    r"|not (?:quite|really)"
)
_ASKS = re.compile(r"\b(?:asks?|asked|asking|wants? to know|wanted to know|wonder\w*)\b")
_DUTY = re.compile(r"you (?:have to|should|need to|must)\b")
_REACH = 2
"""How many fillers may stand between two words of a phrase."""

Place = tuple[Clause, int, int]
"""A clause, and the numbers of the first word and the one after the last."""


@lru_cache(maxsize=1 << 14)
def root(word: str) -> str:
    """What the inflections of a word have in common."""
    base = _IRREGULAR.get(word, word)
    return stem(base) if len(base) > 3 or base.endswith("s") else base  # noqa: PLR2004 - as short words go, "is", "gas"


@lru_cache(maxsize=1 << 12)
def roots_of(phrase: str) -> tuple[str, ...]:
    """The roots of the words of a phrase, without fillers; where one word would be left, only without articles.

    "All set" is not any setting, and "the shop" is any shop.
    """
    words = plain_words(phrase)
    content = [word for word in words if word not in _FILLERS - {"still"}]
    if len(content) < _FEW:
        content = [word for word in words if word not in _ARTICLES]
    return tuple(map(root, content or words))


def roots_in(reading: Reading) -> frozenset[str]:
    """The roots of all words of an answer."""
    return _rooted(reading).anywhere


def amount_roots(reading: Reading) -> frozenset[str]:
    """The roots of the words with which an answer says amounts, times and days."""
    text = reading.normal.text
    spans = (mention.span for mention in reading.mentions)
    return frozenset(root(word) for span in spans for word in words_of(text[span.start : span.end]))


def places_of(phrase: str, reading: Reading) -> Iterator[Place]:
    """Where an answer has the words of a phrase, in order, with at most small words between them.

    A phrase that ends in a full stop is a sentence of its own: "Melbourne." but not "in Melbourne".
    """
    roots = roots_of(phrase)
    if roots == ("no",):
        yield from ((clause, 0, 1) for clause in reading.clauses if _NO.fullmatch(clause.plain))
    rooted = _rooted(reading)
    if not rooted.anywhere.issuperset(roots):
        return
    for clause, own in zip(reading.clauses, rooted.clauses, strict=True):
        for first in range(len(clause.words)):
            last = _matched(clause.words, own, first, roots)
            if phrase.endswith(".") and not _is_sentence(clause, first, last, reading):
                continue
            if last and not (roots in _REPLIES and not _replies(clause.words, first)):
                yield clause, first, last


def mentioned(phrases: tuple[str, ...], reading: Reading) -> list[str]:
    """Those of some phrases of which an answer has all words, wherever: in no other ``places_of`` finds one."""
    anywhere, rooted = _rooted(reading).anywhere, _with_roots(phrases)
    if rooted.needed and rooted.needed.isdisjoint(anywhere):
        return []
    return [phrase for phrase, roots in rooted.phrases if anywhere.issuperset(roots) or roots == ("no",)]


class _Phrases(NamedTuple):
    """Phrases with their roots, and roots of which an answer has one if it has a phrase; none if that is not known."""

    phrases: tuple[tuple[str, tuple[str, ...]], ...]
    needed: frozenset[str]


@lru_cache(maxsize=1 << 10)
def _with_roots(phrases: tuple[str, ...]) -> _Phrases:
    found = tuple((phrase, roots_of(phrase)) for phrase in phrases)
    anything = any(roots in ((), ("no",)) for _, roots in found)
    return _Phrases(found, frozenset() if anything else frozenset(roots[0] for _, roots in found))


def _is_sentence(clause: Clause, first: int, last: int, reading: Reading) -> bool:
    """Whether nothing else stands in its sentence."""
    sentence = reading.sentences[clause.sentence]
    return len(sentence.clauses) == 1 and not sentence.asks and (first, last) == (0, len(clause.words))


def column(clause: Clause, word: int) -> int:
    """Where the word of this number begins in the clause's plain text."""
    return sum(len(each) + 1 for each in clause.words[:word])


@lru_cache(maxsize=1 << 12)
def _rooted(reading: Reading) -> _Rooted:
    clauses = tuple(tuple(map(root, clause.words)) for clause in reading.clauses)
    return _Rooted(clauses, frozenset().union(*clauses))


class _Rooted(NamedTuple):
    """The roots of the words of an answer: those of each clause, and all of them."""

    clauses: tuple[tuple[str, ...], ...]
    anywhere: frozenset[str]


def _replies(words: tuple[str, ...], first: int) -> bool:
    """Whether "no" at this place is a reply, not a part of "no problem"."""
    reply = words[first:] if words[:first] in ((), ("so",)) else ()
    return bool(reply) and (len(reply) == 1 or reply[1] in _AFTER_REPLY)


def _matched(words: tuple[str, ...], own: tuple[str, ...], first: int, roots: tuple[str, ...]) -> int:
    """The number of the word after the phrase that begins here, 0 if none does."""
    at = first
    for number, wanted in enumerate(roots):
        skipped = 0
        while number and at < len(words) and words[at] in _FILLERS and skipped < _REACH and own[at] != wanted:
            at += 1
            skipped += 1
        if at >= len(words) or own[at] != wanted:
            return 0
        at += 1
    return at if roots else 0


@frozen
class Words(Fact):
    """A phrase, or one of several that mean the same. Inflections count, capitals and accents don't.

    Args:
        phrases: What may be said, such as ``("sold out", "no tickets left")``.
    """

    phrases: tuple[str, ...]

    def _found(self, reading: Reading) -> bool:
        return any(not _denied(place) for phrase in self.phrases for place in places_of(phrase, reading))

    def _said(self, reading: Reading) -> bool:
        return any(_is_told(place, reading) for phrase in self.phrases for place in places_of(phrase, reading))

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        for phrase in self.phrases:
            if any(_denied(place) and not place[0].asks for place in places_of(phrase, reading)):
                return f"denies {phrase!r}"
        return self._opposite_in(reading)

    def _opposite_in(self, reading: Reading) -> str | None:
        for phrase in self.phrases:
            for opposite in opposites_of(roots_of(phrase), roots_of):
                if foretold(opposite, reading):
                    return f"says {opposite!r}, the opposite of {phrase!r}"
        return None

    def in_words(self, s: str = "s") -> str:
        """That one of the phrases is said."""
        return f"say{s} {any_of_words(self.phrases)}"

    def __str__(self) -> str:
        return " or ".join(map(repr, self.phrases))


def _is_told(place: Place, reading: Reading) -> bool:
    """Whether it is stated, also as what somebody asked or as what the user has to do: "you have to wrap the gift"."""
    clause, first, _ = place
    if _denied(place) or clause.asks:
        return False
    if clause.imagined and not (
        clause.words[0] == "whether" and _ASKS.search(reading.sentences[clause.sentence].plain)
    ):
        return False
    at = column(clause, first)
    return all(at <= start or _DUTY.match(clause.plain, start - len("you ")) for start in clause.modals)


def stated(phrase: str, reading: Reading) -> bool:
    """Whether an answer states a phrase: not denied, not asked, not imagined."""
    return any(
        not _denied(place) and not place[0].wished(column(place[0], place[1])) for place in places_of(phrase, reading)
    )


def foretold(phrase: str, reading: Reading) -> bool:
    """Whether an answer states a phrase, of the present or of the future: "I told her that you will be on time"."""
    return any(
        not _denied(place) and place[0].foretold(column(place[0], place[1])) for place in places_of(phrase, reading)
    )


def denied(phrase: str, reading: Reading) -> bool:
    """Whether an answer denies a phrase and says it nowhere else."""
    found = [_denied(place) for place in places_of(phrase, reading)]
    return bool(found) and all(found)


def _denied(place: Place) -> bool:
    clause, first, last = place
    return clause.negated(column(clause, first)) or clause.words[last : last + 1] in (
        ("nothing",),
        ("nobody",),
        ("none",),
    )
