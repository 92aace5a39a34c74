"""Facts about answers that ask back, and about answers that decline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from attrs import frozen

from tool_sandbox.evaluation.facts.clauses import Sentence
from tool_sandbox.evaluation.facts.deeds import Claim, claims_of, says_done
from tool_sandbox.evaluation.facts.fact import Explained, Fact, any_of_words
from tool_sandbox.evaluation.facts.phrases import root
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.tokens import plain_words
from tool_sandbox.evaluation.facts.verbs import VerbGroup, any_of, group_of

_REQUEST = re.compile(
    r"\b(?:please|kindly|tell me|(?:let|lets) me know(?! (?:if|when|once|should)\b)"
    r"|(?:give|drop|hand|pass|get|shoot) me|share|provide|specify|clarify"
    r"|confirm|i (?:\w+ )?need|i (?:just )?require|(?:need to|have to|must) know|could you|can you|would you|send me"
    r"|i am missing|missing is|waiting for|depends on|say (?:which|who|what)|pick one|choose|i would like to know"
    r"|what i need|need (?:a|the|to|your|one)|required)\b"
)
_QUESTION_WORDS = frozenset(
    {"which", "what", "who", "whom", "whose", "how", "when", "where", "why", "do", "does", "did", "you", "mean",
     "should", "i", "is", "it", "for", "to", "the", "a", "of", "would", "like", "want", "your", "be", "can", "shall",
     "me", "was", "were", "are", "has", "have", "there"}
)  # fmt: skip
_SAME_QUESTION = (
    frozenset({"who", "whom", "whose", "recipient", "person", "contact", "name", "somebody", "friend"}),
    frozenset({"when", "time", "date", "day", "hour", "clock"}),
    frozenset({"where", "place", "location", "address"}),
)
_UNABLE = re.compile(
    r"\b(?:not|unable|impossible|never|nor|neither|without|lacks?|lacking|missing|unavailable|beyond|outside"
    r"|fail(?:ed|s)?|only|no (?:texts?|messages?|timers?|history"
    r"|way|access|tools?|means|ability|permission|possibility|option|function\w*"
    r"|network|internet|connection|signal|wi fi|idea|information|can|such|record|search|e ?mail|mail"
    r"|clock|calendar|date|control|capabilit\w+|features?|methods?|reach|clue|insight|knowledge|data|chance|switch)|nothing|none|unsupported"
    r"|prevents?|blocks(?! (?:away|from|down|off)\b)|blocked|hardly|refuses?|refused|denied|disabled|unknown|incapable"
    r"|powerless|limited to|stuck"
    r"|inaccessible|unreachable|absent|exceeds|ruled out|cut off|out of (?:reach|the question|my hands)"
    r"|off (?:limits|the table)|in the dark|at a loss)\b"
)
_PRONOUN = re.compile(
    r"^(?:\w+ ){0,5}?(?:is|have|give|send|tell|know|need) (?:\w+ )?(?:it|that|one|them)(?: to me| for me)?$"
)
"""A question for what the sentence before it speaks of: "I need Katya's number. What is it?"."""
_ABSENT = re.compile(
    r"\b(?:there (?:is|are)|you have) no (?!(?:way|tool|means|access|option|possib|function|search|method)\w*)"
    r"(?:\S+ ){1,4}?(?:in|among) your (?:contacts|messages|reminders)\b"
)
"""What only somebody can say who has looked."""
_WHOLLY_UNABLE = re.compile(
    r"(?:(?:sorry|unfortunately|afraid) )?"
    r"(?:i (?:really |just )?(?:do not|can not) (?:know|say|tell)(?: (?:it|that|this))?"
    r"|(?:i have )?(?:no|not any) idea|(?:(?:it|that|this) is )?not possible)(?: (?:sorry|unfortunately|i am afraid))?"
)
"""A clause that says it of whatever was wanted."""
_KNOWING = frozenset(map(root, ("know", "tell", "say", "idea", "clue", "sure")))
_PARTICLES = frozenset(
    {"up", "off", "on", "out", "of", "for", "at", "in", "down", "through", "over", "back", "any", "the", "your", "a",
     "an", "my", "to", "into", "it", "from"}
)  # fmt: skip


@frozen
class Asked(Fact):
    """A question, or a request, for one of these things.

    Args:
        phrases: What is asked for, such as ``("which Dana",)`` or ``("what should I write", "message", "text")``.
    """

    phrases: tuple[str, ...]

    def _found(self, reading: Reading) -> bool:
        asking = tuple(_requests(reading.sentences))
        spoken = any(_PRONOUN.search(sentence.plain) for sentence in asking)
        asked = (*asking, *(each for each, following in pairwise(reading.sentences) if spoken and following in asking))
        return any(_asks(sentence, phrase, reading) for sentence in asked for phrase in self.phrases)

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        return "says that it is done instead of asking" if says_done(reading) and not self._found(reading) else None

    def in_words(self, s: str = "s") -> str:
        """That it is asked."""
        return f"ask{s} for {any_of_words(self.phrases)}"

    def __str__(self) -> str:
        return f"asks for {' or '.join(self.phrases)}"


def _requests(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """The sentences that ask for something, and the list below one that ends in a colon."""
    listed = False
    for sentence in sentences:
        asked = _is_request(sentence)
        if asked or listed:
            yield sentence
        listed = sentence.tokens[-1].word == ":" if asked else listed


def _is_request(sentence: Sentence) -> bool:
    return sentence.asks or bool(_REQUEST.search(sentence.plain))


def _asks(sentence: Sentence, phrase: str, reading: Reading) -> bool:
    words = plain_words(phrase)
    wanted = {root(word) for word in words if word not in _QUESTION_WORDS}
    here = _roots_in(sentence)
    asking = {word for word in words if word in ("which", "who", "whom", "whose", "what", "when", "where")}
    said = frozenset(sentence.plain.split())
    if wanted and wanted <= here:
        return True
    if not any(said & _alike(word) for word in asking):
        return False
    return wanted <= frozenset().union(*map(_roots_in, reading.sentences))


def _alike(word: str) -> frozenset[str]:
    if word == "which":
        return frozenset({"which", "who", "whom", "what", "or", "whose", "one"})
    which = frozenset({"which"} if word in ("who", "whom", "whose", "what") else ())
    return which.union({word}, *(alike for alike in _SAME_QUESTION if word in alike))


@lru_cache(maxsize=1 << 11)
def _roots_in(sentence: Sentence) -> frozenset[str]:
    return frozenset(root(word) for word in sentence.plain.split())


@frozen
class Cannot(Fact):
    """Something that the agent says it can't do.

    Args:
        phrases: What can't be done, in alternatives: ``("look up", "contacts")``. A verb stands for its group.
    """

    phrases: tuple[str, ...]

    def _found(self, reading: Reading) -> bool:
        if "search" in (group.name for group in map(group_of, self._verbs()) if group) and _claims_absence(reading):
            return False
        unable = [
            each for each in reading.sentences if _UNABLE.search(each.plain) and not all(c.asks for c in each.clauses)
        ]
        wholly = any(_WHOLLY_UNABLE.fullmatch(clause.plain) for clause in reading.clauses)
        return wholly or any(_speaks_of(sentence, phrase) for sentence in unable for phrase in self.phrases)

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        del explained
        if says_done(reading) or Claim.DONE in claims_of(tuple(self._verbs()), reading):
            return "claims to have done what is impossible"
        return None

    def _verbs(self) -> Iterator[str]:
        """The verbs that the phrases begin with."""
        for phrase in self.phrases:
            first = plain_words(phrase)[0]
            if group_of(first):
                yield first

    def in_words(self, s: str = "s") -> str:
        """That it cannot be done."""
        return f"say{s} that this is impossible: {any_of_words(self.phrases)}"

    def __str__(self) -> str:
        return f"cannot {' or '.join(self.phrases)}"


def admits_inability(sentence: Sentence) -> bool:
    """Whether a sentence says that something cannot be done, or is not known."""
    return _UNABLE.search(sentence.plain) is not None


def _claims_absence(reading: Reading) -> bool:
    """Whether an answer says that there is no such entry, as if it had looked."""
    return any(_ABSENT.search(clause.plain) and not clause.asks for clause in reading.clauses)


def _speaks_of(sentence: Sentence, phrase: str) -> bool:
    words = plain_words(phrase)
    group = group_of(words[0])
    said = group is not None and _open_forms(group).search(sentence.plain)
    if group and not said and len(words) == 1:
        return False
    rest = words[1:] if said else words  # "taken back" is no form of "remove", which "take" stands for
    here = _roots_in(sentence)
    asked = here | ({"what"} if "which" in here else set())
    if _KNOWING & asked:
        asked = asked | _KNOWING
    return {root(word) for word in rest if word not in _PARTICLES} <= asked


@lru_cache(maxsize=1 << 6)
def _open_forms(group: VerbGroup) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of(group.forms)}\b")
