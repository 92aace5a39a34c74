"""The example repository for CI does what its pages and its workflow say, without a key."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy.fft  # noqa: F401 -- pytester forgets what is loaded meanwhile, and this cannot be loaded twice
import pytest
import yaml

from tests.cli.command import ROOT
from tests.own_tables import forget
from tool_sandbox.cli.app import exit_code
from tool_sandbox.scenarios.library import bundled

EXAMPLE = ROOT / "examples" / "agent-in-ci"
WORKFLOW = Path(".github/workflows/agent.yml")

pytest_plugins = ["pytester"]


@pytest.fixture
def repository(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of it, in which only our plug-in is loaded; its table is gone again afterwards."""
    bundled()  # is kept once it is read, so that no test after this one may find the table in it
    shutil.copytree(EXAMPLE, pytester.path, dirs_exist_ok=True)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "tool_sandbox.pytest_plugin")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    yield pytester.path
    forget("ORDERS")


def commands(text: str) -> list[list[str]]:
    """The commands in shell blocks of a page, or in steps of a workflow."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL) or re.findall(r"run: (.*)", text)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_every_command_of_the_workflow_succeeds(
    repository: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    install, check, test, run = commands((repository / WORKFLOW).read_text("utf-8"))
    assert install[0] == "pip"
    assert exit_code(check[1:]) == 0
    pytester.runpytest_subprocess(*test[1:]).assert_outcomes(passed=5)
    assert exit_code(run[1:]) == 0
    assert {"runs", "junit.xml"} <= {path.name for path in repository.iterdir()}


def test_every_scenario_is_a_test_also_without_one(repository: Path, pytester: pytest.Pytester) -> None:
    (found,) = (
        words
        for words in commands((EXAMPLE / "README.md").read_text("utf-8"))
        if words[1:2] == ["--tool-sandbox"] and "--agent" not in words
    )
    pytester.runpytest_subprocess(*found[1:]).assert_outcomes(passed=4)


def test_an_agent_that_gets_worse_fails_the_tests_and_the_run(
    repository: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = repository / "my_agent.py"
    agent.write_text(agent.read_text("utf-8").replace('"cancel_order"', '"place_order"'))
    monkeypatch.chdir(repository)
    assert exit_code(["run", "--config", "run.yaml", "-q"]) == 4
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=3, failed=2)
    result.stdout.fnmatch_lines(["*where points were lost*"])


def test_the_page_names_every_file_and_the_workflow_is_one() -> None:
    page = (EXAMPLE / "README.md").read_text("utf-8")
    files = {path.name for path in EXAMPLE.iterdir() if path.is_file()} - {"README.md", ".gitignore"}
    assert {name for name in files if f"`{name}`" not in page} == set()
    assert list(yaml.safe_load((EXAMPLE / WORKFLOW).read_text("utf-8"))["jobs"]) == ["test"]


def test_the_workflow_says_what_to_set_before_it_can_install() -> None:
    steps = yaml.safe_load((EXAMPLE / WORKFLOW).read_text("utf-8"))["jobs"]["test"]["steps"]
    (step,) = (each for each in steps if "pip install" in each.get("run", ""))
    assert step["env"] == {"SOURCE": "${{ vars.TOOL_SANDBOX_SOURCE }}"}
    done = subprocess.run(
        ["/bin/sh", "-c", step["run"]], env={"SOURCE": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "Set the variable TOOL_SANDBOX_SOURCE of this repository" in done.stderr
