"""What people call the switches of a phone, and what they call on and off."""

from __future__ import annotations

import re
from functools import lru_cache

from tool_sandbox.evaluation.facts.tokens import plain_words

NAMES: dict[str, tuple[str, ...]] = {
    "wi-fi": (
        "wi fi", "wireless lan", "wlan", "wireless network", "wireless connection", "wireless internet", "wireless",
    ),
    "cellular": (
        "cellular service", "cellular data", "cellular network", "cellular connection", "cellular", "cell service",
        "cell data", "cell network", "cell signal", "mobile signal", "signal",
        "cellular signal", "cell", "mobile data", "mobile network", "mobile service", "mobile connection",
        "mobile internet", "phone network", "phone service", "mobile",
    ),
    "location": (
        "location services", "location service", "location tracking", "location sharing", "location access",
        "location", "gps",
    ),
    "low battery mode": (
        "low battery mode", "battery saver", "battery saving mode", "battery saving", "low power mode",
        "power saving mode", "power saver", "power saving", "battery mode", "low battery",
        "energy saving mode", "battery saver mode", "saver mode", "saving mode", "that mode", "this mode",
    ),
    "bluetooth": ("bluetooth",),
    "airplane mode": ("airplane mode", "flight mode", "aeroplane mode"),
    "do not disturb": ("do not disturb",),
}  # fmt: skip
"""The switches by the names that facts use, with what else they are called."""

ON = (
    "on", "enabled", "active", "activated", "running", "up", "online", "connected", "available", "working", "works",
    "reactivated", "enable", "activate", "enabling", "activating", "enables", "restored", "back",
)  # fmt: skip
OFF = (
    "off", "disabled", "inactive", "deactivated", "offline", "down", "disconnected", "cut", "killed", "stopped",
    "unavailable", "disable", "deactivate", "disabling", "deactivating", "disables", "suspended", "out",
    "is history", "are history", "is dead", "are dead", "is gone", "are gone",
)  # fmt: skip
SAME = ("untouched", "unchanged", "alone", "as it was", "as is", "as they were")
"""What is said of a switch that was left as it was."""

_ARTICLES = frozenset({"the", "your", "my"})


_BY_NAME = {name: switch for switch, names in NAMES.items() for name in (switch, *names)}


def subject_of(name: str) -> str:
    """The switch that is called so, or the words themselves for anything else, without capitals and articles."""
    return subject_named(" ".join(word for word in plain_words(name) if word not in _ARTICLES))


def spoken(subject: str) -> str:
    """What is on or off, as people write it."""
    return "Wi-Fi" if subject == "wi-fi" else subject


def subject_named(plain: str) -> str:
    """The same for plain words."""
    return _BY_NAME.get(plain, plain)


@lru_cache(maxsize=1 << 8)
def subject_pattern(*others: str) -> re.Pattern[str]:
    """What finds a switch, or one of these other subjects, in plain words."""
    names = [name for each in NAMES.values() for name in each] + list(others)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})\b(?! (?:phone|number))")
