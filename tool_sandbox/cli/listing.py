"""What a command lists: a table for people at a terminal, a line for each thing for programs, or one JSON object."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from tool_sandbox.cli.columns import Column, Row, print_table
from tool_sandbox.cli.lines import print_line
from tool_sandbox.cli.tables import stdout_console
from tool_sandbox.errors import UsageError
from tool_sandbox.nearest import hint


def print_listing(columns: Sequence[Column], rows: Sequence[Row], closing: str) -> None:
    """Print a table on a terminal; elsewhere the cells of each row between tabs, without a header.

    Args:
        columns: The first one has the names.
        rows: The cells of each.
        closing: What a terminal shows below.
    """
    if not sys.stdout.isatty():
        for row in rows:
            print(*(" ".join(cell.split()) for cell in row), sep="\t")
        return
    print_table(stdout_console(), columns, rows)
    print_lines([closing])


def chosen(names: Sequence[str], known: Mapping[str, Any], what: str, flag: str) -> list[str]:
    """The names that are meant; all that are known when none is given.

    Args:
        names: Names and globs.
        known: What there is, by name.
        what: What such a thing is called, for messages.
        flag: Where more of them come from.

    Raises:
        UsageError: One is not known, or fits nothing.
    """
    found = {name: [each for each in known if fnmatchcase(each, name)] for name in names}
    for name, hits in found.items():
        if not hits:
            message = f"there is no {what} {name!r}; {hint(name, known)} {what.title()}s of your own come with {flag}."
            raise UsageError(message)
    return list(dict.fromkeys(each for hits in found.values() for each in hits)) or list(known)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines for people."""
    console = stdout_console()
    for line in lines:
        print_line(console, line)


def print_json(data: Any) -> None:
    """Print one JSON object."""
    print(json.dumps(data, ensure_ascii=False, default=str))
