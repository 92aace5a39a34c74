"""The difference between an argument that was left out and one that is null."""

from __future__ import annotations

from typing import Any


class NotGiven:
    """Type of ``NOT_GIVEN``, the default of optional tool parameters; falsy, and always the same object when copied."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"

    def __copy__(self) -> NotGiven:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> NotGiven:
        return self

    def __reduce__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN = NotGiven()
