"""What is to be said about a played conversation, and what each piece of it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum, auto

from attrs import Factory, frozen


class Style(StrEnum):
    """What a piece of text is, for whoever gives it a colour."""

    PLAIN = auto()
    TITLE = auto()
    ROLE = auto()
    NUMBER = auto()
    CALL = auto()
    RESULT = auto()
    ERROR = auto()
    MET = auto()
    PARTLY = auto()
    LOST = auto()
    NOTE = auto()


@frozen
class Span:
    """A piece of a line, or a remark beside a message."""

    text: str
    style: Style = Style.PLAIN


Line = tuple[Span, ...]


@frozen(kw_only=True)
class Annotations:
    """What is to be said about a conversation."""

    title: str = ""
    """Stands above it; nothing does where this is empty."""
    beside: Mapping[int, Sequence[Span]] = Factory(dict)
    """Remarks by message."""
    below: Sequence[tuple[str, Span]] = ()
    """What stands under it: a word in the column of the roles, and a text."""
