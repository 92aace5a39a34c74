"""Deeds: what an answer says was done, could not be done, or will be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

from attrs import frozen

from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.doers import is_agents, is_of_others, others_did_not
from tool_sandbox.evaluation.facts.fact import Explained, Fact
from tool_sandbox.evaluation.facts.failures import is_still_there, says_failed, was_so_already
from tool_sandbox.evaluation.facts.mentions.days import Day
from tool_sandbox.evaluation.facts.mentions.times import TimeOfDay
from tool_sandbox.evaluation.facts.phrases import column, places_of
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.reports import is_reported
from tool_sandbox.evaluation.facts.tokens import plain_words, words_of
from tool_sandbox.evaluation.facts.verbs import VerbGroup, any_of, group_of


class Claim(Enum):
    """What an answer says about a deed."""

    DONE = "done"
    DENIED = "not done"
    PLANNED = "yet to be done"


_ANY_DEED = re.compile(
    r"(?:(?:ok|okay|alright|sure|great|yes|yep|yeah|and|good news|it|that|this|all|you|your \w+|everything|both|is"
    r"|are|has|been|'s|now|am|perfect|job|task|i|have|consider|we|should be|request|already|just|successfully|no"
    r"|problem|of course|thing)\b ?)*(?:done|all set|good to go|sorted(?: out)?|completed?|taken care of|handled"
    r"|finished|success(?:ful|fully)?|got it done|did it|did that|mission accomplished)(?: (?:for you|now"
    r"|successfully|then|as requested|as you asked|too|both|already|with \w+|it|that|as well|sir|boss|and|dusted"
    r"|deal))*"
)
_AGREED = re.compile(
    r"(?:will do|ok(?:ay)?|sure(?: thing)?|got it|all ?right|certainly|of course|absolutely|noted|you got it|roger"
    r"|gladly|understood|no problem|consider it done|it is a date|yes|great|perfect)\b"
)
_LATER_FAILURE = re.compile(r"\b(?:fail(?:ed|s)|(?:is|was|are) not|impossible|did not work)\b")
_TO_DO = re.compile(r"(?<!\bhad )(?<!\bneeded )\bto $")
"""Before a form that is a base form too: "to set this reminder I need the time"."""
_OTHERS = re.compile(r"\b(?:other|others|rest|second|remaining)\b")
"""What nothing was to be done about: "your other number is still there"."""
_NOTHING = re.compile(r" (?:\w+ )?(?:nothing|nobody|none|no one|no \w+)\b(?! (?:problem|problems))")
_ORDER = re.compile(r"(?:let (?!me |us )\w+|set (?:a|an|the|me|up)|put|cut)\b")
"""Forms that are a command at the beginning of a clause, and the past everywhere else."""
_BOTH_FORMS = re.compile(r"(?:let|set|put|cut)\b")
_NOT_DONE = re.compile(r" (?:not|never) (?:(?:yet|be|been|being|actually) )*\S+$")
_TO_BE_DONE = re.compile(r" (?:will|would|shall|should|can|could|may|might|must|to) (?:now |then |also )?be \S+$")
"""At the end of what says a deed done: "the reminder could not be set", "will be set"."""
_OF_THE_OLD = re.compile(r"\b(?:old|previous|former|earlier|original)\b.*\b(?:no longer|not)\b")
"""What was replaced is no longer so: that denies nothing."""
_REAL_BASE = re.compile(
    r"\b(?:was able to|were able to|been able to|managed to|went ahead and|did|made sure to|had to|(?:i|we) have)"
    r"(?: \w+ly| then| also)? ?$"
)
_OFFER = re.compile(
    r"(?:shall|should) (?:i|we) (?:now |then |also )?"
    r"(?P<what>(?!.*\b(?:else|another|other|again|further|more|next|instead|back)\b).+)"
)
_NOW_ONLY = frozenset({"now", "then", "instead"})
_HOW = re.compile(
    r"(?:how|what) (?:would you (?:like|want)|do you (?:want|wish))\b(?: me)?(?: \w+)* to\b (?P<what>.+)"
    r"|(?:how|what) (?:should|shall|may|can) i (?P<own>.+)"
)
"""Asking how to do what is done already."""
_ALREADY = re.compile(r" ?\balready\b")
"""In what is so: nothing was done."""
_CLOSING = re.compile(r"\b(?:else|another|other|again|also|too|further|more|next|as well|instead|back)\b")


_PASSIVES = {
    "send": "the text was sent",
    "remind": "the reminder was set",
    "remove": "it was removed",
    "save": "it was saved",
    "change": "it was changed",
    "move": "the reminder was moved",
    "switch": "it was switched",
    "search": "it was looked up",
    "call": "a call was made",
    "email": "an e-mail was sent",
    "book": "it was booked",
    "convert": "it was converted",
}
"""Groups of verbs → what was done, for people."""


@frozen
class Deed(Fact):
    """Something that was done, or was not.

    Args:
        verbs: Verbs in any form; each stands for its whole group ("sent": texted, told, let … know), one of no group
            for its own inflections.
        done: Whether it should be said to have been done.
    """

    verbs: tuple[str, ...]
    done: bool = True

    def _found(self, reading: Reading) -> bool:
        claims = claims_of(self.verbs, reading)
        if self.done:
            if self._is_undone(reading):
                return False
            agreed = (
                says_done(reading)
                or _is_bare(reading)
                or ("remind" in map(_group_name, self.verbs) and _agrees(reading))
            )
            return Claim.DONE in claims or (Claim.DENIED not in claims and agreed) or self._is_reported(reading)
        return Claim.DENIED in claims or (Claim.DONE not in claims and says_failed(reading))

    def _said(self, reading: Reading) -> bool:
        return (Claim.DONE if self.done else Claim.DENIED) in claims_of(self.verbs, reading)

    def _is_undone(self, reading: Reading) -> bool:
        """Whether an answer takes back what it claims."""
        removed = "remove" in map(_group_name, self.verbs)
        return was_so_already(reading) or (removed and is_still_there(reading))

    def _is_reported(self, reading: Reading) -> bool:
        """Whether an answer that says nothing in the deed's own words reports it all the same."""
        silent = not claims_of(self.verbs, reading) and not says_failed(reading)
        return silent and any(group and is_reported(group, reading) for group in map(group_of, self.verbs))

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        claims = claims_of(self.verbs, reading)
        verb = self.verbs[0]
        if not self.done:
            return f"says that {_passive(verb)}" if Claim.DONE in claims or says_done(reading) else None
        if Claim.DENIED in claims or says_failed(reading) or self._is_undone(reading):
            return f"says that {_passive(verb).replace(' was ', ' was not ')}"
        if Claim.PLANNED in claims or any(self._is_offered(clause) for clause in reading.clauses):
            return f"says that {_passive(verb).replace(' was ', ' is yet to be ')}"
        return None

    def _is_offered(self, clause: Clause) -> bool:
        """Whether an answer asks if it should do what it was told to: "Shall I now remove her as well?"."""
        offer = (_OFFER.match(clause.plain) or _HOW.match(clause.plain)) if clause.asks else None
        groups = filter(None, map(group_of, self.verbs))
        what = "" if offer is None else next(filter(None, offer.groups()), "")
        return any(re.match(any_of(group.base), what) for group in groups)

    def in_words(self, s: str = "s") -> str:
        """That it was done, or was not."""
        deeds = " or ".join(dict.fromkeys(map(_passive, self.verbs)))
        return f"say{s} that {deeds if self.done else deeds.replace(' was ', ' was not ')}"

    def __str__(self) -> str:
        return f"{'done' if self.done else 'not done'}: {' or '.join(self.verbs)}"


