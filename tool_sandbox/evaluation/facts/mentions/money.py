"""Sums of money, and currencies as people write them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from attrs import frozen

from tool_sandbox.common.currencies import CURRENCY_CODES
from tool_sandbox.evaluation.facts.mentions.mention import EXACT, Agreement, Amount, Tolerance, numeral

_DOLLARS = "USD CAD AUD NZD SGD HKD MXN"
_CROWNS = "SEK NOK DKK ISK"
_SYMBOLS = {
    "$": _DOLLARS,
    "US$": "USD",
    "CA$": "CAD",
    "C$": "CAD",
    "AU$": "AUD",
    "A$": "AUD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "R$": "BRL",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY CNY",
    "₹": "INR",
    "₽": "RUB",
    "₺": "TRY",
    "₿": "XBT",
    "₩": "KRW",
    "₪": "ILS",
    "₫": "VND",
    "₴": "UAH",
    "kr": _CROWNS,
    "zł": "PLN",
    "Fr.": "CHF",
}
_NAMES = {
    "dollars dollar": _DOLLARS,
    "bucks buck": "USD",
    "euros euro": "EUR",
    "pounds pound quid pounds_sterling": "GBP",
    "yen": "JPY",
    "yuan renminbi rmb": "CNY",
    "kronor krona kroner krone kr": _CROWNS,
    "francs franc": "CHF",
    "rupees rupee": "INR PKR",
    "korean_won": "KRW",
    "zlotys zloty złoty zł pln": "PLN",
    "rubles ruble roubles rouble": "RUB",
    "lira liras": "TRY",
    "pesos peso": "MXN ARS CLP COP PHP",
    "reais": "BRL",
    "rand": "ZAR",
    "dirhams dirham": "AED",
    "shekels shekel": "ILS",
    "baht": "THB",
    "forints forint": "HUF",
    "koruna korunas": "CZK",
    "bitcoins bitcoin btc": "XBT",
}
_OF_COUNTRIES = {
    "us u.s. american": "USD",
    "canadian": "CAD",
    "australian": "AUD",
    "new_zealand": "NZD",
    "hong_kong": "HKD",
    "singapore": "SGD",
    "mexican": "MXN",
    "british": "GBP",
    "japanese": "JPY",
    "chinese": "CNY",
    "swedish": "SEK",
    "norwegian": "NOK",
    "danish": "DKK",
    "swiss": "CHF",
    "indian": "INR",
    "polish": "PLN",
    "turkish": "TRY",
    "brazilian": "BRL",
}
_HUNDREDTHS = {
    "cents cent ¢": f"{_DOLLARS} EUR", "pence": "GBP", "centimes centime rappen": "CHF EUR", "öre øre ore": _CROWNS,
    "paise paisa": "INR PKR",
}  # fmt: skip
_ENGLISH_WORDS = frozenset({"ALL", "TOP", "TRY", "CUP", "MOP", "GEL", "BAM", "SOS", "LAK"})
"""Codes that are no currency before a number, where a sentence in capitals may have them."""


@frozen
class Money(Amount):
    """A sum of money.

    Args:
        currencies: The codes of every currency that it may be in; $ is that of several countries.
    """

    currencies: frozenset[str]

    @classmethod
    def of(cls, value: float | str, currency: str) -> Money:
        """A sum that is wanted.

        Args:
            value: The amount, with as many decimals as matter.
            currency: A code of ISO 4217, a name or a symbol.

        Raises:
            ValueError: No such currency.
        """
        found = _vocabulary().names.get(currency.lower())
        codes = {currency.upper()} if currency.upper() in CURRENCY_CODES else set((found or "").split())
        if not codes:
            raise ValueError(f"{currency!r} is no currency; expected a code of ISO 4217, such as 'EUR', or a name.")
        return cls((numeral(str(value)),), frozenset(codes))

    def beside(self, said: object, tolerance: Tolerance = EXACT) -> Agreement:
        """What another mention says about this one; the same amount in another currency is a wrong one."""
        if not isinstance(said, Amount) or not (said.is_bare or isinstance(said, Money)):
            return Agreement.UNRELATED
        same = self.equals(said, tolerance)
        if isinstance(said, Money) and not self.currencies & said.currencies:
            return Agreement.OTHER if same else Agreement.UNRELATED
        if same:
            return Agreement.SAME
        return Agreement.UNRELATED if said.is_bare else Agreement.OTHER


def currency_before(text: str, start: int) -> tuple[frozenset[str], int] | None:
    """The currencies of the symbol or code that stands before a number, and where it begins."""
    match = _vocabulary().before.search(text, max(0, start - 12), start)
    if not match or match[1] in _ENGLISH_WORDS:
        return None
    return frozenset(_SYMBOLS.get(match[1].upper(), match[1]).split()), match.start()


def currency_after(text: str, end: int) -> tuple[frozenset[str], int, bool] | None:
    """The currencies that a number is followed by, where their name ends, and whether their hundredths are counted."""
    vocabulary = _vocabulary()
    match = vocabulary.after.match(text, end)
    if not match:
        return None
    if match["code"]:
        return frozenset({match["code"]}), match.end(), False
    name, country = match["name"].lower(), (match["country"] or "").lower()
    codes = vocabulary.countries.get(country) or vocabulary.names[name]
    return frozenset(codes.split()), match.end(), name in vocabulary.hundredths


@frozen
class _Vocabulary:
    """Words and symbols of currencies, and the patterns that find them beside a number."""

    names: dict[str, str]
    countries: dict[str, str]
    hundredths: dict[str, str]
    before: re.Pattern[str]
    after: re.Pattern[str]


@functools.cache
def _vocabulary() -> _Vocabulary:
    hundredths, countries = _spelled(_HUNDREDTHS), _spelled(_OF_COUNTRIES)
    names = {symbol.lower(): codes for symbol, codes in _SYMBOLS.items()} | _spelled(_NAMES) | hundredths
    codes = "|".join(sorted(CURRENCY_CODES))
    before = rf"(?<!\w)({_choices(_SYMBOLS)}|{codes}) ?[-+]?\Z"
    country = rf"(?:(?P<country>(?i:{_choices(countries)}))[ -])?"
    after = rf"[ -]?(?:(?P<code>{codes})|{country}(?P<name>(?i:{_choices(names)})))(?!\w)"
    return _Vocabulary(names, countries, hundredths, re.compile(before), re.compile(after))


def _spelled(table: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", " "): codes for names, codes in table.items() for name in names.split()}


def _choices(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
