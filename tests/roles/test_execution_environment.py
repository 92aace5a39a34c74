"""spec: running tool calls, alone and in parallel."""

from __future__ import annotations

import itertools
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.common.execution.tool_code import rejected_call_to_code, tool_call_to_code
from tool_sandbox.common.execution_context import (
    DatabaseNamespace,
    ExecutionContext,
    RoleType,
    get_current_context,
    new_context,
)
from tool_sandbox.common.message import Message
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.errors import ScenarioError, TimeLimitError
from tool_sandbox.roles import execution_environment
from tool_sandbox.roles.execution import only_computes
from tool_sandbox.roles.execution_environment import (
    ExecutionEnvironment,
    get_messages_to_process,
    respond_to_messages_set_all_order_permutations,
    respond_to_single_message,
)
from tool_sandbox.tools.search.backend import use_backend
from tool_sandbox.tools.search.offline import OfflineSearch

SYSTEM, USER, AGENT, ENVIRONMENT = RoleType
PRELUDE = "import json\nfrom tool_sandbox.tools.setting import *\nfrom tool_sandbox.tools.contact import *\n"


@pytest.fixture
def world() -> Iterator[ExecutionContext]:
    with new_context(ExecutionContext(seed="test")) as context:
        context.trace_tool = True
        context.interactive_console.runsource(PRELUDE, symbol="exec")
        context.add_rows(DatabaseNamespace.SANDBOX, [{"sender": "USER", "recipient": "AGENT", "content": "go"}])
        yield context


def call(name: str, call_id: str = "c", /, **arguments: Any) -> Message:
    code = tool_call_to_code(call_id, name, arguments)
    return Message(AGENT, ENVIRONMENT, code, openai_tool_call_id=call_id, openai_function_name=name)


def code(content: str, sender: RoleType = AGENT) -> Message:
    return Message(sender, ENVIRONMENT, content)


def run(*messages: Message, environment: ExecutionEnvironment | None = None) -> list[Message]:
    role = environment or ExecutionEnvironment()
    role.add_messages(messages)
    role.respond()
    return role.get_messages()[-len(messages) :]


def answer(content: str) -> Message:
    return run(code(content))[0]


# -- one message -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "content", "exception"),
    [
        ("print(repr(True))", "True", None),
        ("print(repr(None))", "None", None),
        ("x = 1", "", None),
        ("# nothing", "", None),
        ("print('  a \\n')", "  a", None),
        ("print()", "", None),
        ("raise ValueError('bad')", "ValueError: bad", "ValueError: bad"),
        ("raise ValueError", "ValueError", "ValueError"),
        ("raise ValueError('one\\ntwo\\n')", "ValueError: one\ntwo", "ValueError: one\ntwo"),
        ("print('a')\nprint('b')\nraise KeyError('k')", "a\nb\nKeyError: 'k'", "KeyError: 'k'"),
        ("print()\nraise KeyError('k')", "\nKeyError: 'k'", "KeyError: 'k'"),
        ("class E(Exception): pass\nraise E('x')", "__console__.E: x", "__console__.E: x"),
        ("fly()", "NameError: name 'fly' is not defined", "NameError: name 'fly' is not defined"),
        ("raise SystemExit(3)", "SystemExit: 3", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit", "GeneratorExit"),
    ],
)
def test_output_and_errors_become_the_answer(
    world: ExecutionContext, source: str, content: str, exception: str | None
) -> None:
    given_back = answer(source)
    assert (given_back.content, given_back.tool_call_exception) == (content, exception)
    assert (given_back.sender, given_back.recipient) == (ENVIRONMENT, AGENT)


def test_code_that_cannot_be_compiled_is_explained(world: ExecutionContext) -> None:
    broken = answer("x = = 1")
    assert broken.content == broken.tool_call_exception
    assert 'File "<input>", line 1' in broken.content
    assert broken.content.endswith("SyntaxError: invalid syntax\n")
    incomplete = answer("def f():")
    expected = "Error: The given code was incomplete and could not be executed: 'def f():'"
    assert incomplete.content == incomplete.tool_call_exception == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (call("add_contact"), "TypeError: missing a required argument: 'name'"),
        (call("get_wifi_status", shoe=1), "TypeError: got an unexpected keyword argument 'shoe'"),
        (code("get_wifi_status(1)"), "TypeError: too many positional arguments"),
    ],
)
def test_wrong_arguments_are_reported_by_signature(world: ExecutionContext, message: Message, expected: str) -> None:
    assert run(message)[0].content == expected