def says_done(reading: Reading) -> bool:
    """Whether an answer says "Done." or the like, of no deed in particular."""
    return any(_ANY_DEED.fullmatch(clause.plain) and clause.affirms for clause in reading.clauses)


def _is_bare(reading: Reading) -> bool:
    """Whether an answer is nothing but a value, which leaves the deed to the world: "16:40"."""
    text = reading.normal.text
    first = reading.mentions[0].span if reading.mentions else None
    return first is not None and _NOW_ONLY.issuperset(words_of(text[: first.start] + text[first.end :]))


def _agrees(reading: Reading) -> bool:
    """Whether an answer agrees to what is to be at some time: "Okay: freezer, quarter past six"."""
    first = reading.clauses[0].plain if reading.clauses else ""
    if not _AGREED.match(first) or any(clause.asks or clause.denies for clause in reading.clauses):
        return False
    return any(isinstance(mention, Day | TimeOfDay) for mention in reading.mentions)


def _passive(verb: str) -> str:
    """A deed as a sentence: "the text was sent"."""
    participle = verb.endswith("ed")
    return _PASSIVES.get(_group_name(verb), f"something was {verb}" if participle else f"it was done ({verb})")


def _group_name(verb: str) -> str:
    group = group_of(verb)
    return group.name if group else ""


