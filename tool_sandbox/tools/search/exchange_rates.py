"""What currencies are worth, by the day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date

from attrs import frozen


@frozen
class ExchangeRates:
    """How many units of each currency one US dollar buys on certain days; between them they move evenly.

    Args:
        days: The days, earliest first.
        values: ISO 4217 code to the values on these days.
    """

    days: tuple[date, ...]
    values: Mapping[str, tuple[float, ...]]

    def on(self, day: date, currency: str) -> float | None:
        """The value on a day; before the first day that of the first, after the last that of the last.

        Args:
            day: When.
            currency: ISO 4217 code.

        Returns:
            Units per US dollar, or ``None`` if the currency is not known.
        """
        known = self.values.get(currency)
        if known is None:
            return None
        after = bisect_right(self.days, day)
        if after in {0, len(self.days)}:
            return known[min(after, len(self.days) - 1)]
        start, end = self.days[after - 1], self.days[after]
        share = (day - start).days / (end - start).days
        return known[after - 1] + share * (known[after] - known[after - 1])