def test_argument_list_instead_of_object(world: ExecutionContext) -> None:
    content = answer("add_contact(**[1])").content
    assert content.endswith("add_contact() argument after ** must be a mapping, not list")


def test_ids_and_names_are_copied_and_the_flag_is_inherited(world: ExecutionContext) -> None:
    world.add_rows(
        DatabaseNamespace.SANDBOX,
        [{"sender": "USER", "recipient": "AGENT", "content": "bye", "conversation_active": False}],
    )
    given_back = run(call("get_wifi_status", "functions.x:0"))[0]
    assert (given_back.openai_tool_call_id, given_back.openai_function_name) == ("functions.x:0", "get_wifi_status")
    assert given_back.content == "True"
    assert given_back.conversation_active is False


def test_warnings_and_log_records_are_not_errors(world: ExecutionContext) -> None:
    world.interactive_console.locals["warn"] = lambda: sys.stderr.write("careful\n")
    world.interactive_console.locals["log"] = lambda: logging.getLogger("x").error("careful")
    given_back = answer("warn()\nlog()\nprint(1)")
    assert (given_back.content, given_back.tool_call_exception) == ("1", None)


def test_output_of_other_threads_is_not_captured(world: ExecutionContext, capsys: pytest.CaptureFixture[str]) -> None:
    def elsewhere() -> None:
        thread = threading.Thread(target=print, args=("from another thread",))
        thread.start()
        thread.join()

    world.interactive_console.locals["elsewhere"] = elsewhere
    before = sys.stdout
    assert answer("print('mine')\nelsewhere()").content == "mine"
    assert sys.stdout is before
    assert capsys.readouterr().out == "from another thread\n"


def test_interrupt_of_the_person_at_the_terminal_is_passed_on(world: ExecutionContext) -> None:
    with pytest.raises(KeyboardInterrupt):
        answer("import signal\nsignal.raise_signal(signal.SIGINT)")


# -- whose turn ------------------------------------------------------------------------------------------------------


def test_only_the_last_run_of_messages_from_one_sender_is_processed() -> None:
    few_shot = Message(USER, ENVIRONMENT, "end_conversation()", visible_to=[USER])
    messages = [call("a"), Message(ENVIRONMENT, AGENT, "x"), few_shot, code("p", SYSTEM), call("b"), call("c")]
    assert get_messages_to_process(messages, ENVIRONMENT) == messages[-2:]
    assert get_messages_to_process(messages[:3], ENVIRONMENT) == []


def test_preludes_run_once_each_and_answer_nothing(world: ExecutionContext) -> None:
    role = ExecutionEnvironment()
    role.add_messages([code("n = 1", SYSTEM), code("n += 1", SYSTEM)])
    role.respond(ending_index=1)
    role.respond(ending_index=2)
    assert world.interactive_console.locals["n"] == 2
    assert get_current_context() is world
    assert world.max_sandbox_message_index == 2


@pytest.mark.parametrize("prelude", ["import no_such_module", "x = = 1"])
def test_broken_prelude_is_reported(world: ExecutionContext, prelude: str) -> None:
    role = ExecutionEnvironment()
    role.add_messages([code(prelude, SYSTEM)])
    with pytest.raises(ScenarioError, match="starting code"):
        role.respond()


def test_system_message_alone_gives_no_answer(world: ExecutionContext) -> None:
    assert respond_to_single_message(world.interactive_console, code("x = 1", SYSTEM), ENVIRONMENT) is None


# -- with or without a thread ----------------------------------------------------------------------------------------


@register_as_tool()
def set_cellular_service_status(on: bool) -> None:
    """Never come back, under the name of a tool of ours."""
    while True:
        pass


@pytest.mark.parametrize(
    ("source", "computes"),
    [
        (PRELUDE.replace("*", "set_wifi_status"), True),
        ("import json\nfrom my_tools import wait\n", False),
        ("import json\nfrom tool_sandbox.tools.contact import a\nwait()\n", False),
        (call("set_wifi_status", on=False).content, True),
        (call("search_contacts").content + "\nwait()", False),
        (call("set_cellular_service_status", on=False).content, False),
        (call("fly").content, False),
        (call("print").content, False),
        ("while True: pass", False),
    ],
)
def test_only_calls_of_our_own_tools_run_without_a_thread(
    world: ExecutionContext, source: str, *, computes: bool
) -> None:
    world.interactive_console.locals["set_cellular_service_status"] = set_cellular_service_status
    assert only_computes(world.interactive_console, source) is computes


