"""Text that can be sent: halves of characters joined, and what is left over replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_HALF = re.compile("[\ud800-\udfff]")
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def whole(text: str) -> str:
    """The text without halves of characters.

    A model's stream may cut a character in two: as the two escapes of a surrogate pair, or as bytes, which decoding
    with ``surrogateescape`` kept. Both are joined. A half without its other half becomes U+FFFD: no JSON encoder of a
    provider's SDK takes it.
    """
    if not _HALF.search(text):
        return text
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _NO_BYTE.sub("\ufffd", paired).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def whole_data(data: Any) -> Any:
    """JSON-able data with every text in it whole."""
    if isinstance(data, str):
        return whole(data)
    if isinstance(data, Mapping):
        return {whole_data(name): whole_data(value) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [whole_data(value) for value in data]
    return data
