"""What a run came to, for people and programs: score, samples, conversations."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from tool_sandbox.common.checks import one_of
from tool_sandbox.common.counted import counted
from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.nearest import hint
from tool_sandbox.registry.settings import PASS_AT
from tool_sandbox.runs.json_files import read_object
from tool_sandbox.runs.latest import newest_in
from tool_sandbox.runs.lazy_sequence import LazySequence
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.recorded_scenarios import scenarios_of_run
from tool_sandbox.runs.regression import Regression
from tool_sandbox.runs.run_explanation import RunExplanation, with_records
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import RESULTS, RUN, SUMMARY, RunStore
from tool_sandbox.runs.stored_sample import StoredSample, StoredSamples
from tool_sandbox.runs.summary import GROUPINGS, Score, scores_by, shown_range, total_spending
from tool_sandbox.runs.thresholds import CoverageShortfall, Shortfall, coverage_shortfall, shortfalls
from tool_sandbox.runs.told_results import told_in
from tool_sandbox.runs.written_results import WrittenResults

if TYPE_CHECKING:
    import altair as alt

    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.runs.numbers import RunNumbers
    from tool_sandbox.runs.places import AnyPath
    from tool_sandbox.runs.sample_frame import SampleFrame
    from tool_sandbox.runs.statistics.intervals import Estimate, Interval
    from tool_sandbox.runs.statistics.trials import PassRate


@frozen(kw_only=True, repr=False)
class RunResult:
    """What a run came to: a collection of its samples, in their order."""

    samples: Sequence[StoredSample]
    """The samples, scored and void ones; those of a long run are read from its directory as they are looked at."""
    ending: Ending = Ending.DONE
    """Why it ended; anything but ``DONE`` leaves samples to play."""
    store: RunStore = field(eq=False)
    """Its directory, which may be a temporary one."""
    is_kept: bool = True
    """Whether the directory outlives this object."""
    thresholds: tuple[str, ...] = ()
    """The scores that the run was asked to reach, as after ``--fail-under``."""
    min_coverage: float | None = None
    """The share of scored samples that is enough, as after ``--min-coverage``."""
    pass_at: float = PASS_AT
    """The score from which a sample counts as a success, as after ``--pass-at``."""
    regression: Regression | None = None
    """How it differs from the run that ``against`` named; ``is_too_large`` says whether it fell too much."""

    @classmethod
    def of(
        cls,
        results: Iterable[SampleResult],
        ending: Ending,
        store: RunStore,
        *,
        is_kept: bool = True,
        scenarios: Mapping[str, Scenario] | None = None,
        **asked: Any,
    ) -> RunResult:
        """The result of a run whose files are in ``store``, with what was played where it is at hand.

        Args:
            results: Its samples.
            ending: Why it ended.
            store: Its directory.
            is_kept: Whether that outlives this object.
            scenarios: What was played, by name.
            asked: What the run was asked to reach: ``thresholds``, ``min_coverage``, ``pass_at``.
        """
        if isinstance(results, WrittenResults) and not results.are_in_memory:
            samples: Sequence[StoredSample] = StoredSamples(results, store, scenarios)
        else:
            samples = tuple(StoredSample.of(result, store, scenarios) for result in results)
        return cls(samples=samples, ending=ending, store=store, is_kept=is_kept, **asked)

    @property
    def score(self) -> float:
        """Mean similarity of the scored samples, in [0, 1]; not a number (``nan``) when none was scored."""
        score = self._overall.similarity
        return math.nan if score is None else score

    @property
    def bounds(self) -> tuple[float, float]:
        """What the score would be if every void sample had failed, and if every one had been perfect."""
        lower, upper = self._overall.score_if_void_failed, self._overall.score_if_void_passed
        return (0.0, 1.0) if lower is None or upper is None else (lower, upper)

    @property
    def interval(self) -> Interval | None:
        """Where the true score is at 95%, as far as the scored samples say it; ``None`` when none was scored.

        The presentations and trials of a scenario are not independent, and count as one observation.
        """
        return self._overall.interval

    @property
    def range_with_void(self) -> Interval:
        """The interval joined with what the void samples could have made of it; the same when none is void."""
        return self._overall.range_with_void

    @property
    def coverage(self) -> float:
        """The share of samples that have a score; not a number without samples."""
        share = self._overall.coverage
        return math.nan if share is None else share

    @property
    def pass_rates(self) -> tuple[PassRate, ...]:
        """How often all of k trials of a scenario succeed (pass^k), and how often one does (pass@k), for every k."""
        from tool_sandbox.runs.statistics.trials import pass_rates

        return pass_rates(self._numbers.columns.trials, self.pass_at)

    @property
    def flip_rate(self) -> Estimate | None:
        """How likely two trials of one scenario end differently; ``None`` without repeated trials."""
        from tool_sandbox.runs.statistics.trials import flip_rate

        return flip_rate(self._numbers.columns.trials, self.pass_at)

    @property
    def void(self) -> Sequence[StoredSample]:
        """The samples that have no score, because the provider, the budget or the harness failed and not the model."""
        samples = self.samples
        if not isinstance(samples, StoredSamples):
            return tuple(sample for sample in samples if sample.status == "void")
        places = (~self._numbers.columns.is_scored).nonzero()[0]
        return LazySequence(len(places), lambda at: samples[int(places[at])])

    @property
    def categories(self) -> Mapping[str, Score]:
        """The score of every category, that of all samples under ``ALL_CATEGORIES`` last."""
        return scores_by("categories", self.samples)

    def scores_by(self, grouping: str) -> Mapping[str, Score]:
        """The score of each of the ``categories``, ``presentations``, ``tags`` or ``tools``.

        A sample counts for each of its tags, and for each tool that its solution calls.

        Raises:
            SettingsError: ``grouping`` is none of these.
        """
        one_of(*GROUPINGS).check("grouping", grouping)
        return scores_by(grouping, self.samples)

    @property
    def shortfalls(self) -> tuple[Shortfall, ...]:
        """The scores asked for with ``fail_under`` that the run does not reach."""
        return shortfalls(self.thresholds, self.samples)

    @property
    def coverage_shortfall(self) -> CoverageShortfall | None:
        """That fewer samples are scored than ``min_coverage`` asks for; ``None`` when it does not."""
        return coverage_shortfall(self.min_coverage, self.samples)

    @property
    def spending(self) -> Spending:
        """Calls, tokens and money of all samples together."""
        return total_spending(self.samples)

    @property
    def agent(self) -> str:
        """Who played the agent, as far as the results say it: those of the original do not."""
        return ", ".join(self._numbers.agents) or "unknown agent"

    @property
    def user(self) -> str:
        """Who played the user."""
        return ", ".join(self._numbers.users)

    @property
    def directory(self) -> str | None:
        """The run directory, or its fsspec URL; ``None`` when nothing of the run is kept."""
        return str(self.store.directory) if self.is_kept else None

    @property
    def record(self) -> Mapping[str, Any]:
        """What it was asked to do, and by which versions: the content of ``run.json``; the original writes none."""
        path = self.store.directory / RUN
        return read_object(path) if path.exists() else {}

    def explain(self) -> RunExplanation:
        """Where the run lost its points; printed, it is for people. ``result[name].explain()`` explains one sample.

        Raises:
            UsageError: Its scenarios are needed, as an earlier version or the original played it, and are not found.
        """
        known = self.samples[0].scenarios if self.samples else {}
        return RunExplanation.of(with_records(self.samples, lambda: scenarios_of_run(self.store, known=known or None)))

    def chart(self, grouping: str = "categories") -> alt.LayerChart:
        """The scores of each of the ``categories``, ``presentations``, ``tags`` or ``tools``, with their intervals.

        An Altair chart: a notebook draws it, and ``save`` writes it to a file.

        Raises:
            SettingsError: ``grouping`` is none of these.
        """
        from tool_sandbox.runs.charts import score_chart

        return score_chart({self.agent: self.scores_by(grouping)})

    def frame(self) -> SampleFrame:
        """A polars frame with one row per sample; grouped by ``category``, a sample counts in each of its own."""
        from tool_sandbox.runs.sample_frame import sample_frame

        return sample_frame(self.samples)

    def __getitem__(self, key: str | tuple[str, int]) -> StoredSample:
        """The sample of a scenario, or of one of its trials, which count from 0.

        Raises:
            KeyError: The run has no such sample.
        """
        name, trial = (key, 0) if isinstance(key, str) else key
        if isinstance(self.samples, StoredSamples):
            found = self.samples.find((name, trial))
        else:
            found = next((at for at, sample in enumerate(self.samples) if sample.key == (name, trial)), None)
        if found is not None:
            return self.samples[found]
        raise KeyError(self._missing(name, trial))

    def __iter__(self) -> Iterator[StoredSample]:
        return iter(self.samples)

    def __len__(self) -> int:
        return len(self.samples)

    def __repr__(self) -> str:
        score = self._overall
        void = f", {score.samples - score.scored} void" if score.scored < score.samples else ""
        ending = "" if self.ending is Ending.DONE else f", stopped: {self.ending.value}"
        where = f" in {self.directory!r}" if self.is_kept else ""
        samples = counted(len(self), "sample")
        return f"<RunResult {self.agent}: {self._shown_score(score)} over {samples}{void}{ending}{where}>"

    def _repr_html_(self) -> str:
        sure = "95% range" if self.coverage < 1 else "95% interval"
        head = "".join(f"<th>{title}</th>" for title in ("category", "samples", "scored", "score", sure, "turns"))
        rows = "".join(_row(name, score) for name, score in self.categories.items())
        return f"<p>{html.escape(repr(self))}</p><table><tr>{head}</tr>{rows}</table>"

    @property
    def _overall(self) -> Score:
        return Score.of(self._numbers.columns)

    @property
    def _numbers(self) -> RunNumbers:
        from tool_sandbox.runs.numbers import RunNumbers  # numpy is slow to import

        return RunNumbers.of(self.samples)

    def _shown_score(self, score: Score) -> str:
        joined, mean = score.range_with_void, math.nan if score.similarity is None else score.similarity
        return f"{mean:.3f}" + (f" [{joined.low:.3f}, {joined.high:.3f}]" if score.scored < score.samples else "")

    def _missing(self, name: str, trial: int) -> str:
        trials = [sample.trial for sample in self.samples if sample.name == name]
        if trials:
            return f"{name!r} has the trials {min(trials)} to {max(trials)}, not {trial!r}."
        names = dict.fromkeys(sample.name for sample in self.samples)
        return f"{name!r} is not a scenario of this run; {hint(str(name), names)}"


def open_run(directory: str | PathLike[str]) -> RunResult:
    """The result of a run: one of ours, also while it is played or after it was stopped, or one of the original.

    Args:
        directory: A run directory, or an fsspec URL of one.

    Raises:
        SettingsError: It holds no results that can be read.
    """
    store = RunStore.open(directory)
    summary = store.directory / SUMMARY
    if not summary.exists() and not (store.directory / RESULTS).exists():
        message = f"{str(store.directory)!r} holds no results; expected {SUMMARY} or {RESULTS}, as a run writes them."
        if newest := newest_in(store.directory):
            message += f" Give one of the runs in it, such as {str(newest)!r}."
        raise SettingsError(message)
    written = store.read_results()
    if not summary.exists():  # it was killed, or is being played
        return RunResult.of(written, Ending.INTERRUPTED, store, **_asked(store))
    results, told = told_in(summary, written)
    return RunResult.of(results, _ending(told), store, regression=_regression(told, summary), **_asked(store))


def _regression(told: Mapping[str, Any], path: AnyPath) -> Regression | None:
    record = told.get("regression")
    if record is None:
        return None
    try:
        return Regression.from_record(record)
    except ValueError as error:
        message = f"{str(path)!r} holds something else than a run writes: {error}."
        raise SettingsError(message) from error


def _asked(store: RunStore) -> dict[str, Any]:
    """What a run of ours was asked to reach, as far as its record says it."""
    path = store.directory / RUN
    settings = read_object(path).get("settings") if path.exists() else None
    found = settings if isinstance(settings, dict) else {}
    thresholds = found.get("fail_under")
    asked = {"thresholds": tuple(map(str, thresholds))} if isinstance(thresholds, list) else {}
    numbers = {name: found.get(name) for name in ("min_coverage", "pass_at")}
    return {**asked, **{name: value for name, value in numbers.items() if isinstance(value, int | float)}}


def _ending(told: Mapping[str, Any]) -> Ending:
    """Why a run ended."""
    facts = told.get("run")
    endings = {ending.value: ending for ending in Ending}
    return endings.get(str(facts.get("ending")), Ending.DONE) if isinstance(facts, dict) else Ending.DONE


def _row(name: str, score: Score) -> str:
    sure = shown_range(score.to_record()) or "–"
    cells = (name, score.samples, score.scored, _number(score.similarity), sure, _number(score.turn_count))
    return "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells) + "</tr>"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
