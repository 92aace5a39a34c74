"""Samples of an earlier run that need not be played again: scenario and settings are what they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from tool_sandbox.common.compatibility import use_original_rules
from tool_sandbox.common.trajectory import files_for_programs
from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.registry.settings import CHOOSING, INCIDENTAL, RunSettings
from tool_sandbox.runs.digests import Digests
from tool_sandbox.runs.floors import floors_of
from tool_sandbox.runs.json_files import read_object
from tool_sandbox.runs.judging.verdict import judged
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.provenance import clock_of_run
from tool_sandbox.runs.run import check_resumable
from tool_sandbox.runs.store import RUN, RunStore, trajectory_place
from tool_sandbox.runs.stored_sample import StoredSample
from tool_sandbox.runs.written_results import WrittenResults

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.runs.sample_keys import Key

_MAY_DIFFER = INCIDENTAL | {*CHOOSING, "failed", "trials"}


@frozen(kw_only=True)
class Reusable:
    """The samples that a new run takes over, before they are judged anew."""

    settings: RunSettings
    """Of the new run."""
    scenarios: Mapping[str, Scenario]
    """What the new run plays."""
    store: RunStore | None = None
    """The directory of the earlier run; ``None`` without one."""
    results: WrittenResults | None = None
    """What can be taken over; ``None`` without an earlier run."""

    @classmethod
    def of(cls, settings: RunSettings, scenarios: Mapping[str, Scenario]) -> Reusable:
        """What a run can take over from the one that its settings name: what was scored and is the same today.

        Raises:
            SettingsError: That is no run, or one of other settings or another version.
        """
        if settings.reuse is None:
            return cls(settings=settings, scenarios=scenarios)
        store, record = _opened(settings.reuse)
        _check_alike(settings, record)
        digests = Digests()

        def is_same(result: SampleResult) -> bool:
            is_meant = result.name in scenarios and result.trial < settings.trials
            is_whole = result.status == "scored" and bool(result.digest and result.trajectory)
            return is_meant and is_whole and digests.of(scenarios[result.name]) == result.digest

        return cls(settings=settings, scenarios=scenarios, store=store, results=store.read_results(is_same))

    @property
    def keys(self) -> Iterable[Key]:
        """Scenario and trial of each."""
        return () if self.results is None else self.results.keys

    def take_over(self, into: RunStore) -> Sequence[SampleResult]:
        """Copy the samples and judge them anew; those whose files are gone or torn are left out, to be played."""
        with use_original_rules(self.settings.compat == "original"):
            taken = filter(None, (self._taken(each, into) for each in self.results or ()))
            first = next(taken, None)
            return () if first is None else into.rewrite_results(chain([first], taken))

    def _taken(self, result: SampleResult, into: RunStore) -> SampleResult | None:
        assert self.store is not None
        scenario = self.scenarios[result.name]
        try:
            world = StoredSample.of(result, self.store).world
            evaluation = scenario.evaluate(world)
            files = files_for_programs(world, scenario.conversation(world, evaluation))
        except Exception:  # noqa: BLE001 -- the files may be anybody's by now, and so may a user's own matcher
            return None
        place = trajectory_place(result.name, result.trial, self.settings.trials)
        again = evolve(
            result,
            categories=[str(category) for category in scenario.categories],
            tags=scenario.tags,
            nop_floor=scenario.nop_floor,
            floors=floors_of(scenario),
            spending=Spending(),
            trajectory=place,
            reused_from=result.reused_from or str(self.store.directory),
        )
        played = judged(again, scenario, world, evaluation, files)
        into.write_trajectory(into.directory / place, played.files)
        return played.result


@contextmanager
def loading_as_before(settings: RunSettings) -> Iterator[None]:
    """Load Python scenarios inside the block at the time of the run whose samples are reused, if there is one.

    Raises:
        SettingsError: There is no such run.
    """
    if settings.reuse is None:
        yield
        return
    store, record = _opened(settings.reuse)
    with clock_of_run(record, store.directory.name):
        yield


def _opened(location: str) -> tuple[RunStore, dict[str, Any]]:
    try:
        store = RunStore.open(location)
        record = read_object(store.directory / RUN)
        check_resumable(record)
    except SettingsError as error:
        message = f"--reuse {location}: {error}"
        raise SettingsError(message) from error
    return store, record


def _check_alike(settings: RunSettings, record: Mapping[str, Any]) -> None:
    recorded, ours = record.get("settings"), settings.to_record()
    if not isinstance(recorded, Mapping):
        message = f"--reuse {settings.reuse}: the run does not say with which settings it was played; leave it out."
        raise SettingsError(message)
    before = RunSettings.from_record(recorded).to_record()
    for name, now in ours.items():
        if name not in _MAY_DIFFER and now != before[name]:
            message = (
                f"--reuse {settings.reuse}: its samples were played with {name} {before[name]!r}, this run is to be "
                f"played with {now!r}. Make them alike, or leave --reuse out."
            )
            raise SettingsError(message)
