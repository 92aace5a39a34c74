"""Conversations of a finished run on a terminal, with what became of the milestones beside the messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from tool_sandbox.cli.chosen_samples import chosen_samples, run_with_samples
from tool_sandbox.cli.columns import Column, print_table
from tool_sandbox.cli.lines import print_line
from tool_sandbox.cli.report import MOST_SCENARIOS
from tool_sandbox.cli.tables import stdout_console
from tool_sandbox.common.annotated_transcript import WIDTH, transcript_lines
from tool_sandbox.common.annotations import Annotations, Span, Style
from tool_sandbox.common.call_text import one_line
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.evaluation.explanation.remarks import annotated
from tool_sandbox.runs.recorded_scenarios import scenarios_of_run
from tool_sandbox.runs.sample_explanation import explanation_of

if TYPE_CHECKING:
    from rich.console import Console

    from tool_sandbox.common.execution_context import ExecutionContext
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.runs.run_result import RunResult
    from tool_sandbox.runs.stored_sample import StoredSample

COLOURS: Mapping[Style, str] = {
    Style.PLAIN: "",
    Style.TITLE: "bold",
    Style.ROLE: "bold",
    Style.NUMBER: "dim",
    Style.CALL: "cyan",
    Style.RESULT: "dim",
    Style.ERROR: "red",
    Style.MET: "green",
    Style.PARTLY: "yellow",
    Style.LOST: "red",
    Style.NOTE: "dim italic",
}
"""How each kind of text looks, in rich's words."""

_ROUNDING = 1e-6
"""Scores closer than this are equal: recorded ones may have gone through 32-bit arithmetic."""


def view_samples(
    directory: str,
    sample: str | None,
    scenarios_from: Sequence[str],
    tools_from: Sequence[str],
    *,
    full: bool = False,
    console: Console | None = None,
) -> None:
    """Print conversations of a run, or what there is to be seen.

    Args:
        directory: The run directory.
        sample: ``NAME`` for every trial of a scenario, or ``NAME#TRIAL``; ``None`` lists the samples, worst first.
        scenarios_from: Scenarios in place of those the run recorded.
        tools_from: Tools in place of those.
        full: Shorten nothing, and show the instructions, too.
        console: Where to; by default standard output.

    Raises:
        UsageError: There is no such sample, or it has no conversation.
    """
    run, console = run_with_samples(directory), console or stdout_console()
    if sample is None:
        _list(run, directory, console)
        return
    chosen = chosen_samples(run, sample)
    said = _annotations(run, chosen, scenarios_from, tools_from)
    worlds = [_world(each) for each in chosen]  # after that, as tools bring their own tables along
    if all(isinstance(world, SettingsError) for world in worlds):
        raise next(world for world in worlds if isinstance(world, SettingsError))
    for number, (world, remarks) in enumerate(zip(worlds, said, strict=True)):
        if number:
            console.print()
        _show(world, remarks, console, full=full)


# -- one conversation ------------------------------------------------------------------------------------------------


def _world(sample: StoredSample) -> ExecutionContext | SettingsError:
    """The world after the last message, or why there is none."""
    try:
        return sample.world
    except SettingsError as error:
        return error


def _show(world: ExecutionContext | SettingsError, said: Annotations, console: Console, *, full: bool) -> None:
    from rich.text import Text

    if isinstance(world, SettingsError):
        console.print(f"{said.title}\n{world}", markup=False, soft_wrap=True)
        return
    for line in transcript_lines(world, said, width=console.width if console.is_terminal else WIDTH, full=full):
        text = Text.assemble(*((span.text, COLOURS[span.style]) for span in line))
        text.rstrip()
        console.print(text, soft_wrap=True)


def _annotations(
    run: RunResult, chosen: Sequence[StoredSample], scenarios_from: Sequence[str], tools_from: Sequence[str]
) -> list[Annotations]:
    """What is said about each conversation: by its scenario as it is now, else by what the run recorded."""
    try:
        with scenarios_of_run(run.store, scenarios_from, tools_from) as known:
            return [_judged(sample, known) for sample in chosen]
    except UsageError as error:
        if scenarios_from or tools_from:
            raise
        return [_as_recorded(sample, str(error)) for sample in chosen]


def _judged(sample: StoredSample, known: Mapping[str, Scenario]) -> Annotations:
    try:
        explanation = sample.explained_by(known)
    except UsageError as error:
        return _as_recorded(sample, str(error))
    except Exception as error:  # noqa: BLE001 -- a similarity function of a user's own may raise anything
        return _as_recorded(sample, f"judging it now ends in {type(error).__name__}: {error}")
    said, recorded = annotated(explanation), sample.similarity
    if explanation.score is None or recorded is None or abs(explanation.score - recorded) < _ROUNDING:
        return said
    return _noted(said, f"The run recorded {recorded:.3f}; its scenario or the rules have changed since.")


def _as_recorded(sample: StoredSample, why: str) -> Annotations:
    return _noted(annotated(explanation_of(sample)), f"This is what the run recorded: {why}")


def _noted(said: Annotations, note: str) -> Annotations:
    return evolve(said, below=[*said.below, ("note", Span(note, Style.NOTE))])


# -- what there is ---------------------------------------------------------------------------------------------------


def _list(run: RunResult, directory: str, console: Console) -> None:
    samples = sorted(run.samples, key=_worst_first)
    shown = samples[:MOST_SCENARIOS]
    columns = [Column("sample"), Column("score", is_number=True), Column("why", is_prose=True, left_out=1)]
    print_table(console, columns, [(_name(run, each), _score(each), _why(each)) for each in shown])
    if len(samples) > len(shown):
        console.print(f"The {len(shown)} worst of {len(samples)} samples.")
    if samples:
        print_line(console, f"See one of them: tool_sandbox view {directory} {_name(run, samples[0])}")


def _worst_first(sample: StoredSample) -> tuple[bool, float]:
    return sample.similarity is None, sample.similarity or 0.0


def _name(run: RunResult, sample: StoredSample) -> str:
    several = any(each.trial for each in run.samples)
    return f"{sample.name}#{sample.trial}" if several else sample.name


def _score(sample: StoredSample) -> str:
    return "void" if sample.similarity is None else f"{sample.similarity:.3f}"


def _why(sample: StoredSample) -> str:
    explanation = explanation_of(sample)
    unmet = [
        node for node in (*explanation.minefields, *explanation.milestones, *explanation.unasked) if not node.is_met
    ]
    return f"{unmet[0].name}: {unmet[0].losses[0]}" if unmet else one_line(explanation.cause.removeprefix("void, "))
