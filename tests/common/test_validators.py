from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal, Optional, Union

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.common.compatibility import use_original_rules
from tool_sandbox.common.currencies import CURRENCY_CODES, ORIGINAL_CURRENCY_CODES
from tool_sandbox.common.not_given import NOT_GIVEN, NotGiven
from tool_sandbox.common.validators import (
    typechecked,
    validate_currency_code,
    validate_latitude,
    validate_longitude,
    validate_phone_number,
    validate_range,
    validate_timestamp,
    validate_type,
    validate_type_range,
)


class Color(StrEnum):
    RED = "red"


class TextOfOurOwn(str):
    __slots__ = ()


# As the original writes them; UP007 would rewrite them.
TEXT_OR_NOTHING: Any = Optional[str]  # noqa: UP045
TEXT_OR_NOT_GIVEN: Any = Union[str, NotGiven]  # noqa: UP007

TOLD_APART = pytest.mark.skipif(sys.version_info >= (3, 14), reason="X | Y and Union[X, Y] are one there")
ACCEPTED_BY_BOTH = [
    (1, int),
    (1, float),
    (True, int),
    (True, float),
    (True, bool),
    ("a", str),
    (None, TEXT_OR_NOTHING),
    (NOT_GIVEN, TEXT_OR_NOT_GIVEN),
    ([1], list[int]),
    (["a"], list[int]),
    ({}, dict[str, int]),
]
REFUSED_BY_BOTH = [
    (1.0, int),
    ("1", int),
    (1, str),
    (1, bool),
    (None, str),
    (Color.RED, str),
    (TextOfOurOwn("a"), str),
    (None, TEXT_OR_NOT_GIVEN),
    ((1,), list[int]),
]
ACCEPTED_BY_OURS = [
    (1, Any),
    pytest.param(None, str | None, marks=TOLD_APART),
    pytest.param(2, int | str, marks=TOLD_APART),
    ("red", Literal["red", "blue"]),
    ("x", Annotated[str, ["notes"]]),
    ((1,), Sequence[int]),
    (None, None),
]
REFUSED_BY_OURS = [
    (1.5, int | str),
    ("green", Literal["red", "blue"]),
    (True, Literal[1, 2]),
    (1, Sequence[int]),
]


@pytest.mark.parametrize("original", [True, False])
@pytest.mark.parametrize(("value", "expected"), ACCEPTED_BY_BOTH)
def test_types_that_pass_under_all_rules(value: Any, expected: Any, original: bool) -> None:
    with use_original_rules(original):
        validate_type(value, "x", expected)


@pytest.mark.parametrize("original", [True, False])
@pytest.mark.parametrize(("value", "expected"), REFUSED_BY_BOTH)
def test_types_that_fail_under_all_rules(value: Any, expected: Any, original: bool) -> None:
    with use_original_rules(original), pytest.raises(TypeError):
        validate_type(value, "x", expected)


@pytest.mark.parametrize(("value", "expected"), ACCEPTED_BY_OURS)
def test_modern_annotations_are_understood_unless_the_original_rules_apply(value: Any, expected: Any) -> None:
    validate_type(value, "x", expected)
    with use_original_rules(), pytest.raises(TypeError):
        validate_type(value, "x", Any if expected is None else expected)


@pytest.mark.parametrize(("value", "expected"), REFUSED_BY_OURS)
def test_modern_annotations_refuse_what_they_do_not_name(value: Any, expected: Any) -> None:
    with pytest.raises(TypeError):
        validate_type(value, "x", expected)


def test_a_type_error_names_the_parameter_the_type_given_and_the_annotation() -> None:
    with pytest.raises(TypeError) as caught:
        validate_type(3, "content", TEXT_OR_NOT_GIVEN)
    for part in ("content", "<class 'int'>", str(TEXT_OR_NOT_GIVEN)):
        assert part in str(caught.value)


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.just(NOT_GIVEN)))
def test_a_value_passes_for_exactly_its_own_type_and_wider_numbers(value: Any) -> None:
    wider = {bool: {bool, int, float}, int: {int, float}}.get(type(value), {type(value)})
    for expected in (type(None), bool, int, float, str, bytes, NotGiven):
        if expected in wider:
            validate_type(value, "x", expected)
        else:
            with pytest.raises(TypeError):
                validate_type(value, "x", expected)


