"""The transcript for people: who said what, calls as they are written, remarks beside the messages."""

from __future__ import annotations

import pytest

from tests.scenarios.playing import Action, played
from tests.scenarios.writing import scenarios
from tool_sandbox.common.annotated_transcript import transcript_lines, transcript_text
from tool_sandbox.common.annotations import Annotations, Span, Style
from tool_sandbox.common.execution.tool_code import tool_call_to_code
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.visible_text import cells
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType

SUITE = """
- name: wifi_off
  categories: [single_tool_call, single_user_turn]
  tools:
    [set_wifi_status, get_wifi_status, get_cellular_service_status, search_contacts, send_message_with_phone_number]
  user: {says: Turn off the wifi, knows: You want it off.}
  milestones:
    - {id: switched, state: {setting: {wifi: false}}}
  solution:
    - set_wifi_status: {"on": false}
    - say: Wi-Fi is off.
"""
MESSAGE = {"phone_number": "+12065550161", "content": "Running ten minutes late, sorry about that"}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return scenarios(tmp_path_factory.mktemp("scenarios"), SUITE)["wifi_off"]


def shown(
    world: ExecutionContext, annotations: Annotations | None = None, *, width: int = 80, full: bool = False
) -> list[str]:
    """The lines from the user's first words on, without their numbers' offset."""
    lines = transcript_lines(world, annotations, width=width, full=full)
    return ["".join(span.text for span in line).rstrip() for line in lines]


def first(world: ExecutionContext) -> int:
    return world.first_user_sandbox_message_index


def test_calls_are_shown_as_a_person_writes_them(scenario: Scenario) -> None:
    world = played(scenario, ("set_wifi_status", {"on": False}), "Wi-Fi is off.")
    at = first(world)
    assert shown(world) == [
        f"[{at}] user    Turn off the wifi",
        f"[{at + 1}] agent     set_wifi_status(on=False)",
        f"[{at + 2}]         → None",
        f"[{at + 3}] agent   Wi-Fi is off.",
        f"[{at + 4}] user      end_conversation()",
    ]


def test_a_call_too_long_for_a_line_has_one_argument_on_each(scenario: Scenario) -> None:
    lines = shown(played(scenario, ("send_message_with_phone_number", MESSAGE)), width=60)
    at = next(number for number, line in enumerate(lines) if "send_message" in line)
    assert [line[5:] for line in lines[at : at + 4]] == [
        "agent     send_message_with_phone_number(",
        '            phone_number="+12065550161",',
        '            content="Running ten minutes late, sorry',
        '              about that")',
    ]


def test_results_of_calls_that_went_out_together_say_whose_they_are(scenario: Scenario) -> None:
    world = played(scenario, [("get_wifi_status", {}), ("get_cellular_service_status", {})], "Both are on.")
    lines = [line[5:].strip() for line in shown(world)]
    assert lines[1:7] == [
        "agent     get_wifi_status()",
        "agent     get_cellular_service_status()",
        "→ get_wifi_status",
        "True",
        "→ get_cellular_service_status",
        "True",
    ]


def test_tools_go_by_their_real_names_also_where_the_agent_was_shown_others() -> None:
    def between(sender: RoleType, recipient: RoleType, call_id: str, content: str) -> dict[str, object]:
        names = {"openai_tool_call_id": call_id, "openai_function_name": f"shown_{call_id}"}
        return {"sender": sender, "recipient": recipient, "content": content, **names}

    world = ExecutionContext()
    agent, console = RoleType.AGENT, RoleType.EXECUTION_ENVIRONMENT
    calls = [between(agent, console, each, tool_call_to_code(each, each, {}, f"real_{each}")) for each in "ab"]
    results = [between(console, agent, each, "1") for each in "ba"]
    world.add_rows(DatabaseNamespace.SANDBOX, [*calls, *results])
    assert [line[4:].strip() for line in shown(world)] == [
        *("agent     real_a()", "agent     real_b()"),
        *("→ real_b", "1", "→ real_a", "1"),
    ]


