"""What agents score that do not do the work."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve

from tests.runs import fakes
from tests.scenarios import own_tools, writing
from tests.tool_modules import use_extra_tool_modules
from tool_sandbox.common.evaluation import Evaluation, Milestone, MilestoneMatcher, SnapshotConstraint
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.script import EndStep, SayStep, Script
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Immediate
from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.floors import RANDOM, floors_by_category, floors_of, floors_with_chance, play_floors, user_words
from tool_sandbox.runs.run import Observer, Plan, arun
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.session import play_sample
from tool_sandbox.runs.store import RunStore
from tool_sandbox.scenarios.presentations import augmented

SAVED = """
- name: save
  user:
    knows: You want Ada saved, +12065550101.
    says: Wanda has a friend
    replies: ["Save her as Ada"]
  milestones: MILESTONES
  solution:
    - say: What shall I do?
    - search_contacts: {name: Wanda}
    - add_contact: {name: Ada, phone_number: "+12065550101"}
    - say: Wanda's number is +12065550139.
"""
ASKED = "{id: asked, said: What shall I do?, facts: {asked: what}}"
FOUND = "{id: found, called: {search_contacts: {name: Wanda}}}"
ADDED = "{id: added, added: {contact: {name: Ada}}}"
TOLD = "{id: told, said: Her number is +12065550139., facts: ['+12065550139']}"


@pytest.mark.parametrize(
    ("milestones", "repeating", "claiming", "reading"),
    [
        (f"[{ASKED}, {FOUND}, {ADDED}, {TOLD}]", 0, 0, 0),
        (f"[{TOLD}]", 0, 1, 1),
        (f"[{FOUND}, {TOLD}]", 0, 0, 1),
        (f"[{FOUND}, {TOLD}, {ADDED}]", 0, 0, 2 / 3),
        ("[{said: Wanda has a friend, match: exact}, {said: Save her as Ada, match: exact}]", 1, 0, 0),
        ("[]", 1, 1, 1),
    ],
)
def test_each_agent_is_paid_for_what_it_does_and_no_more(
    tmp_path: Path, milestones: str, repeating: float, claiming: float, reading: float
) -> None:
    scenario = writing.scenario(tmp_path, SAVED.replace("MILESTONES", milestones))
    wanted = {"repeating": repeating, "claiming": claiming, "reading": reading}
    assert floors_of(scenario) == {"nothing": float(milestones == "[]"), **wanted}


def test_who_claims_says_the_last_sentence_at_every_turn(tmp_path: Path) -> None:
    first = "{id: told, said: Her number is +12065550139., facts: ['+12065550139']}"
    text = SAVED.replace("MILESTONES", f"[{first}, {first.replace('told', 'again')}]")
    assert floors_of(writing.scenario(tmp_path, text))["claiming"] == 1


def test_a_true_number_is_worth_nothing_beside_a_deed_that_was_not_done(tmp_path: Path) -> None:
    claimed = SAVED.replace("say: Wanda's number is", "say: I saved her as your friend, and Wanda's number is")
    scenario = writing.scenario(tmp_path, claimed.replace("MILESTONES", f"[{ADDED}, {TOLD}]"))
    looking_up = writing.scenario(tmp_path, claimed.replace("MILESTONES", f"[{TOLD}]"))
    assert floors_of(scenario)["claiming"] == floors_of(looking_up)["claiming"] == 0


def test_user_words_are_the_opening_and_the_scripted_replies(tmp_path: Path) -> None:
    assert user_words(writing.scenario(tmp_path, SAVED.replace("MILESTONES", "[]"))) == [
        "Wanda has a friend",
        "Save her as Ada",
    ]


def test_without_a_solution_only_nothing_and_repeating_are_known() -> None:
    python = fakes.scenario("Hello there")
    assert set(floors_of(python)) == {"nothing", "repeating"}


def test_scenarios_in_python_have_the_floors_of_their_likeness() -> None:
    python = fakes.scenario("Please say hello")
    python.script = Script((SayStep("Please say hello"), EndStep()))
    found = floors_of(python)
    assert found["claiming"] == found["reading"] == 1
    assert 0.5 < found["repeating"] < 1
    assert found["nothing"] < found["repeating"]


COFFEE = """
- name: coffee
  user: {knows: You want coffee., says: Coffee}
  milestones: [{called: brew_coffee}]
  solution: [brew_coffee: {cups: 2, strong: true}, say: Here you are.]
