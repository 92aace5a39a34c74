"""Values that are worked out: ``{at: tomorrow 17:00}``, ``{world: dana.person_id}``, ``{from: search_contacts}``."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from tool_sandbox.common.script import Reference
from tool_sandbox.scenarios.language.document import Mapping, Place, Sequence
from tool_sandbox.scenarios.language.fields import Fields, described
from tool_sandbox.scenarios.language.moments import moment
from tool_sandbox.scenarios.language.worlds import World

AT, WORLD, FROM = "at", "world", "from"
REFERENCE_KEYS = ("from", "take", "call")


@frozen
class Values:
    """Works values out in one world.

    Args:
        world: Whose clock and rows they speak of.
        earlier: Tools a reference may name; ``None`` where a value cannot come from a result.
    """

    world: World
    earlier: frozenset[str] | None = None

    def mapping(self, values: Any, place: Place) -> dict[str, Any]:
        """Every value of a mapping, worked out."""
        lines = getattr(values, "lines", {})
        return {key: self.value(value, place.inside(key, lines.get(key))) for key, value in values.items()}

    def value(self, value: Any, place: Place) -> Any:
        """One value, worked out; plain ones stay as they are.

        Raises:
            ScenarioError: It is a point in time, a cell or a reference that does not exist.
        """
        if isinstance(value, Sequence):
            return [self.value(item, place.inside(f"[{position}]")) for position, item in enumerate(value)]
        if not isinstance(value, Mapping):
            return value
        if FROM in value:
            return self._reference(Fields.of(value, place, REFERENCE_KEYS))
        if len(value) != 1 or not ({AT, WORLD} & set(value)):
            raise place.error(f"expected a plain value, {{at: …}}, {{world: …}} or {{from: …}}; got {dict(value)!r}.")
        kind, text = next(iter(value.items()))
        if not isinstance(text, str):
            raise place.error(f"expected text after {kind!r}; got {described(text)}.")
        try:
            return moment(text, self.world.clock) if kind == AT else self.world.look_up(text)
        except ValueError as error:
            raise place.error(str(error)) from error

    def _reference(self, fields: Fields) -> Reference:
        if self.earlier is None:
            raise fields.place.error("a check cannot take a value from a result this way; use 'using' beside it.")
        tool = fields.text(FROM)
        if tool not in self.earlier:
            called = ", ".join(sorted(self.earlier)) or "no tool"
            raise fields.at(FROM).error(
                f"{tool!r} has not been called yet; before this step the solution calls {called}."
            )
        call = fields.raw("call") if "call" in fields else -1
        if isinstance(call, bool) or not isinstance(call, int):
            raise fields.at("call").error(f"expected which call, counted from 0; got {described(call)}.")
        take = fields.raw("take") if "take" in fields else ""
        return Reference(tool, str(take), call)
