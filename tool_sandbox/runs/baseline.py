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
from tool_sandbox.runs.run_result import RunResult, open_run

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.runs.statistics.trials import Trials


@frozen(kw_only=True)
class Baseline:
    """An earlier run that a run is held against."""

    directory: str
    limit: float
    trials: Trials
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
        from tool_sandbox.runs.numbers import NumbersReader  # numpy is slow to import

        run = _opened(settings.against)
        told, reader, changed = Digests(), NumbersReader(), set[str]()
        for result in run.samples:
            if result.name in scenarios and result.status == "scored":
                reader.add(result)
                if result.digest not in {"", told.of(scenarios[result.name])}:
                    changed.add(result.name)
        same = reader.numbers().columns.of_kinds(lambda kind: kind.name not in changed)
        if not len(same):
            raise SettingsError(_nothing_common(settings.against, scenarios, changed))
        return cls(
            directory=str(run.store.directory),
            limit=settings.fail_on_regression,
            trials=same.trials,
            changed=tuple(sorted(changed)),
        )

    def named_in(self, settings: RunSettings) -> RunSettings:
        """The settings with its directory, whatever ``latest`` leads to later."""
        return evolve(settings, against=self.directory)

    def regression(self, results: Sequence[SampleResult]) -> Regression:
        """How these results differ from it."""
        from tool_sandbox.runs.numbers import trials_of  # numpy is slow to import
        from tool_sandbox.runs.statistics.differences import estimate_of_difference
        from tool_sandbox.runs.statistics.pairing import Pairs

        pairs = Pairs.of(trials_of(results), self.trials).scored
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


def _opened(location: str) -> RunResult:
    try:
        return open_run(location)
    except SettingsError as error:
        message = f"--against: {error}"
        raise SettingsError(message) from error


def _nothing_common(against: str, scenarios: Collection[str], changed: Collection[str]) -> str:
    why = f", as {len(changed)} of them changed since" if changed else ""
    return (
        f"--against {against}: it has no score for any of the {len(scenarios)} scenarios of this run{why}; play it "
        "again with these scenarios, or leave --against out."
    )
