"""Dates, weekdays and days told from today, as people write them."""

# ruff: noqa: SIM905 -- names are read best as one text

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from attrs import evolve

from tool_sandbox.evaluation.facts.mentions.days import WEEKDAYS, CalendarDay, Day, named_weekday
from tool_sandbox.evaluation.facts.mentions.mention import Span
from tool_sandbox.evaluation.facts.mentions.numerals import WORDS, in_words
from tool_sandbox.evaluation.facts.mentions.units import unit_at

_MONTH_NAMES = "january february march april may june july august september october november december".split()
_MONTHS = {name[:length]: number for number, name in enumerate(_MONTH_NAMES, start=1) for length in (3, 4, len(name))}
_WEEKDAY_NUMBERS = {name[:length]: number for number, name in enumerate(WEEKDAYS) for length in (3, 4, 5, len(name))}
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third "
        "twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth "
        "thirty-first".split(),
        start=1,
    )
}
_COMMON_FRACTIONS = frozenset({"1/2", "1/3", "2/3", "1/4", "3/4", "1/5", "24/7"})

_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"
_SHORT_WEEKDAY = rf"(?:{_WEEKDAY}|(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b\.?)"
_SHORT_MONTHS = "jan feb mar apr jun jul aug sept sep oct nov dec".split()
_SHORTENED = "|".join(rf"(?<={name})\." for name in _SHORT_MONTHS)
_MONTH = rf"(?P<month>{'|'.join((*_MONTH_NAMES, *_SHORT_MONTHS))})\b"
_LAST_MONTH = rf"{_MONTH}(?:{_SHORTENED})?"
_NUMBER = r"(?:0?[1-9]|[12]\d|3[01])"
_DAY = (
    rf"(?P<day>{_NUMBER}(?:st|nd|rd|th)?|{'|'.join(sorted(_ORDINALS, key=len, reverse=True)).replace('-', '[ -]')})\b"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)(?![\d:])"
_LEADING = r"(?<![\w.,:/+$€£-])(?<!\d-)"
_BEFORE = rf"(?:\b(?P<before>{_SHORT_WEEKDAY})(?:,? | \()(?:the )?)?"
_AFTER = rf"(?: \((?P<in_brackets>{_SHORT_WEEKDAY})\)|,? a (?P<after>{_WEEKDAY})\b)?"
_NOT_TIME = r"(?![:.]\d|/|\d| ?[ap]\.?m\b)"
_NO_NOUN_AFTER = r"(?=\s*(?:$|[,.;!?)\n]|- )| (?:at|and|in the|to|from|is|so|of (?:this|next|the) month)\b)"
_COUNT = rf"(?P<count>an?|a couple of|\d{{1,3}}|{WORDS})"
_LAST = rf"(?P<last>{_NUMBER})(?:st|nd|rd|th)?"
_FROM = rf"(?:{_LAST} ?(?:-|to) ?)?"
_IN_YEAR = rf"(?:(?:,? of|,)?[ -]{_YEAR})?"
_ONE, _TWO = r"(?P<one>\d{1,2})", r"(?P<two>\d{1,2})"
_NO_MORE = r"\b(?![-./]\d)"
_PATTERNS = (
    rf"{_LEADING}{_BEFORE}(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?)(?=T\d|(?![\w-])){_AFTER}",
    rf"{_LEADING}{_BEFORE}{_ONE}(?P<mark>[-/.]){_TWO}(?P=mark)(?P<year>\d{{4}}|\d\d){_NO_MORE}{_AFTER}",
    rf"{_LEADING}{_BEFORE}{_ONE}(?P<mark>/){_TWO}{_NO_MORE}{_AFTER}",
    rf"{_BEFORE}\b{_MONTH}\.? (?:the )?{_DAY}{_NOT_TIME}(?:-{_LAST}\b{_NOT_TIME})?{_IN_YEAR}{_AFTER}",
    rf"{_BEFORE}(?<![\d.,:/])\b{_FROM}(?:the )?{_DAY}(?: day)?(?: of)?[ -]{_LAST_MONTH}{_IN_YEAR}{_AFTER}",
    rf"\b(?P<before>{_WEEKDAY}),? the {_DAY}",
    rf"\b(?:on|by|until|till|for|before|after|to|from|is) the {_DAY}{_NO_NOUN_AFTER}",
)
_RELATIVE = (
    (r"\b(?:the )?day after tomorrow\b", 2),
    (r"\b(?:the )?day before yesterday\b", -2),
    (r"\b(?:tomorrow|tmrw)\b", 1),
    (r"\b(?:yesterday|last night)\b", -1),
    (r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b", 0),
)
_NAMED_WEEKDAY = re.compile(
    r"(?<!\bthat )\b(?:(?P<modifier>next|this coming|this past|this|last|past|coming|upcoming|previous) )?"
    rf"(?:(?P<week>next week)(?: 's|'s|’s)?(?: on)? )?(?P<weekday>{_WEEKDAY})\b(?: (?P<week_after>next week))?"
    r"|(?:\b(?P<only>on a|on|a|next|this|by|until|last)|:) (?P<short>(?-i:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun))\b",
    re.IGNORECASE,
)
_START = rf"(?:now|today|tomorrow|(?P<weekday>{_WEEKDAY}))"
_COUNTED = re.compile(
    rf"\bin {_COUNT} (?P<unit>days?|weeks?|fortnights?)\b"
    rf"|\b{_COUNT.replace('count', 'many')} (?P<units>days?|weeks?) (?P<way>ago|from {_START})\b",
    re.IGNORECASE,
)
_FARTHEST = 36_500
_DAYS_OF = {"day": 1, "week": 7, "fortnight": 14}


def days_in(text: str, now: datetime) -> Iterator[Day]:
    """The days in a normalised text, without those that are counted from today.

    Args:
        text: What is read.
        now: The moment at which it is said, in the zone of who says it.
    """
    taken: list[Span] = []
    for day in _candidates(text, now.date()):
        if not any(day.span.overlaps(other) for other in taken):
            taken.append(day.span)
            yield day


def counted_days_in(text: str, now: datetime) -> Iterator[Day]:
    """The days that are counted from today, such as "in two days"; they are durations as well."""
    today = now.date()
    for match in _COUNTED.finditer(text):
        count = _count(match["count"] or match["many"])
        unit = (match["unit"] or match["units"]).lower().rstrip("s")
        days = count * _DAYS_OF[unit]
        if days > _FARTHEST:
            continue
        way = (match["way"] or "").lower()
        starts = (
            named_weekday(_WEEKDAY_NUMBERS[match["weekday"].lower()], today).dates
            if match["weekday"]
            else {CalendarDay.of(today)}
        )
        shift = timedelta(-days if way == "ago" else days + way.endswith("tomorrow"))
        dates = frozenset(CalendarDay.of(each.as_date() + shift) for each in starts)
        yield Day(dates, today=today, span=Span(*match.span()))


def _candidates(text: str, today: date) -> Iterator[Day]:
    """What may be a day, the longer forms first."""
    for pattern in _DATES if _NUMBERED.search(text) else ():
        for match in pattern.finditer(text):
            yield from _dates(match, today)
    for pattern, shift in _SHIFTS if _SHIFTED.search(text) else ():
        for match in pattern.finditer(text):
            dates = frozenset({CalendarDay.of(today + timedelta(shift))})
            yield Day(dates, today=today, span=Span(*match.span()))
    for match in _NAMED_WEEKDAY.finditer(text):
        weekday = _WEEKDAY_NUMBERS[(match["weekday"] or match["short"]).lower()]
        modifier = match["week"] or match["week_after"] or match["modifier"] or match["only"] or ""
        yield evolve(named_weekday(weekday, today, modifier.lower()), span=Span(*match.span()))


_DATES = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS)
_NUMBERED = re.compile(rf"\d|{'|'.join(_ORDINALS).replace('-', '[ -]')}", re.IGNORECASE)
"""What there is in every date."""
_SHIFTS = tuple((re.compile(pattern, re.IGNORECASE), shift) for pattern, shift in _RELATIVE)
_SHIFTED = re.compile("|".join(pattern for pattern, _ in _RELATIVE), re.IGNORECASE)


