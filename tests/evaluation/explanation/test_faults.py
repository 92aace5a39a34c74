"""Whose fault lost points are, with users that leave or make things up, and tools that break."""

from __future__ import annotations

import contextvars
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from attrs import Factory, define

from tests.scenarios.playing import Action, played, steps
from tests.scenarios.writing import scenario as written
from tests.tool_modules import use_extra_tool_modules
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.message import Message
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.script import Script
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.evaluation.explanation.explain import explain
from tool_sandbox.evaluation.explanation.explanation import Explanation
from tool_sandbox.llm.scripted import OracleModel
from tool_sandbox.roles.base_role import BaseRole
from tool_sandbox.roles.execution_environment import ExecutionEnvironment
from tool_sandbox.roles.litellm_agent import LiteLLMAgent

SEND = "send_message_with_phone_number"
TEXT_MARTA = """
- name: text_marta
  user:
    knows: Text Marta Ruiz on +12065550139 to bring 7 eggs.
    says: I need to text Marta
    replies: Her number is +12065550139. Tell her to bring 7 eggs.
  tools: [send_message_with_phone_number, search_contacts]
  milestones:
    - id: sent
      added:
        messaging:
          recipient_phone_number: "+12065550139"
          content: {text: Bring 7 eggs., facts: [{words: eggs}, {number: 7}]}
    - {id: told, said: I texted Marta., facts: [{done: sent}]}
  minefields:
    - {id: stranger, called: {send_message_with_phone_number: {phone_number: "+12065550177"}}}
  solution:
    - say: What is the number, and what should I write?
    - send_message_with_phone_number: {phone_number: "+12065550139", content: Bring 7 eggs.}
    - say: I texted Marta.
"""
NUMBER = "+12065550139"
ASKS = "What is the number, and what should I write?"
BREW = """
- name: coffee
  user: {knows: You want two cups of coffee., says: Make two cups of coffee}
  tools: [brew, set_wifi_status]
  milestones:
    - {id: brewed, called: {brew: {cups: 2}}}
    - {id: told, said: Your coffee is ready., facts: [{done: brewed}, {words: coffee}]}
  solution:
    - brew: {cups: 2}
    - say: Your coffee is ready.
"""


def marta_says(scenario: Scenario) -> tuple[str, ...]:
    """The user's own words."""
    assert scenario.script is not None
    return scenario.script.user_texts()


def sent(number: str, content: str = "Bring 7 eggs.") -> Action:
    return SEND, {"phone_number": number, "content": content}


def faults(explanation: Explanation) -> dict[str, str]:
    """Milestone or minefield → whose fault its loss is."""
    return {each["id"]: each["fault"] for each in explanation.to_records() if each["fault"]}


@pytest.fixture
def marta(tmp_path: Path) -> Scenario:
    return written(tmp_path, TEXT_MARTA)


def test_a_solution_is_nobodys_fault(marta: Scenario) -> None:
    explanation = explain(marta, played(marta, ASKS, sent(NUMBER), "I texted Marta.", replies=marta_says(marta)))

    assert explanation.score == pytest.approx(1)
    assert faults(explanation) == {}
    assert "fault" not in str(explanation)


def test_what_nothing_points_away_from_is_the_agents_fault(marta: Scenario) -> None:
    wrong = sent("+12065550140")
    explanation = explain(marta, played(marta, ASKS, wrong, "I texted Marta.", replies=marta_says(marta)))

    assert faults(explanation) == {"sent": "agent", "told": "agent"}
    assert "fault" not in str(explanation)


def test_a_number_that_only_the_user_brought_up_is_the_users_fault(marta: Scenario) -> None:
    replies = ("It is +1 206-555-0140. Tell her to bring 7 eggs.",)
    explanation = explain(marta, played(marta, ASKS, sent("+12065550140"), "I texted Marta.", replies=replies))

    assert faults(explanation) == {"sent": "user", "told": "user"}
    assert "fault of the user (sent, told): the user said '12065550140', which it does not know [" in str(explanation)


def test_a_fact_that_only_the_user_brought_up_is_the_users_fault(marta: Scenario) -> None:
    replies = ("Her number is +12065550139. Tell her to bring 9 eggs.",)
    actions = (ASKS, sent("+12065550139", "Bring 9 eggs."), "I texted Marta.")

    assert faults(explain(marta, played(marta, *actions, replies=replies)))["sent"] == "user"


def test_a_number_that_the_agent_brought_up_first_is_the_agents_fault(marta: Scenario) -> None:
    actions = ("Is it +12065550140?", sent("+12065550140"), "I texted Marta.")
    replies = ("Yes, +12065550140. Tell her to bring 7 eggs.",)

    assert faults(explain(marta, played(marta, *actions, replies=replies))) == {"sent": "agent", "told": "agent"}


def test_a_minefield_that_the_user_leads_into_is_the_users_fault(marta: Scenario) -> None:
    actions, replies = (ASKS, sent("+12065550177"), "I texted Marta."), ("Her number is +12065550177.",)

    assert faults(explain(marta, played(marta, *actions, replies=replies)))["stranger"] == "user"


def test_a_user_that_leaves_the_agents_question_open_took_what_could_not_be_done(marta: Scenario) -> None:
    explanation = explain(marta, played(marta, ASKS))

    assert faults(explanation) == {"sent": "user", "told": "user"}
    assert "the user ended the conversation and left the agent's question open" in str(explanation)


