"""What somebody was told, or will be reminded of: nothing that neither the good answer nor the user speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from attrs import frozen

from tool_sandbox.evaluation.facts.clauses import Clause, Sentence
from tool_sandbox.evaluation.facts.fact import Fact, Limit
from tool_sandbox.evaluation.facts.known import name_roots, treated_roots, written_roots
from tool_sandbox.evaluation.facts.mentions.days import Day
from tool_sandbox.evaluation.facts.mentions.mention import Agreement
from tool_sandbox.evaluation.facts.mentions.normalisation import folded
from tool_sandbox.evaluation.facts.mentions.reading import agreement
from tool_sandbox.evaluation.facts.phrases import amount_roots, root, roots_in
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.synonyms import SMALL, light_roots, same_thing
from tool_sandbox.evaluation.facts.tokens import plain_words
from tool_sandbox.evaluation.facts.verbs import TOLD

_TELLS = re.compile(
    r"(?:^|\b(?:i|we|and|then|been|was|so) |(?<!they )(?<!she )(?<!he )\b(?:also|just|already|have) )"
    rf"(?:{TOLD}|let|wrote|replied|answered|knows?)\b(?! you\b)|\bknows?$"
    r"|\b(?:in the (?:know|picture|loop)|aware|informed)$"
)
_TOLD = re.compile(
    rf"\b(?:{TOLD}|let)\b (?:\S+ ){{1,3}}?(?:know )?"
    r"(?P<content>(?:you|i|he|she|it|they|we) (?:\S+ ?)+)$"
)
_REMINDED = re.compile(
    r"^(?!.*\breminder (?:also )?(?:says|asks|tells|wants)\b).*?"
    r"\b(?:remind|reminder|reminded|reminding|nudge)\b(?: \S+)*? (?:to|about) (?P<content>(?:\S+ ?)+)$"
)
_THEN = re.compile(r" (?:and (?:i )?(?:have )?\w+ed|(?:has|have) been|is now|from (?=\d))\b.*")
"""Behind what somebody is reminded of: what was done with the reminder."""
_SMALL_ROOTS = frozenset(map(root, SMALL))
_LEFT = re.compile(
    r"\b(?:remains?|remaining|still|left (?:alone|untouched|unchanged|as|it|them|out|in)|(?:is|are|was|were|have) left"
    r"|kept|other|others|next|upcoming|untouched|unchanged|stays?)\b"
)
"""What nothing was done about."""
_TURNS = tuple(
    frozenset(map(root, words))
    for words in (
        ("cancelled", "canceled", "postponed", "rescheduled", "over", "abandoned"),
        ("late", "later", "delayed", "minutes", "min", "hour", "half"),
    )
)
"""What else may have become of something that somebody is told about, in words that stand for each other."""
_KEPT = re.compile(
    r"\b(?:removed|deleted|cleared|erased|moved|pushed|postponed|rescheduled|set|added|created|updated)\b"
    r"(?: (?:the|your|a|an|both|all|new|up))* (?P<content>(?:[a-z]+ ){1,3}?)reminders?\b"
)
_REMOVED = re.compile(
    r"\b(?:removed|deleted|cleared|erased)\b(?: \S+)*? (?:reminders?|ones?) (?:about|for) (?P<content>(?:\S+ ?)+)$"
)
_NEXT_ITEM = re.compile(
    r"(?:and |or |plus )?(?:the|your|an?) (?!.*\b(?:is|are|was|were|has|have)\b)(?P<content>[a-z]+(?: [a-z]+)?)$"
)
"""Behind it: what else was removed."""
_OF_USER = re.compile(r"\b(?:i|my|me)\b")
_OF_OTHERS = re.compile(r"(?:she|he) (?!.*\b(?:you|your)\b)")
_THING = re.compile(
    r"\b(?:the|your|an?|my|our|at|with|in|under|on) (?:(?:the|your|my|our|an?|same|new|old|own) )*"
    r"(?P<thing>[a-z]{3,})\b"
)
_OF_NO_THING = frozenset(
    {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "noon",
     "midday", "moment", "time", "way", "message", "text", "note", "news", "word", "words", "minute", "minutes",
     "hour", "hours", "half", "quarter", "day", "today", "tonight", "tomorrow", "morning", "afternoon", "evening",
     "night", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "order", "blink",
     "fritz", "service", "first", "last", "next", "front", "other", "person", "behalf", "bit", "little", "couple",
     "few", "good", "whole", "full", "case", "fact", "end", "place", "all", "any", "his", "her", "him", "them",
     "you", "this", "that"}
)  # fmt: skip
_NO_THINGS = _SMALL_ROOTS | frozenset(map(root, _OF_NO_THING))
"""What is no thing of its own behind an article: "out of order", "in the morning"."""
_SAYING = frozenset({"late", "early", "coming", "free", "easy", "big", "wrong", "urgent", "waiting", "see", "need"})
"""Words of no weight that say something where somebody is told them."""


@frozen
class SameTopic(Limit):
    """The words of a good answer and its user; something else altogether is told to nobody.

    Args:
        words: Roots of these words.
        surroundings: What they are read against.
    """

    words: frozenset[str]
    surroundings: Surroundings

    def _broken(self, reading: Reading) -> str | None:
        for content in _contents(reading):
            roots = {root(word) for word in content.split() if word.isalpha()}
            spoken = roots - _SMALL_ROOTS - amount_roots(reading)
            said = spoken - _weightless(self.surroundings)
            if said and not any(same_thing(one, other) for one in spoken for other in self.words):
                return f"speaks of {content!r}, of which nobody else does"
            if self._turned(roots) or self._is_of_the_user(content) or self._has_another_thing(content, roots):
                return f"says {content!r}, which is not what was meant"
        days = map(self._other_day, (content for content in _contents(reading, told_only=True)))
        return next((f"says {day!r}, a day of which nobody else speaks" for day in days if day), None)

    def _turned(self, roots: frozenset[str] | set[str]) -> bool:
        """Whether a turn is told of that nobody speaks of: "that dinner is cancelled"."""
        return any(roots & turn and not self.words & turn for turn in _TURNS)

    def _other_day(self, content: str) -> str | None:
        """The day in what was told that nobody speaks of: "that you will be there tomorrow"."""
        told = reading_of(content, self.surroundings)
        texts = (*self.surroundings.heard, *self.surroundings.written)
        known = [each for text in texts for each in reading_of(text, self.surroundings).mentions]
        for mention in told.mentions:
            said = isinstance(mention, Day) and not any(agreement(each, mention) is Agreement.SAME for each in known)
            if said and not any(root(word) in self.words for word in told.words_at(mention.span).lower().split()):
                return told.words_at(mention.span)
        return None

    def _is_of_the_user(self, content: str) -> bool:
        """Whether it says of somebody else what was to be said of the user: "I told her that she left her badge"."""
        of_user = any(_OF_USER.search(folded(text)) for text in self.surroundings.written)
        return of_user and _OF_OTHERS.match(content) is not None

    def _has_another_thing(self, content: str, roots: set[str]) -> bool:
        """Whether it speaks of a thing that is not in what was to be written, and not of one that is."""
        new = [each for each in _things(content) if not any(same_thing(each, other) for other in self.words)]
        texts = [_plain(text) for text in self.surroundings.written]
        wanted = [things for text in texts if (things := _things(text))]
        named = frozenset(root(word) for text in texts if _things(text) for word in text.split())
        otherwise = (frozenset(map(root, text.split())) for text in texts if not _things(text))
        if not new or not wanted or any(each <= roots and not each <= named for each in otherwise):
            return False
        return not any(all(any(same_thing(each, other) for other in roots) for each in things) for things in wanted)

    def __str__(self) -> str:
        return "speaks of nothing else"


def same_topic(good: Reading) -> Iterator[Fact]:
    """What a good answer that tells of a text or a reminder is about."""
    if good.surroundings.heard:
        known = treated_roots(good.surroundings) | written_roots(good.surroundings)
        yield SameTopic(roots_in(good) | known, good.surroundings)


def _contents(reading: Reading, *, told_only: bool = False) -> Iterator[str]:
    """What an answer says that somebody was told, or will be reminded of."""
    for sentence in reading.sentences:
        if _LEFT.search(sentence.plain):
            continue
        reminded = _REMINDED.search(sentence.plain)
        if reminded and sentence.affirms and not told_only:
            yield _THEN.sub("", reminded["content"])
        yield from () if told_only else _removed(sentence)
        tells = False
        for clause in sentence.clauses:
            if not clause.asserts:
                tells = False
                continue
            if content := _content(clause, after_telling=tells):
                yield content
            yield from (match["content"] for match in _KEPT.finditer(clause.plain) if not told_only)
            telling = _TELLS.search(clause.plain)
            if tells and (clause.words[0] == "that" or clause.plain == "and"):
                continue
            tells = telling is not None and not clause.negated(telling.end())


def _removed(sentence: Sentence) -> Iterator[str]:
    """Every item of a list of reminders that were removed: "the reminders about the rent and the birthday cake"."""
    pattern = _REMOVED
    for clause in sentence.clauses:
        item = pattern.search(clause.plain) if pattern is _REMOVED else pattern.match(clause.plain)
        if not clause.affirms or (item is None and pattern is _NEXT_ITEM):
            return
        if item is not None:
            yield item["content"]
            pattern = _NEXT_ITEM


def _content(clause: Clause, *, after_telling: bool) -> str:
    if after_telling and clause.words[0] == "that":
        return " ".join(clause.words[1:])
    if after_telling and clause.lead == '"':
        return clause.plain
    match = _TOLD.search(clause.plain)
    told = match is not None and clause.words[0] != "that" and not clause.negated(match.start("content"))
    return match["content"] if match and told else ""


def _plain(text: str) -> str:
    return " ".join(plain_words(text))


def _things(content: str) -> frozenset[str]:
    """The roots of what stands behind an article or a preposition, as far as it may be a thing or a place."""
    return frozenset(root(match["thing"]) for match in _THING.finditer(content)) - _NO_THINGS


@lru_cache(maxsize=1 << 6)
def _weightless(surroundings: Surroundings) -> frozenset[str]:
    """The roots of words that say nothing of their own, and of everybody's names."""
    return (light_roots() - frozenset(map(root, _SAYING))) | name_roots(surroundings)
