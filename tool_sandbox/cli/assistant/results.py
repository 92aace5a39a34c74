"""Finished runs for an assistant: which there are, what they came to, why, and which is better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.analysis.comparison import compare_runs
from tool_sandbox.analysis.named_runs import named_runs
from tool_sandbox.cli.assistant.answer import Answer
from tool_sandbox.cli.assistant.places import RunPlaces
from tool_sandbox.cli.chosen_samples import chosen_samples
from tool_sandbox.common.annotated_transcript import WIDTH, transcript_lines
from tool_sandbox.common.checks import whole
from tool_sandbox.errors import SettingsError
from tool_sandbox.evaluation.explanation.remarks import annotated
from tool_sandbox.runs.markdown import what_was_played
from tool_sandbox.runs.run_explanation import RunExplanation
from tool_sandbox.runs.run_result import open_run
from tool_sandbox.runs.sample_explanation import explanation_of
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import SUMMARY
from tool_sandbox.runs.summary import Score

if TYPE_CHECKING:
    from tool_sandbox.runs.places import AnyPath
    from tool_sandbox.runs.run_result import RunResult
    from tool_sandbox.runs.stored_sample import StoredSample

_FLIPS = 20
"""So many scenarios in which one run is better than the other are in the data of a comparison, each way."""


@frozen
class ResultTools:
    """Tools about runs. They say what the runs recorded: no scenario is loaded, and no code of anybody's is run.

    Args:
        places: Where runs may be read.
    """

    places: RunPlaces

    def list_runs(self, count: int = 10) -> Answer:
        """List run directories, newest first: who played, score with 95% range, scored and void samples, how it ended.

        Args:
            count: How many to show at most.
        """
        whole(1).check("count", count)
        every = list(self.places.newest_first())
        shown = every[:count]
        records = [_listed(directory) for directory in shown]
        closing = f"{len(shown)} of {len(every)} runs in {self.places.output}."
        return Answer.of([*map(_line, records), closing], {"runs": records, "total": len(every)})

    def summarise_run(self, run: str) -> Answer:
        """Tell what a run came to: score, categories, the samples that lost most, why samples are void, what it cost.

        Args:
            run: The name of its directory, from list_runs, or "latest".
        """
        found = self.places.open(run)
        scores = {name: score.to_record() for name, score in found.categories.items()}
        lines = [*head_of(found), "", *what_was_played(scores, found.samples, raw=True), "", str(found.spending)]
        return Answer.of(lines, {**record_of(found), "categories": scores})

    def explain_run(self, run: str) -> Answer:
        """Say where a run lost its points: what was wanted and missed most, and at which milestones, with examples.

        Args:
            run: The name of its directory, from list_runs, or "latest".
        """
        found = self.places.open(run)
        explanation = RunExplanation.of(found.samples)
        groups = {
            name: [{"name": each.name, "points": each.points, "samples": each.samples} for each in several]
            for name, several in (("by_reason", explanation.by_reason), ("by_milestone", explanation.by_milestone))
        }
        return Answer.of(explanation.lines(), {"lost": explanation.lost, "scored": explanation.scored, **groups})

    def explain_sample(self, run: str, sample: str, conversation: bool = False) -> Answer:
        """Say what became of each milestone of a sample, why it lost points, and, if asked, what was said and called.

        Args:
            run: The name of its directory, from list_runs, or "latest".
            sample: A scenario for all of its trials, or NAME#TRIAL, such as switch_wifi_off#0.
            conversation: Show the messages, too.
        """
        chosen = chosen_samples(self.places.open(run), sample)
        lines = [line for each in chosen for line in (*self._explained(each, conversation=conversation), "")]
        return Answer.of(lines[:-1], {"samples": [_record_of_sample(each) for each in chosen]})

    def compare_runs(self, runs: list[str], pass_at: float | None = None) -> Answer:
        """Say which of several runs is better, how sure that is, and in which scenarios they differ.

        Args:
            runs: The names of two or more run directories.
            pass_at: The score from which a sample counts as a success; by default what the runs were asked for.
        """
        named = named_runs([self.places.open(run) for run in runs])
        comparison = compare_runs(named, pass_at=pass_at)
        record = comparison.to_record()
        for contrast in record["contrasts"]:
            contrast.update({side: list(contrast[side])[:_FLIPS] for side in ("better", "worse")})
        return Answer.of(str(comparison).splitlines(), record)

    def _explained(self, sample: StoredSample, *, conversation: bool) -> Iterator[str]:
        explanation = explanation_of(sample)
        if not conversation:
            yield from explanation.lines()
            return
        self.places.check_conversation(sample)
        lines = transcript_lines(sample.world, annotated(explanation), width=WIDTH)
        yield from ("".join(span.text for span in line).rstrip() for line in lines)


def head_of(run: RunResult) -> Iterator[str]:
    """Who played, and what it came to, in few lines."""
    record = record_of(run)
    yield f"Run {record['run']}: {run.agent}, user played by {run.user}; {record['ending']}"
    yield score_line(record)


def score_line(record: Mapping[str, Any]) -> str:
    """Score, scored and void samples of what ``record_of`` gave."""
    score = "no score" if record["score"] is None else f"score {record['score']:.3f}{_range(record)}"
    return f"{score}; {record['scored']} of {record['samples']} samples scored, {record['void']} void"


def record_of(run: RunResult) -> dict[str, Any]:
    """The same as data."""
    score = Score.over(run.samples)
    joined = score.range_with_void
    return {
        "run": run.store.directory.name,
        "directory": str(run.store.directory),
        "agent": run.agent,
        "user": run.user,
        "score": score.similarity,
        "range": [joined.low, joined.high] if score.scored else None,
        "samples": len(run),
        "scored": score.scored,
        "void": score.samples - score.scored,
        "ending": _ending(run),
        "spending": run.spending.to_record(),
    }


def _ending(run: RunResult) -> str:
    """Why a run ended; of one without a summary only that it is not over, or was killed."""
    is_told = run.ending is not Ending.INTERRUPTED or (run.store.directory / SUMMARY).exists()
    return run.ending.value if is_told else "not over, or killed"


def _range(record: Mapping[str, Any]) -> str:
    return f" (95% range {record['range'][0]:.3f}–{record['range'][1]:.3f})"


def _listed(directory: AnyPath) -> dict[str, Any]:
    """What a list says of a run; of one without a finished sample little is known."""
    with suppress(SettingsError):
        found = open_run(str(directory))
        if found.samples:
            record = record_of(found)
            return {key: value for key, value in record.items() if key not in {"directory", "spending"}}
    return {"run": directory.name, "samples": 0}


def _line(record: Mapping[str, Any]) -> str:
    if not record["samples"]:
        return f"{record['run']}: no sample is over yet"
    return f"{record['run']}: {record['agent']}, user {record['user']}; {score_line(record)}; {record['ending']}"


def _record_of_sample(sample: StoredSample) -> dict[str, Any]:
    keys = ("name", "trial", "status", "cause", "similarity", "outcome", "explanation", "ending", "tools_called")
    record = sample.to_record()
    return {key: record[key] for key in keys if key in record}
