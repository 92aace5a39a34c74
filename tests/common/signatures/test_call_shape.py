from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from tool_sandbox.common.signatures.call_shape import CallShape


def usual(first: str, second: int = 2, *, third: bool = False) -> None: ...


def with_positional_only(first: str, /, second: int = 2) -> None: ...


def with_any_number(first: str = "a", *others: str, **named: str) -> None: ...


@pytest.mark.parametrize(
    ("function", "args", "kwargs"),
    [
        (usual, (), {"first": "a"}),
        (usual, (), {"third": True, "second": 3, "first": "a"}),
        (usual, ("a", 3), {"third": True}),
        (with_positional_only, ("a",), {"second": 3}),
        (with_any_number, (), {}),
        (with_any_number, ("a", "b", "c"), {"d": "e"}),
    ],
)
def test_a_call_is_bound_as_inspect_binds_it(
    function: Callable[..., None], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    expected = inspect.signature(function).bind(*args, **kwargs)
    expected_names = set(expected.arguments)
    expected.apply_defaults()
    shape = CallShape(inspect.signature(function))

    bound, given = shape.bound(args, kwargs)

    assert list(bound.arguments.items()) == list(expected.arguments.items())
    assert given == expected_names
    passed_args, passed_kwargs = shape.passed(bound)
    assert (tuple(passed_args), passed_kwargs) == (expected.args, expected.kwargs)


@pytest.mark.parametrize("kwargs", [{}, {"second": 1}, {"first": "a", "fourth": 1}])
def test_arguments_that_do_not_fit_are_refused_in_the_words_of_inspect(kwargs: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as expected:
        inspect.signature(usual).bind(**kwargs)

    with pytest.raises(TypeError) as refused:
        CallShape(inspect.signature(usual)).bound((), kwargs)

    assert str(refused.value) == str(expected.value)


def test_what_was_read_after_binding_is_what_is_passed() -> None:
    shape = CallShape(inspect.signature(usual))
    bound, _ = shape.bound((), {"first": "a"})

    bound.arguments["first"] = "read"

    assert shape.passed(bound) == (["read", 2], {"third": False})
    assert shape.variadic == {}
