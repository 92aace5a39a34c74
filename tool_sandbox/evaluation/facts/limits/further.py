"""Deeds that nobody asked for: to claim one is wrong, whatever else was done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from attrs import frozen

from tool_sandbox.evaluation.facts.clauses import Clause
from tool_sandbox.evaluation.facts.deeds import Claim, claims_of
from tool_sandbox.evaluation.facts.doers import gives_name
from tool_sandbox.evaluation.facts.fact import Fact, Limit
from tool_sandbox.evaluation.facts.people import people_in
from tool_sandbox.evaluation.facts.phrases import root
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.synonyms import same_thing
from tool_sandbox.evaluation.facts.verbs import TOLD, TREATED, group_of

_DOER = (
    r"(?:^|\b(?:i|we|and|then|so) |(?<!they )(?<!she )(?<!he )(?<!you )(?<!you have )\b(?:also|just|already|have|'ve) )"
    r"(?:(?:have|just|also|already|then|even) )*"
)
TRACED = {
    "send": (
        rf"(?:{TOLD}|emailed)\b(?! (?:you|me|us)\b)"
        r"|(?:replied|responded)(?= (?:to let|to them|to him|to her|to tell|and)\b|$)"
        r"|took the liberty of (?:texting|messaging|sending|telling)\b"
        r"|(?:sent|wrote|dropped|forwarded) (?:\S+ ){0,3}?(?:texts?|messages?|notes?|sms|e?mails?|invitations?)\b"
        r"|(?:the|your|a) (?:text|message)\b(?: to \S+)? (?:has |is |was )?(?:gone|went|sent|delivered|on its way)\b"
    ),
    "remind": r"(?:(?<=\w )(?:set|put)|added|created|scheduled|made)\b.*\b(?:reminders?|alarms?|events?)\b",
    "move": r"(?:moved|postponed|rescheduled|pushed)\b.*\breminder\b",
    "save": r"(?:added|saved|stored)\b(?! (?:in \S+ \S+ )?(?:as|under)\b).*\b(?:contacts?|him|her|as (?:a|an|your))\b",
    "create": r"(?:created|made|added|saved) (?:a|an|another) (?:new |second |separate )?(?:contact|entry)\b",
    "remove": r"(?:removed|deleted|erased)\b.*\bcontacts?\b",
}
"""Deeds that show in the tables of the phone → how an answer claims them."""
_TRACELESS = {
    "call": (
        r"(?:called|phoned|rang)\b(?! (?:tool|the tool|it|them|off|back)\b)(?= )",
        r"\b(?:call|phone|ring|dial)\b",
    ),
    "book": (r"(?:booked|reserved|ordered|bought|paid|purchased)\b", r"\b(?:book|reserve|order|buy|pay|purchase)\b"),
    "block": (r"(?:blocked|muted|reported|archived|blacklisted)\b", r"\b(?:block|mute|report|archive)\b"),
    "undo": (
        r"(?:(?:took|taken|called) back|unsent|recalled|undid|undone|reverted|retracted|withdrew|withdrawn)\b",
        r"\b(?:undo|back|revert|cancel)\b",
    ),
    "ask": (
        r"(?:asked|invited|begged|urged|requested) (?!you\b|me\b|for you\b)(?:her|him|them|\w+ to)\b",
        r"\b(?:ask|invite|request|beg|tell|text|message|send|write|answer|reply)\b",
    ),
    "share": (r"(?:shared|posted|uploaded|published)\b", r"\b(?:share|post|upload)\b"),
}
"""Other deeds → how an answer claims them, and how a user asks for them."""
_CLAIMED = {
    deed: re.compile(f"{_DOER}(?:{claimed})")
    for deed, claimed in (*TRACED.items(), *((deed, forms[0]) for deed, forms in _TRACELESS.items()))
}
_ORDERED = {deed: re.compile(ordered) for deed, (_, ordered) in _TRACELESS.items()}
ROLES = (
    "boss", "manager", "friend", "colleague", "coworker", "neighbour", "neighbor", "plumber", "landlord", "flatmate",
    "roommate", "sister", "brother", "mother", "mom", "mum", "father", "dad", "wife", "husband", "partner", "doctor",
    "dentist", "son", "daughter", "aunt", "uncle", "cousin", "teacher", "assistant", "electrician", "vet",
)  # fmt: skip
_ROLE = re.compile(rf"\b(?:{TREATED}|as) (?:your|a|an) (?P<role>{'|'.join(ROLES)})\b")
_THINGS = (
    "reminders?|contacts?|friends|messages?|conversations?|chats?|texts|photos?|notes?|history|calls|events?|emails?"
)
_ALL = re.compile(
    r"\b(?:removed|deleted|cleared|erased) all (?:\w+ )?(?:of )?(?:your |the )?"
    r"(?:friends|contacts|reminders|messages)\b(?! (?:that|which|who|what|with|past|due|in))"
    r"|\ball (?:of )?(?:your |the )?(?:friends|contacts|reminders|messages) (?:are|were|have been)(?: now)?"
    r" (?:removed|deleted|cleared|erased|gone)\b"
)
_WITH_IT = re.compile(
    r"\b(?:removed|deleted|erased|cleared|wiped)\b.* (?:and|with|plus)(?: all)?(?: of)? (?:your|the|his|her|their|all)"
    rf"(?: \w+)? (?P<thing>{_THINGS})\b"
)
"""Something that went with what was removed."""
_DUPLICATE = re.compile(
    r"\b(?:a|one|another|as) (?:second|additional|duplicate|separate|further) (?:contact|reminder|entry|number)\b"
    r"|\b(?:made|set|added|created|saved|plus|with|and) a (?:second|further|backup) one\b"
    r"|\b(?:kept|left|keeping) (?:the |your |her |his )?(?:old|previous|original) (?:one|contact|number|reminder)"
)
_MORE = re.compile(r"\b(?:also|too|one more)\b")
_EVERY = re.compile(
    r"\b(?:everybody|everyone|everything"
    r"|(?:all|every)(?: of)?(?: my| your| the)? (?:friend|contact|reminder|message)s?)\b"
)


@frozen
class NothingElse(Limit):
    """Deeds that neither the good answer nor its user speaks of. To claim one is wrong.

    Args:
        deeds: Names of these deeds.
        once: There is to be one, not a second beside it.
        some: Nobody speaks of all there are.
        words: The words of the good answer and its user, and what the people are to the user whom they name.
    """

    deeds: tuple[str, ...]
    once: bool
    some: bool
    words: frozenset[str]

    def _broken(self, reading: Reading) -> str | None:
        stated = [clause for clause in reading.clauses if clause.affirms]
        reasons = (self._in_clause(clause) for clause in stated)
        with_it = (self._removed_with_it(sentence.plain) for sentence in reading.sentences if not sentence.asks)
        return next(filter(None, (*reasons, *with_it, self._other_role(reading))), None)

    def _in_clause(self, clause: Clause) -> str | None:
        for deed in self.deeds:
            if claimed := claim_of(deed, clause):
                return f"claims {claimed!r}, which nobody asked for"
        of_all = self.some and _ALL.search(clause.plain)
        return (
            f"says {clause.plain!r}, which nobody asked for"
            if of_all or (self.once and _DUPLICATE.search(clause.plain))
            else None
        )

    def _removed_with_it(self, plain: str) -> str | None:
        match = _WITH_IT.search(plain)
        return (
            f"claims {match.group()!r}, which nobody asked for"
            if match and root(match["thing"]) not in self.words
            else None
        )

    def _other_role(self, reading: Reading) -> str | None:
        """Somebody who is something else to the user: "texted your neighbour"."""
        for clause in reading.clauses:
            for match in _ROLE.finditer(clause.plain):
                known = any(same_thing(root(match["role"]), word) for word in self.words)
                if not known and clause.asserts and not clause.negated(match.start("role")):
                    return f"says {match['role']!r}, which nobody here is"
        return None

    def __str__(self) -> str:
        return f"nothing else done ({', '.join(self.deeds)})"


@lru_cache(maxsize=1 << 13)  # a milestone is judged at many messages, and the end once more
def claim_of(deed: str, clause: Clause) -> str | None:
    """The words with which a clause claims a deed of the agent's, or None."""
    claimed = _CLAIMED[deed].search(clause.plain) if clause.affirms else None
    named = claimed and gives_name(clause, claimed.end() - len("called"), claimed.end())
    return claimed.group().strip() if claimed and not named and not clause.wished(claimed.start()) else None


