"""A folder for every name, whatever the name holds and whatever the file system takes."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST = 255
"""Bytes of one path component on all common file systems."""

_DIGITS = 12
_ODD = re.compile(r"[^\w.+=@-]+")
_DIGESTED = re.compile(rf"-[0-9a-f]{{{_DIGITS}}}")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin|conout|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE | re.DOTALL)
"""What Windows takes for a device, with whatever ending."""


def folder_name(name: str) -> str:
    """One path component for ``name``, and for no other name, also where case or Unicode's forms make no difference.

    It is the name itself where every file system can hold it. Otherwise it is as much of the name as can be read and
    held, and a digest of the whole. It depends on the name alone, so that it is found again later.
    """
    readable = readable_name(name)
    if readable == name and _is_safe(name):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{readable_name(name, LONGEST - _DIGITS - 1)}-{digest}"


def readable_name(name: str, longest: int = LONGEST) -> str:
    """``name`` without separators, hidden beginnings, devices and odd characters; two names can give one.

    Args:
        name: Any text.
        longest: How many bytes of UTF-8 it may take.
    """
    cleaned = _ODD.sub("-", name).strip(".-")
    if _RESERVED.fullmatch(cleaned):
        cleaned = f"_{cleaned}"  # whatever comes after a dot, it stays the device
    held = cleaned.encode("utf-8", "ignore")[:longest].decode("utf-8", "ignore")
    return held.rstrip(".-") or "unnamed"


def _is_safe(name: str) -> bool:
    """Whether the name stays apart from every other one as it is."""
    if _RESERVED.fullmatch(name) or _DIGESTED.fullmatch(name[-_DIGITS - 1 :]):
        return False
    one_case = unicodedata.normalize("NFKC", name).casefold() == name
    return one_case and unicodedata.normalize("NFKC", name.upper()).lower() == name
