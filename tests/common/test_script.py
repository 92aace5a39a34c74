from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from tool_sandbox import clock
from tool_sandbox.common.script import (
    EndStep,
    Reference,
    SayStep,
    Script,
    ScriptedCall,
    ToolStep,
    UserStep,
    filled,
    part_of,
)
from tool_sandbox.errors import ScenarioError

RESULTS: list[tuple[str, Any]] = [("find", [{"id": "a"}]), ("find", [{"id": "b"}, {"id": "c"}]), ("count", 3)]


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        (Reference("count"), 3),
        (Reference("find", "0.id"), "b"),
        (Reference("find", "1.id"), "c"),
        (Reference("find", "0.id", call=0), "a"),
        (Reference("find", "-1"), {"id": "c"}),
    ],
)
def test_a_reference_is_looked_up_in_earlier_results(reference: Reference, value: Any) -> None:
    assert reference.resolve(RESULTS) == value


@pytest.mark.parametrize(
    "reference",
    [
        Reference("fly"),
        Reference("find", "7.id"),
        Reference("find", "0.name"),
        Reference("count", "x"),
        Reference("find", call=5),
    ],
)
def test_a_reference_that_leads_nowhere_says_so(reference: Reference) -> None:
    with pytest.raises(ScenarioError, match=r"finds nothing in the \d result"):
        reference.resolve(RESULTS)


def test_the_empty_path_is_the_value_itself() -> None:
    assert part_of({"a": 1}, "") == {"a": 1}


def test_references_are_found_and_filled_in_at_any_depth() -> None:
    call = ScriptedCall("send", {"to": Reference("find", "0.id"), "more": [{"n": Reference("count")}], "text": "hi"})
    assert list(call.references()) == [Reference("find", "0.id"), Reference("count")]
    assert call.resolved(RESULTS) == {"to": "b", "more": [{"n": 3}], "text": "hi"}


def test_arguments_cannot_be_changed_afterwards() -> None:
    given = {"a": 1}
    call = ScriptedCall("f", given)
    given["a"] = 2
    assert call.arguments == {"a": 1}
    with pytest.raises(TypeError):
        call.arguments["a"] = 3  # type: ignore[index]
    assert copy.deepcopy(call) == call
    assert pickle.loads(pickle.dumps(call)) == call  # noqa: S301 -- our own bytes


SCRIPT = Script((SayStep("Who?"), UserStep("Ada"), ToolStep((ScriptedCall("f"),)), SayStep("Done."), EndStep()))


def test_a_script_knows_the_parts_of_agent_and_user() -> None:
    assert SCRIPT.agent_steps() == (SayStep("Who?"), ToolStep((ScriptedCall("f"),)), SayStep("Done."))
    assert SCRIPT.user_texts() == ("Ada",)


def test_with_a_question_goes_its_answer() -> None:
    assert SCRIPT.without(0).steps == SCRIPT.steps[2:]
    assert SCRIPT.without(2).steps == (*SCRIPT.steps[:2], *SCRIPT.steps[3:])
    assert SCRIPT.without(3).steps == (*SCRIPT.steps[:3], EndStep())


FOUND = [("search_stock", {"price": 225.57}), ("convert_currency", 207.5244), ("search_stock", [{"price": 1.5}])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{convert_currency:.2f} euros", "207.52 euros"),
        ("{search_stock[0].price} and {search_stock.0.price}", "225.57 and 1.5"),
        ("about {convert_currency:.0f}", "about 208"),
        (
            "{search_weather.high}, {name}, {search_stock.volume}, {}",
            "{search_weather.high}, {name}, {search_stock.volume}, {}",
        ),
        ("{convert_currency:%H:%M on %B %d}", "00:03 on January 01"),
        ("{search_stock:.2f}", "{search_stock:.2f}"),
    ],
)
def test_a_text_is_filled_with_what_tools_returned_and_else_stays_as_it_is(text: str, said: str) -> None:
    with clock.use(clock.Clock(0.0, "UTC")):
        assert filled(text, FOUND) == said


def test_texts_among_arguments_are_filled() -> None:
    call = ScriptedCall("send", {"content": ["It costs {convert_currency:.1f}"]})
    assert call.resolved(FOUND) == {"content": ["It costs 207.5"]}
