"""Values that are worked out: ``{at: tomorrow 17:00}``, ``{world: dana.person_id}``, ``{from: search_contacts}``."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from tool_sandbox.common.script import Reference
from tool_sandbox.scenarios.language.cells import ResultValue
from tool_sandbox.scenarios.language.document import Mapping, Place, Sequence
from tool_sandbox.scenarios.language.models import described, read
from tool_sandbox.scenarios.language.moments import moment
from tool_sandbox.scenarios.language.worlds import World

AT, WORLD, FROM = "at", "world", "from"


@frozen
class Values:
    """Works values out in one world.

    Args:
        world: Whose clock and rows they speak of.
        earlier: Tools a reference may name; ``None`` where a value cannot come from a result.
        heard: What the user says and knows.
        written: The words of what the agent has to write.
        tools: The tools on offer.
    """

    world: World
    earlier: frozenset[str] | None = None
    heard: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    tools: frozenset[str] = frozenset()

    def mapping(self, values: Mapping) -> dict[str, Any]:
        """Every value of a mapping that knows its place, worked out."""
        return {key: self.value(value, values.at(key)) for key, value in values.items()}

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
            return self._reference(read(ResultValue, value, place))
        if len(value) != 1 or not ({AT, WORLD} & set(value)):
            raise place.error(f"expected a plain value, {{at: …}}, {{world: …}} or {{from: …}}; got {dict(value)!r}.")
        kind, text = next(iter(value.items()))
        if not isinstance(text, str):
            raise place.error(f"expected text after {kind!r}; got {described(text)}.")
        try:
            return moment(text, self.world.clock) if kind == AT else self.world.look_up(text)
        except ValueError as error:
            raise place.error(str(error)) from error

    def _reference(self, given: ResultValue) -> Reference:
        if self.earlier is None:
            raise given.place.error("a check cannot take a value from a result this way; use 'using' beside it.")
        if given.tool not in self.earlier:
            called = ", ".join(sorted(self.earlier)) or "no tool"
            raise given.at(FROM).error(
                f"{given.tool!r} has not been called yet; before this step the solution calls {called}."
            )
        return Reference(given.tool, given.take, given.call)
