"""JSON with indentation equals what the standard library writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.common.execution_context import DatabaseNamespace
from tool_sandbox.common.indented_json import indented_json, indented_parts
from tool_sandbox.common.shared_json import SharedJson

KEYS = st.text() | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner) | st.lists(inner).map(tuple),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([2, 4]))
def test_any_value_is_written_as_the_standard_library_writes_it(value: Any, indent: int) -> None:
    assert indented_json(value, indent) == json.dumps(value, indent=indent, ensure_ascii=False)


@given(st.lists(st.dictionaries(KEYS, VALUES), max_size=3), st.sampled_from([2, 4]))
def test_objects_that_are_shared_are_written_the_same_at_every_depth(objects: list[Any], indent: int) -> None:
    shared = [SharedJson(each) for each in objects]
    value, plain = {"near": shared, "far": {"off": [shared]}}, {"near": objects, "far": {"off": [objects]}}
    wanted = json.dumps(plain, indent=indent, ensure_ascii=False)

    assert [indented_json(value, indent) for _ in range(2)] == [wanted, wanted]


def test_members_of_text_enums_are_texts() -> None:
    value = {DatabaseNamespace.SANDBOX: [DatabaseNamespace.SETTING]}
    assert indented_json(value, 4) == json.dumps(value, indent=4)


@pytest.mark.parametrize("value", [{"a": object()}, [b"bytes"], {(1, 2): 1}, {1j}])
def test_what_is_no_json_is_refused_like_by_the_standard_library(value: Any) -> None:
    with pytest.raises(TypeError):
        indented_json(value, 2)


@given(st.dictionaries(st.text(), VALUES), st.sampled_from([2, 4]))
def test_each_item_of_a_list_in_an_object_written_in_parts_stands_on_one_line(value: Any, indent: int) -> None:
    text = "".join(indented_parts(value, indent))

    assert text == text.strip()
    assert json.dumps(json.loads(text)) == json.dumps(json.loads(json.dumps(value)))
    lines = {line.strip().removesuffix(",") for line in text.split("\n")}
    lists = [items for items in value.values() if isinstance(items, list | tuple)]
    assert {json.dumps(item, ensure_ascii=False) for items in lists for item in items} <= lines
