from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.llm.transports.completions.json_bodies import as_json, read_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_ordinary_json_is_read_as_it_is(value: Any) -> None:
    body = read_json(json.dumps(value))
    assert (body.value, body.absurd) == (value, False)


@pytest.mark.parametrize("levels", [300, 5_000, 50_000])
@pytest.mark.parametrize("opening", ["[", '{"a": '], ids=["lists", "objects"])
def test_what_is_nested_too_deeply_is_cut_off_and_the_rest_is_read(opening: str, levels: int) -> None:
    """At one depth, whatever the Python: 3.11 reads a thousand levels, later ones many thousand."""
    closing = "]" if opening == "[" else "}"
    deep = opening * levels + "1" + closing * levels
    body = read_json(f'{{"quoted": "[[{{\\"", "deep": {deep}, "after": 7}}')
    assert body.absurd
    assert (body.value["quoted"], body.value["after"]) == ('[[{"', 7)
    assert json.dumps(body.value["deep"]).count(opening[0]) < 300


def test_many_brackets_side_by_side_are_not_deep() -> None:
    value = {"calls": [{"arguments": [[1]]}] * 500, "quoted": "[{" * 500}
    body = read_json(json.dumps(value))
    assert (body.value, body.absurd) == (value, False)


def test_a_number_that_is_too_long_is_infinite() -> None:
    body = read_json('{"a": ' + "9" * 5000 + ', "b": ' + "9" * 100 + "}")
    assert body.absurd
    assert body.value == {"a": float("inf"), "b": int("9" * 100)}


@pytest.mark.parametrize("text", ["", "<html>", '{"a": ', "[" * 50_000, '{"a": "' + "[" * 50_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)


def test_what_cannot_be_written_is_no_json() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(ValueError, match=r"."):
        json.loads(as_json(circle))
    assert as_json({"a": [1]}) == '{"a": [1]}'
