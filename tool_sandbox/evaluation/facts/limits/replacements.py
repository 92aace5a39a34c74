"""Other content in the same frame: "buy plane tickets" where the good answer says "buy train tickets"."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from attrs import frozen

from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.fact import Fact, Limit
from tool_sandbox.evaluation.facts.known import name_roots, related_roots, switch_roots, written_roots
from tool_sandbox.evaluation.facts.opposites import OPPOSITES
from tool_sandbox.evaluation.facts.phrases import amount_roots, root, roots_in, roots_of
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.synonyms import light_roots, other_doing, same_thing
from tool_sandbox.evaluation.facts.verbs import group_of

_SKIPPED = frozenset(
    {"the", "a", "an", "your", "my", "his", "her", "their", "our", "this", "that", "some", "'s", "both", "one", "all",
     "two", "three", "up", "out", "per"}
)  # fmt: skip
_COPULA = frozenset({"is", "are", "was", "were"})
_ABOUT = frozenset({"about", "as", "regarding", "until", "till"})
_REPORTING, _REPORTED = frozenset({"that"}), 2
_PLACING = frozenset({"with", "at", "in", "under", "on", "near", "from", "for", "to", "into"})
_WHERE = frozenset({"at", "in", "under", "on", "near", "with"})
_NO_GOVERNORS = frozenset(
    {"i", "you", "he", "she", "it", "they", "we", "me", "him", "them", "us", "and", "or", "but", "so", "not", "no",
     "will", "would", "can", "could", "shall", "should", "may", "might", "must", "be", "been", "has", "have", "had",
     "do", "does", "did", "of", "by", "until", "till", "than", "then", "there", "here", "am", "pm", "now", "just",
     "also", "too", "already", "still", "if", "when", "which", "who", "what", "where", "how", "because", "while",
     "after", "before", "only", "done", "ok", "okay", "sure", "yes", "new", "again", "one", "two",
     "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty", "thirty", "about"}
)  # fmt: skip
_LEFT_ALONE = frozenset({"still", "remains", "remain", "untouched", "unchanged", "other", "others", "stays", "kept"})
_SWITCHES_BEGIN = frozenset({"low", "wi", "cellular", "location", "gps"})
"""Words with which a switch's name begins: what stands before them is a verb, "switched" or "ended"."""
_OF_ANY_DOING = frozenset(map(root, ("forget", "remember", "get", "bring", "take", "have", "make")))
"""Verbs that may stand before any other: "forgot to bring it", "get the grill lit"."""
_SHORTEST = 3
_OF_TOOLS = frozenset(
    map(
        root,
        ("stock", "share", "shares", "temperature", "forecast", "weather", "distance", "currency", "amount", "ticker"),
    )
)
"""What our tools tell of: such a word names what a value is, and stands for no other thing."""


class Frame(NamedTuple):
    """What stands around content: a governor before it or a word behind it.

    Args:
        before: Root of the word that governs it; with a preposition also the word before that: "key with".
        behind: Root of the word behind it, for what stands before a noun or verb: "train" in "train tickets".
        words: The content there, as roots with the word they come from.
    """

    before: str
    behind: str
    words: tuple[tuple[str, str], ...]


@frozen
class Undisturbed(Limit):
    """The content of a good answer. It may be left out, but no other content may stand in its place.

    Args:
        said: The good answer.
        surroundings: What its words are read against.
    """

    said: str
    surroundings: Surroundings

    def _broken(self, reading: Reading) -> str | None:
        good = reading_of(self.said, self.surroundings)
        here = roots_in(reading)
        for clause in reading.clauses:
            others = any(_LEFT_ALONE & set(each.words) for each in reading.sentences[clause.sentence].clauses)
            if others or not clause.affirms:
                continue
            word = _replaced(clause, good, here) or _redone(clause, good, here)
            if word:
                return f"says {word!r} where something else belongs"
        return None

    def __str__(self) -> str:
        return self.said


def undisturbed(good: Reading) -> Iterator[Fact]:
    """The content of a good answer, if it has some that could be replaced."""
    affirmed = (clause for clause in good.clauses if not clause.asks and not clause.denies)
    if any(frame.words and _has_content(frame, good) for clause in affirmed for frame in _frames(clause.words)):
        yield Undisturbed(good.answer, good.surroundings)


def _replaced(clause: Clause, good: Reading, here: frozenset[str]) -> str | None:
    frames = _frames(clause.words)
    for wanted in (frame for each in good.clauses for frame in _frames(each.words)):
        if not wanted.words or not _has_content(wanted, good) or wanted.behind in _SWITCHES_BEGIN:
            continue
        if any(same_thing(one, other) for one, _ in wanted.words for other in here):
            continue
        for frame in frames:
            if frame[:2] != wanted[:2] or not frame.words:
                continue
            words = [each for each in frame.words if each[0] not in name_roots(good.surroundings)]
            if words and all(_is_new(each, word, good) for each, word in words):
                return words[0][1]
    return None


