"""The example of a pack can be built, installed, found by its name, proved and tested."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import ROOT
from tests.examples.packs import LIBRARY, install_library
from tests.waiting import HANG


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which it is installed."""
    folder = tmp_path_factory.mktemp("site")
    install_library(folder)
    return folder


def run_beside(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a module of ours where the pack is installed."""
    only_ours = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "tool_sandbox.pytest_plugin"}
    variables = {**os.environ, **only_ours, "PYTHONPATH": os.pathsep.join([str(installed), str(ROOT)])}
    command = [sys.executable, "-m", *words]
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, encoding="utf-8", timeout=HANG, check=False
    )


def test_it_is_proved_where_it_is_installed(installed: Path, tmp_path: Path) -> None:
    done = run_beside(installed, tmp_path, "tool_sandbox", "check", "--scenarios-from", "library")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"12 scenarios checked in \d+ plays, .*: all hold\n", done.stdout)


def test_it_is_listed_and_does_not_touch_the_bundled_suite(installed: Path, tmp_path: Path) -> None:
    done = run_beside(installed, tmp_path, "tool_sandbox", "list", "-s", "switch_wifi_off_all_tools", "--json")
    listed = json.loads(done.stdout)
    assert [pack["name"] for pack in listed["packs"]] == ["library"]
    assert [tool for tool in listed["scenarios"][0]["tools"] if "loan" in tool] == []


def test_its_own_tests_pass(installed: Path, tmp_path: Path) -> None:
    for name in ("tests", "pyproject.toml"):
        copy = shutil.copytree if (LIBRARY / name).is_dir() else shutil.copy
        copy(LIBRARY / name, tmp_path / name)
    done = run_beside(installed, tmp_path, "pytest", "-q")
    assert done.returncode == 0, done.stdout
    assert "17 passed" in done.stdout


def test_the_page_names_every_file() -> None:
    page = (LIBRARY / "README.md").read_text("utf-8")
    files = {path.name for path in LIBRARY.rglob("*.*") if path.is_file()}
    left = {"README.md", ".gitignore", "__init__.py", *(path.name for path in (LIBRARY / "tests").iterdir())}
    assert {name for name in files - left if name.endswith((".py", ".yaml", ".toml")) and name not in page} == set()
