"""Tables that fit any terminal: no word and no name in them is ever broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from attrs import field, frozen

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Row = Sequence[str]

_LEAST_PROSE = 26
"""Narrower columns of sentences are tiring to read; what they say goes below its row instead."""
_INDENT = "    "


@frozen
class Column:
    """One column, and what becomes of it where there is no room for everything.

    Args:
        title: Its header.
        is_number: It stands to the right.
        is_prose: It holds sentences, which may go on in the next line, and then below the row.
        left_out: Columns with the highest number are left out first; those with 0 always stay.
    """

    title: str
    is_number: bool = field(default=False, kw_only=True)
    is_prose: bool = field(default=False, kw_only=True)
    left_out: int = field(default=0, kw_only=True)


def print_table(
    console: Console, columns: Sequence[Column], rows: Sequence[Row | None], *, title: str | None = None
) -> None:
    """Print rows side by side, without the columns that are least needed; if even that is too wide, below each other.

    Args:
        console: Where to; its width is what has to do.
        columns: Those that hold nothing in any row are left out.
        rows: The cells of each, as they are; ``None`` is a line between two parts of the table.
        title: What stands above.
    """
    from rich.text import Text

    told = [column for column, cells in zip(columns, _transposed(columns, rows), strict=True) if any(cells)]
    chosen = _Chosen(told, _only(rows, columns, told))
    while chosen.least_width > console.width and (unneeded := max(chosen.columns, key=_left_out)).left_out:
        fewer = [column for column in chosen.columns if column is not unneeded]
        chosen = _Chosen(fewer, _only(rows, columns, fewer))
    if chosen.least_width <= console.width:
        console.print(chosen.side_by_side(console.width, title))
        return
    for line in _below_each_other(told, _only(rows, columns, told), console.width, title):
        console.print(Text(line), soft_wrap=True)


def _left_out(column: Column) -> int:
    return column.left_out


def _only(rows: Sequence[Row | None], columns: Sequence[Column], kept: Sequence[Column]) -> list[Row | None]:
    places = [columns.index(column) for column in kept]
    return [None if row is None else [row[place] for place in places] for row in rows]


def _transposed(columns: Sequence[Column], rows: Sequence[Row | None]) -> list[list[str]]:
    return [[row[place] for row in rows if row is not None] for place in range(len(columns))]


@frozen
class _Chosen:
    """The columns that are shown, and their cells."""

    columns: Sequence[Column]
    rows: Sequence[Row | None]

    @property
    def least_width(self) -> int:
        """What the table needs when its sentences are as narrow as they may be."""
        return sum(self._least()) + self._lines()

    def side_by_side(self, width: int, title: str | None) -> Table:
        """The table within this width, which has room for the least of it."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
        widths = self._widths(width)
        for column, wide in zip(self.columns, widths, strict=True):
            justify: Literal["left", "right"] = "right" if column.is_number else "left"
            table.add_column(Text(column.title), width=wide, justify=justify, no_wrap=True)
        for row in self.rows:
            if row is None:
                table.add_section()
            else:  # as texts: rich would read square brackets in a name as markup
                table.add_row(*(Text(self._wrapped(at, cell, widths[at])) for at, cell in enumerate(row)))
        return table

    def _wrapped(self, at: int, cell: str, width: int) -> str:
        if not self.columns[at].is_prose:
            return cell
        return "\n".join(part for line in cell.splitlines() for part in _filled(line.split(), " ", width))

    def _widths(self, width: int) -> list[int]:
        """The least of each column, and of what is left over as much as the sentences can use."""
        widths = self._least()
        spare = width - self._lines() - sum(widths)
        growing = [at for at, column in enumerate(self.columns) if column.is_prose]
        for left, at in zip(range(len(growing), 0, -1), growing, strict=True):
            more = min(self._most(at) - widths[at], spare // left)
            widths[at] += more
            spare -= more
        return widths

    def _least(self) -> list[int]:
        return [
            min(self._most(at), max(_LEAST_PROSE, self._widest(at, str.split))) if column.is_prose else self._most(at)
            for at, column in enumerate(self.columns)
        ]

    def _most(self, at: int) -> int:
        return self._widest(at, str.splitlines)

    def _widest(self, at: int, parts: Callable[[str], list[str]]) -> int:
        from rich.cells import cell_len

        cells = [self.columns[at].title, *(row[at] for row in self.rows if row is not None)]
        return max((cell_len(part) for cell in cells for part in parts(cell)), default=0)

    def _lines(self) -> int:
        """What rich puts around and between the columns."""
        return 3 * len(self.columns) + 1


def _below_each_other(
    columns: Sequence[Column], rows: Sequence[Row | None], width: int, title: str | None
) -> Iterator[str]:
    """Every row as its first cell, then a line of what is short, then its sentences."""
    if title:
        yield from (title, "")
    for row in rows:
        if row is None:
            yield ""
            continue
        yield row[0]
        cells = list(zip(columns[1:], row[1:], strict=True))
        short = [f"{column.title} {cell}" for column, cell in cells if cell and not column.is_prose]
        yield from _filled(short, "   ", width, _INDENT)
        for cell in (cell for column, cell in cells if column.is_prose):
            for line in cell.splitlines():
                yield from _filled(line.split(), " ", width, _INDENT)
    yield ""


def _filled(parts: Sequence[str], between: str, width: int, indent: str = "") -> Iterator[str]:
    """Lines of as many parts as fit, at least one."""
    from rich.cells import cell_len

    line = ""
    for part in parts:
        if line and cell_len(f"{line}{between}{part}") > width:
            yield line
            line = ""
        line = f"{line}{between}{part}" if line else f"{indent}{part}"
    if line:
        yield line
