"""Tables of users' own, which belong to the process."""

from __future__ import annotations

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world import schemas


def forget(name: str) -> None:
    """Let there be no such table any more."""
    schemas._SCHEMAS.pop(name, None)
    if name in DatabaseNamespace._member_map_:
        DatabaseNamespace._member_names_.remove(name)
        del DatabaseNamespace._member_map_[name]
        del DatabaseNamespace._value2member_map_[name]
