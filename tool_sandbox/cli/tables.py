"""What a run, a list or a comparison looks like on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tool_sandbox.cli.columns import Column, print_table
from tool_sandbox.cli.void import void_lines
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.runs.markdown import spending_line
from tool_sandbox.runs.summary import ALL_CATEGORIES

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from tool_sandbox.analysis.rescore import Rescoring
    from tool_sandbox.runs.answers import TriedAnswer
    from tool_sandbox.runs.outcomes import SampleResult
    from tool_sandbox.runs.run import Report

MOST_ROWS = 40
"""A run with more samples than this lists only the worst of them."""
WORST = 15
"""So many."""

_PLAIN_WIDTH = 140


def stdout_console() -> Console:
    """Standard output; wide and without colour when it is not a terminal."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH, highlight=False)


def stderr_console() -> Console:
    """Standard error, where it is a terminal."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def print_report(report: Report, console: Console | None = None, *, brief: bool = False) -> None:
    """The samples, the categories, the score and where it all is; no tables when it has to be ``brief``."""
    console = console or stdout_console()
    if report.results and not brief:
        if len(report.results) <= MOST_ROWS or any(result.similarity != 1 for result in report.results):
            console.print(_samples_table(report.results))
        console.print(_categories_table(report.summary["categories"], console))
    for line in [*void_lines(report.results, report.directory), *_closing_lines(report)]:
        console.print(line, markup=False, soft_wrap=True)


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
    for skipped in rescoring.skipped:
        console.print(f"not judged: {skipped.name}: {skipped.why}", markup=False, soft_wrap=True)
    console.print(
        f"{len(rescoring.samples)} judged, {len(rescoring.changes)} changed, {len(rescoring.skipped)} not judged"
    )


def _samples_table(results: Sequence[SampleResult]) -> Table:
    shown = results if len(results) <= MOST_ROWS else _worst(results)
    title = "Samples" if len(shown) == len(results) else f"The {len(shown)} lowest of {len(results)} samples"
    with_end = any(result.outcome is not None for result in results)
    table = _table("scenario", ">score", *([">outcome"] if with_end else []), ">turns", "status", title=title)
    several = any(result.trial for result in results)
    for result in shown:
        name = f"{result.name} #{result.trial}" if several else result.name
        end = [_number(result.outcome)] if with_end else []
        _add_row(table, name, _number(result.similarity), *end, _number(result.turn_count, 0), _status(result))
    return table


def _worst(results: Sequence[SampleResult]) -> Sequence[SampleResult]:
    """Void samples, then those with the lowest scores."""
    failed = [result for result in results if result.similarity != 1]
    return sorted(failed, key=lambda result: -1.0 if result.similarity is None else result.similarity)[:WORST]


_CATEGORY_COLUMNS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "samples": lambda score: str(score["samples"]),
    "void": lambda score: str(score["samples"] - score["scored"]),
    "score": lambda score: _number(score["similarity"]),
    "if void failed": lambda score: _number(score["lower"]),
    "if void passed": lambda score: _number(score["upper"]),
    "outcome": lambda score: _number(score.get("outcome")),
    "floor": lambda score: _number(score.get("floor", score["nop_floor"])),
    "turns": lambda score: _number(score["turn_count"], 1),
}
_OF_VOID = ("void", "if void failed", "if void passed")


def _categories_table(categories: Mapping[str, Mapping[str, Any]], console: Console) -> Table:
    """The categories with as many of their numbers as fit side by side."""
    from rich.measure import Measurement

    everything = categories[ALL_CATEGORIES]
    some_void = everything["samples"] > everything["scored"]
    others = [("turns",), ("floor",), ("outcome",)]
    endless = console.options.update(max_width=_PLAIN_WIDTH * 2)
    columns = [each for each in _CATEGORY_COLUMNS if each != "outcome" or everything.get("outcome") is not None]
    table = _numbers_of(categories, columns)
    for group in [(), *others, _OF_VOID] if some_void else [(), _OF_VOID, *others]:
        if Measurement.get(console, endless, table).maximum <= console.width:
            break
        columns = [column for column in columns if column not in group]
        table = _numbers_of(categories, columns, narrow=True)
    return table


def _numbers_of(categories: Mapping[str, Mapping[str, Any]], columns: Sequence[str], *, narrow: bool = False) -> Table:
    """A table of these columns, in which no line is broken but, if it must be ``narrow``, that of a long header."""
    table = _table("category", *(f">{_in_two_lines(column) if narrow else column}" for column in columns))
    for column in table.columns:
        column.no_wrap = True
    for name, score in categories.items():
        if name == ALL_CATEGORIES:
            table.add_section()
        _add_row(table, name, *(_CATEGORY_COLUMNS[column](score) for column in columns))
    return table


def _in_two_lines(header: str) -> str:
    return header.replace("void ", "void\n")


def _closing_lines(report: Report) -> list[str]:
    score, outcomes = report.summary["score"], report.summary["outcomes"]
    spending = Spending.from_record(report.summary["spending"])
    void = ", ".join(f"{count} {cause}" for cause, count in outcomes["void"].items())
    lines = [
        f"Score {_number(score['similarity'])} over {outcomes['scored']} of {outcomes['samples']} samples"
        + (f"; void: {void}; bounds {_number(score['lower'])} to {_number(score['upper'])}" if void else "")
    ]
    if score.get("right_in_the_end"):
        others = f"{score['right_in_the_end']} samples are right in the end, not by the expected way"
        lines.append(f"Outcome {_number(score['outcome'])}; {others}")
    if score["without_insufficient_information"] != score["similarity"]:
        lines.append(f"Without INSUFFICIENT_INFORMATION {_number(score['without_insufficient_information'])}")
    if score["samples_with_fallback"]:
        lines.append(f"{score['samples_with_fallback']} samples had a fallback; without them {_number(score['pure'])}")
    if spending.prompt_tokens or not spending.cost.is_nothing or spending.failed_calls:
        lines.append(spending_line(report))
    return [*lines, f"Run directory {report.directory}"]


def _status(result: SampleResult) -> str:
    if result.status == "void":
        return f"void: {result.cause}"
    return "scored, by a fallback" if result.fallback else "scored"


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
