"""Models of what stands in a scenario file: reading is strict, and a mistake is one sentence with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, PrivateAttr, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language.document import Mapping, Place, Sequence, located

NAME = "^_*[A-Za-z0-9][A-Za-z0-9_]*$"
"""What a name may be made of."""
M = TypeVar("M", bound="FileModel")
_KIND_NAMES = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Mapping: "a mapping",
    Sequence: "a list",
}


class FileModel(BaseModel):
    """A mapping in a scenario file. To add a key, add a field; its docstring is what editors say about the key.

    Nothing, as YAML has it, stands for ``None`` only where the model ``takes_nothing``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, use_attribute_docstrings=True)
    takes_nothing: ClassVar[bool] = False
    _source: Mapping = PrivateAttr()

    @classmethod
    @cache
    def known_keys(cls) -> tuple[str, ...]:
        """The keys that mean something, in the order of their definition."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @classmethod
    @cache
    def optional_keys(cls) -> tuple[str, ...]:
        """The keys that are ``None`` when they are left out, though nothing cannot be written in their place."""
        fields = [] if cls.takes_nothing else cls.model_fields.items()
        return tuple(field.alias or name for name, field in fields if field.default_factory or field.default is None)

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self._source.place

    def at(self, *path: str | int) -> Place:
        """The place of something inside, by keys and positions."""
        return self._source.at(*path)

    def has(self, key: str) -> bool:
        """Whether a key is written there."""
        private: dict[str, Any] = self.__pydantic_private__ or {}  # asked so often that the way of attributes is long
        return key in private["_source"]

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, Mapping):
            raise problem(_no_mapping(value, cls.known_keys()))
        check_keys(value, value.place, cls.known_keys())
        for key, each in value.items():
            if each is None and key in cls.optional_keys():
                raise problem("expected something; got nothing. Write a value, or leave the key out.", key)
        model = handler(value)
        model._source = value  # noqa: SLF001 -- its own
        return model


def read(model: type[M], value: Any, place: Place, context: Any = None) -> M:
    """A value of a document as a model.

    Args:
        model: What it should be.
        value: From a document.
        place: Where it stands.
        context: What its validators look names or times up in.

    Raises:
        ScenarioError: It is not written as it should be: of several mistakes the first is named, a missing key last.
    """
    source = located(value, place)
    try:
        return model.model_validate(source, context=context)
    except ValidationError as error:
        mistakes = [(_place_of(each, source, place), each) for each in error.errors(include_url=False)]
        where, first = min(mistakes, key=lambda each: (each[1]["type"] in _LAST, each[0].line))
        raise where.error(_SENTENCES.get(first["type"], _expected("something else"))(first)) from error


def check_keys(value: Any, place: Place, known: Iterable[str]) -> None:
    """Make sure that a value is a mapping without other keys.

    Raises:
        ScenarioError: It is something else, or has a key that means nothing there.
    """
    if not isinstance(value, Mapping):
        raise place.error(_no_mapping(value, known))
    for key in value:
        if key not in known:
            where = Place(place.file, value.lines.get(key, place.line), place.entry, place.key)
            raise where.error(no_meaning(key, known))


def no_meaning(key: str, known: Iterable[str]) -> str:
    """The sentence about a key that means nothing."""
    return f"the key {key!r} means nothing here; {hint(key, known)}"


def problem(sentence: str, *path: str | int) -> PydanticCustomError:
    """The error of a validator: its sentence, and where in the value, by keys and positions."""
    return PydanticCustomError("problem", "{sentence}", {"sentence": sentence, "path": path})


def described(value: Any) -> str:
    """A value and its kind, for messages."""
    if isinstance(value, (Mapping, Sequence)):
        return _KIND_NAMES[type(value)]
    return "nothing" if value is None else f"{value!r}, {_KIND_NAMES.get(type(value), type(value).__name__)}"


def _no_mapping(value: Any, known: Iterable[str]) -> str:
    return f"expected a mapping with the keys {', '.join(known)}; got {described(value)}."


def _place_of(error: ErrorDetails, source: Any, place: Place) -> Place:
    path = [step for step in error["loc"] if step != "[key]"]
    path += error.get("ctx", {}).get("path", ())
    if error["type"] == "missing":
        path.pop()
    return source.at(*path) if isinstance(source, Mapping) else place


def _expected(what: str) -> Callable[[ErrorDetails], str]:
    return lambda error: f"expected {what.format(**error.get('ctx', {}))}; got {described(error['input'])}."


def _no_text(error: ErrorDetails) -> str:
    if error.get("ctx", {}).get("pattern") == NAME:
        return f"{error['input']!r} must be letters, digits and underscores: it names a folder, too."
    quote = " Quote it if it is one." if isinstance(error["input"], (bool, int, float)) else ""
    return _expected("text")(error) + quote


def _no_choice(error: ErrorDetails) -> str:
    known = re.findall("'([^']*)'", error["ctx"]["expected"])
    return f"nothing is called {error['input']!r} here; {hint(str(error['input']), known)}"


_LAST = ("missing", "too_short")
"""They often follow from another mistake: a key that is missing is one that is misspelt."""
_SENTENCES: dict[str, Callable[[ErrorDetails], str]] = {
    "problem": lambda error: error["msg"],
    "value_error": lambda error: str(error["ctx"]["error"]),
    "missing": lambda error: f"the key {error['loc'][-1]!r} is missing.",
    "string_type": _no_text,
    "string_too_short": _no_text,
    "string_pattern_mismatch": _no_text,
    "literal_error": _no_choice,
    "enum": _no_choice,
    "bool_type": _expected("a value like True"),
    "float_type": _expected("a number"),
    "int_type": _expected("a whole number"),
    "greater_than_equal": _expected("a number of at least {ge:g}"),
    "less_than_equal": _expected("a number of at most {le:g}"),
    "dict_type": _expected("a mapping"),
    "tuple_type": _expected("a list"),
    "too_short": lambda _: "expected a list of at least one.",
}
"""What is said about each kind of mistake that pydantic finds."""
