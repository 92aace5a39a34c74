"""JSON of which a part is the same in many texts, such as the tools in every request: that part is written once."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from typing import Any

_COMPACT = {
    ascii_only: json.JSONEncoder(separators=(",", ":"), ensure_ascii=ascii_only).encode for ascii_only in (True, False)
}


class SharedJson(dict[str, Any]):
    """A JSON object that nobody changes any more, so that its text can be kept."""

    __slots__ = ("_texts",)
    _texts: dict[Hashable, str]

    def text(self, *, ascii_only: bool) -> str:
        """What ``compact_json`` makes of it."""
        return self.written(ascii_only, _COMPACT[ascii_only])

    def written(self, form: Hashable, write: Callable[[dict[str, Any]], str]) -> str:
        """Its text in a form, which is made when it is first asked for."""
        try:
            texts = self._texts
        except AttributeError:
            texts = self._texts = {}
        if form not in texts:
            texts[form] = write(self)
        return texts[form]

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies may be changed."""
        return dict, (dict(self),)


def compact_json(data: Mapping[str, Any], *, ascii_only: bool) -> str:
    """The text of ``json.dumps(data, separators=(",", ":"), ensure_ascii=ascii_only)``.

    Args:
        data: Values by name; ``SharedJson`` in a list of them is not written again.
        ascii_only: Whether other letters are written as escapes.

    Raises:
        TypeError: Something in it is not JSON-able.
    """
    encode = _COMPACT[ascii_only]
    parts: list[str] = []
    own: dict[str, Any] = {}
    for name, value in data.items():
        if _is_shared(value):
            parts += [encode(own)[1:-1]] if own else []
            parts.append(f"{encode(name)}:[{','.join([item.text(ascii_only=ascii_only) for item in value])}]")
            own = {}
        else:
            own[name] = value
    parts += [encode(own)[1:-1]] if own else []  # together, since each text that is begun costs as much as a message
    return f"{{{','.join(parts)}}}"


def _is_shared(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(type(item) is SharedJson for item in value)
