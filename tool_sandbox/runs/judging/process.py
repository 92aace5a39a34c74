"""A process that judges samples of a run, until its parent says that it is enough or is gone."""

from __future__ import annotations

import os
import pickle
from contextlib import ExitStack
from typing import TYPE_CHECKING

from attrs import evolve

from tool_sandbox import garbage
from tool_sandbox.common.compatibility import use_original_rules
from tool_sandbox.common.execution_context import isolated_context
from tool_sandbox.registry.sources import scenarios_of
from tool_sandbox.runs.child_processes import inside
from tool_sandbox.runs.child_processes.connection import Connection
from tool_sandbox.runs.digests import Digests
from tool_sandbox.runs.judging.beside import Question, Ready, Sent, Setup, Verdict
from tool_sandbox.runs.judging.verdict import Case, judge
from tool_sandbox.runs.outcomes import Failure, Played
from tool_sandbox.runs.places import open_location
from tool_sandbox.runs.provenance import clock_of_run
from tool_sandbox.runs.store import RunStore, trajectory_place
from tool_sandbox.tools.search import use_backend

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario


_NICENESS = 5


async def work(parent: Connection) -> None:
    """Judge whatever is asked for."""
    setup = await parent.receive()
    if not isinstance(setup, Setup):
        return
    _give_way()
    store = RunStore(open_location(setup.directory))
    try:
        with clock_of_run(store.read_run(), store.directory.name):
            scenarios = scenarios_of(setup.settings)
    except Exception:  # noqa: BLE001 -- anybody's modules are loaded, and the parent does without this process
        return
    digests = Digests()
    garbage.seldom()
    with ExitStack() as rules:
        rules.enter_context(use_original_rules(setup.settings.compat == "original"))
        rules.enter_context(use_backend(None))
        parent.send(Ready())
        while isinstance(question := await parent.receive(), Question):
            try:
                sent: Sent = pickle.loads(question.sample)  # noqa: S301 -- our own process wrote it
                scenario = scenarios[sent.result.name]
                same = "" != sent.result.digest == digests.of(scenario)
                played = _played(sent, scenario, setup, store) if same else None
            except Exception:  # noqa: BLE001 -- the parent judges it, too, and says what went wrong
                played = None
            parent.send(Verdict(number=question.number, played=played))


def _give_way() -> None:
    """Leave the processors to what plays, and to servers of models on this machine."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)


def _played(sent: Sent, scenario: Scenario, setup: Setup, store: RunStore) -> Played:
    """The verdict, with the files on the disk."""
    result = sent.result
    world = scenario.starting_context.with_changes(sent.changes)
    isolated_context(world)
    case = Case(scenario=scenario, world=world, result=result, user_is_model=sent.user_is_model)
    played = judge(case, setup.settings, _raise)
    place = trajectory_place(result.name, result.trial, setup.settings.trials)
    store.write_trajectory(store.directory / place, played.files)
    return Played(result=evolve(played.result, trajectory=place), files={})


def _raise(error: BaseException) -> Failure:
    raise error


if __name__ == "__main__":
    inside.run(work)
