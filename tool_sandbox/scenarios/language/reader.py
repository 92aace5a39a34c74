"""From YAML to the models of ``spec``: kinds, keys and names are checked here, one clear error for each mistake."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Set as AbstractSet
from typing import Any

from attrs import evolve, frozen

from tool_sandbox.common.vocabulary import ScenarioCategories
from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language import entries as spec
from tool_sandbox.scenarios.language.checks import CheckReader, ToolParameters
from tool_sandbox.scenarios.language.document import Mapping, Place
from tool_sandbox.scenarios.language.fields import Fields, described
from tool_sandbox.scenarios.language.log import LOG, log_rows

_CATEGORIES = tuple(category.value.lower() for category in ScenarioCategories)


@frozen
class EntryReader:
    """Reads the entries of scenario files.

    Args:
        tools: Tool name to the parameters it takes.
        worlds: The names of the worlds there are.
        examples: The names of few-shot conversations there are.
    """

    tools: AnyMapping[str, ToolParameters]
    worlds: AbstractSet[str]
    examples: AbstractSet[str]

    def entries(self, value: Any, place: Place) -> list[spec.Entry]:
        """An entry and its variants.

        Raises:
            ScenarioError: Something is not written as it should be.
        """
        if isinstance(value, Mapping) and isinstance(value.get("name"), str):
            place = evolve(place, entry=value["name"], key="")
        fields = Fields.of(value, place, spec.ENTRY_KEYS)
        base = Mapping(
            {k: v for k, v in fields.values.items() if k != "variants"}, fields.values.line, fields.values.lines
        )
        found = [self._entry(Fields(base, place))]
        for content, where in fields.items("variants"):
            variant = Fields.of(content, where, spec.VARIANT_KEYS)
            named = Place(place.file, variant.values.line, variant.text("name"))
            found.append(self._entry(Fields(_varied(base, variant.values), named)))
        return found

    def _entry(self, fields: Fields) -> spec.Entry:
        reader = CheckReader(self.tools)
        solution = reader.steps(fields, "solution")
        milestones = tuple(reader.node(item, place, "milestone") for item, place in fields.items("milestones"))
        minefields = tuple(reader.node(item, place, "minefield") for item, place in fields.items("minefields"))
        floor = fields.number("nop_floor")
        return spec.Entry(
            name=self._name(fields),
            description=fields.text("description", ""),
            world=self._one_of(fields, "world", fields.text("world", "base"), self.worlds),
            categories=tuple(
                self._one_of(fields, "categories", each, _CATEGORIES) for each in fields.texts("categories")
            ),
            tags=fields.texts("tags"),
            user=self._user(fields),
            log=log_rows(fields),
            tools=tuple(self._one_of(fields, "tools", each, self.tools) for each in fields.texts("tools")),
            without=tuple(self._one_of(fields, "without", each, self.tools) for each in fields.texts("without")),
            milestones=milestones,
            minefields=minefields,
            solution=solution,
            nop_floor=floor,
            max_messages=self._positive(fields, "max_messages", 30),
            place=fields.place,
        )

    def _name(self, fields: Fields) -> str:
        name = fields.text("name")
        if not name.replace("_", "").isalnum() or not name.isascii():
            raise fields.at("name").error(f"{name!r} must be letters, digits and underscores: it names a folder, too.")
        return name

    def _user(self, fields: Fields) -> spec.User:
        if "user" not in fields:
            if LOG in fields:
                return spec.User()
            raise fields.place.error("the key 'user' is missing; it needs at least knows and says.")
        user = Fields.of(fields.raw("user"), fields.at("user"), spec.USER_KEYS)
        return spec.User(
            knows=user.text("knows", "" if LOG in fields else None),
            says=user.text("says", "" if LOG in fields else None),
            replies=user.texts("replies"),
            examples=tuple(self._one_of(user, "examples", each, self.examples) for each in user.texts("examples")),
        )

    @staticmethod
    def _one_of(fields: Fields, key: str, value: str, known: Any) -> str:
        if value not in known:
            raise fields.at(key).error(f"there is no {value!r}; {hint(value, known)}")
        return value

    @staticmethod
    def _positive(fields: Fields, key: str, default: int) -> int:
        value = fields.raw(key) if key in fields else default
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise fields.at(key).error(f"expected a whole number of at least 1; got {described(value)}.")
        return value


def _varied(base: Mapping, variant: Mapping) -> Mapping:
    """The entry with the variant's keys in place of its own; of the user only the keys that are given."""
    varied = variant.over(base)
    if isinstance(variant.get("user"), Mapping) and isinstance(base.get("user"), Mapping):
        varied["user"] = variant["user"].over(base["user"])
    return varied
