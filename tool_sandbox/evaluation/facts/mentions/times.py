"""Times of day, on clocks of twelve and of twenty-four hours and in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time

from attrs import field, frozen

from tool_sandbox.evaluation.facts.mentions.mention import EXACT, NOWHERE, Agreement, Span, Tolerance
from tool_sandbox.evaluation.facts.mentions.numerals import in_words

_NOON = 12
_HOUR_WORD = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_TEN_AND_UP = (
    "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    "(?:twenty|thirty|forty|fifty)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?"
)
_DIGIT_HOUR = r"(?P<hour>\d{1,2})"
_HOUR = rf"(?P<hour>{_HOUR_WORD}|\d{{1,2}})"
_MINUTE = r"(?P<minute>[0-5]\d)"
_SPOKEN_MINUTE = rf"(?P<minute>oh[ -](?:{_HOUR_WORD})|{_TEN_AND_UP})"
_HALF = r"(?P<half>[ap])(?:\. ?m\b\.?| ?m\b)"
_LEADING = r"(?<![\w.,:/+$€£-])(?<!\d-)"
_PREPOSITION = r"(?:\b(?:at|until|till|before)(?: (?:around|about|exactly|precisely))? |@ ?)"
_NO_NOUN_AFTER = (
    r"(?=\s*(?:$|\n|[^\w\s.:/%°$€£#+-]|[.:](?:\W|$)|-\s)"
    r"|\s+(?:on|in the|tonight|tomorrow|today|this|and|or|for|so|as|with|sharp|instead|to|by|but|because|if|when|next"
    r"|every|now|again|then|already|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday|local)\b)"
)
_NO_DURATION = r"(?!\d|:\d| ?(?:mins?|minutes?)\b)(?:(?<=\d\d:\d\d)|(?! ?(?:hrs?|hours?|h)\b))"
_PATTERNS = (
    r"(?:\b12 )?\b(?P<name>noon|midday|midnight)\b",
    rf"\b(?P<count>quarter|half) (?P<way>past|after|to|till|before|of) {_HOUR}(?![\w:.]\d)\b(?: ?{_HALF})?",
    rf"\b(?P<count>{_TEN_AND_UP}|five|\d{{1,2}})(?: minutes?)? (?P<way>past) {_HOUR}\b(?: ?{_HALF})?",
    (
        rf"(?<!\bby )\b(?P<count>{_TEN_AND_UP}|five|\d{{1,2}}) minutes? (?P<way>to(?! \d+[:.]\d)|before)"
        rf" {_HOUR}\b(?! [a-z]+s\b)(?: ?{_HALF})?"
    ),
    rf"{_PREPOSITION}(?P<count>ten|twenty|twenty[ -]five|five) (?P<way>to) (?P<hour>{_HOUR_WORD})\b(?: ?{_HALF})?",
    rf"\b(?P<count>half) (?P<hour>{_HOUR_WORD}|\d{{1,2}}(?= in the | [ap]m\b|[ap]m\b))\b{_NO_NOUN_AFTER}",
    # The first end of a range whose second end says which half of the day it is.
    rf"{_LEADING}{_DIGIT_HOUR}(?:[:.]{_MINUTE})?(?= ?(?:-|to|and|until) ?\d{{1,2}}(?:[:.][0-5]\d)? ?[ap]\.? ?m\b)",
    rf"(?<![\w.,:/+$€£]){_DIGIT_HOUR}(?:[:.]{_MINUTE})?(?::[0-5]\d)? ?{_HALF}",
    rf"(?<![\d:.,/$€£+])T?{_DIGIT_HOUR}:{_MINUTE}(?::[0-5]\d(?:\.\d+)?)?(?:Z\b)?{_NO_DURATION}",
    rf"{_LEADING}(?P<hour>1[3-9]|2[0-3])h{_MINUTE}\b",
    rf"{_PREPOSITION}(?P<hour>1[3-9]|2[0-3])h\b",
    rf"{_LEADING}(?P<hour>[01]\d|2[0-3]){_MINUTE} ?(?:hours|hrs|h)\b",
    rf"\b{_HOUR} ?o'? ?clock\b(?: ?{_HALF})?",
    rf"\b(?P<hour>{_HOUR_WORD})[ -]{_SPOKEN_MINUTE} ?{_HALF}",
    rf"\b(?P<hour>{_HOUR_WORD}) ?{_HALF}",
    rf"\b(?P<hour>{_HOUR_WORD})[ -](?P<minute>fifteen|thirty|forty[ -]five)\b{_NO_NOUN_AFTER}",
    rf"{_PREPOSITION}(?P<hour>{_HOUR_WORD})[ -]{_SPOKEN_MINUTE}\b{_NO_NOUN_AFTER}",
    rf"{_PREPOSITION}{_DIGIT_HOUR}\.{_MINUTE}{_NO_NOUN_AFTER}",
    rf"{_PREPOSITION}{_HOUR}{_NO_NOUN_AFTER}",
    # A masked day stands behind it, or a verb of moving before it.
    rf"\b(?:for|to|by|from|is) {_HOUR}(?= (?:on )?\ufffc)",
    rf"\b(?:set|moved|pushed|shifted|scheduled|due|reminder)(?: it)? (?:for|to) {_HOUR}{_NO_NOUN_AFTER}",
    rf"\b(?P<count>twenty[ -]five|twenty|ten|five) (?P<way>to) (?P<hour>{_HOUR_WORD})(?= (?:in the|at night)\b)",
    rf"{_LEADING}\b{_HOUR}(?= (?:in the (?:morning|afternoon|evening)|at night|tonight)\b)",
)
_COUNTS = {"quarter": 15, "half": 30}
_NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_PART = "(?P<part>morning|afternoon|evening|night|tonight)"
_PART_AFTER = re.compile(
    rf",? (?:(?:in the|this|tomorrow|yesterday|at|on [a-z]+day|[a-z]+day) )?{_PART}\b",
    re.IGNORECASE,
)
_PART_BEFORE = re.compile(
    rf"\b{_PART},? (?:(?:at|around|by|until|from|to|is|for) )?(?:about |around )?$",
    re.IGNORECASE,
)
_PARTS = {
    "morning": range(12),
    "afternoon": range(12, 20),
    "evening": range(16, 24),
    "tonight": range(16, 24),
    "night": (*range(18, 24), *range(5)),
}
"""The hours that a part of the day may have."""


@frozen
class TimeOfDay:
    """A time of day.

    Args:
        times: Every time that the text may say: 5:30 is one in the morning and one in the afternoon.
        span: Where it stands.
    """

    times: frozenset[time]
    span: Span = field(default=NOWHERE, eq=False)

    @classmethod
    def of(cls, value: str | time) -> TimeOfDay:
        """A time that is wanted.

        Raises:
            ValueError: The text is no time.
        """
        if isinstance(value, time):
            return cls(frozenset({value.replace(second=0, microsecond=0, tzinfo=None)}))
        found = [each for each in times_in(value) if each.span == (0, len(value))]
        if not found:
            raise ValueError(f"{value!r} is no time of day; expected one such as '18:15' or '6:15 PM'.")
        return cls(found[0].times)

    def beside(self, said: object, tolerance: Tolerance = EXACT) -> Agreement:  # noqa: ARG002 -- as all mentions
        """What another time says about this one; one that may be it says it."""
        if not isinstance(said, TimeOfDay):
            return Agreement.UNRELATED
        return Agreement.SAME if self.times & said.times else Agreement.OTHER


def times_in(text: str, context: str | None = None) -> Iterator[TimeOfDay]:
    """The times of day in a normalised text, in the order of their patterns.

    Args:
        text: What is read; what is known to be something else may be masked.
        context: The same without masks, which may say the part of the day.
    """
    taken: list[Span] = []
    for pattern in _COMPILED if _CLUE.search(text) else ():
        for match in pattern.finditer(text):
            span = Span(_start(match), match.end())
            times = _times(match)
            if times and not any(span.overlaps(other) for other in taken):
                taken.append(span)
                yield TimeOfDay(_in_part_of_day(times, context or text, span), span)


_COMPILED = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS)
_CLUE = re.compile(rf"\d|\b(?:noon|midday|midnight|{_HOUR_WORD})", re.IGNORECASE)
"""What there is in every one of them."""


def _start(match: re.Match[str]) -> int:
    """Where the time begins, without the word before it."""
    return min(
        match.start(name) for name, text in match.groupdict().items() if text and name in {"name", "count", "hour"}
    )


def _times(match: re.Match[str]) -> frozenset[time]:
    """Every time that a match may say; none where the clock has no such time."""
    groups = {name: (text or "").lower() for name, text in match.groupdict().items()}
    if groups.get("name"):
        return frozenset({_NAMED[groups["name"]]})
    count, written = groups.get("count"), groups.get("minute")
    minute = _COUNTS.get(count) or _number(count) if count else _number(written or "zero")
    if groups.get("way") in {"to", "till", "before", "of"}:
        minute = -minute
    hours = _hours(groups["hour"], groups.get("half", ""), is_exact=bool(written))
    return frozenset(_from_minutes(60 * hour + minute) for hour in hours if hour <= 24 and abs(minute) < 60)  # noqa: PLR2004 -- clocks


def _number(written: str) -> int:
    return int(written) if written.isdigit() else in_words(written)


def _hours(written: str, half: str, *, is_exact: bool) -> list[int]:
    """The hours of the day that an hour on a clock may be; 12:30 is said of the day, and 05:30 of the morning."""
    hour = _number(written)
    if hour > _NOON or (not half and (written.startswith("0") or (hour == _NOON and is_exact))):
        return [hour]
    return [hour % _NOON + later for letter, later in (("a", 0), ("p", _NOON)) if half in {"", letter}]


def _from_minutes(minutes: int) -> time:
    hour, minute = divmod(minutes % (24 * 60), 60)
    return time(hour, minute)


def _in_part_of_day(times: frozenset[time], text: str, span: Span) -> frozenset[time]:
    part = _PART_AFTER.match(text, span.end) or _PART_BEFORE.search(text, max(0, span.start - 30), span.start)
    if not part:
        return times
    return frozenset(each for each in times if each.hour in _PARTS[part["part"].lower()]) or times
