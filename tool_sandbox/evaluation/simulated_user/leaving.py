"""A simulated user that leaves before anything was answered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tool_sandbox.evaluation.facts.clauses import Sentence
from tool_sandbox.evaluation.facts.deeds import Claim, claims_of, says_done
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.facts.surroundings import Surroundings

MOST_FAILURES = 5
"""After so many answers that lead nowhere the user may give up; it is told so."""
_OFFER = re.compile(
    r"\b(?:else|help(?! you with that\b)|assist|also|too|as well|instead|would you like me to|do you want me to"
    r"|want me to|would you like to|like me to|further|any other)\b"
)
_FILLER = re.compile(
    r"(?:sure|of course|certainly|ok|okay|great|got it|absolutely|no problem|yes|yep|alright|hi|hello|hey|happy to"
    r"|i (?:can|will|would|am) (?:\w+ ){0,3}(?:help|assist|do that|do it|happy to)|thanks|thank you"
    r"|to do (?:that|this|so))\b"
)
_REQUEST = re.compile(
    r"(?:(?:and|then|so|also|first|now|to do (?:that|this|so)|for that) )*(?:please|kindly|tell me|give me"
    r"|let me know (?:who|whom|what|which|when|where|how)|i (?:still |also |just )?need (?:to know|the|a|your|more)"
    r"|i would like to know)\b"
)
_DEEDS = ("sent", "added", "removed", "changed", "switched on", "switched off", "saved", "set")
_LONGEST = 80


def left_open(heard: Sequence[str], replies: int, wanted: int, surroundings: Surroundings) -> str:
    """What a user left open who ended the conversation before anything was answered; empty where all is well.

    Args:
        heard: What the assistant said to the user, in order.
        replies: How often the user answered.
        wanted: How many answers of the user the solution of the scenario waits for, where that is known.
        surroundings: The world in which it was said.
    """
    if not heard:
        return "the request"
    if len(heard) >= MOST_FAILURES:
        return ""
    last = reading_of(heard[-1], surroundings)
    questions = [sentence for sentence in last.sentences if _is_open(sentence)]
    if not questions or _reports(last):
        return ""
    only_asked = all(_only_asks(reading_of(text, surroundings)) for text in heard)
    return _words(last, questions[-1]) if only_asked or replies < wanted else ""


def _is_open(sentence: Sentence) -> bool:
    """Whether it waits for an answer; an offer of more does not."""
    return _asks(sentence) and not _OFFER.search(sentence.plain)


def _asks(sentence: Sentence) -> bool:
    return sentence.asks or any(_REQUEST.match(clause.plain) for clause in sentence.clauses)


def _only_asks(reading: Reading) -> bool:
    asked = [_asks(sentence) or bool(_FILLER.match(sentence.plain)) for sentence in reading.sentences]
    return all(asked) and any(_asks(sentence) for sentence in reading.sentences)


def _reports(reading: Reading) -> bool:
    return says_done(reading) or Claim.DONE in claims_of(_DEEDS, reading)


def _words(reading: Reading, sentence: Sentence) -> str:
    line = " ".join(reading.normal.text[sentence.start : sentence.end].split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
