"""The tables of contents in the docstrings of crowded packages name every module."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tool_sandbox"


@pytest.mark.parametrize("room", ["llm", "common", "evaluation"])
def test_every_module_stands_in_the_drawing_of_its_room(room: str) -> None:
    folder = PACKAGE / room
    drawing = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    words = set(re.findall(r"\w+", drawing))
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} - words == set()