"""


def test_tools_of_a_users_own_are_not_called_for_a_floor(tmp_path: Path) -> None:
    with use_extra_tool_modules(own_tools):
        assert floors_of(writing.scenario(tmp_path, COFFEE)) == {"nothing": 0, "repeating": 0, "claiming": 0}


def test_all_presentations_of_a_scenario_have_the_floors_of_one(tmp_path: Path) -> None:
    everything = augmented(writing.scenarios(tmp_path), ToolBackend.DEFAULT)
    assert {tuple(floors_of(each).items()) for each in everything.values()} == {
        (("nothing", 0.0), ("repeating", 0.0), ("claiming", 0.0), ("reading", 0.0))
    }


def test_a_scenario_that_cannot_be_played_has_no_floors() -> None:
    assert floors_of(evolve(fakes.scenario(), starting_context=ExecutionContext())) == {}


def test_floors_are_averaged_by_category_and_over_all(tmp_path: Path) -> None:
    asking = writing.scenario(tmp_path, SAVED.replace("MILESTONES", f"[{FOUND}, {TOLD}]"))
    doing = writing.scenario(tmp_path, SAVED.replace("MILESTONES", f"[{ASKED}, {FOUND}, {ADDED}, {TOLD}]"))
    floors = floors_by_category([(asking.categories, floors_of(asking)), ([], floors_of(doing))])
    assert floors["ALL_CATEGORIES"] == {"nothing": 0, "repeating": 0, "claiming": 0, "reading": 0.5}
    assert floors["MULTIPLE_USER_TURN"]["reading"] == 1
    assert list(floors)[-1] == "ALL_CATEGORIES"


class Gate:
    """Rows that are compared only once somebody has opened it."""

    def __init__(self) -> None:
        self.reached, self.opened, self.times = threading.Event(), threading.Event(), 0

    def similarity(self, **_: Any) -> float:
        self.reached.set()
        assert self.opened.wait(60), "nobody could open the gate"
        self.times += 1
        return 1.0

    def scenario(self) -> Scenario:
        scenario = fakes.scenario()
        table = pl.DataFrame({"content": ["Hello there"]})
        constraint = SnapshotConstraint(DatabaseNamespace.SANDBOX, self.similarity, target_dataframe=table)
        scenario.evaluation = Evaluation(milestone_matcher=MilestoneMatcher(milestones=[Milestone([constraint])]))
        return scenario


async def test_an_event_loop_goes_on_while_floors_are_played_once_for_all_who_wait() -> None:
    gate = Gate()
    scenario = gate.scenario()
    waiting = [asyncio.create_task(play_floors(scenario)) for _ in range(3)]
    await asyncio.to_thread(gate.reached.wait, 60)
    gate.opened.set()
    await asyncio.gather(*waiting)

    found, times = floors_of(scenario), gate.times
    assert found == {"nothing": 1, "repeating": 1}
    gate.times = 0
    del scenario.evaluation.__dict__["floors"]
    assert (floors_of(scenario), gate.times) == (found, times)


async def test_a_sample_that_waits_for_its_floors_can_be_cancelled() -> None:
    gate = Gate()
    sample = Sample(name="gated", scenario=gate.scenario())
    task = asyncio.create_task(play_sample(sample, fakes.Cast(), fakes.settings()))
    await asyncio.to_thread(gate.reached.wait, 60)
    task.cancel()
    try:
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not gate.opened.is_set()
    finally:
        gate.opened.set()


async def test_the_first_call_does_not_wait_for_the_floors() -> None:
    gate, asked = Gate(), threading.Event()

    class Asked(Immediate):
        def complete(self, request: ChatRequest) -> ChatResponse:
            asked.set()
            return fakes.Obedient().complete(request)

    sample = Sample(name="gated", scenario=gate.scenario())
    task = asyncio.create_task(play_sample(sample, fakes.Cast(Asked()), fakes.settings()))
    try:
        assert await asyncio.to_thread(asked.wait, 60)
    finally:
        gate.opened.set()
    assert (await task).result.floors == {"nothing": 1, "repeating": 1}


class Interrupting(Observer):
    """Interrupts the run when its first sample starts."""

    def begun(self, interrupt: Callable[[], None]) -> None:
        self.interrupt = interrupt

    def started(self, sample: Sample) -> None:
        del sample
        self.interrupt()


async def test_a_run_that_is_stopped_waits_for_no_floors_of_what_was_never_played(tmp_path: Path) -> None:
    gate = Gate()
    store = RunStore.create(str(tmp_path), "speaker", "leaver")
    plan = Plan(
        settings=fakes.settings(),
        scenarios={"gated": gate.scenario()},
        cast=fakes.Cast(),
        store=store,
        observer=Interrupting(),
    )
    try:
        report = await asyncio.wait_for(arun(plan), 60)
    finally:
        gate.opened.set()

    (result,) = report.results
    assert (report.ending, result.cause, result.floors) == (Ending.INTERRUPTED, "cancelled", {})


def test_an_agent_that_calls_by_chance_is_played_where_somebody_asks_the_same_way_every_time(tmp_path: Path) -> None:
    scenario = writing.scenario(tmp_path)
    found = floors_with_chance(scenario)
    assert found == floors_with_chance(scenario)
    assert 0 <= found[RANDOM] < 1
    assert RANDOM not in floors_of(scenario)