def test_search_tools_that_ask_a_service_run_in_a_thread(world: ExecutionContext) -> None:
    world.interactive_console.runsource("from tool_sandbox.tools.utilities import search_holiday\n", symbol="exec")
    source = call("search_holiday", holiday_name="Christmas Day").content
    assert only_computes(world.interactive_console, source)
    with use_backend(OfflineSearch()):
        assert not only_computes(world.interactive_console, source)


@pytest.mark.parametrize("awaited", [False, True])
async def test_what_takes_the_place_of_a_tool_of_ours_and_hangs_is_given_up(
    world: ExecutionContext, *, awaited: bool
) -> None:
    world.interactive_console.locals["set_cellular_service_status"] = set_cellular_service_status
    role = ExecutionEnvironment(tool_timeout=0.05)
    role.add_messages([call("set_wifi_status", on=False), call("set_cellular_service_status", on=False)])
    with pytest.raises(TimeLimitError, match="'set_cellular_service_status' did not return within"):
        await role.arespond() if awaited else role.respond()


# -- traces ----------------------------------------------------------------------------------------------------------


def test_trace_moves_to_the_answer(world: ExecutionContext) -> None:
    given_back = run(call("set_wifi_status", on=False))[0]
    assert given_back.tool_trace == ['{"tool_name": "set_wifi_status", "arguments": {"on": false}, "result": null}']
    assert get_current_context().log()[1]["tool_trace"] is None


def test_failed_calls_leave_no_trace_and_two_calls_leave_two(world: ExecutionContext) -> None:
    assert run(call("set_wifi_status", on=True))[0].tool_trace is None
    both = answer("get_wifi_status()\nget_cellular_service_status()")
    assert len(both.tool_trace or []) == 2
    mixed = run(call("get_wifi_status"), code("x = 1"))
    assert [len(message.tool_trace or []) for message in mixed] == [1, 0]


# -- parallel calls --------------------------------------------------------------------------------------------------


def test_independent_calls_are_answered_in_requested_order(world: ExecutionContext) -> None:
    answers = run(call("get_wifi_status", "a"), call("get_cellular_service_status", "b"))
    assert [message.openai_tool_call_id for message in answers] == ["a", "b"]
    assert get_current_context() is not world


def test_eight_lookups_are_tried_in_one_order_only(world: ExecutionContext) -> None:
    run(*(call("search_contacts", f"c{n}", name="Ann") for n in range(8)))
    report = get_current_context().annotations[9]["parallel_calls"]
    assert report == {"calls": 8, "orders_tried": 1, "orders_possible": 40320, "independent": True}


def test_eight_dependent_writes_are_tried_up_to_the_bound(world: ExecutionContext) -> None:
    calls = [call("add_contact", f"c{n}", name=f"n{n}", phone_number="+12025550123") for n in range(8)]
    answers = run(*calls)
    assert all(message.tool_call_exception is None for message in answers)
    assert [row["name"] for row in get_current_context().rows(DatabaseNamespace.CONTACT)] == [f"n{n}" for n in range(8)]
    report = get_current_context().annotations[9]["parallel_calls"]
    assert (report["orders_tried"], report["independent"]) == (execution_environment.MAX_PERMUTATIONS, False)


def test_calls_that_need_an_order_are_reported_as_failed(world: ExecutionContext) -> None:
    # In the requested order both work: battery mode goes off, then Wi-Fi goes on.
    run(call("set_low_battery_mode_status", on=True))
    before = get_current_context()
    answers = run(call("set_low_battery_mode_status", "off", on=False), call("set_wifi_status", "on", on=True))
    assert [message.openai_tool_call_id for message in answers] == ["on", "off"]
    assert (answers[0].tool_call_exception or "").startswith("PermissionError")
    assert answers[1].content == "None"
    now = get_current_context().rows(DatabaseNamespace.SETTING)[0]
    assert (now["wifi"], now["low_battery_mode"]) == (False, False)
    assert before.rows(DatabaseNamespace.SETTING)[0]["low_battery_mode"] is True


def test_a_look_before_a_change_is_tried_after_it_too(world: ExecutionContext) -> None:
    world.interactive_console.locals.update({"put": put, "need_none": need_none})
    contacts = str(DatabaseNamespace.CONTACT)
    answers = run(call("need_none", "look", table=contacts), call("put", "change", table=contacts, key="k"))
    assert [message.openai_tool_call_id for message in answers] == ["change", "look"]
    assert (answers[1].tool_call_exception or "").startswith("LookupError")


