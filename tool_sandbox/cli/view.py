"""Conversations and samples of finished runs on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from tool_sandbox.cli.chosen_samples import chosen_samples, run_with_samples
from tool_sandbox.cli.columns import Column, print_table
from tool_sandbox.cli.lines import print_line
from tool_sandbox.cli.live.loading import Loading
from tool_sandbox.cli.run_report import MOST_SCENARIOS
from tool_sandbox.cli.tables import stdout_console
from tool_sandbox.common.annotated_transcript import WIDTH, transcript_lines
from tool_sandbox.common.annotations import Annotations, Span, Style
from tool_sandbox.common.call_text import one_line
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.evaluation.explanation.remarks import annotated
from tool_sandbox.runs.explained_sample import ExplainedSample, explained_samples
from tool_sandbox.viewer.data.rows import COLUMNS
from tool_sandbox.viewer.library import RunLibrary, in_order

if TYPE_CHECKING:
    from rich.console import Console

    from tool_sandbox.common.execution_context import ExecutionContext
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


@frozen(kw_only=True)
class Looked:
    """What somebody wants to look at."""

    directories: Sequence[str]
    sample: str | None = None
    """``NAME`` for every trial of a scenario, or ``NAME#TRIAL``; ``None`` means the runs as a whole."""
    scenarios_from: Sequence[str] = ()
    """Scenarios in place of those the run recorded."""
    tools_from: Sequence[str] = ()
    """Tools in place of those."""

    @classmethod
    def at(cls, words: Sequence[str], **more: Any) -> Looked:
        """What the words after ``view`` mean: directories, or one and a sample of it."""
        if len(words) == 2 and not Path(words[1]).is_dir() and "://" not in words[1]:  # noqa: PLR2004 -- DIR NAME
            return cls(directories=words[:1], sample=words[1], **more)
        return cls(directories=words, **more)

    def show(self, *, full: bool = False, console: Console | None = None) -> None:
        """Print conversations.

        Args:
            full: Shorten nothing, and show the instructions, too.
            console: Where to; by default standard output.

        Raises:
            UsageError: There is no such sample, or it has no conversation.
        """
        with Loading.at_a_terminal("reading the run"):
            run = run_with_samples(self.directories[0])
            chosen = chosen_samples(run, str(self.sample))
            explained = explained_samples(run, chosen, self.scenarios_from, self.tools_from)
            worlds = [_world(each) for each in chosen]  # after that, as tools bring their own tables along
        console = console or stdout_console()
        if all(isinstance(world, SettingsError) for world in worlds):
            raise next(world for world in worlds if isinstance(world, SettingsError))
        for number, (world, each) in enumerate(zip(worlds, explained, strict=True)):
            if number:
                console.print()
            _show(world, _annotations(each), console, full=full)

    def write_scenario(self) -> None:
        """Print a scenario file made of a conversation.

        Raises:
            UsageError: It is not one conversation, or no scenario can be made of it.
        """
        from tool_sandbox.runs.scenario_of_sample import scenario_text  # with all that makes scenarios

        if self.sample is None:
            message = "--as-scenario needs a conversation: tool_sandbox view DIR NAME#TRIAL --as-scenario."
            raise UsageError(message)
        run = run_with_samples(self.directories[0])
        chosen = chosen_samples(run, self.sample)
        if len(chosen) > 1:
            names = " ".join(f"{each.name}#{each.trial}" for each in chosen[:MOST_SCENARIOS])
            message = (
                f"--as-scenario takes one conversation, and {self.sample!r} means {len(chosen)}; choose of {names}"
            )
            raise UsageError(message)
        (explained,) = explained_samples(run, chosen, self.scenarios_from, self.tools_from)
        sys.stdout.write(scenario_text(explained))

    def list(self, where: str = "", *, console: Console | None = None) -> None:
        """Print the samples, the worst first.

        Args:
            where: A filter; without one, every sample counts.
            console: Where to; by default standard output.

        Raises:
            UsageError: The filter cannot be read.
        """
        with Loading.at_a_terminal("reading runs"):
            for directory in self.directories:
                run_with_samples(directory)
            library = RunLibrary(self.directories)
        _print_list(library, self.directories, where, console or stdout_console())


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


def _annotations(each: ExplainedSample) -> Annotations:
    said = annotated(each.explanation)
    return evolve(said, below=[*said.below, ("note", Span(each.note, Style.NOTE))]) if each.note else said


# -- what there is ---------------------------------------------------------------------------------------------------


def _print_list(library: RunLibrary, directories: Sequence[str], where: str, console: Console) -> None:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in in_order(library.rows(where), "score")]
    several = len(library.runs()) > 1
    trials = any(row["trial"] for row in rows)
    shown = rows[:MOST_SCENARIOS]
    columns = [Column("sample"), Column("score", is_number=True), Column("why", is_prose=True, left_out=1)]
    names = [f"{row['name']}#{row['trial']}" if trials else row["name"] for row in shown]
    cells = [(name, _score(row["score"]), one_line(row["why"])) for name, row in zip(names, shown, strict=True)]
    if several:
        columns = [Column("run"), *columns]
        print_table(console, columns, [(row["run"], *each) for row, each in zip(shown, cells, strict=True)])
    else:
        print_table(console, columns, cells)
    if len(rows) > len(shown):
        console.print(f"The {len(shown)} worst of {len(rows)} samples.")
    if where and not rows:
        console.print("No sample matches.")
    if names and not several:
        print_line(console, f"See one of them: tool_sandbox view {directories[0]} {names[0]}")


def _score(score: float | None) -> str:
    return "void" if score is None else f"{score:.3f}"
