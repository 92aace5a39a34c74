"""JSON in a file that is read value by value, so that little of it is in memory at once."""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import Any, BinaryIO

_AT_LEAST = 1 << 16
"""Bytes that are read at once."""
_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class JsonParts:
    """The JSON in a file. Places are bytes from its beginning.

    Args:
        file: The file.
        place: Where to begin.
    """

    def __init__(self, file: BinaryIO, place: int = 0) -> None:
        file.seek(place)
        self._file, self._place = file, place
        self._decoder = getincrementaldecoder("utf-8")("surrogatepass")
        self._text, self._at, self._counted = "", 0, 0

    def members(self) -> Iterator[str]:
        """The keys of an object; the value of each is to be read before the next one is asked for.

        Raises:
            ValueError: It is no object, or no JSON.
        """
        self._take("{")
        while not self._takes("}"):
            (_, key) = self.value()
            self._take(":")
            yield key
            if not self._takes(","):
                self._take("}")
                return

    def items(self) -> Iterator[tuple[int, Any]]:
        """Where each item of an array begins, and the item.

        Raises:
            ValueError: It is no array, or no JSON.
        """
        self._take("[")
        while not self._takes("]"):
            yield self.value()
            if not self._takes(","):
                self._take("]")
                return

    def value(self) -> tuple[int, Any]:
        """Where the next value begins, and the value.

        Raises:
            ValueError: It is no JSON.
        """
        self.next()
        self._count()
        place = self._place
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except ValueError:
                if not self._more():
                    raise
                continue
            if end < len(self._text) or not self._more():  # else a number may go on
                self._at = end
                return place, value

    def end(self) -> None:
        """Make sure that there is nothing more.

        Raises:
            ValueError: There is.
        """
        if self.next():
            message = "Extra data"
            raise json.JSONDecodeError(message, self._text, self._at)

    def next(self) -> str:
        """The next character that is no blank; nothing at the end."""
        while True:
            blank = _BLANK.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def _takes(self, character: str) -> bool:
        if self.next() != character:
            return False
        self._at += 1
        return True

    def _take(self, character: str) -> None:
        if not self._takes(character):
            message = f"Expecting {character!r}"
            raise json.JSONDecodeError(message, self._text, self._at)

    def _count(self) -> None:
        self._place += len(self._text[self._counted : self._at].encode("utf-8", "surrogatepass"))
        self._counted = self._at

    def _more(self) -> bool:
        """Read further; whether there was anything."""
        self._count()
        self._text, self._at, self._counted = self._text[self._at :], 0, 0
        part = self._file.read(max(_AT_LEAST, len(self._text)))
        self._text += self._decoder.decode(part, final=not part)
        return bool(part)