def test_a_failing_call_does_not_stop_the_others(world: ExecutionContext) -> None:
    answers = run(call("fly", "a"), call("set_wifi_status", "b", on=False))
    assert [message.tool_call_exception is None for message in answers] == [False, True]
    assert get_current_context().rows(DatabaseNamespace.SETTING)[0]["wifi"] is False


def test_hostile_repeated_and_rejected_ids_are_answered_under_their_own_id(world: ExecutionContext) -> None:
    ids = ["functions.add:0", "1abc", "", "", "x\nraise SystemExit", "chatcmpl-tool-9f2"]
    messages = [call("get_wifi_status", call_id) for call_id in ids[:-1]]
    rejected = rejected_call_to_code(ids[-1], "fly", "no such tool")
    messages.append(Message(AGENT, ENVIRONMENT, rejected, openai_tool_call_id=ids[-1], openai_function_name="fly"))
    answers = run(*messages)
    assert [message.openai_tool_call_id for message in answers] == ids
    assert [message.content for message in answers] == ["True"] * 5 + ["NameError: no such tool"]


# -- the reduction never changes a verdict -----------------------------------------------------------------------------

TABLES = (DatabaseNamespace.CONTACT, DatabaseNamespace.REMINDER, DatabaseNamespace.MESSAGING)
KEYS = {
    DatabaseNamespace.CONTACT: "person_id",
    DatabaseNamespace.REMINDER: "reminder_id",
    DatabaseNamespace.MESSAGING: "message_id",
}


@register_as_tool()
def put(table: str, key: str) -> bool:
    """Add a row."""
    get_current_context().add_rows(table, [{KEYS[DatabaseNamespace(table)]: key}])
    return True


@register_as_tool()
def need(table: str, key: str) -> bool:
    """Fail unless the row is there."""
    if key not in [row[KEYS[DatabaseNamespace(table)]] for row in get_current_context().rows(table)]:
        raise LookupError(key)
    return True


@register_as_tool()
def need_none(table: str) -> bool:
    """Fail if there is any row."""
    if get_current_context().rows(table):
        raise LookupError(table)
    return True


@register_as_tool()
def copy_row(table: str, key: str) -> int:
    """Add as many rows to the next table as this one has."""
    rows = get_current_context().rows(table)
    other = TABLES[(TABLES.index(DatabaseNamespace(table)) + 1) % len(TABLES)]
    for row in rows:
        get_current_context().add_rows(other, [{KEYS[other]: f"{key}-{row[KEYS[DatabaseNamespace(table)]]}"}])
    return len(rows)


def every_order(world: ExecutionContext, messages: list[Message]) -> tuple[list[str], bool]:
    """What spec/30 §2.3 says, tried out literally."""
    first: list[str] | None = None
    for order in itertools.permutations(messages):
        with new_context(world.fork()) as fork:
            answers = [respond_to_single_message(fork.interactive_console, message, ENVIRONMENT) for message in order]
        contents = [message.content for message in answers if message is not None]
        if any(message is not None and message.tool_call_exception is not None for message in answers):
            return contents, True
        first = first or contents
    return first or [], False


calls = st.one_of(
    st.tuples(
        st.sampled_from(["put", "need", "copy_row"]),
        st.fixed_dictionaries({"table": st.sampled_from(TABLES), "key": st.sampled_from(["k", "l"])}),
    ),
    st.tuples(st.just("need_none"), st.fixed_dictionaries({"table": st.sampled_from(TABLES)})),
)


@given(
    st.lists(calls, min_size=2, max_size=4),
    st.lists(st.tuples(st.sampled_from(TABLES), st.sampled_from("kl")), max_size=3),
)
def test_reduction_gives_the_verdict_of_trying_every_order(
    chosen: list[tuple[str, dict[str, str]]], present: list[tuple[DatabaseNamespace, str]]
) -> None:
    with new_context(ExecutionContext()) as world:
        tools = {"put": put, "need": need, "need_none": need_none, "copy_row": copy_row}
        world.interactive_console.locals.update(tools)
        for table, key in present:
            world.add_rows(table, [{KEYS[table]: key}])
        messages = [call(name, f"c{n}", **arguments) for n, (name, arguments) in enumerate(chosen)]
        expected, fails = every_order(world, messages)
        answers = respond_to_messages_set_all_order_permutations(world, messages, ENVIRONMENT)
        assert [message.content for message in answers] == expected
        assert any(message.tool_call_exception is not None for message in answers) is fails
