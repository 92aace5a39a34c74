"""Sentences and their clauses: what is stated, what is denied, and what is only asked, offered or imagined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise, takewhile

from attrs import define, field

from tool_sandbox.evaluation.facts.tokens import BREAK, Token

_NEGATIONS = re.compile(
    r"\b(?:not(?! (?:only|forget|hesitate)\b)|never|neither|nor|without|unable|fail(?:ed|s|ing)?|impossible|nobody"
    r"|nothing|none|hardly|prevent(?:s|ed|ing)?|block(?:s|ed|ing)(?! (?:her|his|him|their|them|its)\b)|refus(?:es|ed)"
    r"|denied|(?:keeps?|kept|stops?|stopped|stopping) (?:\S+ ){1,3}?from(?= (?:being|turning|going|coming|working)\b)"
    r"|no(?= \w)(?! (?:problem|problems|worries|need|doubt|trouble|matter)\b))\b"
)
_MODAL = re.compile(
    r"\b(?:will|shall|would|can|could|may|might|must|going to|gonna|wants?|wish|needs?|try|tried|trying|attempt\w*"
    r"|ha(?:s|ve) to|about to|let me|let us|happy to|glad to|ready to|please|plan to|should(?= (?:i|we|you)\b)"
    r"|(?<=\bi )should|(?<=\bwe )should|(?<=\byou )should|hope|hopefully)\b"
)
_REAL = re.compile(
    r"\b(?:(?:was|were|been) able to|managed to|(?:had|needed) to|went ahead and|please (?:note|find|see)"
    r"|made sure (?:that|to)|after \w+ing (?:\S+ ){1,6}?i could|how you can|hope (?:this|that) helps)\b"
)
_AFTER_PREPOSITION = re.compile(
    r" (?:for|in|at|of|with|to|from|by|on|about) (?!.*\b(?:is|are|was|were|has|have|been|can|could)\b)"
)
_NO_WAY = re.compile(r"no (?:way|means|ability|option|tools?|possibility|permission|authority|power) (?:to|of|for)\b")
_FUTURE = re.compile(r"will\b|going to\b|(?<=\byou )would\b")
_CONDITIONS = frozenset({"if", "whether", "unless", "once", "whenever", "hoping"})
_ON_REQUEST = re.compile(
    r"(?:(?:just|so|please) )*"
    r"(?:say|shout|holler|ping me|ask(?: me)?|tell me|text me|write to me|let me know|give me|remind me|come back)\b"
)
_WHEN_REAL = re.compile(r"\b(?:was|were|had|did)\b|\b(?:i|you|we|they|he|she) \w+ed\b")
_CONJUNCTIONS = frozenset(
    {"but", "because", "so", "while", "whereas", "although", "though", "however", "which", "who", "since", "until",
     "if", "whether", "when", "once", "unless", "and", "then", "yet", "whenever", "that", "instead", "as", "whilst"}
)  # fmt: skip
_POINTED_AT = frozenset(
    {"mode", "number", "one", "reminder", "contact", "message", "text", "setting", "name", "person", "day", "date",
     "time", "feature", "way", "tool", "note", "for", "on", "along", "is", "was", "has", "mean", "means", "?", ",", ";",
     "service"}
)  # fmt: skip
_SUBJECTS = frozenset(["i", "you", "he", "she", "it", "they", "we", "the", "your"])
_REASON_BEGINS = _SUBJECTS | {"my", "this", "there", "its", "no", "wi", "cellular", "location", "low"}
_FINITE = frozenset({"is", "are", "was", "were", "has", "have", "had", "do", "does", "did", "can", "could", "am"})
_LONGEST_CLAUSE, _LONGEST_SENTENCE = 60, 300
"""In words. Nobody speaks like that; it keeps the time for an endless answer in proportion to its length."""
_MARKS = frozenset(',;:()"')
_OPENERS = frozenset(
    {"do", "does", "did", "is", "are", "was", "were", "can", "could", "should", "shall", "would", "will", "want",
     "need", "anything", "anyone", "which", "what", "who", "whom", "how", "when", "where", "why",
     "or", "may", "whose"}
)  # fmt: skip


@define(eq=False)
class Clause:
    """A part of a sentence with one thing to say.

    Args:
        words: Its words, without punctuation.
        start: Where its first word begins in the normalised text.
        sentence: Number of its sentence in the answer.
        lead: The mark of punctuation before it, if there is one.
        asks: It is a question.
        imagined: It says what may be: "if it gets fixed", "let me know when".
    """

    words: tuple[str, ...]
    start: int
    sentence: int
    lead: str = ""
    asks: bool = False
    imagined: bool = False

    @cached_property
    def plain(self) -> str:
        """The words with one space between two of them."""
        return " ".join(self.words)

    @cached_property
    def _negations(self) -> tuple[int, ...]:
        return tuple(match.start() for match in _NEGATIONS.finditer(self.plain))

    @cached_property
    def modals(self) -> tuple[int, ...]:
        """Where words stand that make a wish, a plan or a possibility of what follows."""
        real = [match.span() for match in _REAL.finditer(self.plain)]
        found = (match.start() for match in _MODAL.finditer(self.plain))
        return tuple(at for at in found if not any(start <= at < end for start, end in real))

    @property
    def denies(self) -> bool:
        """Whether something in it is denied."""
        return bool(self._negations)

    @property
    def asserts(self) -> bool:
        """Whether it says what is so or is not so: it is no question, nor what only may be."""
        return not (self.asks or self.imagined)

    @property
    def affirms(self) -> bool:
        """Whether it says what is so, and denies nothing."""
        return not (self.asks or self.imagined or self._negations)

    def negated(self, at: int) -> bool:
        """Whether a negation stands before this place of ``plain``."""
        return any(start < at and not self._is_passed(start, at) for start in self._negations)

    def _is_passed(self, start: int, at: int) -> bool:
        """Whether "no" denies only what stands between: "no tickets for the concert" denies no concert."""
        if _NO_WAY.match(self.plain, start):
            return False
        return self.plain.startswith("no ", start) and _AFTER_PREPOSITION.search(self.plain[start:at]) is not None

    def wished(self, at: int) -> bool:
        """Whether what stands at this place of ``plain`` is a question, an offer, a plan or a condition."""
        return not self.asserts or any(start < at for start in self.modals)

    def foretold(self, at: int) -> bool:
        """Whether what stands at this place of ``plain`` is stated, of the present or of the future."""
        wishes = [start for start in self.modals if start < at and not _FUTURE.match(self.plain, start)]
        return self.asserts and not wishes


@define(eq=False)
class Sentence:
    """What stands between two full stops or on a line of its own.

    Args:
        tokens: Its words and punctuation.
        clauses: Its clauses, in order.
        end: Where the next sentence begins in the normalised text.
    """

    tokens: tuple[Token, ...]
    clauses: tuple[Clause, ...]
    end: int = 0
    asks: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.asks = any(clause.asks for clause in self.clauses)

    @property
    def start(self) -> int:
        """Where its first word begins in the normalised text."""
        return self.tokens[0].start

    @cached_property
    def plain(self) -> str:
        """The words with one space between two of them, without punctuation."""
        return " ".join(clause.plain for clause in self.clauses)

    @cached_property
    def affirms(self) -> bool:
        """Whether all of it says what is so, and denies nothing."""
        return all(clause.affirms for clause in self.clauses)


def sentences_of(tokens: Iterable[Token], length: int) -> tuple[Sentence, ...]:
    """The sentences of an answer of this length."""
    found: list[Sentence] = []
    for group in _groups(tokens):
        clauses = tuple(_clauses(group, len(found)))
        if clauses:
            found.append(Sentence(group, clauses))
    for sentence, following in pairwise(found):
        sentence.end = following.start
    if found:
        found[-1].end = length + 1
    return tuple(found)


def _groups(tokens: Iterable[Token]) -> Iterator[tuple[Token, ...]]:
    group: list[Token] = []
    for token in tokens:
        if token.word != BREAK:
            group.append(token)
        if group and (token.word == BREAK or len(group) == _LONGEST_SENTENCE):
            yield tuple(group)
            group = []
    if group:
        yield tuple(group)


def _clauses(tokens: tuple[Token, ...], number: int) -> list[Clause]:
    parts = [(lead, part) for lead, part in _parts(tokens) if part]
    clauses = [Clause(tuple(token.word for token in part), part[0].start, number, lead) for lead, part in parts]
    if tokens[-1].word == "?" and clauses:
        opener = next((at for at, clause in enumerate(clauses) if clause.words[0] in _OPENERS), len(clauses) - 1)
        for clause in clauses[opener:]:
            clause.asks = True
    for before, clause in zip((None, *clauses), clauses, strict=False):
        clause.imagined = _is_imagined(clause) or (
            before is not None and _leads_on(before, clause) and clause.words[0] in ("and", "or", "that")
        )
    return clauses


def _leads_on(before: Clause, clause: Clause) -> bool:
    """Whether what follows is only so if what stands before it happens: "Shout at ten and it's off"."""
    return before.imagined or (clause.words[0] == "and" and _ON_REQUEST.match(before.plain) is not None)


def _is_imagined(clause: Clause) -> bool:
    first = clause.words[0]
    if first in ("until", "till"):
        return len(clause.words) > 1 and clause.words[1] in _SUBJECTS
    if first == "when":
        return not _WHEN_REAL.search(clause.plain)
    return first in _CONDITIONS or clause.plain.startswith(
        ("in case", "as soon as", "before i ", "or if", "and if", "but if", "ask me to", "then ask me to")
    )


def _parts(tokens: tuple[Token, ...]) -> Iterator[tuple[str, tuple[Token, ...]]]:
    part: list[Token] = []
    lead = ""
    for at, token in enumerate(tokens):
        if token.word in _MARKS or token.word == "?":
            # "No, it is off" denies nothing: "no" is a clause of its own.
            yield lead, tuple(part)
            part, lead = [], token.word
            continue
        if part and (len(part) == _LONGEST_CLAUSE or (token.word in _CONJUNCTIONS and _cuts(tokens, at))):
            yield lead, tuple(part)
            part, lead = [], ""
        part.append(token)
    yield lead, tuple(part)


def _cuts(tokens: tuple[Token, ...], at: int) -> bool:
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if tokens[at].word == "that":
        return bool(following) and following not in _POINTED_AT
    if tokens[at].word == "and":
        return tokens[at - 1].word not in ("ahead", "both")
    if tokens[at].word == "yet":
        return tokens[at - 1].word not in ("not", "have", "has", "is", "are")
    if tokens[at].word == "as":
        if following == "long":
            return True
        words = takewhile(lambda word: word not in _MARKS, (token.word for token in tokens[at + 2 : at + 8]))
        return following in _REASON_BEGINS and not _FINITE.isdisjoint(words)
    return True
