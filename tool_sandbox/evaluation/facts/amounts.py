"""Facts about amounts, money, times, days, durations and phone numbers."""

from __future__ import annotations

import re
from decimal import Decimal

from attrs import frozen

from tool_sandbox.evaluation.facts.fact import Explained, Fact, Said
from tool_sandbox.evaluation.facts.mentions.days import Day
from tool_sandbox.evaluation.facts.mentions.mention import EXACT, Agreement, Tolerance
from tool_sandbox.evaluation.facts.mentions.phones import Phone
from tool_sandbox.evaluation.facts.mentions.reading import Mention, agreement
from tool_sandbox.evaluation.facts.mentions.times import TimeOfDay
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.tokens import words_of

_DENIED = re.compile(
    r"^(?!(?:i|we)\b)(?:.*\b)?(?:is|are|was|were|do|does|did|has|have|will|would|falls?) not (?!only|just)"
    r"(?!.*\b(?:until|till|before|after|later|earlier|more|less|than|but|through|last|cover)\b)(?:\S+ ){0,5}$"
    r"|^not (?:\w+ ){0,2}$"
)

_CURRENCY = r"(?:us[- ]?|american )?(?:dollars?|euros?|pounds?|francs?|yen|[a-z]{3})\b"
_TELLS = re.compile(r"\b(?:told|texted|messaged|wrote|informed|let)\b.*\b(?:that|it is|it takes)\b")
_DEED = re.compile(r"\b(?:sent|delivered|texted|replied|went out|created on|timestamp)\b")
_RATES = re.compile(
    rf"(?<![\w.,])(?:(?:1|an?|one|each|per) {_CURRENCY}|[$€£]1(?:\.0+)?)\s*(?:=|≈|is|equals|gives|buys|at|for|:|to)\s*"
    rf"(?:currently |now |about |roughly |around |worth |~|≈)*\S+(?: (?:{_CURRENCY}|cents\b))?"
    rf"|[$€£]?\d+\.\d+ ?(?:{_CURRENCY})? ?(?:per|/) ?(?:1 )?{_CURRENCY}"
    rf"|\brate (?:of|is|was|being|at)?:? ?[$€£]?\d\S*(?: {_CURRENCY})?",
    re.IGNORECASE,
)
"""What one of a currency is in another."""
_TOLD_FROM = re.compile(
    r"\b(?:before|eve of|after) [A-Z]\w+(?: [A-Z]\w+)*(?:,| \(| on|, which is)(?: on)? ?$"
    r"|\b[A-Z]\w+ Day(?: itself| \d{4})?,? (?:is|being|falls|falling)(?: on)?(?: the)? ?(?:[A-Z]\w+day,? ?(?:the )?)?$"
)
_DAY_BEFORE = re.compile(r" (?:right |just )?(?:before|beforehand|prior)\b")
_DIFFERENCE = re.compile(
    r"\([-+±]? ?$|\b(?:old|previous|former|original)(?: \w+)?:(?: today,| tomorrow,)? ?$", re.IGNORECASE
)
"""Before what is no value of its own: "9:30 (-30 min)", "Old time: 10:00"."""
_NOW = re.compile(r" (?:right )?now\b", re.IGNORECASE)
_EQUALS = re.compile(
    r",? (?:(?:it )?(?:is|will be|would be)|(?:it|that)'s|falls on|lands on|means) (?:on )?(?:the )?"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? (?:the )?)?",
    re.IGNORECASE,
)
_ARROW = re.compile(r" ?(?:[→⇒➜➔➡]|[-=]>) ?")
_SEVERAL = re.compile(r"(?<!\d)(?!1 )[\d.]+ (?:second|minute|hour|day|week|month|year|mile)$")
_LONG_NUMBER = re.compile(r"(?<![\d.,:])\d+\.(?:0|\d{3,})(?![\d.:])")
_RATE = 40
_NEARLY = Tolerance(relative=Decimal("0.05"))
_MOMENTS = 10
"""Minutes around the world's time that count as now."""


@frozen
class Amount(Fact):
    """A value that is said in any of its forms.

    Args:
        wanted: The value.
        tolerance: How far from it a said value may be, besides being a rounding of it.
        said: The value as its author wrote it, for messages.
    """

    wanted: Mention
    tolerance: Tolerance = EXACT
    said: str = ""

    def _found(self, reading: Reading) -> bool:
        return any(not _denied(reading, mention) and not _is_asked(reading, mention) for mention in self._same(reading))

    def _places(self, reading: Reading) -> Explained:
        return frozenset(_place(mention) for mention in self._same(reading))

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        same = self._same(reading)
        if any(not _denied(reading, mention) for mention in same):
            return None
        if same:
            return f"denies {reading.words_at(same[0].span)!r}"
        for mention in reading.mentions:
            other = self._agreement(mention) is Agreement.OTHER and not self._is_nearly(mention)
            if other and _counts(reading, mention, explained):
                return f"says {reading.words_at(mention.span)!r} instead of {self._shown()}"
        return None

    def _same(self, reading: Reading) -> list[Mention]:
        return [
            mention
            for mention in reading.saying(self.wanted, self.tolerance)
            if not self._is_told_otherwise(reading, mention)
        ]

    def _is_nearly(self, mention: Mention) -> bool:
        """Whether it is about that: "4:25:47, so just under four and a half hours"."""
        return getattr(mention, "approximate", False) and agreement(self.wanted, mention, _NEARLY) is Agreement.SAME

    def _is_told_otherwise(self, reading: Reading, mention: Mention) -> bool:
        """Whether it is only the question, and its answer is another: "ten weeks from today is October 7"."""
        equals = _EQUALS.match(reading.normal.text, mention.span.end)
        following = (each for each in reading.mentions if equals and equals.start() < each.span.start <= equals.end())
        return isinstance(mention, Day) and any(self._agreement(each) is Agreement.OTHER for each in following)

    def _agreement(self, mention: Mention) -> Agreement:
        return agreement(self.wanted, mention, self.tolerance)

    def in_words(self, s: str = "s") -> str:
        """That it is said, without decimals that nobody says."""
        return f"say{s} {self._shown()}"

    def _shown(self) -> str:
        return _SEVERAL.sub(r"\g<0>s", _LONG_NUMBER.sub(_rounded, str(self)))

    def __str__(self) -> str:
        return self.said or str(self.wanted)


