"""The difference between an argument that was left out and one that is null."""

from __future__ import annotations


class NotGiven:
    """Type of ``NOT_GIVEN``, the default of optional tool parameters; falsy, and always the same object when copied."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"

    def __reduce__(self) -> str:  # copied and pickled as the module's own name
        return "NOT_GIVEN"


NOT_GIVEN = NotGiven()
