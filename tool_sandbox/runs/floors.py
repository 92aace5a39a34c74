"""What agents score that do not do the work: a score says something only above these."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from statistics import mean
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from attrs import evolve

from tool_sandbox.common.script import SayStep, Script, Step, ToolStep, UserStep
from tool_sandbox.common.tool_discovery import is_shipped
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.common.world.schemas import namespaces
from tool_sandbox.errors import ScenarioError
from tool_sandbox.evaluation.explanation.log import Log
from tool_sandbox.llm.random_caller import RandomCaller
from tool_sandbox.llm.scripted import NopModel, OracleModel
from tool_sandbox.runs.idle import until_idle
from tool_sandbox.runs.scripted_play import play, world_of
from tool_sandbox.runs.summary import ALL_CATEGORIES
from tool_sandbox.tools.search.backend import use_backend

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext
    from tool_sandbox.common.scenario import Scenario

_KEPT = "floors"
_playing = threading.Lock()
"""So that samples of one scenario that begin together play it once."""
_begun: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, asyncio.Future[Any]]] = WeakKeyDictionary()
"""What is being played for samples in an event loop, by the id of its evaluation."""
NOTHING, REPEATING, CLAIMING, READING = "nothing", "repeating", "claiming", "reading"
RANDOM = "random"


def floors_of(scenario: Scenario) -> dict[str, float]:
    """What each agent scores that does not do the work, 0 to 1; played once for all presentations of a scenario.

    ``nothing`` says an empty sentence. ``repeating`` says what the user said. ``claiming`` says the last sentence of
    the solution. ``reading`` makes every call of the solution that changes nothing, then claims. What cannot be known
    is left out: without a solution the last two, with tools of a user's own the last one, as calling them may cost
    something; all of a scenario that cannot be played.
    """
    kept: dict[str, Any] = scenario.evaluation.__dict__
    if _KEPT not in kept:
        with _playing, use_backend(None):
            if _KEPT not in kept:
                kept[_KEPT] = dict(_floors(scenario))
    return dict(kept[_KEPT])


def floors_with_chance(scenario: Scenario) -> dict[str, float]:
    """``floors_of``, and what an agent scores that calls tools on offer by chance; it is not played in runs.

    With tools of a user's own it is left out: calling them may cost something.
    """
    found = floors_of(scenario)
    context = scenario.starting_context
    offered = context.get_available_tools(scrambling_allowed=False)
    if scenario.script is not None and all(map(is_shipped, offered.values())):
        with suppress(Exception), use_backend(None):  # as for the others
            found[RANDOM] = play(scenario, RandomCaller(str(scenario.name)), scenario.script).result.similarity
    return found


async def play_floors(scenario: Scenario) -> None:
    """Have ``floors_of`` at hand, played in a thread, as soon as the samples in flight leave time for it."""
    if _KEPT in scenario.evaluation.__dict__:
        return
    begun = _begun.setdefault(asyncio.get_running_loop(), {})
    key = id(scenario.evaluation)
    if key not in begun:  # one thread for all samples of a scenario that begin together
        begun[key] = asyncio.ensure_future(_played(scenario))
        begun[key].add_done_callback(lambda _done: begun.pop(key))
    await asyncio.shield(begun[key])


async def _played(scenario: Scenario) -> None:
    await until_idle()  # a thread that computes takes turns of 5 ms with the event loop, whenever that calls the system
    await asyncio.to_thread(floors_of, scenario)


def floors_by_category(
    floors: Iterable[tuple[Iterable[str], Mapping[str, float]]],
) -> dict[str, dict[str, float]]:
    """Category → agent that does not do the work → its mean score; all of them last.

    Args:
        floors: Of each scenario its categories, and what ``floors_of`` has.
    """
    found: dict[str, dict[str, list[float]]] = {}
    for categories, scores in floors:
        for agent, score in scores.items():
            for category in (*map(str, categories), ALL_CATEGORIES):
                found.setdefault(category, {}).setdefault(agent, []).append(score)
    last = found.pop(ALL_CATEGORIES, {})
    means = {**dict(sorted(found.items())), ALL_CATEGORIES: last}
    return {name: {agent: mean(scores) for agent, scores in agents.items()} for name, agents in means.items()}


def _floors(scenario: Scenario) -> Iterator[tuple[str, float]]:
    script = scenario.script or Script()
    with suppress(Exception):  # the code of a scenario's author may raise anything; the run itself will say so
        yield NOTHING, play(scenario, NopModel(), script).result.similarity
        yield REPEATING, _scored(scenario, Script(tuple(_repeating(scenario))))
        if scenario.script is not None:
            yield CLAIMING, _scored(scenario, _claiming(script))
        if scenario.script is not None and _calls_only_shipped_tools(scenario, script):
            yield READING, _scored(scenario, _reading(scenario, script))


def _calls_only_shipped_tools(scenario: Scenario, script: Script) -> bool:
    tools = scenario.starting_context.name_to_tool
    calls = [call for step in script.steps if isinstance(step, ToolStep) for call in step.calls]
    return all(call.name in tools and is_shipped(tools[call.name]) for call in calls)


def _scored(scenario: Scenario, script: Script) -> float:
    return play(scenario, OracleModel(script), script).result.similarity


def user_knowledge(scenario: Scenario) -> str:
    """What the simulated user is told; empty where it is told nothing."""
    way = (RoleType.SYSTEM, RoleType.USER)
    told = [row["content"] for row in scenario.starting_context.log() if (row["sender"], row["recipient"]) == way]
    return str(told[-1]) if told else ""


def user_words(scenario: Scenario) -> list[str]:
    """What the user says: the opening message, then what a scripted user answers."""
    opening = [row["content"] for row in scenario.starting_context.log() if row["sender"] == RoleType.USER][-1:]
    return [*opening, *(scenario.script or Script()).user_texts()]


def _repeating(scenario: Scenario) -> Iterator[Step]:
    for number, text in enumerate(user_words(scenario)):
        if number:
            yield UserStep(text)
        yield SayStep(text)


def _claiming(script: Script) -> Script:
    """The last sentence of the solution, whenever the agent should say something."""
    claim = SayStep(script.last_words())
    steps = (claim if isinstance(step, SayStep) else step for step in script.steps)
    return evolve(script, steps=tuple(step for step in steps if not isinstance(step, ToolStep)))


def _reading(scenario: Scenario, script: Script) -> Script:
    """Every call that changes nothing and needs nothing from one that does, then the claim."""
    apart = evolve(script, steps=tuple(_apart(script)))
    writing = writing_tools(world_of(scenario, OracleModel(apart), apart))
    calls = [call for step in script.steps if isinstance(step, ToolStep) for call in step.calls]
    reading = [
        call
        for call in calls
        if call.name not in writing and not any(reference.tool in writing for reference in call.references())
    ]
    claim = _claiming(script).steps
    made: tuple[Step, ...] = ()
    for call in reading:
        longer = evolve(script, steps=(*made, ToolStep((call,)), *claim))
        with suppress(ScenarioError):  # it needs what another one could not find out, as nothing was switched on
            if list(call.references()):
                world_of(scenario, OracleModel(longer), longer)
            made = (*made, ToolStep((call,)))
    return evolve(script, steps=(*made, *claim))


def _apart(script: Script) -> Iterator[Step]:
    """The steps, with calls that go out together one after the other, so that it shows which of them changes what."""
    for step in script.steps:
        if isinstance(step, ToolStep):
            yield from (ToolStep((call,)) for call in step.calls)
        else:
            yield step


def writing_tools(world: ExecutionContext) -> set[str]:
    """The tools that changed a table when the solution was played."""
    tables = [name for name in namespaces() if name != DatabaseNamespace.SANDBOX]
    changed = {index for name in tables for index in world.snapshot_indices(name)}
    lost = {call.tool for call in Log(world).failed if call.message in changed}
    return lost | {
        json.loads(trace)["tool_name"]
        for index in changed
        for row in world.rows(DatabaseNamespace.SANDBOX, index)
        for trace in row["tool_trace"] or ()
    }
