"""Importing the package costs nothing and does nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import tool_sandbox

# Counts what our own code does, also through a library that it calls; what a library does while it is itself being
# imported is the library's affair, unless it talks to the network.
WATCHER = """
import json, os, sys
seen = []
def ours():
    frame = sys._getframe(3)  # beyond this, note() and the hook
    while frame and not frame.f_code.co_filename.startswith("<frozen importlib"):
        if frame.f_code.co_filename.startswith(OUR_FOLDER) or frame.f_code.co_filename == "statement":
            return True
        frame = frame.f_back
    return False
def note(what, always=False):
    if always or ours():
        seen.append(what)
def watch(event, arguments):
    if event.startswith("socket."):
        note(event, always=event in ("socket.connect", "socket.getaddrinfo"))
    elif event == "open" and set(str(arguments[1] or "")) & set("wax+"):
        note(f"open {arguments[0]}")
    elif event in ("os.mkdir", "os.rename", "os.remove", "subprocess.Popen", "os.system"):
        note(event)
class Watched(type(os.environ)):
    def __getitem__(self, name):
        note(f"environ {name}")
        return super().__getitem__(name)
    def __contains__(self, name):
        note(f"environ {name}")
        return super().__contains__(name)
    def __iter__(self):
        note("environ *")
        return super().__iter__()
os.environ.__class__ = Watched
sys.addaudithook(watch)
exec(compile(STATEMENT, "statement", "exec"))
print(json.dumps(list(seen)))
"""

IMPORT_EVERYTHING = """
import importlib, pkgutil, tool_sandbox
names = [found.name for found in pkgutil.walk_packages(tool_sandbox.__path__, "tool_sandbox.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
"""

OF_PYDANTIC = "environ PYDANTIC_DISABLE_PLUGINS"
"""Read by pydantic, of its own accord, when a class of its models is made, as the vocabulary of scenario files is."""

HEAVY = ("litellm", "openai", "polars", "scipy", "numpy", "pandas", "nltk", "holidays", "pint", "phonenumbers")


def python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run this interpreter in an empty folder."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)


def effects(statement: str, folder: Path) -> list[str]:
    """What a statement did to the world around it."""
    our_folder = str(Path(tool_sandbox.__file__).parent)
    code = WATCHER.replace("OUR_FOLDER", repr(our_folder)).replace("STATEMENT", repr(statement))
    done = python("-c", code, folder=folder)
    assert done.returncode == 0, done.stderr
    seen: list[str] = json.loads(done.stdout)
    return seen


@pytest.mark.parametrize("statement", ["import tool_sandbox", IMPORT_EVERYTHING], ids=["package", "every module"])
def test_importing_has_no_effect(statement: str, tmp_path: Path) -> None:
    """No variable read, no socket opened, no file written, nothing started."""
    assert set(effects(statement, tmp_path)) <= {OF_PYDANTIC}
    assert list(tmp_path.iterdir()) == []


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
