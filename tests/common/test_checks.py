from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pytest
from attrs import frozen

from tool_sandbox.common.checks import check_fields, fits


@pytest.mark.parametrize(
    ("declared", "good", "bad"),
    [
        ("str", ["", "a"], [None, 1, True, []]),
        ("int", [0, -1], [True, 1.0, "1", None]),
        ("float", [0, 1.5], [True, "1", None]),
        ("bool", [True], [1, 0, None]),
        ("str | None", [None, "a"], [1, []]),
        ("tuple[str, ...]", [[], ()], ["a", {}, None]),
        ("Mapping[int, tuple[int, float]]", [{}], [[], None]),
        ("bool | str | None", [True, "a", None], [1, []]),
        ("Any", [1, None, {}], []),
        ("Literal['a']", ["a", 5], []),
    ],
)
def test_a_value_fits_what_is_declared(declared: str, good: list[Any], bad: list[Any]) -> None:
    assert all(fits(value, declared) for value in good)
    assert not any(fits(value, declared) for value in bad)


@frozen
class Thing:
    name: str
    size: int | None = None
    kind: Literal["a"] = "a"
    more: Mapping[str, Any] | None = None


def test_the_field_that_does_not_fit_is_named() -> None:
    check_fields(Thing("a", 1))
    with pytest.raises(TypeError, match="size is 'big'"):
        check_fields(Thing("a", "big"))  # type: ignore[arg-type]
