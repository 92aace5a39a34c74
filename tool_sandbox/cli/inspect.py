"""Commands that look at scenarios and finished runs without calling a model."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tool_sandbox.cli.description import Description
from tool_sandbox.cli.lines import print_message
from tool_sandbox.cli.listing import print_lines
from tool_sandbox.cli.live.loading import Loading
from tool_sandbox.cli.tables import print_answers, print_floors, print_mutants, print_rescoring
from tool_sandbox.errors import UsageError
from tool_sandbox.nearest import hint
from tool_sandbox.redaction import redact_text
from tool_sandbox.registry.sources import scenarios_of, selected
from tool_sandbox.runs.recorded_scenarios import scenarios_of_run

if TYPE_CHECKING:
    from tool_sandbox.analysis.rescore import Rescoring
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.registry.settings import RunSettings

OK, FAILED = 0, 1


def show_one(name: str, settings: RunSettings, *, with_schemas: bool) -> None:
    """Print everything about one scenario.

    Args:
        name: The scenario.
        settings: Where scenarios and tools are, and in which world.
        with_schemas: Show tools as the model is shown them.

    Raises:
        UsageError: There is none of this name.
    """
    with Loading.at_a_terminal("loading scenarios"):
        lines = list(Description(name, scenario_named(name, settings), with_schemas).lines())
    print_lines(lines)


def try_answers(name: str, answers: Sequence[str], settings: RunSettings) -> None:
    """Print what last answers to the user are worth in one scenario, and why.

    Raises:
        UsageError: There is no such scenario, or it has no solution.
    """
    from tool_sandbox.runs.answers import tried

    scenario = scenario_named(name, settings)
    if scenario.script is None:
        message = f"{name!r} has no solution that an answer could end; add 'solution' to its entry."
        raise UsageError(message)
    print_answers([tried(scenario, answer) for answer in answers])


def scenario_named(name: str, settings: RunSettings) -> Scenario:
    """The scenario of this name.

    Raises:
        UsageError: There is none.
    """
    scenarios = scenarios_of(settings)
    if name not in scenarios:
        message = f"there is no scenario {name!r}; {hint(name, scenarios)} ('tool_sandbox list' shows all.)"
        raise UsageError(message)
    return scenarios[name]


def check_all(settings: RunSettings, *, floors: bool, mutants: bool, fast: bool) -> int:
    """Prove the scenarios that fit and print what does not hold; returns the exit code.

    Args:
        settings: Which scenarios are meant.
        floors: Also print what agents score that do not do the work.
        mutants: Also print what was made wrong on purpose, and what of it did not show.
        fast: Leave out most of it.

    Raises:
        UsageError: What is to be printed is left out.
    """
    from tool_sandbox.runs.check import check_scenarios
    from tool_sandbox.runs.floors import floors_by_category
    from tool_sandbox.scenarios.presentations import plain_names

    # Also those outside the default: what is played only by name has to hold, too.
    everything = settings if settings.scenarios or settings.tags else evolve(settings, scenarios=("*",))
    if fast and mutants:
        message = "--fast makes no mutants; leave one of both out."
        raise UsageError(message)
    with Loading.at_a_terminal("loading scenarios") as loading:
        suite = scenarios_of(everything)
        presented = settings.scenarios or settings.tags or settings.presentations
        found = selected(suite, everything, None if presented else plain_names(suite.names))
        loading.tell("checking")
        report = check_scenarios(found, fast=fast, floors=floors, processes=os.cpu_count() or 1)
    if floors:
        print_floors(floors_by_category((found[each.name].categories, each.floors) for each in report.proved))
    if mutants:
        print_mutants(report.mutants)
    print_lines(report.text().splitlines())
    return OK if report.passed else FAILED


def rescore_run(location: str, scenarios_from: Sequence[str], tools_from: Sequence[str]) -> int:
    """Judge a run anew, by what it was played with, and print what changes.

    Args:
        location: The run directory.
        scenarios_from: Scenarios in place of those the run recorded.
        tools_from: Tools in place of those.

    Returns:
        0, or 1 when some samples could not be judged.

    Raises:
        UsageError: The scenarios cannot be loaded, or no sample could be judged.
    """
    from tool_sandbox.analysis.rescore import rescore
    from tool_sandbox.runs.store import RUN, RunStore

    store = RunStore.open(location)
    record = store.read_run() if (store.directory / RUN).exists() else {}
    with (
        Loading.at_a_terminal("judging anew"),
        scenarios_of_run(store, scenarios_from, tools_from) as scenarios,
    ):
        rescoring = rescore(location, scenarios)
    print_rescoring(rescoring)
    judged = {sample.name: scenarios[sample.name] for sample in rescoring.samples}
    _note_guessed_time(record, store.directory.name, judged)
    if not rescoring.samples:
        raise UsageError(_why_nothing(location, rescoring))
    return FAILED if rescoring.skipped else OK


def _note_guessed_time(record: Mapping[str, Any], directory: str, scenarios: Mapping[str, Scenario]) -> None:
    from tool_sandbox.runs.provenance import loaded_at, loading_time

    time = loading_time(record, directory)
    if loaded_at(scenarios) is None or (time is not None and time.recorded):
        return
    taken = "now" if time is None else f"{datetime.fromtimestamp(time.clock.instant, time.clock.tzinfo())}, its start"
    print_message(
        f"note: the run does not say when its Python scenarios were loaded; taken as {taken}, in this machine's zone.",
    )


def _why_nothing(location: str, rescoring: Rescoring) -> str:
    why, times = Counter(skipped.why for skipped in rescoring.skipped).most_common(1)[0]
    return f"no sample of {location!r} could be judged: {why} ({times} of {len(rescoring.skipped)} samples)."


def clear_cache(where: str) -> None:
    """Forget every answer in a cache and tell how many that were.

    Raises:
        UsageError: The cache cannot be reached.
    """
    from tool_sandbox.llm.layers.cache.settings import CacheSettings
    from tool_sandbox.llm.layers.cache.store import ResponseCache

    cache = ResponseCache(CacheSettings.parse(where))
    try:
        print(f"{cache.clear()} answers forgotten")
    except Exception as error:  # every kind of cache fails in its own ways
        message = (
            f"the cache {redact_text(where)!r} cannot be cleared: {type(error).__name__}: {redact_text(str(error))}"
        )
        raise UsageError(message) from error
    finally:
        cache.close()
