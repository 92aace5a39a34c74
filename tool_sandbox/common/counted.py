"""Numbers of things in words."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """So many of something: ``1 scenario``, ``1,032 scenarios``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
