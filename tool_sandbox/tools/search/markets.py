"""Stocks and exchange rates of the offline data.

A price strays from its usual value by up to eight percent, always by the same amount on the same day of the world.
An exchange rate is that of the world's day, in a fresh world up to four percent off.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from tool_sandbox import clock, world_seed
from tool_sandbox.tools.search import chance
from tool_sandbox.tools.search.dataset import Dataset, Stock

NAME_LIKENESS = 85
EXACT_SYMBOL = 200.0
"""More than any name can reach."""

MOST_STRAY = 0.08
MOST_RATE_STRAY = 0.04
_FILLER = frozenset({"stock", "stocks", "share", "shares", "price", "of", "the", "quote", "ticker"})


def find_stocks(data: Dataset, query: str) -> list[dict[str, Any]]:
    """Stocks that fit a query, best first: the exact symbol, then companies of a similar name."""
    return [_entry(stock) for stock in _fitting(data, query)]


def converted(data: Dataset, amount: float, origin: str, target: str) -> float | None:
    """The amount in another currency today, to four decimals; ``None`` if a currency has no rate."""
    today = clock.now_datetime().date()
    per_dollar, wanted_per_dollar = _rate(data, today, origin), _rate(data, today, target)
    if per_dollar is None or wanted_per_dollar is None:
        return None
    return round(amount / per_dollar * wanted_per_dollar, 4)


def _rate(data: Dataset, day: date, currency: str) -> float | None:
    """Units per US dollar; in a fresh world a little off what they are."""
    rate = data.rates.on(day, currency)
    if rate is None or currency == "USD" or world_seed.current() == world_seed.CANONICAL:
        return rate
    return rate * (1 + (2 * chance.share("rate", currency) - 1) * MOST_RATE_STRAY)


@lru_cache(maxsize=1024)  # samples of one scenario ask the same
def _fitting(data: Dataset, query: str) -> tuple[Stock, ...]:
    ranked = [(_likeness(query, stock), position, stock) for position, stock in enumerate(data.stocks)]
    fitting = sorted((-likeness, position, stock) for likeness, position, stock in ranked if likeness >= NAME_LIKENESS)
    return tuple(stock for _, _, stock in fitting)


def _likeness(query: str, stock: Stock) -> float:
    from rapidfuzz import fuzz, utils

    words = [word for word in query.split() if word.lower() not in _FILLER]
    wanted = " ".join(words)
    if wanted.upper() in {stock.symbol, f"{stock.symbol}:{stock.exchange}"}:
        return EXACT_SYMBOL
    return max(
        fuzz.token_set_ratio(wanted, name, processor=utils.default_process)
        + fuzz.ratio(wanted, name, processor=utils.default_process) / 100
        for name in [stock.name, *stock.also_called]
    )


def _entry(stock: Stock) -> dict[str, Any]:
    now = datetime.fromtimestamp(clock.now(), ZoneInfo(stock.zone))
    price = _price(stock, now)
    previous = _price(stock, now - timedelta(days=1))
    return {
        "symbol": f"{stock.symbol}:{stock.exchange}",
        "name": stock.name,
        "type": "stock",
        "price": price,
        "change": round(price - previous, 2),
        "change_percent": round((price / previous - 1) * 100, 2),
        "previous_close": previous,
        "currency": stock.currency,
        "exchange": stock.exchange,
        "country_code": stock.country_code,
        "timezone": stock.zone,
        "last_update": now.strftime("%Y-%m-%d %H:%M:%S"),
    }


def _price(stock: Stock, moment: datetime) -> float:
    month = chance.share("month", stock.symbol, moment.year, moment.month)
    day = chance.share("day", stock.symbol, moment.date().isoformat())
    stray = (0.75 * (2 * month - 1) + 0.25 * (2 * day - 1)) * MOST_STRAY
    return round(stock.usual_price * (1 + stray), 2)
