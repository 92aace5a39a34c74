"""Phone numbers in any grouping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from attrs import field, frozen

from tool_sandbox.evaluation.facts.mentions.mention import EXACT, NOWHERE, Agreement, Span, Tolerance

_CANDIDATE = re.compile(r"(?<![\w.,$€£-])(?:\+|\(\+?)?\d(?:[ .\-/()]{0,2}\d){6,14}(?!\w|[.,]\d| ?[%$€£°])")
_LONGEST_NATIONAL = 11
_LOCAL = 7
"""So many digits are a number within a town."""
_GROUPED_LOCAL = re.compile(r"\d{3}[- ]\d{4}")
_BARE_LOCAL = re.compile(r"[2-9]\d{6}")
_NO_PHONE = re.compile(r"\d{1,3}(?: \d{3})+|\d{4}-\d\d-\d\d|\d{5}-\d{4}|\d+\.\d+|\d{1,3}(?:\.\d{1,3}){3}")
"""Numbers with groups of three or decimals, dates, postal codes, and addresses of computers."""
_WHOLE = re.compile(r"\+(?:1[2-9]\d{9}|(?:31|33|44|46|49|61|351|353)[1-9]\d{6,9})")
"""Numbers in E.164 of countries where it is plain that nothing has to be stripped; so their facts are made, and the
scenarios loaded, without the parser and its metadata."""
_HOME = "US"
_INTERNATIONAL = re.compile(r"^\(?(?:\+|00|011)")


@frozen
class Phone:
    """A phone number.

    Args:
        digits: In E.164 with its plus where the country is known, else the digits that are said.
        span: Where it stands.
    """

    digits: str
    span: Span = field(default=NOWHERE, eq=False)

    @classmethod
    def of(cls, value: str, country: str = "US") -> Phone:
        """A phone number that is wanted.

        Args:
            value: The number in any grouping.
            country: Where numbers without a country's code belong, of two letters.

        Raises:
            ValueError: It is no phone number.
        """
        found = _read(value, country)
        if not found:
            raise ValueError(f"{value!r} is no phone number; expected one such as '+12065550139'.")
        return cls(found)

    def beside(self, said: object, tolerance: Tolerance = EXACT) -> Agreement:  # noqa: ARG002 -- as all mentions
        """What another phone number says about this one; its last digits alone, at least seven, say it too."""
        if not isinstance(said, Phone):
            return Agreement.UNRELATED
        if self.digits == said.digits:
            return Agreement.SAME
        longer, shorter = sorted((self.digits, said.digits), key=len, reverse=True)
        local = shorter.lstrip("0")
        is_end = not shorter.startswith("+") and len(local) >= _LOCAL and longer.endswith(local)
        return Agreement.SAME if is_end else Agreement.OTHER


def phones_in(text: str, country: str = "US") -> Iterator[Phone]:
    """The phone numbers in a normalised text.

    Args:
        text: What is read.
        country: Where numbers without a country's code belong: its two letters, or a number of it in E.164.
    """
    for match in _CANDIDATE.finditer(text):
        is_inside = match[0].startswith("(") and ")" not in match[0]
        start = match.start() + is_inside
        if digits := _read(text[start : match.end()], country):
            yield Phone(digits, Span(start, match.end()))


def _read(written: str, country: str) -> str | None:
    if _WHOLE.fullmatch(written):
        return written
    from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

    digits = re.sub(r"\D", "", written)
    international = bool(_INTERNATIONAL.match(written))
    if _NO_PHONE.fullmatch(written):
        return None
    if len(digits) == _LOCAL:
        return digits if _GROUPED_LOCAL.fullmatch(written) or _BARE_LOCAL.fullmatch(written) else None
    try:
        number = parse(re.sub(r"^\(?(?:00|011)", "+", written), _region(country))
    except NumberParseException:
        return f"+{digits}" if written.startswith("+") else None
    if international or is_valid_number(number):
        return str(format_number(number, PhoneNumberFormat.E164))
    is_grouped = written != digits and _LOCAL < len(digits) <= _LONGEST_NATIONAL
    return digits if is_grouped or digits.startswith("0") else None


@lru_cache(maxsize=1 << 6)
def _region(country: str) -> str:
    """The two letters of a country, which may be given by a number of it."""
    if not country.startswith("+"):
        return country
    from phonenumbers import NumberParseException, parse, region_code_for_number

    try:
        return region_code_for_number(parse(country)) or _HOME
    except NumberParseException:
        return _HOME
