"""Imports that existing users' code makes keep working."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

from tests.public_names import PUBLIC_NAMES

PAIRS = [(module, name) for module, names in PUBLIC_NAMES.items() for name in names.split()]
TOOLS = [(module, name) for module, name in PAIRS if module.startswith("tool_sandbox.tools.")]


@pytest.mark.parametrize("module", PUBLIC_NAMES)
def test_module_can_be_imported_first(module: str) -> None:
    """In an interpreter of its own, so that no earlier import hides a circle; deprecations are told when used."""
    code = f"import {module}"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("module", "name"), PAIRS)
def test_module_has_the_name(module: str, name: str) -> None:
    assert getattr(importlib.import_module(module), name) is not None


@pytest.mark.parametrize(("module", "name"), TOOLS)
def test_tool_is_defined_where_it_is_imported_from(module: str, name: str) -> None:
    """Base scenarios build the console's imports from this."""
    tool = getattr(importlib.import_module(module), name)
    defined_in = inspect.getmodule(tool)
    assert defined_in is not None
    assert defined_in.__name__ == module
