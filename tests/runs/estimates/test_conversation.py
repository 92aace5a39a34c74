"""What models would be asked in a conversation that goes by the recorded solution."""

from __future__ import annotations

from pathlib import Path

from tests.runs import fakes
from tests.scenarios import own_tools, writing
from tests.tool_modules import use_extra_tool_modules
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.runs.estimates.conversation import conversation_of, tools_for
from tool_sandbox.scenarios import named_scenarios
from tool_sandbox.scenarios.presentations import augmented

TALK = """
- name: talk
  user: {knows: You want Wanda's number., says: Find my friend, replies: [Wanda]}
  milestones: [{called: search_contacts}]
  solution:
    - say: Whom?
    - search_contacts: {name: Wanda}
    - say: Her number is +12065550139.
"""
COFFEE = """
- name: coffee
  user: {knows: You want coffee., says: Coffee}
  milestones: [{called: brew_coffee}]
  solution:
    - brew_coffee: {cups: 2, strong: true}
    - send_message_with_phone_number: {phone_number: "+12065550139", content: {from: brew_coffee}}
    - say: Here you are.
"""


def test_it_has_the_requests_and_answers_of_both_roles_as_they_grow(tmp_path: Path) -> None:
    conversation = conversation_of(writing.scenario(tmp_path, TALK))
    agent, user = conversation.of(RoleType.AGENT), conversation.of(RoleType.USER)

    assert conversation.is_played
    assert [turn.answer.text for turn in agent] == ["Whom?", None, "Her number is +12065550139."]
    assert [turn.answer.text for turn in user] == ["Wanda", None]
    sizes = [len(turn.messages) for turn in agent]
    assert sizes == sorted(set(sizes))
    assert "Wanda" in str(agent[-1].messages[-1]["content"])  # what the tool really found


def test_tools_of_a_users_own_are_not_called_and_their_turns_are_counted(tmp_path: Path) -> None:
    with use_extra_tool_modules(own_tools):
        conversation = conversation_of(writing.scenario(tmp_path, COFFEE))
    agent = conversation.of(RoleType.AGENT)
    assert not conversation.is_played
    assert [len(turn.answer.tool_calls) for turn in agent] == [1, 1, 0]
    assert "brew_coffee" in str(agent[1].messages[-1])
    assert "cups of" not in str([turn.messages for turn in agent])


def test_a_scenario_without_a_solution_is_taken_for_a_usual_conversation() -> None:
    conversation = conversation_of(fakes.scenario("Hello there"))
    assert not conversation.is_played
    assert len(conversation.of(RoleType.AGENT)) == 4
    assert len(conversation.of(RoleType.USER)) == 1


def test_the_tools_are_those_of_the_presentation() -> None:
    everything = augmented(named_scenarios(ToolBackend.DEFAULT), ToolBackend.DEFAULT)

    def names(presentation: str, role: RoleType) -> list[str]:
        return [tool["function"]["name"] for tool in tools_for(everything[f"switch_wifi_off{presentation}"], role)]

    plain = names("", RoleType.AGENT)
    assert "set_wifi_status" in plain
    assert len(names("_10_distraction_tools", RoleType.AGENT)) == len(plain) + 10
    assert "set_wifi_status" not in names("_3_distraction_tools_tool_name_scrambled", RoleType.AGENT)
    assert names("_all_tools", RoleType.USER) == ["end_conversation"]
