from __future__ import annotations

import asyncio
import inspect
import json
import pickle
from typing import Any

import pytest

from tool_sandbox.common.execution_context import (
    DatabaseNamespace,
    ExecutionContext,
    RoleType,
    get_current_context,
    new_context,
)
from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.tool import add_tool_trace, register_as_tool
from tool_sandbox.common.tool_discovery import ToolBackend


@register_as_tool()
def greet(name: str, greeting: str = "Hello", title: Any = NOT_GIVEN, *, loud: bool = False) -> str:
    """Greet somebody."""
    return f"{greeting} {name}{'!' if loud else ''}"


@register_as_tool(visible_to=(RoleType.USER,))
def greet_twice(name: str) -> list[str]:
    """Greet somebody twice."""
    return [greet(name), greet(name)]


@pytest.fixture
def traced() -> Any:
    context = ExecutionContext()
    message = {"sender": RoleType.AGENT, "recipient": RoleType.EXECUTION_ENVIRONMENT, "content": "x"}
    context.add_rows(DatabaseNamespace.SANDBOX, [message])
    context.trace_tool = True
    with new_context(context):
        yield context


def traces(context: ExecutionContext) -> list[str]:
    return context.last_message_row()["tool_trace"] or []


def test_a_tool_still_looks_like_the_function_it_was_made_from() -> None:
    tool: Any = greet
    assert (tool.__name__, tool.__doc__, tool.__module__) == ("greet", "Greet somebody.", __name__)
    assert list(inspect.signature(tool).parameters) == ["name", "greeting", "title", "loud"]
    assert tool.__annotations__ == tool.__wrapped__.__annotations__
    assert (tool.is_tool, tool.visible_to, tool.backend) == (True, (RoleType.AGENT,), ToolBackend.DEFAULT)
    assert greet_twice.visible_to == (RoleType.USER,)  # type: ignore[attr-defined]


def test_a_tool_is_pickled_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(greet)) is greet  # noqa: S301 -- our own bytes


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        ((), {}, "missing a required argument: 'name'"),
        (("a", "b", "c", "d"), {}, "too many positional arguments"),
        (("a",), {"nmae": 1}, "got an unexpected keyword argument 'nmae'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_without_naming_the_function(
    args: tuple[Any, ...], kwargs: dict[str, Any], text: str
) -> None:
    with pytest.raises(TypeError) as caught:
        greet(*args, **kwargs)
    assert str(caught.value) == text


def test_a_trace_has_every_argument_with_defaults_but_none_that_was_not_given(traced: ExecutionContext) -> None:
    greet("Zoë", loud=True)
    [trace] = traces(traced)
    assert trace == (
        '{"tool_name": "greet", "arguments": {"name": "Zoë", "greeting": "Hello", "loud": true}, '
        '"result": "Hello Zoë!"}'
    )


def test_calls_are_traced_in_order_and_calls_inside_a_tool_are_not(traced: ExecutionContext) -> None:
    greet("a")
    greet_twice("b")
    assert [json.loads(trace)["tool_name"] for trace in traces(traced)] == ["greet", "greet_twice"]
    assert traced.trace_tool is True


def test_nothing_is_traced_when_tracing_is_off(traced: ExecutionContext) -> None:
    traced.trace_tool = False
    greet("a")
    assert traces(traced) == []


def test_a_call_that_fails_is_not_traced_and_tracing_goes_on(traced: ExecutionContext) -> None:
    @register_as_tool()
    def fail() -> None:
        """Fail."""
        raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert traces(traced) == []
    assert traced.trace_tool is True


def test_an_argument_that_json_cannot_express_is_refused_before_anything_happens(traced: ExecutionContext) -> None:
    done: list[Any] = []

    @register_as_tool()
    def store(value: Any) -> None:
        """Store it."""
        done.append(value)

    with pytest.raises(TypeError, match="store"):
        store({1, 2})
    assert done == []
    assert traces(traced) == []


def circular() -> list[Any]:
    result: list[Any] = []
    result.append(result)
    return result


@pytest.mark.parametrize(
    ("result", "recorded"),
    [({1}, "{1}"), ([1, {2}], [1, "{2}"]), ({(1, 2): 3}, "{(1, 2): 3}"), (circular(), "[[...]]")],
)
def test_a_result_that_json_cannot_express_is_recorded_as_text(
    traced: ExecutionContext, result: Any, recorded: Any
) -> None:
    @register_as_tool()
    def give() -> Any:
        """Give it."""
        return result

    assert give() is result
    assert json.loads(traces(traced)[0])["result"] == recorded


def test_variadic_arguments_are_recorded_in_the_shape_of_the_call(traced: ExecutionContext) -> None:
    @register_as_tool()
    def total(*numbers: int, **options: Any) -> int:
        """Add up."""
        return sum(numbers)

    total(1)
    total(1, 2, digits=3)
    total()
    assert [json.loads(trace)["arguments"] for trace in traces(traced)] == [
        {"numbers": 1},
        {"numbers": [1, 2], "digits": 3},
        {},
    ]


def test_tracing_needs_a_message_to_write_to() -> None:
    with new_context(ExecutionContext()) as context:
        context.trace_tool = True
        with pytest.raises(IndexError):
            greet("a")


def test_a_trace_can_be_added_by_hand(traced: ExecutionContext) -> None:
    def plain(a: int, b: int = 2) -> None: ...

    add_tool_trace(plain, None, 1)
    assert json.loads(traces(traced)[0]) == {"tool_name": "plain", "arguments": {"a": 1, "b": 2}, "result": None}
    get_current_context().trace_tool = False
    add_tool_trace(plain, None, 1)
    assert len(traces(traced)) == 1


@pytest.mark.parametrize(
    ("register", "words"),
    [
        (lambda: register_as_tool(greet), "with parentheses"),  # type: ignore[arg-type]
        (lambda: register_as_tool(name=3), "must be text, not 3"),  # type: ignore[arg-type]
    ],
)
def test_a_registration_that_is_written_wrongly_is_told_at_once(register: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        register()


@register_as_tool()
async def fetch(name: str) -> str:
    """Fetch it."""
    return f"{name} fetched"


@register_as_tool()
async def fetch_both(name: str) -> list[Any]:
    """Fetch it twice."""
    return [await fetch(name), await asyncio.create_task(fetch(name))]


def test_a_coroutine_function_is_awaited_and_traced_once(traced: ExecutionContext) -> None:
    assert fetch_both("a") == ["a fetched", "a fetched"]  # type: ignore[comparison-overlap]
    assert [json.loads(trace)["tool_name"] for trace in traces(traced)] == ["fetch_both"]


async def test_a_coroutine_function_is_awaited_inside_a_running_event_loop_too(traced: ExecutionContext) -> None:
    assert fetch("a") == "a fetched"  # type: ignore[comparison-overlap]
    assert json.loads(traces(traced)[0])["result"] == "a fetched"
