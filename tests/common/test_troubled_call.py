"""What happens to a call when something goes wrong with it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tool_sandbox import clock
from tool_sandbox.clock import Clock
from tool_sandbox.common.execution_context import ExecutionContext, RoleType, new_context
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.trouble import Trouble, TroubleKind, Troubles
from tool_sandbox.errors import ScenarioError
from tool_sandbox.tools.contact import add_contact, search_contacts
from tool_sandbox.tools.setting import get_wifi_status, set_wifi_status

ADA = {"person_id": "ada", "name": "Ada", "phone_number": "+12065550101", "relationship": "friend", "is_self": False}


@pytest.fixture
def world() -> Iterator[ExecutionContext]:
    context = ExecutionContext(seed="test")
    context.replace_rows("CONTACT", [ADA])
    for sender, recipient in ((RoleType.USER, RoleType.AGENT), (RoleType.AGENT, RoleType.EXECUTION_ENVIRONMENT)):
        context.add_rows("SANDBOX", [{"sender": sender, "recipient": recipient, "content": "go"}])
    context.trace_tool = True
    with new_context(context), clock.use(Clock(1000.0)):
        yield context


def trouble(world: ExecutionContext, tool: str, kind: TroubleKind, times: float = 1, **more: Any) -> None:
    world.troubles = Troubles({tool: (Trouble(kind, times, text=str(kind), **more),)})


def names() -> list[str]:
    return [row["name"] for row in search_contacts(is_self=False)]


def traces(world: ExecutionContext) -> list[Any]:
    return [json.loads(text)["result"] for text in world.last_message_row()["tool_trace"] or ()]


@register_as_tool()
def ages() -> dict[str, Any]:
    """Tell what only a tool of a user's own knows."""
    return {"ada": 36, "alive": False, "born": "1815", "height": 1.7}


@register_as_tool()
def moment() -> float:
    """Tell the time."""
    return clock.now()


def test_a_call_that_fails_does_nothing_leaves_no_trace_and_works_the_next_time(world: ExecutionContext) -> None:
    trouble(world, "set_wifi_status", TroubleKind.FAIL)

    with pytest.raises((OSError, RuntimeError)):
        set_wifi_status(on=False)
    assert traces(world) == []
    assert get_wifi_status()

    set_wifi_status(on=False)
    assert not get_wifi_status()


def test_the_error_is_the_same_for_the_same_seed(world: ExecutionContext) -> None:
    errors = set()
    for seed in ("one", "one", *map(str, range(30))):
        world.reseed(seed)
        trouble(world, "get_wifi_status", TroubleKind.FAIL)
        with pytest.raises((OSError, RuntimeError)) as caught:
            get_wifi_status()
        errors.add((seed, str(caught.value)))
    assert len(errors) == 31
    assert len({text for _, text in errors}) == 4


def test_a_lost_answer_is_that_of_a_call_that_did_its_work(world: ExecutionContext) -> None:
    trouble(world, "add_contact", TroubleKind.LOST)

    with pytest.raises(TimeoutError, match="no answer within 30 seconds"):
        add_contact(name="Bob", phone_number="+12065550102")

    assert traces(world) == []
    assert names() == ["Ada", "Bob"]


def test_time_passes_from_a_slow_call_on_and_the_agent_reads_so(world: ExecutionContext) -> None:
    trouble(world, "moment", TroubleKind.SLOW, amount=1500.0)
    ages()
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert moment() == 2500.0
    assert printed.getvalue() == "(answered after 25 minutes)\n"
    assert moment() == 2500.0
    assert clock.now() == 1000.0  # outside of calls the clock stands where the scenario has put it