def nothing_else(good: Reading) -> Iterator[Fact]:
    """The deeds that neither a good answer nor its user speaks of."""
    heard = [clause.plain for text in good.heard for clause in text.clauses]
    some = not any(_EVERY.search(plain) for plain in (*(clause.plain for clause in good.clauses), *heard))
    wanted = {group.name for text in good.surroundings.heard if (group := group_of(text))}
    told = [deed for deed in _CLAIMED if deed in wanted or Claim.DONE in claims_of((deed,), good)]
    others = (deed for deed in _ORDERED if deed not in told and not any(_ORDERED[deed].search(each) for each in heard))
    told += ["ask"] if "send" in told else []
    changed = any(Claim.DONE in claims_of((deed,), good) for deed in ("remind", "change", "move"))
    if not heard and not (told or changed):
        return
    more = any(_MORE.search(plain) for plain in (*(clause.plain for clause in good.clauses), *heard))
    once = not more and ((changed and not set(told) - {"remind", "move"}) or told == ["remove"])
    yield NothingElse(tuple(others), once, some, _words_of(good, heard))


def _words_of(good: Reading, heard: list[str]) -> frozenset[str]:
    named = frozenset().union(*(person.names for person in people_in(good)))
    relations = [relation for name, relation in good.surroundings.relationships if name in named]
    said = " ".join((*(clause.plain for clause in good.clauses), *heard, *relations))
    return frozenset(map(root, said.split()))
