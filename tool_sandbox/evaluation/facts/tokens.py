"""The words of a text in a plain form, on which everything but amounts is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from tool_sandbox.evaluation.facts.mentions.normalisation import folded, normalised


class Token(NamedTuple):
    """A word without capitals, accents and contraction, or a mark of punctuation, and where it begins in the text."""

    word: str
    start: int


BREAK = "\n"
"""The token between two sentences."""

_TOKEN = re.compile(
    r"(?P<code>(?<!\w)[a-z]+(?:_[a-z]+)+(?:\([^()\n]*\))?)|(?P<arrow>[→⇒➜➔➡]|[-=]>|(?<= )>(?= ))"
    r"|(?P<noon>\b[ap]\.m\b\.?(?![.]))|(?P<spelled>\b[^\W\d_](?:[-.][^\W\d_]){2,}\b(?!-))|(?P<number>\d+(?:[.,:/]\d+)*)"
    r"|(?P<word>e-mail\w*|[^\W\d_]+(?:'[^\W\d_]+)?)"
    r"|(?P<ending>[.!?]+(?=[\s\"')\]]|$)|…|\n)|(?P<dash>(?<=\s)--?(?=\s)|—|\|)|(?P<emoji>[\u2600-\u27bf\U0001f000-\U0001faff]+)(?=[\s,;]|$)|(?P<mark>[,;:()?!\"])"
)
_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "st", "approx", "ca", "vs", "nr", "e.g", "i.e", "g", "e", "n", "s", "w"}
)
_CONTRACTED = {
    "n't": ("not",), "'ll": ("will",), "'ve": ("have",), "'m": ("am",), "'re": ("are",), "'d": ("would",),
}  # fmt: skip
_WHOLE = {
    "can't": ("can", "not"), "cannot": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not"),
    "ain't": ("is", "not"), "let's": ("let", "us"), "cant": ("can", "not"), "dont": ("do", "not"),
    "didnt": ("did", "not"), "doesnt": ("does", "not"), "isnt": ("is", "not"), "arent": ("are", "not"),
    "wasnt": ("was", "not"), "werent": ("were", "not"), "couldnt": ("could", "not"), "wouldnt": ("would", "not"),
    "havent": ("have", "not"), "hasnt": ("has", "not"), "wont": ("will", "not"), "wifi": ("wi", "fi"),
}  # fmt: skip
_FIXED: dict[str, tuple[str, ...]] = {"code": ("tool",), "emoji": (), "arrow": ()}
"""What stands for a kind of token: a tool's name says nothing of what was done, such as `set_wifi_status(on=true)`."""
_STATES = frozenset({"on", "off", "enabled", "disabled", "active", "inactive", "running"})
"""Before an arrow: what was so, in "Wi-Fi: on → off"."""
_CHANGES = re.compile(r"\|[^|\n]*\b(?:before|old|was|from)\b[^|\n]*\|[^|\n]*\b(?:after|new|now|to)\b")
"""The head of a table of what was so and what is."""
_HOUSE, _LONGEST_HOUSE = re.compile(r"\b(?:number|no\.?|nr\.?) ?(?:\d{1,4}|one)$"), 16
_SIGNS = {"\u2705": "on", "\u2714": "on", "\u2611": "on", "\u274c": "off", "\u2716": "off", "\U0001f6ab": "off"}
_SIGNED = re.compile(r"(?:^|[\n,;|\u2600-\u27bf\U0001f000-\U0001faff])\W*(?:[^\W\d_]+[- ]?){1,3}:? ?$")
"""A line of a list that is nothing but a name, before a sign that stands for on or off."""
_IS = frozenset({"it", "that", "he", "she", "what", "who", "where", "there", "here", "everything", "fi", "how", "this"})


def tokens_of(text: str) -> Iterator[Token]:
    """The tokens of a normalised text, in order."""
    previous, plain = "", folded(text)
    changes = _CHANGES.search(plain) is not None
    for match in _TOKEN.finditer(plain):
        if match.lastgroup == "word":
            for word in _expanded(match.group()):
                yield Token(word, match.start())
                previous = word
            continue
        if match.group() == "," and _HOUSE.search(plain, max(0, match.start() - _LONGEST_HOUSE), match.start()):
            continue  # "number 1, Apple Park Way"
        changed = previous in _STATES and (match.lastgroup == "arrow" or (changes and match.group() == "|"))
        for word in ("became",) if changed else _plain(match, previous) or _sign(match, plain):
            yield Token(word, match.start())
            previous = word
        of_amount = match.group() == "." and previous == "g"  # "907 g. Anything else?"
        if (of_amount or match.lastgroup in ("noon", "emoji")) and text[match.end() :].lstrip()[:1].isupper():
            yield Token(BREAK, match.start())


@lru_cache(maxsize=1 << 12)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a normalised text, without punctuation."""
    return tuple(token.word for token in tokens_of(text) if token.word[0].isalnum())


@lru_cache(maxsize=1 << 12)
def plain_words(text: str) -> tuple[str, ...]:
    """The words of any text."""
    return words_of(normalised(text).text)


def _plain(match: re.Match[str], previous: str) -> tuple[str, ...]:
    found = match.group()
    if match.lastgroup in _FIXED:
        return _FIXED[match.lastgroup]
    match match.lastgroup:
        case "noon":
            return (f"{found[0]}m",)
        case "dash":
            return (":",) if found == "|" else (";",)
        case "ending":
            return _ending(found, previous)
    return (re.sub(r"[-.]", "", found) if match.lastgroup == "spelled" else found,)


def _sign(match: re.Match[str], text: str) -> tuple[str, ...]:
    """What a check mark or a cross behind a name says."""
    sign = _SIGNS.get(match.group()[0]) if match.lastgroup == "emoji" else None
    return (sign,) if sign and _SIGNED.search(text, max(0, match.start() - 40), match.start()) else ()


def _ending(found: str, previous: str) -> tuple[str, ...]:
    if found == "." and previous in _ABBREVIATIONS:
        return ()
    return ("?", BREAK) if "?" in found else (BREAK,)


@lru_cache(maxsize=1 << 12)
def _expanded(word: str) -> tuple[str, ...]:
    word = word.replace("e-", "e")
    if word in _WHOLE:
        return _WHOLE[word]
    for ending, expansion in _CONTRACTED.items():
        if word.endswith(ending) and len(word) > len(ending):
            return (word.removesuffix(ending), *expansion)
    if word.endswith("'s"):
        stem = word.removesuffix("'s")
        return (*_WHOLE.get(stem, (stem,)), "is" if stem in _IS else "'s")
    return (word,)
