"""Numbers as people write them: in the digits of several countries, in words, as fractions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from unicodedata import numeric

from attrs import frozen

from tool_sandbox.evaluation.facts.mentions.mention import Numeral, Span, numeral

_UNDER_20 = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
VALUES = (
    {word: value for value, word in enumerate(_UNDER_20.split())}
    | {word: 10 * value for value, word in enumerate(_TENS.split(), start=2)}
    | {"a": 1, "an": 1, "o": 0, "oh": 0}
)
"""Number words below one hundred."""
_FACTORS = _SCALES | {"bn": 10**9, "mn": 10**6, "dozen": 12}
_PARTS = {
    "half": Decimal("0.5"),
    "third": Decimal(1) / 3,
    "quarter": Decimal("0.25"),
    "fourth": Decimal("0.25"),
    "fifth": Decimal("0.2"),
    "tenth": Decimal("0.1"),
}

_DIGIT_WORD = "|".join(_UNDER_20.split()[:10])
_UNDER_100 = (
    rf"(?:(?:{'|'.join(_TENS.split())})(?:[ -](?:{'|'.join(_UNDER_20.split()[1:10])}))?"
    rf"|(?:{'|'.join(reversed(_UNDER_20.split()))})\b)"
)
_UNDER_1000 = rf"(?:(?:an?|{_UNDER_100})[ -]hundred(?:(?: and)?[ -]{_UNDER_100})?|{_UNDER_100})"
_SCALED = rf"(?:(?:an?|{_UNDER_1000})[ -](?:{'|'.join(_SCALES)}))"
WORDS = rf"(?:{_SCALED}(?:,? (?:and )?{_SCALED})*(?:,? (?:and )?{_UNDER_1000})?|{_UNDER_1000})"
"""Whole numbers in words."""
DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?: \d{3})+(?:[.,]\d+)?"
    r"|\d{1,3}(?:'\d{3})+(?:\.\d+)?|\d+[.,]\d+|\.\d+|\d+)(?!\d|[.,:/']\d)"
)
"""Numbers in digits, with separators of several countries."""
_GLYPHS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_PART = r"(?P<count>an?|one|two|three|four)?[ -]?\b(?P<part>half|third|quarter|fourth|fifth|tenth)s?"
_NUMBER = re.compile(
    r"(?:(?<!\w)|(?<=(?-i:[A-Z]{3})))(?<!\d[.,:/'])(?:"
    rf"(?P<glyph>(?:\d+ ?)?[{_GLYPHS}])"
    r"|(?P<fraction>(?:\d+[ -])?\d{1,2}/\d{1,2})(?![/\d])"
    r"|(?P<dozen>half a dozen|a half dozen|(?:an?|one) dozen)\b"
    rf"|(?P<digits>{DIGITS})(?:(?P<k>[kK])(?!\w))?"
    r"|(?P<some>(?:(?:an?|three|two)[ -])?(?:half|quarters?|thirds?)(?: of an?| an?)?(?=[ -]))"
    rf"|(?P<words>{WORDS})(?P<point> point(?:[ -](?:oh|o|{_DIGIT_WORD}))+)?\b"
    r"|(?P<article>an?)(?= )"
    r")",
    re.IGNORECASE,
)
_LONGEST = 32
"""Longer rows of digits count nothing."""
_FACTOR = re.compile(r"[ -]?(thousand|million|billion|bn|mn|dozen)\b", re.IGNORECASE)
_AND_PART = re.compile(rf" and {_PART}\b", re.IGNORECASE)
_SIGN = re.compile(
    r"(?:(?:^|(?<!\d)[\s~≈]|[(:=,/~≈$€£¥])(?P<minus>-)|\b(?P<word>minus|negative) )(?=(?:[A-Z]{0,3}[^\w\s]{1,2})?$)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|roughly|some|nearly|almost|over|under|circa|ca\.?|close to|"
    r"more than|less than|at least)|[~≈])[ -]?(?:an? )?\W{0,2}$",
    re.IGNORECASE,
)
_NO_NUMBER_BEFORE_ONE = re.compile(
    r"\b(?:no|the|this|that|which|any|each|every|some|another|last|first|next|only|wrong|right|new|old|other|an?|by)"
    r"[ -]$",
    re.IGNORECASE,
)
_NO_NUMBER_AFTER_ONE = re.compile(
    r"[ -](?:of|by|moment|"
    r"more|another|who|that|is|was|at|for|you|I|to|and|or|day|time|in|on|with|from)\b|\s*(?:$|[^\w\s-])",
    re.IGNORECASE,
)


@frozen
class Written:
    """A number in a text, before it is known what it counts.

    Args:
        readings: Every number that it may be, the likeliest first.
        span: Where it stands, without its sign.
        start: Where it begins with its sign.
        approximate: Whether it is called approximate.
        needs_unit: Whether it is no number unless a unit follows: the articles, "half", the pronoun "one".
        is_article: Whether it is "a" or "an".
    """

    readings: tuple[Numeral, ...]
    span: Span
    start: int
    approximate: bool = False
    needs_unit: bool = False
    is_article: bool = False


def numerals_in(text: str) -> Iterator[Written]:
    """The numbers in a normalised text, in their order."""
    for match in _NUMBER.finditer(text):
        if len(match[0]) > _LONGEST and match["digits"]:
            continue
        kind = next(name for name in _READERS if match[name])
        readings = _READERS[kind](match[0] if kind == "words" else match[kind])
        if match["k"]:
            readings = tuple(each.times(Decimal(1000)) for each in readings)
        start, end = match.span()
        if kind in {"digits", "words"} and (factor := _FACTOR.match(text, end)):
            readings = tuple(each.times(Decimal(_FACTORS[factor[1].lower()])) for each in readings)
            end = factor.end()
        if kind in {"digits", "words"} and (rest := _AND_PART.match(text, end)):
            readings = tuple(each.plus(Numeral(part_of(rest), Decimal("0.01"))) for each in readings)
            end = rest.end()
        before = text[max(0, start - 24) : start]
        if sign := _SIGN.search(before):
            readings = tuple(each.negative for each in readings)
            start -= len(before) - sign.start(sign.lastgroup or 0)
        yield Written(
            readings,
            Span(match.start(), end),
            start,
            approximate=bool(_ABOUT.search(before)),
            needs_unit=kind in {"some", "article", "fraction"} or _is_pronoun(match, end),
            is_article=kind == "article",
        )


def in_words(words: str) -> int:
    """The whole number that number words say."""
    total = current = 0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in _SCALES:
            total, current = total + max(current, 1) * _SCALES[word], 0
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word != "and":
            current += VALUES[word]
    return total + current


def part_of(match: re.Match[str]) -> Decimal:
    """The share that the groups `count` and `part` say: "three quarters"."""
    return VALUES[(match["count"] or "a").lower()] * _PARTS[match["part"].lower()]


def _is_pronoun(match: re.Match[str], end: int) -> bool:
    text = match.string
    if match[0].lower() != "one" or end > match.end():
        return False
    return bool(
        _NO_NUMBER_BEFORE_ONE.search(text, max(0, match.start() - 12), match.start())
        or _NO_NUMBER_AFTER_ONE.match(text, match.end())
    )


def _from_digits(written: str) -> tuple[Numeral, ...]:
    plain = re.sub(r"[ ']", "", written)
    point = max(plain.rfind("."), plain.rfind(","))
    if point < 0:
        return (numeral(plain),)
    mark = plain[point]
    whole, decimals = re.sub("[.,]", "", plain[:point]), plain[point + 1 :]
    as_decimal, as_whole = numeral(f"{whole or 0}.{decimals}"), numeral(whole + decimals)
    if plain.count(mark) > 1:
        return (as_whole,)
    if len(decimals) != 3 or whole in {"", "0"} or len(whole) > 3 or written != plain:  # noqa: PLR2004 -- thousands
        return (as_decimal,)
    return (as_whole, as_decimal) if mark == "," else (as_decimal, as_whole)


def _from_words(written: str) -> tuple[Numeral, ...]:
    whole, _, decimals = written.lower().partition(" point")
    digits = "".join(str(VALUES[word]) for word in re.findall("[a-z]+", decimals))
    return (numeral(f"{in_words(whole)}.{digits}" if digits else str(in_words(whole))),)


def _from_fraction(written: str) -> tuple[Numeral, ...]:
    *whole, fraction = re.split("[ -]", written)
    over, under = map(int, fraction.split("/"))
    if not under:
        return (Numeral(Decimal(over)),)
    return (Numeral(sum(map(Decimal, whole), Decimal(over) / under), Decimal("0.01")),)


def _from_glyph(written: str) -> tuple[Numeral, ...]:
    part = Decimal(str(round(numeric(written[-1]), 6)))
    return (Numeral(Decimal(written[:-1].strip() or 0) + part, Decimal("0.01")),)


def _from_some(written: str) -> tuple[Numeral, ...]:
    match = re.match(_PART, written, re.IGNORECASE)
    assert match, written
    return (Numeral(part_of(match), Decimal("0.01")),)


_READERS: dict[str, Callable[[str], tuple[Numeral, ...]]] = {
    "glyph": _from_glyph,
    "fraction": _from_fraction,
    "digits": _from_digits,
    "words": _from_words,
    "dozen": lambda written: (Numeral(Decimal(6 if "half" in written.lower() else 12)),),
    "some": _from_some,
    "article": lambda _: (Numeral(Decimal(1)),),
}