@frozen
class Told(Amount):
    """A value that somebody was to be told: a report may leave it out, but say no other one in its place."""

    def _found(self, reading: Reading) -> bool:
        return bool(self._same(reading))

    def _wrong(self, reading: Reading, explained: Explained) -> str | None:
        known = [each for text in reading.heard for each in text.mentions]
        for sentence in filter(lambda each: _TELLS.search(each.plain), reading.sentences):
            for mention in reading.mentions:
                here = sentence.start <= mention.span.start < sentence.end
                if any(agreement(each, mention) is Agreement.SAME for each in known):
                    continue
                if here and self._agreement(mention) is Agreement.OTHER and _counts(reading, mention, explained):
                    return f"says {reading.words_at(mention.span)!r} instead of {self._shown()}"
        return None


def _rounded(number: re.Match[str]) -> str:
    value = float(number.group())
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.3g}"


def _is_asked(reading: Reading, mention: Mention) -> bool:
    clause = reading.clause_at(mention.span.start)
    return clause is not None and clause.asks


def _place(mention: Mention) -> Said:
    return Said("amount", mention.span.start, mention.span.end)


def _counts(reading: Reading, mention: Mention, explained: Explained) -> bool:
    """Whether a mention of another value is held against an answer."""
    overlaps = any(
        each.kind == "amount" and each.start < mention.span.end and mention.span.start < each.end for each in explained
    )
    aside = (
        _is_of_the_day_after(reading, mention)
        or _is_of_a_rate(reading, mention)
        or _is_when_it_was_done(reading, mention)
        or _is_of_a_change(reading, mention)
        or _is_now(reading, mention)
    )
    beside = aside or reading.is_wished(mention.span) or _denied(reading, mention)
    return not overlaps and not beside


def _is_of_a_rate(reading: Reading, mention: Mention) -> bool:
    """Whether it is part of a rate: "1 dollar is 0.92 euros", "0.92 EUR per USD"."""
    text = reading.normal.text
    line = text[max(0, mention.span.start - _RATE) : mention.span.end + _RATE]
    here = text[mention.span.start : mention.span.end]
    return any(here in match.group() for match in _RATES.finditer(line))


def _is_of_a_change(reading: Reading, mention: Mention) -> bool:
    """Whether it is what was so before, or how far the new value is from that."""
    text = reading.normal.text
    signed = text.startswith(("-", "+", "±"), mention.span.start)
    before = _DIFFERENCE.search(text[max(0, mention.span.start - _RATE) : mention.span.start])
    return before is not None and (signed or before.group()[:1] != "(" or before.group().rstrip()[-1] in "-+±")


def _is_when_it_was_done(reading: Reading, mention: Mention) -> bool:
    """Whether it is the present time of a deed: "sent at 9:00 AM"."""
    clause = reading.clause_at(mention.span.start)
    if not isinstance(mention, TimeOfDay) or clause is None or not _DEED.search(clause.plain):
        return False
    return _near_now(reading, mention)


def _near_now(reading: Reading, mention: Mention) -> bool:
    now = reading.surroundings.now
    return isinstance(mention, TimeOfDay) and any(
        abs(now.hour * 60 + now.minute - at.hour * 60 - at.minute) <= _MOMENTS for at in mention.times
    )


def _is_now(reading: Reading, mention: Mention) -> bool:
    """Whether it tells what time it is: "it's 7:30 PM now"."""
    return _near_now(reading, mention) and bool(_NOW.match(reading.normal.text, mention.span.end))


def _is_of_the_day_after(reading: Reading, mention: Mention) -> bool:
    """Whether it dates what a day is told from: "the day before Memorial Day (25 May)"."""
    before = reading.normal.text[: mention.span.start]
    behind = _DAY_BEFORE.match(reading.normal.text, mention.span.end)
    return isinstance(mention, Day) and bool(_TOLD_FROM.search(before) or behind)


def _denied(reading: Reading, mention: Mention) -> bool:
    """Whether it says that this is not the value, or no longer: "is not on a Saturday", "12:00 -> 10:00"."""
    if isinstance(mention, TimeOfDay | Phone) and (arrow := _ARROW.match(reading.normal.text, mention.span.end)):
        following = (each for each in reading.mentions if each.span.start == arrow.end())
        if any(type(each) is type(mention) for each in following):
            return True
    clause = reading.clause_at(mention.span.start)
    if clause is None or not clause.denies:
        return False
    before = " ".join(words_of(reading.normal.text[clause.start : mention.span.start]))
    return bool(_DENIED.search(f"{before} " if before else ""))