@pytest.mark.parametrize("end", ["I cannot text anybody.", "I cannot text. Is there anything else I can do?"])
def test_an_agent_that_gives_up_is_at_fault(end: str, marta: Scenario) -> None:
    assert faults(explain(marta, played(marta, end))) == {"sent": "agent", "told": "agent"}


class Hasty(BaseRole):
    """Says what it wants and is gone."""

    role_type = RoleType.USER

    def respond(self, ending_index: int | None = None) -> None:
        end = "end_conversation()"
        self.add_messages(
            [
                Message(sender=RoleType.USER, recipient=RoleType.AGENT, content="Her number is +12065550139."),
                Message(sender=RoleType.USER, recipient=RoleType.EXECUTION_ENVIRONMENT, content=end),
            ]
        )


def test_a_user_that_speaks_and_leaves_before_the_agent_can_answer_took_the_rest(marta: Scenario) -> None:
    roles: dict[RoleType, Any] = {
        RoleType.AGENT: LiteLLMAgent("script", model=OracleModel(Script(steps("I will text her once I know more.")))),
        RoleType.USER: Hasty(),
        RoleType.EXECUTION_ENVIRONMENT: ExecutionEnvironment(),
    }
    explanation = explain(marta, contextvars.copy_context().run(marta.play, roles))

    assert faults(explanation) == {"sent": "user", "told": "user"}
    assert "the user ended the conversation before the agent could answer" in str(explanation)


# -- tools -----------------------------------------------------------------------------------------------------------


@define
class Machine:
    """What becomes of the coffee."""

    errors: list[Exception] = Factory(list)
    """What goes wrong, one call after the other."""


@pytest.fixture
def machine() -> Iterator[Machine]:
    state = Machine()

    @register_as_tool()
    def brew(cups: int) -> str:
        """Make coffee.

        Args:
            cups: How many cups.

        Returns:
            What was done.

        Raises:
            BufferError: The tank is empty.
        """
        if state.errors:
            raise state.errors.pop()
        return f"{cups} cups"

    module = ModuleType("coffee_machine")
    brew.__module__ = module.__name__
    module.brew = brew  # type: ignore[attr-defined]
    with use_extra_tool_modules(module):
        yield state


def coffee(folder: Path, machine: Machine, error: Exception, *actions: Action) -> Explanation:
    scenario = written(folder, BREW)
    machine.errors.append(error)
    return explain(scenario, played(scenario, *actions))


ORDERED: Action = ("brew", {"cups": 2})


def test_a_tool_that_breaks_takes_what_needs_it(tmp_path: Path, machine: Machine) -> None:
    explanation = coffee(tmp_path, machine, ZeroDivisionError("no water"), ORDERED, "Sorry, that failed.")

    assert faults(explanation) == {"brewed": "tool", "told": "tool"}
    assert "fault of the tool (brewed, told): brew broke: ZeroDivisionError: no water [" in str(explanation)


@pytest.mark.parametrize("kind", [ValueError, TypeError, KeyError, ConnectionError, PermissionError, BufferError])
def test_errors_about_arguments_about_the_world_and_documented_ones_are_the_agents_to_handle(
    kind: type[Exception], tmp_path: Path, machine: Machine
) -> None:
    explanation = coffee(tmp_path, machine, kind("no"), ORDERED, "Sorry, that failed.")

    assert set(faults(explanation).values()) == {"agent"}


def test_words_that_claim_what_a_broken_tool_did_not_do_are_lost_with_it(tmp_path: Path, machine: Machine) -> None:
    explanation = coffee(tmp_path, machine, AttributeError("no pump"), ORDERED, "Your coffee is ready.")

    assert faults(explanation) == {"brewed": "tool", "told": "tool"}


def test_a_tool_that_was_never_called_broke_nothing(tmp_path: Path, machine: Machine) -> None:
    explanation = coffee(tmp_path, machine, AttributeError("no pump"), "There is no coffee.")

    assert set(faults(explanation).values()) == {"agent"}


def test_a_tool_that_works_again_took_nothing(tmp_path: Path, machine: Machine) -> None:
    explanation = coffee(tmp_path, machine, AttributeError("no pump"), ORDERED, ORDERED, "No.")

    assert faults(explanation) == {"told": "agent"}


def test_a_tool_that_the_scenario_does_not_offer_is_its_own_fault(tmp_path: Path, machine: Machine) -> None:
    scenario = written(tmp_path, BREW)
    scenario.starting_context.tool_allow_list = ["set_wifi_status", "end_conversation"]
    explanation = explain(scenario, played(scenario, "There is no coffee."))

    assert faults(explanation) == {"brewed": "scenario", "told": "scenario"}
    assert "fault of the scenario (brewed, told): brew is not among its tools" in str(explanation)


def test_a_stored_world_says_the_same_as_a_live_one(marta: Scenario) -> None:
    live = played(marta, ASKS, sent("+12065550140"), "I texted Marta.", replies=("It is +12065550140.",))
    stored = ExecutionContext.from_dict(json.loads(live.to_json()))

    assert explain(marta, stored).milestones == explain(marta, live).milestones
