"""An earlier run that a run is held against."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.digests import Digests
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.regression import Regression
from tool_sandbox.runs.run_result import open_run

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario


@frozen(kw_only=True)
class Baseline:
    """An earlier run that a run is held against."""

    directory: str
    limit: float
    results: Sequence[SampleResult]
    """Its samples that can be compared."""
    changed: tuple[str, ...]
    """Scenarios of both that are not what they were."""

    @classmethod
    def of(cls, settings: RunSettings, scenarios: Mapping[str, Scenario]) -> Baseline | None:
        """The run that is named by ``against``; ``None`` where nobody asked for one.

        Raises:
            SettingsError: There is none, or nothing in it can be compared.
        """
        if settings.against is None or settings.fail_on_regression is None:
            return None
        directory, results = _opened(settings.against)
        known = [result for result in results if result.name in scenarios and result.status == "scored"]
        told = Digests()
        digests = {name: told.of(scenarios[name]) for name in {result.name for result in known}}
        changed = {result.name: None for result in known if result.digest not in {"", digests[result.name]}}
        same = [result for result in known if result.name not in changed]
        if not same:
            raise SettingsError(_nothing_common(settings.against, scenarios, changed))
        return cls(directory=directory, limit=settings.fail_on_regression, results=same, changed=tuple(sorted(changed)))

    def named_in(self, settings: RunSettings) -> RunSettings:
        """The settings with its directory, whatever ``latest`` leads to later."""
        return evolve(settings, against=self.directory)

    def regression(self, results: Sequence[SampleResult]) -> Regression:
        """How these results differ from it."""
        from tool_sandbox.runs.statistics.differences import estimate_of_difference  # numpy is slow to import
        from tool_sandbox.runs.statistics.pairing import Pairs
        from tool_sandbox.runs.statistics.trials import Trials

        pairs = Pairs.of(Trials.of(results), Trials.of(self.results)).scored
        found = estimate_of_difference(pairs.difference, pairs.cluster)
        now, before = (float(scores.mean()) if found else 0.0 for scores in pairs.scores)
        return Regression(
            against=self.directory,
            limit=self.limit,
            pairs=len(pairs),
            before=before,
            now=now,
            low=found.low if found else -1.0,
            high=found.high if found else 1.0,
            changed=self.changed,
        )


def _opened(location: str) -> tuple[str, Sequence[SampleResult]]:
    try:
        run = open_run(location)
    except SettingsError as error:
        message = f"--against: {error}"
        raise SettingsError(message) from error
    return str(run.store.directory), run.samples


def _nothing_common(against: str, scenarios: Collection[str], changed: Collection[str]) -> str:
    why = f", as {len(changed)} of them changed since" if changed else ""
    return (
        f"--against {against}: it has no score for any of the {len(scenarios)} scenarios of this run{why}; play it "
        "again with these scenarios, or leave --against out."
    )
