"""The tables of contents in the docstrings of packages name every module and folder."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tool_sandbox"
LISTED = (
    "analysis",
    "cli",
    "common",
    "evaluation",
    "gym",
    "llm",
    "registry",
    "remote",
    "runs",
    "scenarios/compiling",
    "scenarios/language",
    "testing",
)
FOLDERS = sorted(
    {file.parent for folder in LISTED for file in (PACKAGE / folder).rglob("__init__.py")},
    key=lambda path: path.as_posix(),
)


def contents(folder: Path) -> set[str]:
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    return modules | {path.parent.name for path in folder.glob("*/__init__.py")}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(PACKAGE)))
def test_the_docstring_of_a_package_names_everything_in_it(folder: Path) -> None:
    listing = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert contents(folder) - set(re.findall(r"\w+", listing)) == set()