def _redone(clause: Clause, good: Reading, here: frozenset[str]) -> str | None:
    """A verb of which it is known that it means something else, before the same thing: "clean the grill"."""
    for each in good.clauses:
        for wanted in _frames(each.words):
            if not wanted.before or wanted.before in here or not _is_asked_for(wanted.before):
                continue
            objects = {one for one, _ in wanted.words} - name_roots(good.surroundings)
            for frame in _frames(clause.words):
                shared = objects & {one for one, _ in frame.words}
                if (
                    shared
                    and frame.before not in _said(good) | _OF_ANY_DOING
                    and other_doing(wanted.before, frame.before)
                ):
                    return frame.before
    return None


def _is_asked_for(verb: str) -> bool:
    """Whether a verb says what is to be done some day, not what the agent did."""
    group = group_of(verb)
    return group is None or group.name in ("call", "email", "book")


@lru_cache(maxsize=1 << 12)
def _frames(words: tuple[str, ...]) -> tuple[Frame, ...]:
    return (*_governed(words), *_beside(words))


def _governed(words: tuple[str, ...]) -> Iterator[Frame]:
    """What stands behind a verb, a preposition or "is"."""
    for at, word in enumerate(words):
        before = root(words[at - 1]) if at else ""
        if word in _COPULA:
            if at >= _REPORTED and words[0] in _REPORTING and words[at - 1] == "you":
                yield Frame("you is", "", _content(words[at + 1 :]))
            if before.isalpha() and words[at - 1] not in _SKIPPED | _NO_GOVERNORS:
                yield Frame(
                    "", f"is {' '.join(one for one, _ in _content(words[at + 1 :])[:1])}", _content((words[at - 1],))
                )
                yield Frame(f"{before} is", "", _content(words[at + 1 :]))
        elif word == "of" and before.isalpha():
            yield Frame("", before, _phrase(words, at + 1)[:1])
        elif word in _ABOUT:
            yield Frame(word, "", _phrase(words, at + 1))
        elif word in _PLACING:
            if before.isalpha() and words[at - 1] not in _SKIPPED | _NO_GOVERNORS | _COPULA:
                yield Frame(f"{before} {'at' if word in _WHERE else word}", "", _phrase(words, at + 1))
        elif word.isalpha() and word not in _SKIPPED | _NO_GOVERNORS:
            yield Frame(root(word), "", _phrase(words, at + 1))


def _beside(words: tuple[str, ...]) -> Iterator[Frame]:
    """What stands right before another word: "train tickets", "the match starts", "the rent reminder"."""
    for word, behind in pairwise(words):
        if (
            behind.isalpha()
            and behind not in _NO_GOVERNORS
            and (root(behind) not in light_roots() or behind.startswith("reminder"))
        ):
            yield Frame("", root(behind), _content((word,)))


def _phrase(words: tuple[str, ...], at: int) -> tuple[tuple[str, str], ...]:
    """The content of a noun phrase that begins here."""
    while at < len(words) and (words[at] in _SKIPPED or words[at + 1 : at + 2] == ("'s",)):
        at += 1  # whose it is says nothing of what it is
    end = at
    while end < len(words) and words[end].isalpha() and words[end] not in light_roots() and words[end] not in _SKIPPED:
        if root(words[end]) in light_roots():
            break
        end += 1
    return _content(words[at:end])


def _content(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (root(word), word)
        for word in words
        if word.isalpha() and len(word) >= _SHORTEST and root(word) not in light_roots()
    )


def _has_content(frame: Frame, good: Reading) -> bool:
    """Whether a frame of the good answer holds more than names, switches and amounts."""
    apart = name_roots(good.surroundings) | amount_roots(good)
    return not any(one in apart for one, _ in frame.words)


def _is_new(one: str, word: str, good: Reading) -> bool:
    if (
        not word.isalpha()
        or one in _OF_TOOLS
        or one in _known(good) | written_roots(good.surroundings)
        or group_of(word) is not None
    ):
        return False
    return not any(same_thing(one, other) for other in _said(good))


@lru_cache(maxsize=1 << 10)
def _known(good: Reading) -> frozenset[str]:
    """The roots of all words that are of no weight, or that the good answer or the user uses."""
    here = _said(good)
    like = frozenset(
        each for side in (side for pair in OPPOSITES for side in pair) for each in _roots_of_all(side)
        if any(set(roots_of(phrase)) <= here for phrase in side)
    )  # fmt: skip
    return here | like | light_roots() | name_roots(good.surroundings) | switch_roots()


@lru_cache(maxsize=1 << 10)
def _said(good: Reading) -> frozenset[str]:
    """The roots of all words that the good answer or the user uses."""
    said = roots_in(good)
    return said | related_roots(said - light_roots(), good.surroundings)


def _roots_of_all(phrases: tuple[str, ...]) -> Iterator[str]:
    for phrase in phrases:
        yield from map(root, phrase.split())
