"""What somebody was told, or will be reminded of: nothing that neither the good answer nor the user speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from attrs import frozen

from tool_sandbox.evaluation.facts.clauses import Clause, Sentence
from tool_sandbox.evaluation.facts.fact import Fact, Limit
from tool_sandbox.evaluation.facts.known import name_roots, treated_roots, written_roots
from tool_sandbox.evaluation.facts.phrases import amount_roots, root, roots_in
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.synonyms import SMALL, light_roots, same_thing
from tool_sandbox.evaluation.facts.verbs import TOLD

_TELLS = re.compile(
    r"(?:^|\b(?:i|we|and|then|been|was|so) |(?<!they )(?<!she )(?<!he )\b(?:also|just|already|have) )"
    rf"(?:{TOLD}|let|wrote|replied|answered|knows?)\b(?! you\b)|\bknows?$"
)
_TOLD = re.compile(
    rf"\b(?:{TOLD}|let)\b (?:\S+ ){{1,3}}?(?:know )?"
    r"(?P<content>(?:you|i|he|she|it|they|we) (?:\S+ ?)+)$"
)
_REMINDED = re.compile(
    r"^(?!.*\breminder (?:also )?(?:says|asks|tells|wants)\b).*?"
    r"\b(?:remind|reminder|reminded|reminding|nudge)\b(?: \S+)*? (?:to|about) (?P<content>(?:\S+ ?)+)$"
)
_SMALL_ROOTS = frozenset(map(root, SMALL))
_LEFT = re.compile(r"\b(?:remains?|remaining|still|left|kept|other|others|next|upcoming|untouched|unchanged|stays?)\b")
"""What nothing was done about."""
_TURNS = tuple(
    frozenset(map(root, words))
    for words in (
        ("cancelled", "canceled", "postponed", "rescheduled", "over", "abandoned"),
        ("late", "later", "delayed", "behind", "minutes", "min", "hour", "half"),
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
                return f"speaks of {content!r}"
            if self._turned(roots):
                return f"says {content!r}"
        return None

    def _turned(self, roots: frozenset[str] | set[str]) -> bool:
        """Whether a turn is told of that nobody speaks of: "that dinner is cancelled"."""
        return any(roots & turn and not self.words & turn for turn in _TURNS)

    def __str__(self) -> str:
        return "speaks of nothing else"


def same_topic(good: Reading) -> Iterator[Fact]:
    """What a good answer that tells of a text or a reminder is about."""
    if good.surroundings.heard:
        known = treated_roots(good.surroundings) | written_roots(good.surroundings)
        yield SameTopic(roots_in(good) | known, good.surroundings)


def _contents(reading: Reading) -> Iterator[str]:
    """What an answer says that somebody was told, or will be reminded of."""
    for sentence in reading.sentences:
        if _LEFT.search(sentence.plain):
            continue
        reminded = _REMINDED.search(sentence.plain)
        if reminded and sentence.affirms:
            yield reminded["content"]
        yield from _removed(sentence)
        tells = False
        for clause in sentence.clauses:
            if not clause.asserts:
                tells = False
                continue
            if content := _content(clause, after_telling=tells):
                yield content
            yield from (match["content"] for match in _KEPT.finditer(clause.plain))
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


@lru_cache(maxsize=1 << 6)
def _weightless(surroundings: Surroundings) -> frozenset[str]:
    """The roots of words that say nothing of their own, and of everybody's names."""
    return (light_roots() - frozenset(map(root, _SAYING))) | name_roots(surroundings)
