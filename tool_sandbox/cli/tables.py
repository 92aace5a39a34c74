"""What lists of scenarios, answers, floors and changed scores look like on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tool_sandbox.cli.columns import Column, print_table
from tool_sandbox.cli.lines import print_line
from tool_sandbox.evaluation.simulated_user.rules import in_words
from tool_sandbox.runs.mutants import table_of
from tool_sandbox.runs.summary import ALL_CATEGORIES

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from tool_sandbox.analysis.rescore import Rescoring
    from tool_sandbox.runs.answers import TriedAnswer
    from tool_sandbox.runs.mutants import Mutant

_PLAIN_WIDTH = 140


def stdout_console() -> Console:
    """Standard output; wide and without colour when it is not a terminal."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH, highlight=False)


def stderr_console() -> Console:
    """Standard error, where it is a terminal."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def print_answers(answers: Sequence[TriedAnswer]) -> None:
    """What each answer is worth and why."""
    columns = [Column("worth", is_number=True), Column("score", is_number=True)]
    columns += [Column("answer", is_prose=True), Column("why", is_prose=True)]
    rows = [[_number(each.worth), _number(each.score), each.text, "\n".join(each.reasons)] for each in answers]
    print_table(stdout_console(), columns, rows)


def print_floors(floors: Mapping[str, Mapping[str, float]]) -> None:
    """What agents score that do not do the work, by category; the highest in each row is the floor."""
    agents = list(floors[ALL_CATEGORIES])
    columns = [Column("category"), *(Column(agent, is_number=True, left_out=1) for agent in agents)]
    rows: list[list[str] | None] = []
    for name, scores in floors.items():
        if name == ALL_CATEGORIES:
            rows.append(None)
        known = [_number(scores.get(agent)) for agent in agents]
        rows.append([name, *known, _number(max(scores.values(), default=None))])
    print_table(stdout_console(), [*columns, Column("floor", is_number=True)], rows)


def print_mutants(mutants: Sequence[tuple[str, Mutant]]) -> None:
    """How many solutions were made wrong in each way, and those of which it does not show, with the reason."""
    columns = [Column("mutants"), Column("made", is_number=True), Column("caught", is_number=True)]
    counts = table_of(mutant for _, mutant in mutants)
    print_table(stdout_console(), columns, [(kind, str(made), str(caught)) for kind, (made, caught) in counts.items()])
    for name, mutant in mutants:
        if not mutant.caught:
            print_line(stdout_console(), f"{name}: {mutant.change}: {mutant.described}: {mutant.reason}")


def print_rescoring(rescoring: Rescoring) -> None:
    """Every score that changed and why, then every sample that could not be judged."""
    console = stdout_console()
    if rescoring.changes:
        columns = [Column("scenario"), Column("before", is_number=True), Column("now", is_number=True)]
        rows = []
        for sample in rescoring.changes:
            name = sample.name if not sample.trial else f"{sample.name} #{sample.trial}"
            rows.append([name, _number(sample.before), _number(sample.now), "\n".join(sample.reasons)])
        print_table(console, [*columns, Column("why", is_prose=True)], rows)
    for sample in rescoring.with_broken_rules:
        text = f"{sample.name} #{sample.trial}: the simulated user broke its rules: {in_words(sample.broken_rules)}"
        print_line(console, text)
    for skipped in rescoring.skipped:
        print_line(console, f"not judged: {skipped.name}: {skipped.why}")
    console.print(
        f"{len(rescoring.samples)} judged, {len(rescoring.changes)} changed, {len(rescoring.skipped)} not judged"
    )


def _table(*columns: str, title: str | None = None) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(
            column.removeprefix(">"), justify="right" if column.startswith(">") else "left", overflow="fold"
        )
    return table


def _add_row(table: Table, *cells: str) -> None:
    """Add a row of texts as they are: rich would read square brackets in a name as markup."""
    from rich.text import Text

    table.add_row(*map(Text, cells))


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
