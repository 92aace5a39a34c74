from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import enum
import json
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NewType, TypedDict

import attrs
import pydantic
import pydantic.v1
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.common.not_given import NotGiven
from tool_sandbox.common.signatures.argument_types import CannotBeReadError, inlined, is_plain, reader_of
from tool_sandbox.common.signatures.json_types import json_schema
from tool_sandbox.common.signatures.json_words import as_json


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Size(enum.IntEnum):
    SMALL = 1


class Place(enum.Enum):
    HOME = (1.0, 2.0)
    WORK = (3.0, 4.0)


@dataclasses.dataclass
class Item:
    name: str
    color: Color = Color.RED


@dataclasses.dataclass
class Order:
    items: list[Item]
    when: dt.date | None = None


@attrs.frozen
class Boxed:
    _item: Item
    count: int = 1


class Point(NamedTuple):
    x: int
    y: int = 0


class Stay(TypedDict):
    start: dt.date


class Plain(TypedDict, total=False):
    title: str


class Model(pydantic.BaseModel):
    order: Order
    count: int = pydantic.Field(default=1, ge=1)


class OldModel(pydantic.v1.BaseModel):
    x: int


class Node(pydantic.BaseModel):
    children: list[Node] = []


class Strange: ...


Day = NewType("Day", dt.date)
ITEM = {
    "type": "object",
    "title": "Item",
    "properties": {
        "name": {"title": "Name", "type": "string"},
        "color": {"enum": ["red", "blue"], "title": "Color", "type": "string", "default": "red"},
    },
    "required": ["name"],
}
DAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("annotation", "value", "read"),
    [
        (Color, "blue", Color.BLUE),
        (Size, 1, Size.SMALL),
        (Place, "WORK", Place.WORK),
        (Item, {"name": "a", "color": "blue"}, Item("a", Color.BLUE)),
        (Order, {"items": [{"name": "a"}], "when": "2026-03-02"}, Order([Item("a")], DAY)),
        (Boxed, {"item": {"name": "a"}}, Boxed(Item("a"))),
        (list[Boxed], [{"item": {"name": "a"}, "count": 2}], [Boxed(Item("a"), 2)]),
        (Point, {"x": 1}, Point(1)),
        (Point, [1, 2], Point(1, 2)),
        (Stay, {"start": "2026-03-02"}, {"start": DAY}),
        (Model, {"order": {"items": []}, "count": 2}, Model(order=Order([]), count=2)),
        (OldModel, {"x": 1}, OldModel(x=1)),
        (dt.datetime, "2026-03-02T10:00:00Z", dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)),
        (dt.time, "10:30", dt.time(10, 30)),
        (dt.timedelta, "PT90S", dt.timedelta(seconds=90)),
        (Day, "2026-03-02", DAY),
        (Decimal, 0.1, Decimal("0.1")),
        (Decimal, "0.10", Decimal("0.10")),
        (Path, "a/b", Path("a/b")),
        (uuid.UUID, "12345678-1234-5678-1234-567812345678", uuid.UUID("12345678-1234-5678-1234-567812345678")),
        (set[Color], ["red"], {Color.RED}),
        (tuple[int, str], [1, "a"], (1, "a")),
        (frozenset[int], [1, 1], frozenset({1})),
        (dict[str, dt.date], {"a": "2026-03-02"}, {"a": DAY}),
        (dt.date | None, None, None),
        (dt.date | NotGiven | None, "2026-03-02", DAY),
        (dt.date | int, 3, 3),
        (Literal[Color.RED, "other"], "other", "other"),
        (Annotated[int, pydantic.Field(ge=1)], 2, 2),
        (Item, Item("made by Python code"), Item("made by Python code")),
    ],
)  # fmt: skip
def test_values_are_made_from_json(annotation: Any, value: Any, read: Any) -> None:
    assert not is_plain(annotation)
    made = reader_of(annotation)(value)
    assert (made, type(made)) == (read, type(read))


@pytest.mark.parametrize(
    "annotation",
    [
        int, str, float, bool, list, dict, Any, object, None,
        list[int], dict[str, Any], Sequence[str], Mapping[str, int],
        int | None, str | NotGiven, Literal["a", 1], Plain, Annotated[int, "years"], collections.OrderedDict,
        collections.abc.Callable[[int], str], NewType("Name", str), list[Plain],
    ],
)  # fmt: skip
def test_what_json_has_a_word_for_is_plain(annotation: Any) -> None:
    assert is_plain(annotation)


