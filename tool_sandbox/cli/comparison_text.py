"""What a comparison of runs looks like, on a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tool_sandbox.cli.columns import Column, print_table
from tool_sandbox.cli.lines import print_line
from tool_sandbox.common.visible_text import KEPT
from tool_sandbox.runs.markdown import markdown_table, markdown_text

if TYPE_CHECKING:
    from rich.console import Console

    from tool_sandbox.analysis.comparison import Comparison

_IN_MARKDOWN = 100
"""Characters for the names of scenarios."""
_WORDS = ("run", "difference", "95% interval")
_LEFT_OUT = {"better": 1, "worse": 1, "cost": 2, "equal": 2, "per sample": 3, "pairs": 3, "can show": 4}
"""The columns that a narrow terminal does without, first those with the highest number."""


def print_comparison(comparison: Comparison, console: Console) -> None:
    """The runs side by side, the differences, and what to know about them."""
    _print_tables(comparison, console)
    for line in comparison.lines(console.width):
        print_line(console, line)


def print_short_comparison(comparison: Comparison, console: Console, *, quiet: bool = False) -> None:
    """The same for those who have just seen each run; the differences alone if it has to be ``quiet``."""
    if not quiet:
        _print_tables(comparison, console)
    alone = (contrast.in_short for contrast in comparison.contrasts)
    for line in alone if quiet else comparison.lines(console.width, brief=True):
        print_line(console, line)


def markdown_of(comparison: Comparison, *, brief: bool = False) -> str:
    """The same for the page of a build or a comment."""
    lines = [
        f"- {markdown_text(line.strip())}".replace(KEPT, " ") for line in comparison.lines(_IN_MARKDOWN, brief=brief)
    ]
    parts = [*(markdown_table(*_table(rows)) for rows in _tables(comparison)), lines]
    return "".join(f"{line}\n" for part in parts for line in (*part, ""))


def _print_tables(comparison: Comparison, console: Console) -> None:
    for rows in _tables(comparison):
        titles, cells = _table(rows)
        print_table(console, [_column(title, titles) for title in titles], cells)


def _tables(comparison: Comparison) -> Iterator[list[dict[str, str]]]:
    yield comparison.rows()
    if len(comparison.contrasts) > 1:
        yield comparison.difference_rows()


def _table(rows: Sequence[Mapping[str, str]]) -> tuple[list[str], list[list[str]]]:
    titles = list(dict.fromkeys(title for row in rows for title in row))
    return titles, [[row.get(title, "") for title in titles] for row in rows]


def _column(title: str, titles: Sequence[str]) -> Column:
    """Of the numbers of trials one stays, and the largest stays long, as it says most of how reliable a model is."""
    several = [each for each in titles if each.startswith("pass^")]
    if title in several[1:]:
        left_out = 1 if title == several[-1] else 3 + several.index(title)
        return Column(title, is_number=True, left_out=left_out)
    return Column(title, is_number=title not in _WORDS, left_out=_LEFT_OUT.get(title, 0))
