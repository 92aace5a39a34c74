"""The types of single fields, and how editors are told of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Annotated, Any, TypeVar

from attrs import frozen
from pydantic import AfterValidator, StringConstraints, TypeAdapter, ValidationInfo
from pydantic.annotated_handlers import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language.models import problem

T = TypeVar("T")


class _OneOrMany:
    """Takes one value for a list of one."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: value if isinstance(value, list) else [value], handler(source)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


@frozen
class Shown:
    """Shows editors another type than that which is read, made when it is asked for."""

    other: Callable[[], Any]

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(TypeAdapter(self.other()).core_schema)


YOUR_OWN = "{} of your own come with --tools-from."
"""What may be missing where a tool or a table is not known."""


def one_of(names: Collection[str] | str, noun: str = "", advice: str = "") -> AfterValidator:
    """Makes a text one of some names.

    Args:
        names: The names, or the attribute of the context that holds them.
        noun: What messages call such a name.
        advice: What messages say in the end.
    """

    def known(value: str, info: ValidationInfo) -> str:
        choices = getattr(info.context, names) if isinstance(names, str) else names
        if value not in choices:
            raise problem(f"there is no {noun}{value!r}; {hint(value, choices)} {advice}".rstrip())
        return value

    return AfterValidator(known)


Text = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
OneOrMany = Annotated[tuple[T, ...], _OneOrMany()]
Texts = OneOrMany[str]
