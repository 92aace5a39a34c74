"""JSON of which a part is the same in many texts."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.common.shared_json import SharedJson, compact_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=4)


def shared(value: Any) -> Any:
    """The same with the objects in its outermost lists shared."""
    return [SharedJson(item) for item in value] if value and all(isinstance(item, dict) for item in value) else value


@given(data=OBJECTS, tools=st.lists(OBJECTS, max_size=3), ascii_only=st.booleans())
def test_the_text_is_that_of_json_dumps_whatever_is_shared(
    data: dict[str, Any], tools: list[dict[str, Any]], ascii_only: bool
) -> None:
    everything = {**data, "tools": shared(tools)}
    wanted = json.dumps({**data, "tools": tools}, separators=(",", ":"), ensure_ascii=ascii_only)

    assert [compact_json(everything, ascii_only=ascii_only) for _ in range(2)] == [wanted, wanted]


def test_a_list_that_is_shared_in_part_is_written_as_a_whole() -> None:
    assert compact_json({"tools": (SharedJson(a=1), {"b": 2})}, ascii_only=True) == '{"tools":[{"a":1},{"b":2}]}'


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda shared: pickle.loads(pickle.dumps(shared))])  # noqa: S301
def test_a_copy_of_what_is_shared_may_be_changed(copied: Any) -> None:
    given = SharedJson(name="search")
    given.text(ascii_only=True)

    own = copied(given)
    own["name"] = "find"

    assert type(own) is dict
    assert compact_json({"tools": [own]}, ascii_only=True) == '{"tools":[{"name":"find"}]}'


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        compact_json({"tools": [SharedJson(a={1})]}, ascii_only=True)
