"""Calls written as Python: parsed, and never evaluated."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from typing import Any

from tool_sandbox.llm.transports.completions.written_calls.call import Block, Tools, WrittenCall, properties_of, written

_NAMESPACES = ("default_api.", "functions.", "tools.", "api.")
_JSON_WORDS = {"true": True, "false": False, "null": None}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_KNOWN_ESCAPES = "\\'\"abfnrtvxuUN01234567\n\r"
_DOTTED_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_STRING = re.compile(
    r"""\"\"\".*?\"\"\"|'''.*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""",
    re.DOTALL,
)
_LONGEST = 100_000
"""Characters of one expression that are looked at."""


def read_list(text: str, opener: re.Match[str], tools: Tools) -> Block:
    """A list of calls that begins a line, without any mark: each must be of a tool on offer."""
    start = opener.start() + len(opener[0]) - len(opener[0].lstrip())
    end = expression_end(text, start)
    calls = python_calls(text[start:end], tools) if end else None
    if end is None or not calls or any(call.name not in tools for call in calls):
        return Block(opener.end())
    return Block(end, calls, sum(call.lost for call in calls))


def python_calls(source: str, tools: Tools) -> list[WrittenCall] | None:
    """The calls that Python source consists of: one, several on lines of their own, or a list; else ``None``."""
    if len(source) > _LONGEST:
        return None
    source = _ESCAPE.sub(_doubled, source.strip())  # else a warning of Python's, although what is meant is plain
    try:
        statements = ast.parse(source).body
        nodes = [node for one in statements if isinstance(one, ast.Expr) for node in _flat(one.value)]
        calls = [call for node in nodes if (call := _call(node, source, tools)) is not None]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    whole = all(isinstance(one, ast.Expr) for one in statements) and len(calls) == len(nodes)
    return (calls or None) if whole else None


def expression_end(text: str, start: int) -> int | None:
    """Where a bracketed expression that begins at a place ends; ``None`` when it is not closed."""
    depth, position = 0, start
    while position < min(len(text), start + _LONGEST):
        if string := _STRING.match(text, position):
            position = string.end()
            continue
        depth += {"[": 1, "(": 1, "{": 1, "]": -1, ")": -1, "}": -1}.get(text[position], 0)
        position += 1
        if depth <= 0:
            return position
    return None


def _doubled(escape: re.Match[str]) -> str:
    return escape[0] if escape[1] in _KNOWN_ESCAPES else f"\\{escape[0]}"


def _flat(node: ast.expr) -> Sequence[ast.expr]:
    return node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]


def _call(node: ast.expr, source: str, tools: Tools) -> WrittenCall | None:
    if not isinstance(node, ast.Call):
        return None
    name = ast.unparse(node.func)
    if name == "print" and len(node.args) == 1 and name not in tools:  # Gemini's and Gemma's way
        return _call(node.args[0], source, tools)
    if not _DOTTED_NAME.fullmatch(name):
        return None
    name = next((name.removeprefix(one) for one in _NAMESPACES if name.startswith(one)), name)
    try:
        return written(name, _arguments(node, list(properties_of(name, tools))))
    except (ValueError, TypeError, RecursionError):
        return WrittenCall(name, ast.get_source_segment(source, node) or source, lost=True)


def _arguments(node: ast.Call, names: Sequence[str]) -> dict[str, Any]:
    """The arguments by name; those by position take the names of the tool's parameters.

    Raises:
        ValueError: An argument is not a literal, or stands for no parameter.
    """
    if len(node.args) > len(names):
        raise ValueError(node.args)
    arguments = {name: _literal(value) for name, value in zip(names, node.args, strict=False)}
    for keyword in node.keywords:
        value = _literal(keyword.value)
        if keyword.arg is None and not isinstance(value, dict):
            raise ValueError(value)
        arguments |= value if keyword.arg is None else {keyword.arg: value}
    json.dumps(arguments)
    return arguments


def _literal(node: ast.expr) -> Any:
    return ast.literal_eval(_WithJsonWords().visit(node))


class _WithJsonWords(ast.NodeTransformer):
    """Gives ``true``, ``false`` and ``null`` the values that they have in JSON."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(_JSON_WORDS[node.id]) if node.id in _JSON_WORDS else node
