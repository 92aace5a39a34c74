"""What a comparison of runs looks like on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tool_sandbox.analysis.markdown import table_of, tables_of
from tool_sandbox.cli.columns import Column, print_table
from tool_sandbox.cli.lines import print_line

if TYPE_CHECKING:
    from rich.console import Console

    from tool_sandbox.analysis.comparison import Comparison

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


def _print_tables(comparison: Comparison, console: Console) -> None:
    for rows in tables_of(comparison):
        titles, cells = table_of(rows)
        print_table(console, [_column(title, titles) for title in titles], cells)


def _column(title: str, titles: Sequence[str]) -> Column:
    """Of the numbers of trials one stays, and the largest stays long, as it says most of how reliable a model is."""
    several = [each for each in titles if each.startswith("pass^")]
    if title in several[1:]:
        left_out = 1 if title == several[-1] else 3 + several.index(title)
        return Column(title, is_number=True, left_out=left_out)
    return Column(title, is_number=title not in _WORDS, left_out=_LEFT_OUT.get(title, 0))