def test_a_call_that_cannot_be_made_is_shown_with_the_error_that_the_agent_got(scenario: Scenario) -> None:
    world = played(scenario, ("get_battery", {"unit": "percent"}), "Sorry.")
    told = "\n".join(shown(world))
    assert "agent     get_battery(…)" in told
    errors = [span.text for line in transcript_lines(world) for span in line if span.style is Style.ERROR]
    assert "".join(errors).startswith("→ NameError: No tool of this name")


def test_instructions_and_examples_are_shown_only_in_full_and_the_latter_never(scenario: Scenario) -> None:
    world = played(scenario, "Wi-Fi is off.")
    assert shown(world)[0].endswith("user    Turn off the wifi")
    whole = transcript_text(world)
    assert "(to the agent)" in whole
    assert "(to the user)" in whole
    assert whole.count(" user    ") == 2
    assert whole.splitlines() == shown(world, width=100, full=True)


def test_what_is_long_is_shortened_and_said_to_be_so(scenario: Scenario) -> None:
    calls = ("search_contacts", {"is_self": False}), ("search_contacts", {"name": "x" * 300})
    world = played(scenario, *calls, "word " * 400)
    short, whole = "\n".join(shown(world)), "\n".join(shown(world, full=True))
    assert "(3 messages shortened; --full shows everything)" in short
    assert "word …" in short
    assert "x" * 300 not in short
    assert "shortened" not in whole
    assert "x" * 300 in whole.replace("\n", "").replace(" ", "")
    assert whole.count("word") == 400
    assert all(max(map(cells, shown(world, width=width))) <= width for width in range(60, 90))


def test_remarks_stand_beside_the_message_or_below_where_there_is_no_room(scenario: Scenario) -> None:
    world = played(scenario, ("set_wifi_status", {"on": False}), "Wi-Fi is off, as you have asked me to do it.")
    at = first(world)
    beside = {at + 2: [Span("✓ switched 1.00", Style.MET)], at + 3: [Span("✓ told 1.00"), Span("! other")]}
    below = [("score", Span("1.000")), ("lost", Span("nothing"))]
    lines = shown(world, Annotations(title="wifi_off #0", beside=beside, below=below), width=60)
    assert lines == [
        "wifi_off #0",
        f"[{at}] user    Turn off the wifi",
        f"[{at + 1}] agent     set_wifi_status(on=False)",
        f"[{at + 2}]         → None   ✓ switched 1.00",
        f"[{at + 3}] agent   Wi-Fi is off, as you have asked me to do it.",
        "                      ✓ told 1.00",
        "                      ! other",
        f"[{at + 4}] user      end_conversation()",
        "     score   1.000",
        "     lost    nothing",
    ]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_broken(scenario: Scenario, width: int) -> None:
    actions: list[Action] = [
        ("search_contacts", {"is_self": False}),
        ("send_message_with_phone_number", MESSAGE),
        ("search_contacts", {"name": "日本"}),
    ]
    world = played(scenario, *actions, "Wi-Fi is off, 日本語 as you have asked me to do it, or so I think. " * 3)
    beside = {each: [Span("✓ some_milestone 1.00")] for each in range(first(world), first(world) + 9)}
    lines = shown(world, Annotations(beside=beside), width=width, full=True)
    assert max(map(cells, lines)) <= width
    words = {word for line in lines for word in line.split()}
    assert {'phone_number="+12065550161",', "some_milestone", "'phone_number':", "日本語"} <= words


def test_what_a_model_writes_cannot_act_on_a_terminal(scenario: Scenario) -> None:
    evil = "\x1b[2J\u202eevil\x07"
    text = transcript_text(played(scenario, ("search_contacts", {"name": evil}), ("no\x1b_tool", {}), evil))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\x07" not in text
    assert r"agent   \x1b[2J\u202eevil\x07" in text