@typechecked
def order(dish: str, count: int = 1, *extras: str, note: "str | None" = None, **options: bool) -> tuple[Any, ...]:  # noqa: UP037
    """Order something."""
    return (dish, count, extras, note, options)


def test_checked_calls_reach_the_function() -> None:
    assert order("soup", 2, "bread", note="hot", to_go=True) == ("soup", 2, ("bread",), "hot", {"to_go": True})
    assert order.__name__ == "order"


@pytest.mark.parametrize(
    ("args", "kwargs", "name"),
    [
        ((1,), {}, "dish"),
        (("soup", "two"), {}, "count"),
        (("soup", 1, 2), {}, "extras"),
        (("soup",), {"note": 1}, "note"),
        (("soup",), {"to_go": "yes"}, "to_go"),
    ],
)
def test_checked_calls_with_wrong_types_are_refused(args: tuple[Any, ...], kwargs: Any, name: str) -> None:
    checked: Any = order
    with pytest.raises(TypeError, match=name):
        checked(*args, **kwargs)


def test_an_unknown_keyword_is_a_key_error() -> None:
    @typechecked
    def plain(a: int) -> int:
        return a

    untyped: Any = plain
    with pytest.raises(KeyError, match="b"):
        untyped(b=1)


def test_an_annotation_that_names_nothing_is_explained() -> None:
    @typechecked
    def broken(a: "Missing") -> None: ...  # type: ignore[name-defined]  # noqa: F821, UP037

    with pytest.raises(TypeError, match="Missing"):
        broken(1)


@given(st.floats(), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_range_includes_its_bounds_and_lets_nan_pass(value: float, low: float, high: float) -> None:
    if value < low or value > high:
        with pytest.raises(ValueError, match="'x' is too"):
            validate_range(value, "x", min_val=low, max_val=high)
    else:
        validate_range(value, "x", min_val=low, max_val=high)


def test_a_range_error_names_direction_and_bound() -> None:
    with pytest.raises(ValueError, match=r"'age' is too small.*18"):
        validate_range(3, "age", min_val=18)
    with pytest.raises(ValueError, match=r"'age' is too large.*99"):
        validate_range(100, "age", max_val=99)


def test_the_type_is_checked_before_the_range_and_only_numbers_have_one() -> None:
    with pytest.raises(TypeError):
        validate_type_range("5", "x", int, max_val=3)
    validate_type_range("5", "x", str, max_val=3)
    with pytest.raises(ValueError, match="too large"):
        validate_type_range(True, "x", int, max_val=0)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (validate_timestamp, [315529200.0, 2524604400.0, math.nan], [315529199.0, 2524604401.0, 1.7e12]),
        (validate_latitude, [-90.0, 0, 90.0], [-90.1, 91]),
        (validate_longitude, [-180.0, 0, 180.0], [-180.5, 181]),
    ],
)
def test_plausible_times_and_coordinates(check: Any, good: list[float], bad: list[float]) -> None:
    for value in good:
        check(value, "x", float)
    for value in bad:
        with pytest.raises(ValueError, match="'x'"):
            check(value, "x", float)


@pytest.mark.parametrize("number", ["+15550100", "+1 (555) 010-0123", "+442079460000", NOT_GIVEN])
def test_phone_numbers_in_international_format_pass(number: Any) -> None:
    validate_phone_number(number)


@pytest.mark.parametrize("number", ["5550100", "", "call me", None])
def test_other_phone_numbers_do_not_parse(number: Any) -> None:
    with pytest.raises(phonenumbers.NumberParseException):
        validate_phone_number(number)


def test_a_phone_number_must_be_text() -> None:
    with pytest.raises(TypeError, match="phone_number"):
        validate_phone_number(15550100)


def test_all_iso_currencies_are_known_by_default_and_49_under_the_original_rules() -> None:
    assert len(ORIGINAL_CURRENCY_CODES) == 49
    assert ORIGINAL_CURRENCY_CODES < CURRENCY_CODES
    for code in ("pkr", "KES", "ISK", "usd", "XBT"):
        validate_currency_code(code)
    with use_original_rules():
        validate_currency_code("usd")
        with pytest.raises(ValueError, match="PKR"):
            validate_currency_code("PKR")


@pytest.mark.parametrize("code", ["", "US", " USD", "ABC", "dollars", None])
def test_unknown_currencies_are_named(code: Any) -> None:
    with pytest.raises(ValueError, match=repr(code)):
        validate_currency_code(code)
