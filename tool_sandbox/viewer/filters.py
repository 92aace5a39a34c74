"""Filters of samples, such as ``score < 0.5 and category = coreference and not void = true``.

The page that is one file has the same rules in ``assets/filter.js``; one list of cases tries both.

::

    either     both {"or" both}
    both       negated {"and" negated}
    negated    "not" negated | "(" either ")" | condition
    condition  COLUMN ("=" | "!=" | "<" | "<=" | ">" | ">=" | "~") VALUE

A value is a word, a number, or a text in double quotes; ``none`` is a cell that holds nothing. Case does not matter.
``~`` means contains. A column that holds several values, such as ``category``, matches where one of them does.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from attrs import define, frozen

from tool_sandbox.errors import UsageError
from tool_sandbox.nearest import hint

Row = Sequence[Any]
Test = Callable[[Any], bool]

_TOKEN = re.compile(r"""\s*(?:("(?:[^"\\]|\\.)*")|(<=|>=|!=|[<>=~()])|([^\s<>=!~()"]+))""")
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda cell, limit: cell < limit,
    "<=": lambda cell, limit: cell <= limit,
    ">": lambda cell, limit: cell > limit,
    ">=": lambda cell, limit: cell >= limit,
}
OPERATORS = ("=", "!=", *_ORDERS, "~")


def matcher(expression: str, columns: Sequence[str]) -> Callable[[Row], bool]:
    """What says whether a row matches; an empty expression matches every row.

    Args:
        expression: The filter.
        columns: The names of a row's cells.

    Raises:
        UsageError: It cannot be read; the message says what was expected.
    """
    if not expression.strip():
        return lambda _row: True
    parser = _Parser(_tokens(expression), columns)
    matches = parser.either()
    if (rest := parser.next) is not None:
        message = f"{rest.text!r} is one word too many; join conditions with and, or."
        raise UsageError(message)
    return matches


@frozen
class _Token:
    text: str
    kind: str
    """``text``, ``sign`` or ``word``."""


def _tokens(expression: str) -> list[_Token]:
    found, at = [], 0
    while expression[at:].strip():
        matched = _TOKEN.match(expression, at)
        if matched is None:
            message = (
                f"{expression[at:].strip()!r} cannot be read; a text with quotes or spaces stands in double quotes."
            )
            raise UsageError(message)
        text, sign, word = matched.groups()
        found.append(_Token(_unquoted(text), "text") if text else _Token(sign or word, "sign" if sign else "word"))
        at = matched.end()
    return found


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError as error:
        message = f"{text} cannot be read; write a backslash in a text twice."
        raise UsageError(message) from error


@define
class _Parser:
    tokens: Sequence[_Token]
    columns: Sequence[str]
    at: int = 0

    @property
    def next(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def either(self) -> Callable[[Row], bool]:
        parts = [self._both()]
        while self._takes("or"):
            parts.append(self._both())
        return lambda row: any(matches(row) for matches in parts)

    def _both(self) -> Callable[[Row], bool]:
        parts = [self._negated()]
        while self._takes("and"):
            parts.append(self._negated())
        return lambda row: all(matches(row) for matches in parts)

    def _negated(self) -> Callable[[Row], bool]:
        if self._takes("not"):
            denied = self._negated()
            return lambda row: not denied(row)
        if not self._takes("("):
            return self._condition()
        matches = self.either()
        if not self._takes(")"):
            message = "a bracket is not closed."
            raise UsageError(message)
        return matches

    def _condition(self) -> Callable[[Row], bool]:
        column = self._taken()
        if column is None or column.kind == "sign" or column.text.lower() not in self.columns:
            name = column.text if column else ""
            message = f"{name!r} is no column; {hint(name, self.columns)}"
            raise UsageError(message)
        operator = self._taken()
        if operator is None or operator.kind != "sign" or operator.text not in OPERATORS:
            message = f"after {column.text!r} one of {' '.join(OPERATORS)} is expected."
            raise UsageError(message)
        value = self._taken()
        if value is None or value.kind == "sign":
            message = f"after {operator.text!r} a value is expected."
            raise UsageError(message)
        at, compare = self.columns.index(column.text.lower()), _comparison(operator.text, value.text)
        return lambda row: compare(row[at])

    def _taken(self) -> _Token | None:
        token, self.at = self.next, self.at + 1
        return token

    def _takes(self, word: str) -> bool:
        token = self.next
        if token is None or token.kind == "text" or token.text.lower() != word:
            return False
        self.at += 1
        return True


def _comparison(operator: str, value: str) -> Test:
    wanted, limit = value.lower(), _number(value)
    if operator in _ORDERS:
        return _ordered(operator, value, limit)
    if operator == "~":
        return _of_some(lambda cell: cell is not None and wanted in _shown(cell))
    same = _of_some(lambda cell: _is_same(cell, wanted, limit))
    return same if operator == "=" else lambda cell: not same(cell)


def _ordered(operator: str, value: str, limit: float) -> Test:
    if math.isnan(limit):
        message = f"{value!r} is no number, and only numbers have an order."
        raise UsageError(message)
    compare = _ORDERS[operator]
    return lambda cell: isinstance(cell, int | float) and not isinstance(cell, bool) and compare(cell, limit)


def _of_some(test: Test) -> Test:
    return lambda cell: any(map(test, cell)) if isinstance(cell, list | tuple) else test(cell)


def _is_same(cell: Any, wanted: str, limit: float) -> bool:
    if cell is None or cell == "":
        return wanted in {"none", ""}
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell == limit
    return _shown(cell) == wanted


def _shown(cell: Any) -> str:
    return str(cell).lower()


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan
