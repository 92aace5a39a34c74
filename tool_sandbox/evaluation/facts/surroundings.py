"""What the words of an answer are read against."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen


@frozen(kw_only=True, cache_hash=True)  # nearly everything that is read is kept by them
class Surroundings:
    """The world as far as words refer to it: its clock, and whom its user knows.

    Args:
        now: The world's time, with its zone; it decides what "tomorrow" and "next Monday" are.
        people: Full names of the user's contacts, without the user.
        relationships: Full names and what they are to the user, such as ``("Priya Raman", "boss")``.
        country: Where a phone number without a country's code is dialled: its two letters, or a number of it in E.164.
        heard: What else an answer may take up: what the user says and knows, and the words of what is asked for.
        written: The words of what the agent has to write on the way, which a report may take up in place of them.
        tools: The tools on offer in the plain presentation.
    """

    now: datetime
    people: tuple[str, ...] = ()
    relationships: tuple[tuple[str, str], ...] = ()
    country: str = "US"
    heard: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    tools: frozenset[str] = frozenset()
