"""Draws the layers of the package into the page that has a place for them, while the site is built."""  # noqa: INP001 -- MkDocs loads it as a file

from __future__ import annotations

import ast
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PLACE = "<!-- layers of the package -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the drawing into its place: MkDocs calls this for every page."""
    return markdown.replace(PLACE, layers()) if PLACE in markdown else markdown


def layers() -> str:
    """The parts of the package as HTML, the highest layer first."""
    rows = [f"<li>{''.join(_part(name) for name in names)}</li>" for names in reversed(_order())]
    return f'<ol class="layers">{"".join(rows)}</ol>'


def _order() -> tuple[tuple[str, ...], ...]:
    """The layers that the tests hold, the lowest first."""
    module = ast.parse((ROOT / "tests" / "test_layers.py").read_text(encoding="utf-8"))
    return next(ast.literal_eval(value) for name, value in _constants(module) if name == "LAYERS")


def _constants(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for each in module.body:
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
            yield each.targets[0].id, each.value


def _part(name: str) -> str:
    """One package or module: what it is, and behind that what is in it."""
    first, _, rest = _docstring(name).partition("\n\n")
    what = f"<code>{name}</code> {escape(' '.join(first.split())).replace('``', '')}"
    if not rest:
        return f"<div>{what}</div>"
    inside = escape(rest.replace("::\n", "").strip("\n"))
    return f"<details><summary>{what}</summary><pre>{inside}</pre></details>"


def _docstring(name: str) -> str:
    package = ROOT / "tool_sandbox" / name / "__init__.py"
    source = package if package.is_file() else package.parent.with_suffix(".py")
    return ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
