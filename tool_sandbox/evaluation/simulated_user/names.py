"""The names of people and places in what somebody writes, told from other words by their capitals."""

# ruff: noqa: SIM905 -- words are read best as one text

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz.distance import Levenshtein

from tool_sandbox.evaluation.facts.mentions.days import WEEKDAYS
from tool_sandbox.evaluation.facts.mentions.normalisation import folded, normalised

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_TITLE_BEFORE = re.compile(r"\b(Mr|Mrs|Ms|Dr|St)\.", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n:;\"()\u2014\u2026]+")
_ASKS_FOR_NAME = re.compile(
    r"\b(?:who|whom|whose|name|named|which (?:contact|person|city|place|location|town|one)|where|city|town|recipient"
    r"|contact|location|place|address)\b",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"'s?$")
_NICKNAME = 3
"""A name of so many letters may stand for a longer one that holds it."""
_TYPED_WRONG = 5
"""In a name of so many letters one may be wrong."""
_TITLE = 4
"""So many words with capitals are a title, not a name."""

_NO_NAMES = frozenset(
    (
        # what people say
        "i im id ill ive yes yeah yep yup no nope nah ok okay sure thanks thank thx please pls well so and but or if "
        "oh ah hm hmm huh hey hi hello bye goodbye good great cool nice perfect fine right exactly correct true wrong "
        "sorry wait hold stop never mind nevermind maybe perhaps dunno idk lol wow ugh argh omg god jesus christ gosh "
        "damn done go ahead do did got get it that this these those the a an my your her his him she he they them we "
        "us you me mine yours not now then there here home work office school everyone everybody anyone anybody "
        "someone somebody nobody none nothing something anything everything all both either neither any some one two "
        "three first second last latest next same other others another just only also too again still already "
        "whatever whoever whichever wherever what who where when why how which can could would should will may might "
        "must shall is are was were be been am have has had make let send text tell say ask call check look find "
        "search try use turn switch set add remove delete change save read show give take put keep leave forget "
        "remind like love want need think guess know mean see hear sounds sound new old current today tomorrow "
        "yesterday tonight morning afternoon evening night noon midnight as at by for from in into of off on out over "
        "to up with without about after before very really skip "
        # people by what they are
        "mom mum mommy mummy mother dad daddy father grandma grandpa granny nana aunt auntie uncle cousin sister sis "
        "brother bro son daughter wife husband partner boss doctor dentist plumber landlord neighbour neighbor friend "
        "mr mrs ms dr sir madam miss st rd ave blvd "
        "street road avenue lane inc corp ltd llc company "
        # the phone and the web
        "wi-fi wifi wi fi bluetooth internet gps sim cellular cell location service services low battery mode phone "
        "contact contacts reminder reminders message messages settings setting siri alexa google bing android iphone "
        "apple whatsapp imessage facebook instagram gmail app assistant user ai "
        # measures, languages
        "celsius fahrenheit kelvin euro euros dollar dollars pound pounds yen usd eur gbp am pm english french spanish "
        "german italian american british european us usa uk "
        "january february march april may june july august september october november december "
        "weekend weekday week day month year"
    ).split()
).union(WEEKDAYS)
"""Words that are written with a capital and name nobody, and nowhere that has to be known."""


def words_in(text: str) -> frozenset[str]:
    """The words of a text in lower case and without accents, whole and in their parts."""
    words = {_POSSESSIVE.sub("", word) for word in _WORD.findall(folded(normalised(text).text))}
    return frozenset(words.union(*(word.split("-") for word in words)))


def names_in(text: str, asked: str = "") -> Iterator[str]:
    """The names in a text, each as it is written.

    A word with a capital at the beginning of a sentence is one only where it stands alone and a name was asked for.

    Args:
        text: What somebody writes.
        asked: What it answers.
    """
    is_wanted = _ASKS_FOR_NAME.search(asked) is not None
    for sentence in _SENTENCE.finditer(_TITLE_BEFORE.sub(r"\1 ", normalised(text).text)):
        words = list(_WORD.finditer(sentence[0]))
        if len(words) >= _TITLE and all(word[0][0].isupper() for word in words):
            continue
        for named in _groups(sentence[0], words):
            begins, alone = named[0] is words[0], len(named) == len(words)
            if not begins or len(named) > 1 or (alone and is_wanted):
                yield _POSSESSIVE.sub("", sentence[0][named[0].start() : named[-1].end()])


def _groups(sentence: str, words: Sequence[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Words with capitals that stand side by side, with nothing but a space between two of them."""
    group: list[re.Match[str]] = []
    for word in words:
        if group and (not _is_name(word[0]) or sentence[group[-1].end() : word.start()] != " "):
            yield group
            group = []
        if _is_name(word[0]):
            group.append(word)
    if group:
        yield group


def _is_name(word: str) -> bool:
    """Whether it may be a name; capitals throughout are an abbreviation, or said loudly."""
    plain = folded(word)
    known = not _NO_NAMES.isdisjoint({plain, plain.replace("'", ""), plain.partition("'")[0]})
    is_spelled = all(len(part) == 1 for part in plain.split("-"))
    return word[0].isupper() and not word.isupper() and not is_spelled and not known


def is_known(name: str, known: Iterable[str]) -> bool:
    """Whether every word of a name, or every part of it, may mean a known one.

    Args:
        name: As ``names_in`` finds it.
        known: As ``words_in`` gives them.
    """
    words = [_POSSESSIVE.sub("", word) for word in _WORD.findall(folded(normalised(name).text))]
    known = frozenset(known)
    return all(_means(word, known) or all(_means(part, known) for part in word.split("-")) for word in words)


def _means(word: str, known: frozenset[str]) -> bool:
    return word in _NO_NAMES or any(are_alike(word, other) for other in known)


def are_alike(name: str, known: str) -> bool:
    """Whether a name may mean a known one: the same, shortened or lengthened, or with one letter typed wrong."""
    if name == known:
        return True
    shorter, longer = sorted((name, known), key=len)
    if len(shorter) >= _NICKNAME and longer.startswith(shorter) and shorter not in _NO_NAMES:
        return True
    return len(shorter) >= _TYPED_WRONG and Levenshtein.distance(name, known, score_cutoff=1) <= 1