@lru_cache(maxsize=1 << 12)
def claims_of(verbs: tuple[str, ...], reading: Reading) -> frozenset[Claim]:
    """What an answer says about the deeds of these verbs."""
    return frozenset(claim for verb in verbs for claim in _claims(verb, reading))


def _claims(verb: str, reading: Reading) -> Iterator[Claim]:
    plain = " ".join(plain_words(verb))
    group = group_of(plain)
    if group is None:
        yield from _free_claims(verb, reading)
        return
    patterns = _patterns(group)
    for clause in reading.clauses:
        yield from patterns.claims(clause)


def _free_claims(verb: str, reading: Reading) -> Iterator[Claim]:
    """The claims about words of no group: they are done where they are stated."""
    for clause, first, _ in places_of(verb, reading):
        at = column(clause, first)
        if clause.negated(at):
            yield Claim.DENIED
        elif not clause.wished(at):
            yield Claim.DONE


@lru_cache(maxsize=1 << 6)
def _patterns(group: VerbGroup) -> _Patterns:
    return _Patterns(group)


class _Patterns:
    """The compiled forms of a group of verbs."""

    def __init__(self, group: VerbGroup) -> None:
        self._name = group.name
        self._done = re.compile(rf"\b{any_of(group.done)}\b")
        self._open = re.compile(rf"\b{any_of(group.forms)}\b")
        self._base = re.compile(rf"\b{any_of(group.base)}\b")
        self._doing = re.compile(rf"\b{any_of(group.doing)}\b")
        self._result = re.compile(rf"(?:\b|(?=')|^){any_of(group.result)}")
        self._undone = re.compile(rf"\b{any_of(group.undone)}")
        self._planned = re.compile(rf"\b{any_of(group.planned)}\b")
        parts = (self._open, self._result, self._undone, self._planned)
        self._any = re.compile("|".join(part.pattern for part in parts))
        """What there is in every claim."""

    def claims(self, clause: Clause) -> Iterator[Claim]:
        """What a clause says about the deed."""
        if clause.imagined or not self._any.search(clause.plain):
            return
        plain = clause.plain
        if clause.asks:
            yield from self._offers(clause)
            return
        yield from self._planned_claims(clause)
        yield from self._done_claims(clause)
        for match in self._result.finditer(plain):
            already = _ALREADY.search(match.group()) or _ALREADY.match(plain, match.end())
            if not (already or clause.wished(match.start()) or clause.negated(match.start())):
                yield Claim.DONE
        if self._undone.search(plain) and not _OTHERS.search(plain):
            yield Claim.DENIED
        if _OF_THE_OLD.search(plain):
            return
        mine = (match.start() for match in self._open.finditer(plain) if not others_did_not(plain[: match.start()]))
        if any(map(clause.negated, mine)):
            if not any(
                clause.negated(match.end()) and not clause.negated(match.start())
                for match in self._result.finditer(plain)
            ):
                yield Claim.DENIED
        elif self._doing.search(plain) and _LATER_FAILURE.search(plain):
            yield Claim.DENIED
        yield from self._offers(clause)

    def _planned_claims(self, clause: Clause) -> Iterator[Claim]:
        for match in self._planned.finditer(clause.plain):
            yield Claim.DENIED if clause.negated(match.end()) else Claim.DONE

    def _done_claims(self, clause: Clause) -> Iterator[Claim]:
        for match in self._done.finditer(clause.plain):
            at = match.start()
            ordered = at == 0 and _ORDER.match(clause.plain)
            to_do = _BOTH_FORMS.match(match.group()) and _TO_DO.search(clause.plain[:at])
            if ordered or to_do or clause.negated(at) or clause.wished(at) or is_of_others(self._name, match, clause):
                continue
            if _TO_BE_DONE.search(match.group()):
                continue
            denied = _NOT_DONE.search(match.group()) or _NOTHING.match(clause.plain, match.end())
            yield Claim.DENIED if denied else Claim.DONE
        for match in self._base.finditer(clause.plain):
            before = clause.plain[: match.start()]
            if _REAL_BASE.search(before) and is_agents(before) and not clause.negated(match.start()):
                yield Claim.DONE

    def _offers(self, clause: Clause) -> Iterator[Claim]:
        if _CLOSING.search(clause.plain):
            return
        for match in self._open.finditer(clause.plain):
            first_person = re.search(r"\b(?:i|we|me|us)\b", clause.plain[: match.start()])
            if first_person and clause.wished(match.start()) and not clause.negated(match.start()):
                yield Claim.PLANNED
