"""Importing the package costs nothing and does nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WATCHER = """
import json, os, sys
seen = []
def watch(event, arguments):
    if event.startswith("socket."):
        seen.append(event)
    elif event == "open" and set(str(arguments[1] or "")) & set("wax+"):
        seen.append(f"open {arguments[0]}")
    elif event in ("os.mkdir", "os.rename", "os.remove", "subprocess.Popen", "os.system"):
        seen.append(event)
class Watched(type(os.environ)):
    def __getitem__(self, name):
        seen.append(f"environ {name}")
        return super().__getitem__(name)
    def __contains__(self, name):
        seen.append(f"environ {name}")
        return super().__contains__(name)
    def __iter__(self):
        seen.append("environ *")
        return super().__iter__()
STATEMENT_BEFORE
os.environ.__class__ = Watched
sys.addaudithook(watch)
STATEMENT
print(json.dumps(list(seen)))
"""

HEAVY = ("litellm", "openai", "polars", "scipy", "numpy", "pandas", "nltk", "holidays", "pint", "phonenumbers")
OUR_MODULES = ("tool_sandbox", "tool_sandbox.errors", "tool_sandbox.llm.chat", "tool_sandbox.common.execution_context")


def python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run this interpreter in an empty folder."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)


def effects(statement: str, folder: Path, before: str = "") -> list[str]:
    """What a statement did to the world around it."""
    code = WATCHER.replace("STATEMENT_BEFORE", before).replace("STATEMENT", statement)
    done = python("-c", code, folder=folder)
    assert done.returncode == 0, done.stderr
    seen: list[str] = json.loads(done.stdout)
    return seen


@pytest.mark.parametrize("module", OUR_MODULES)
def test_importing_has_no_effect(module: str, tmp_path: Path) -> None:
    # What attrs, pydantic and typer do when they are imported is not ours.
    assert effects(f"import {module}", tmp_path, before="import attrs, zoneinfo, logging.config, random, uuid") == []
    assert list(tmp_path.iterdir()) == []


def test_importing_everything_opens_no_socket_and_writes_no_file(tmp_path: Path) -> None:
    statement = (
        "import importlib, pkgutil, tool_sandbox\n"
        "for found in pkgutil.walk_packages(tool_sandbox.__path__, 'tool_sandbox.'):\n"
        "    if not found.name.endswith('__main__'):\n"
        "        importlib.import_module(found.name)\n"
    )
    seen = [effect for effect in effects(statement, tmp_path) if not effect.startswith("environ ")]
    # A class, not a connection: the name is the event of creating a socket object, which nothing here may do.
    assert seen == []


@pytest.mark.parametrize(
    "statement",
    ["import os; os.environ.get('HOME')", "import socket; socket.socket().close()", "open('made', 'w').close()"],
)
def test_the_watcher_sees_an_effect(statement: str, tmp_path: Path) -> None:
    assert effects(statement, tmp_path) != []


def loaded_by(arguments: list[str], folder: Path) -> set[str]:
    """The top-level packages that a command line loads."""
    code = (
        "import json, sys\n"
        "from tool_sandbox.cli import main\n"
        f"sys.argv = ['tool_sandbox', *{arguments!r}]\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as ending:\n"
        "    assert not ending.code, ending.code\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    done = python("-c", code, folder=folder)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["list", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    assert loaded_by(arguments, tmp_path).isdisjoint(HEAVY)


@pytest.mark.parametrize("arguments", [["list"], ["doctor", "--help"]])
def test_looking_at_scenarios_does_not_load_litellm(arguments: list[str], tmp_path: Path) -> None:
    assert "litellm" not in loaded_by(arguments, tmp_path)