@pytest.mark.parametrize(
    ("seconds", "words"), [(40, "40 seconds"), (60, "1 minute"), (7200, "2 hours"), (90, "90 sec")]
)
def test_how_slow_it_was_is_told_in_the_largest_whole_unit(
    world: ExecutionContext, seconds: float, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    trouble(world, "moment", TroubleKind.SLOW, amount=seconds)
    moment()
    assert f"answered after {words}" in capsys.readouterr().out


def test_a_stale_call_sees_the_world_as_the_conversation_began(world: ExecutionContext) -> None:
    add_contact(name="Bob", phone_number="+12065550102")
    trouble(world, "search_contacts", TroubleKind.STALE)
    assert names() == ["Ada"]
    assert names() == ["Ada", "Bob"]
    assert [[row["name"] for row in found] for found in traces(world)[1:]] == [["Ada"], ["Ada", "Bob"]]


def test_a_stale_call_sees_another_world_where_one_is_named(world: ExecutionContext) -> None:
    trouble(world, "search_contacts", TroubleKind.STALE, earlier={"CONTACT": ({**ADA, "name": "Augusta"},)})
    assert names() == ["Augusta"]
    assert names() == ["Ada"]


def test_a_stale_call_must_not_write(world: ExecutionContext) -> None:
    trouble(world, "add_contact", TroubleKind.STALE)
    with pytest.raises(ScenarioError, match="'stale' is for a tool that only reads, but this one writes contact"):
        add_contact(name="Bob", phone_number="+12065550102")
    assert names() == ["Ada"]


def test_of_a_partial_answer_the_first_rows_arrive_and_the_agent_reads_how_many_there_are(
    world: ExecutionContext, capsys: pytest.CaptureFixture[str]
) -> None:
    add_contact(name="Bob", phone_number="+12065550102")
    trouble(world, "search_contacts", TroubleKind.PARTIAL, amount=1)
    assert names() == ["Ada"]
    assert capsys.readouterr().out == "(the first 1 of 2 results)\n"
    assert names() == ["Ada", "Bob"]


def test_a_partial_answer_that_is_short_enough_arrives_whole(
    world: ExecutionContext, capsys: pytest.CaptureFixture[str]
) -> None:
    trouble(world, "search_contacts", TroubleKind.PARTIAL, amount=1)
    assert names() == ["Ada"]
    assert capsys.readouterr().out == ""


def test_contradicted_flags_are_turned_round_and_numbers_are_others_each_time_the_same(world: ExecutionContext) -> None:
    trouble(world, "ages", TroubleKind.CONTRADICT, 2)
    first, second, third = ages(), ages(), ages()
    assert first == second
    assert third == {"ada": 36, "alive": False, "born": "1815", "height": 1.7}
    assert (first["alive"], first["born"]) == (True, "1815")
    for name in ("ada", "height"):
        assert 1.09 <= max(first[name] / third[name], third[name] / first[name]) <= 1.6
    assert isinstance(first["ada"], int)


def test_rows_cannot_be_contradicted(world: ExecutionContext) -> None:
    trouble(world, "search_contacts", TroubleKind.CONTRADICT)
    with pytest.raises(ScenarioError, match="is for a tool that answers with a flag or with numbers"):
        names()


def test_calls_that_a_tool_makes_inside_or_whose_arguments_do_not_fit_are_not_counted(world: ExecutionContext) -> None:
    @register_as_tool()
    def first_name() -> str:
        return str(search_contacts(person_id="ada")[0]["name"])

    trouble(world, "search_contacts", TroubleKind.FAIL)
    assert first_name() == "Ada"
    with pytest.raises(TypeError):
        search_contacts(nme="Ada")  # type: ignore[call-arg]
    with pytest.raises((OSError, RuntimeError)):
        names()


def test_a_fork_goes_on_by_itself_and_a_stored_world_where_it_was(world: ExecutionContext) -> None:
    trouble(world, "search_contacts", TroubleKind.FAIL)
    fork = world.fork()
    with new_context(fork), pytest.raises((OSError, RuntimeError)):
        names()
    assert world.troubles.calls == {}
    stored = ExecutionContext.from_dict(json.loads(fork.to_json()))
    assert stored.troubles.next("search_contacts") is None
    assert "troubles" not in ExecutionContext().to_dict()