def _dates(match: re.Match[str], today: date) -> Iterator[Day]:
    """The date that a pattern found, and the other end of its range."""
    groups = match.groupdict()
    if (
        groups.get("month") in {"may", "march"}
        and groups["day"].isdigit()
        and match.start("day") < match.start("month")
    ):
        return  # "the other 5 may be late"
    named = next((groups[name] for name in ("before", "in_brackets", "after") if groups.get(name)), None)
    weekday = _WEEKDAY_NUMBERS[named.lower().rstrip(".")] if named else None
    if groups.get("one"):
        if match[0] in _COMMON_FRACTIONS or (not groups.get("year") and unit_at(match.string, match.end())):
            return
        days = _by_either_order(groups)
    else:
        days = [CalendarDay(_year(groups.get("year")), _month(groups.get("month")), _day(groups["day"]))]
    dates = [(each, each.meant(today)) for each in days]
    if not any(near for _, near in dates):
        return
    is_whole = groups.get("month") or groups.get("one")
    if is_whole and weekday is not None:
        fitting = [on for each, _ in dates for on in each.falling_on(weekday, today)]
    else:
        fitting = [each for each, near in dates if near]
    span, last = _spans(match)
    yield Day(frozenset(fitting), weekday, today=today, span=span)
    if last:
        yield Day(frozenset({evolve(days[0], day=_day(groups["last"] or ""))}), today=today, span=last)


def _spans(match: re.Match[str]) -> tuple[Span, Span | None]:
    """Where a date stands, and the other end of its range, which may be before or after it."""
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    if not match.groupdict().get("last"):
        return Span(start, match.end()), None
    if match.start("last") < match.start("day"):
        return Span(match.start("day"), match.end()), Span(start, match.end("last"))
    return Span(start, match.start("last") - 1), Span(match.start("last"), match.end())


def _by_either_order(groups: dict[str, str | None]) -> list[CalendarDay]:
    one, two, year = int(groups["one"] or 0), int(groups["two"] or 0), _year(groups.get("year"))
    orders = [(one, two)] if groups["mark"] == "." else [(one, two), (two, one)]
    return [CalendarDay(year, month, day) for day, month in orders]


def _count(written: str) -> int:
    plain = written.lower()
    if plain.isdigit():
        return int(plain)
    return 2 if "couple" in plain else in_words(plain)


def _day(written: str) -> int:
    plain = written.lower().replace(" ", "-")
    return _ORDINALS.get(plain) or int(plain.rstrip("stndrh"))


def _month(written: str | None) -> int | None:
    if written is None:
        return None
    return int(written) if written.isdigit() else _MONTHS[written.lower()]


def _year(written: str | None) -> int | None:
    if not written:
        return None
    return int(written) + (2000 if len(written) == len("26") else 0)
