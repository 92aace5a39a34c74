"""Playing a recorded run from its journal alone: nobody is asked, and the same code comes to the same scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, fields, frozen

from tool_sandbox.common.chat_format import to_openai_messages
from tool_sandbox.common.transcript import is_few_shot, message_of
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.llm.chat import CallTag
from tool_sandbox.llm.layers.journal.calls import Journal
from tool_sandbox.llm.layers.journal.replay import Messages, Recorded
from tool_sandbox.registry.cast import RoleCast
from tool_sandbox.registry.names import is_remote
from tool_sandbox.registry.objects import Objects
from tool_sandbox.registry.replay_resources import ReplayResources
from tool_sandbox.registry.settings import INCIDENTAL, RunSettings
from tool_sandbox.runs.baseline import Baseline
from tool_sandbox.runs.continuation import recorded_names, recorded_scenarios, recorded_settings
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.preparation import PreparedRun, new_store
from tool_sandbox.runs.provenance import SCHEMA_VERSION, clock_of_run
from tool_sandbox.runs.report_files import check_files
from tool_sandbox.runs.results import cancelled
from tool_sandbox.runs.run import run_record
from tool_sandbox.runs.store import RunStore
from tool_sandbox.runs.stored_sample import StoredSample
from tool_sandbox.runs.thresholds import check_thresholds
from tool_sandbox.runs.written_results import WrittenResults

REPLAYABLE = (
    *("concurrency", "max_void", "output", "name", "junit", "summary", "fail_under", "min_coverage", "pass_at"),
    *("fail_on_regression", "against", "scenarios_from", "tools_from"),
)
"""The settings that may be different when a run is played from its journal."""
_WITHOUT_MODELS = {"reuse": None, "failed": None, "fallbacks": (), "limit": None}


@frozen(kw_only=True)
class ReplayedRun(PreparedRun):
    """A run whose models answer from the journal of a recorded one."""

    recorded: RunStore
    """The directory of the recorded run."""
    left_out: int = 0
    """How many of its samples have no score there, so that there is nothing to play again."""
    results: WrittenResults
    """Its samples there."""

    @property
    def how_to_go_on(self) -> str:
        """The command that plays it again."""
        return f"tool_sandbox run --replay {self.recorded.directory}"

    def result_of(self, scenario: str, trial: int) -> SampleResult | None:
        """How a sample ended when it was recorded; ``None`` where it did not."""
        at = self.results.find((scenario, trial))
        return None if at is None else self.results[at]

    def open(self) -> None:
        """Open the journal.

        Raises:
            SettingsError: There is none that can be read.
        """
        if self.cast.is_open:
            return
        try:
            journal = Journal(self.recorded.recorded_calls(), replays_fallbacks=self.settings.on_fallback != "void")
        except OSError as error:
            message = f"the journal in {str(self.recorded.directory)!r} cannot be read: {error}"
            raise SettingsError(message) from error
        known = Recorded(journal, str(self.recorded.directory), self._messages)
        self.cast.replay(ReplayResources(self.settings, known))

    def _messages(self, tag: CallTag) -> Messages | None:
        """What the agent of a sample saw, as it is sent to a model; of others no record is kept."""
        result = self.result_of(tag.scenario, tag.trial)
        if result is None or tag.role != RoleType.AGENT:
            return None
        try:
            world = StoredSample.of(result, self.recorded).world
            seen = [message_of(row) for row in world.log() if not is_few_shot(row)]
            return to_openai_messages([each for each in seen if RoleType.AGENT in (each.visible_to or ())])[0]
        except (SettingsError, AssertionError, ValueError):  # gone, or an agent of a user's own wrote it in its own way
            return None


def replayed_run(
    location: str, changes: Mapping[str, Any], objects: Objects | None = None, *, temporary: bool = False
) -> ReplayedRun:
    """Prepare to play a run from its journal alone.

    Args:
        location: The directory of the run.
        changes: What is different this time: ``REPLAYABLE`` settings by name.
        objects: What the settings cannot hold.
        temporary: Whether the new directory is among temporary files.

    Raises:
        UsageError: The run cannot be played so.
    """
    recorded = RunStore.open(location)
    record = recorded.read_run()
    _check(recorded, record)
    results = recorded.read_results()
    settings = _settings(recorded_settings(recorded, record), changes, results)
    with clock_of_run(record, recorded.directory.name):
        chosen = recorded_scenarios(recorded_names(recorded, record), settings, objects or Objects())
    check_thresholds(settings.fail_under, chosen)
    check_files(settings)
    baseline = Baseline.of(settings, chosen)
    cast = RoleCast(settings, chosen, (objects or Objects()).roles, asks=False)
    store = RunStore.temporary() if temporary else new_store(cast.settings, alone=True)
    one = ReplayedRun(
        settings=cast.settings,
        cast=cast,
        store=store,
        scenarios=chosen,
        baseline=baseline,
        recorded=recorded,
        results=results,
    )
    try:
        store.claim()
        store.write_run({**run_record(one.settings, chosen), "replay_of": str(recorded.directory)})
        one.open()
        return _without_unscored(one)
    except BaseException:
        one.close()
        store.discard()
        raise


def _check(recorded: RunStore, record: Mapping[str, Any]) -> None:
    where, settings = str(recorded.directory), record.get("settings")
    settings = settings if isinstance(settings, Mapping) else {}
    if record.get("schema_version") != SCHEMA_VERSION:
        message = f"{where!r} has schema_version {record.get('schema_version')!r}, this version {SCHEMA_VERSION!r}."
        raise SettingsError(message)
    if settings.get("search") == "rapidapi":
        message = f"{where!r} was played with --search rapidapi, whose answers no journal holds."
        raise UsageError(message)
    if is_remote(str(settings.get("agent"))):
        message = f"{where!r} was played by an agent from outside, whose turns no journal holds."
        raise UsageError(message)
    if origin := record.get("replay_of"):
        message = f"{where!r} was itself played from a journal; replay {origin!r}, which has it."
        raise UsageError(message)


def _settings(before: RunSettings, changes: Mapping[str, Any], results: WrittenResults) -> RunSettings:
    """Those of the recorded run, without what is for models, money, or the place where it was played."""
    incidental = {each.name: each.default for each in fields(RunSettings) if each.name in INCIDENTAL}
    trials = 1 + max((trial for _, trial in results.keys), default=0)
    kept = {"pass_at": before.pass_at, "trials": trials if before.until_decided else before.trials}
    return evolve(before, **{**incidental, **_WITHOUT_MODELS, **kept, **changes})


def _without_unscored(one: ReplayedRun) -> ReplayedRun:
    """The run without samples that got no score when it was recorded: they stay as they are."""
    recorded = ((sample, one.result_of(*sample.key)) for sample in one.samples())
    left_out = [(sample, found) for sample, found in recorded if found is None or found.status != "scored"]
    kept = [evolve(found or cancelled(sample, one.settings), trajectory=None) for sample, found in left_out]
    one.store.rewrite_results(result for result in kept if result.finished)
    return evolve(one, done=kept, left_out=len(kept))
