"""``log:`` in scenario files: messages that stand in the log before anybody plays, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.common.world.schemas import schema_of
from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language.document import Place, Sequence
from tool_sandbox.scenarios.language.fields import Fields, described

LOG = "log"
_ROLES = tuple(role.value for role in RoleType)
_COLUMNS = tuple(schema_of(DatabaseNamespace.SANDBOX).columns)

LogRows = tuple[Mapping[str, Any], ...]


def log_rows(fields: Fields) -> LogRows | None:
    """The rows under ``log``; ``None`` when the key is absent.

    Raises:
        ScenarioError: Something is no row of the log, or names no role.
    """
    if LOG not in fields:
        return None
    return tuple(_row(item, place) for item, place in fields.items(LOG))


def _row(value: Any, place: Place) -> Mapping[str, Any]:
    fields = Fields.of(value, place, _COLUMNS)
    for key in ("sender", "recipient"):
        _check_role(fields.text(key), fields.at(key))
    if not isinstance(fields.raw("content"), str):
        raise fields.at("content").error(f"expected text; got {described(fields.raw('content'))}.")
    audience = fields.raw("visible_to")
    if audience is not None and not isinstance(audience, Sequence):
        raise fields.at("visible_to").error(f"expected a list of roles; got {described(audience)}.")
    for role in audience or ():
        _check_role(role, fields.at("visible_to"))
    return dict(fields.values)


def _check_role(role: Any, place: Place) -> None:
    if role not in _ROLES:
        raise place.error(f"there is no role {role!r}; {hint(str(role), _ROLES)}")
