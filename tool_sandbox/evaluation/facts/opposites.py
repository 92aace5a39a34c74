"""Words and their opposites, as far as answers about a phone need them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import chain

Roots = tuple[str, ...]

HOW_MUCH_LATER = (
    ("minute later", "hour later", "day later", "week later"),
    ("minute earlier", "hour earlier", "day earlier", "week earlier", "minute sooner", "hour sooner", "day sooner"),
)
OPPOSITES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("broken", "out of order", "out of service", "not working", "does not work", "stuck", "defective",
         "broke down", "stopped working", "stops working"),
        ("fixed", "repaired", "works again", "working again", "is working", "is in order", "back in service", "mended",
         "back in order", "without trouble", "without problems", "runs well", "runs fine"),
    ),
    (
        ("sold out", "no tickets left", "no tickets", "fully booked", "no more tickets"),
        ("available", "there are still tickets", "tickets left", "tickets available", "not sold out", "on sale"),
    ),
    (("late", "behind", "delayed", "later than planned"), ("early", "on time", "ahead of time", "ahead of schedule")),
    (("later", "postponed", "delayed", "pushed back"), ("earlier", "brought forward")),
    HOW_MUCH_LATER,
    (("open", "opened"), ("closed", "shut")),
    (("sick", "ill", "unwell"), ("healthy", "well again", "feeling well")),
    (("low", "minimum", "lowest", "coldest"), ("high", "maximum", "highest", "warmest")),
    (("start", "begin", "kick off"), ("end", "is over", "cancelled", "canceled", "called off", "postponed")),
    (("day before", "eve of"), ("day after",)),
    (("cancelled", "called off", "canceled"), ("takes place", "going ahead")),
    (("accept", "accepted"), ("decline", "declined", "reject", "refuse")),
    (("cheaper", "less expensive"), ("more expensive", "dearer")),
    (("increase", "rise", "higher"), ("decrease", "fall", "lower")),
    (("won", "win"), ("lost", "lose")),
    (("locked",), ("unlocked",)),
    (("full",), ("empty",)),
    (("sold out", "no tickets left", "fully booked"), ("cancelled", "canceled", "called off", "postponed")),
    (("you left", "you forgot", "you lost"), ("you found",)),
    (("goodbye", "farewell"), ("hello", "good morning", "welcome")),
    (("safe",), ("unsafe", "dangerous")),
    (("possible",), ("impossible",)),
    (("at home",), ("at work", "at the office", "in the office")),
    (("arrive", "arriving"), ("leave", "departing")),
    (("will be there", "be there", "is coming", "are coming", "will come", "will attend", "can make it"),
     ("be absent", "stay away", "you will be late", "running late", "not coming", "not be there", "can not make it",
      "can not come", "will not come",
      "will not be there", "will not make it", "not attend", "not be able to make it", "not be able to come")),
)  # fmt: skip
"""Pairs of sides; one side of a pair is not true when the other is."""


@lru_cache(maxsize=1 << 12)
def opposites_of(roots: Roots, roots_of: Callable[[str], Roots]) -> tuple[str, ...]:
    """What would be the opposite of a phrase with these roots, if it holds a listed word."""
    held = (other for side, other in both_ways() if any(_within(roots_of(phrase), roots) for phrase in side))
    return tuple(chain.from_iterable(held))


def both_ways() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every pair in both orders."""
    for one, other in OPPOSITES:
        yield one, other
        yield other, one


def _within(part: Roots, whole: Roots) -> bool:
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))