@pytest.mark.parametrize(
    ("annotation", "value", "words"),
    [
        (Color, "green", "Input should be 'red' or 'blue'"),
        (Place, "(1.0, 2.0)", "Input should be 'HOME' or 'WORK'"),
        (Item, {"name": 1}, "name: Input should be a valid string"),
        (Order, {"items": [{"nam": "a"}]}, "items.0.name: Field required"),
        (Boxed, {"item": {"name": "a"}, "colour": 1}, "colour: Extra inputs are not permitted"),
        (Model, {"order": {"items": []}, "count": "2"}, "count: Input should be a valid integer"),
        (Annotated[int, pydantic.Field(ge=1)], 0, "greater than or equal to 1"),
        (dt.date, "tomorrow", "valid date"),
        (tuple[int, int], [1], "Field required"),
    ],
)
def test_what_is_wrong_is_said_part_by_part(annotation: Any, value: Any, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        reader_of(annotation)(value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("annotation", [Strange, list[Strange], Strange | None])
def test_a_type_that_no_json_can_become_is_refused(annotation: Any) -> None:
    with pytest.raises(CannotBeReadError, match="Strange"):
        reader_of(annotation)


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (Item, ITEM),
        (list[Item], {"type": "array", "items": ITEM}),
        (Item | None, ITEM),
        (
            Boxed,
            {
                "additionalProperties": False,
                "properties": {
                    "item": {**ITEM, "additionalProperties": False},
                    "count": {"default": 1, "title": "Count", "type": "integer"},
                },
                "required": ["item"],
                "title": "Boxed",
                "type": "object",
            },
        ),
        (
            Point,
            {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}, "required": ["x"]},
        ),
        (Place, {"enum": ["HOME", "WORK"], "type": "string"}),
        (Decimal, {"type": "number"}),
        (dt.date, {"type": "string", "format": "date"}),
        (dt.datetime, {"type": "string", "format": "date-time"}),
        (Path, {"type": "string", "format": "path"}),
        (Stay, {
            "type": "object",
            "properties": {"start": {"type": "string", "format": "date"}},
            "required": ["start"],
        }),
        (Annotated[int, pydantic.Field(ge=1, description="How many.")], {
            "type": "integer", "minimum": 1, "description": "How many.",
        }),
        (Strange, {}),
    ],
)  # fmt: skip
def test_types_have_a_schema(annotation: Any, schema: dict[str, Any]) -> None:
    assert json_schema(annotation) == schema


@pytest.mark.parametrize("annotation", [Model, Node, Order, Boxed, list[Model]])
def test_a_schema_refers_to_nothing_outside_itself(annotation: Any) -> None:
    text = json.dumps(json_schema(annotation))
    assert "$ref" not in text
    assert "$defs" not in text


def test_a_type_that_holds_itself_is_cut_where_it_begins_anew() -> None:
    node = inlined(Node.model_json_schema())
    assert node["properties"]["children"]["items"]["type"] == "object"


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        (1, 1),
        (Color.RED, "red"),
        (DAY, "2026-03-02"),
        (Path("a/b"), "a/b"),
        (Decimal("0.10"), "0.10"),
        (Order([Item("a")], DAY), {"items": [{"name": "a", "color": "red"}], "when": "2026-03-02"}),
        (Boxed(Item("a")), {"_item": {"name": "a", "color": "red"}, "count": 1}),
        (Model(order=Order([])), {"order": {"items": [], "when": None}, "count": 1}),
        ({1}, [1]),
        ([object], ["<class 'object'>"]),
    ],
)
def test_values_are_recorded_in_jsons_words(value: Any, recorded: Any) -> None:
    assert as_json(value) == recorded


@given(st.dates(), st.lists(st.builds(Item, st.text(), st.sampled_from(Color))))
def test_what_was_recorded_reads_as_what_it_was(day: dt.date, items: list[Item]) -> None:
    order = Order(items, day)
    assert reader_of(Order)(as_json(order)) == order
