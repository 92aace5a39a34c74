"""What pytest loads in every project where the package is installed: cheap, and in nobody's way."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module

import pytest

from tests.cli.command import ROOT
from tests.testing.files import AGENTS, PLUGIN, SHOP

pytest_plugins = ["pytester"]


@pytest.fixture
def folder(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return pytester


def test_the_package_declares_it() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    module = import_module(declared["entry-points"]["pytest11"]["tool_sandbox"])
    assert callable(module.pytest_addoption)
    assert not any(each.startswith("pytest") for each in declared["dependencies"])


def test_tests_without_scenarios_import_nothing_of_it_but_itself(folder: pytest.Pytester) -> None:
    folder.makepyfile(
        """
        import sys
        def test_it():
            ours = sorted(name for name in sys.modules if name.startswith("tool_sandbox."))
            assert ours == ["tool_sandbox.pytest_plugin", "tool_sandbox.testing", "tool_sandbox.testing.names"]
            assert not {"litellm", "polars", "numpy", "attrs", "rich", "yaml", "asyncio"} & set(sys.modules)
        """
    )
    folder.runpytest_subprocess(*PLUGIN, "-p", "no:unraisableexception").assert_outcomes(passed=1)


def test_importing_it_loads_nothing_that_pytest_has_not_loaded() -> None:
    found = "before = set(sys.modules); import tool_sandbox.pytest_plugin; print(*sorted({*sys.modules} - before))"
    code = f"import sys, pytest; {found}"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    ours = ("pytest_plugin", "testing", "testing.names")
    assert done.stdout.split() == ["tool_sandbox", *(f"tool_sandbox.{name}" for name in ours)]


@pytest.mark.parametrize("flag", ["--agent", "--user", "--trials", "--min-score", "--tools-from"])
def test_a_conftest_may_have_options_of_the_same_name(folder: pytest.Pytester, flag: str) -> None:
    folder.makeconftest(f"def pytest_addoption(parser): parser.addoption({flag!r}, dest='mine')")
    folder.makepyfile("def test_it(request): assert request.config.getoption('mine') == 'theirs'")
    folder.runpytest(*PLUGIN, f"{flag}=theirs").assert_outcomes(passed=1)


def test_where_a_conftest_has_a_name_the_long_one_does(folder: pytest.Pytester) -> None:
    folder.makeconftest("def pytest_addoption(parser): parser.addoption('--agent', dest='mine')")
    folder.makefile(".yaml", shop=SHOP)
    folder.makepyfile(my_agent=AGENTS)
    arguments = ("--tool-sandbox", "shop.yaml", "--tool-sandbox-agent=my_agent.py:works", "--user=oracle", "--agent=x")
    folder.runpytest_subprocess(*PLUGIN, *arguments).assert_outcomes(passed=2)


def test_help_names_every_option_and_the_mark_is_listed(folder: pytest.Pytester) -> None:
    told = folder.runpytest(*PLUGIN, "--help").stdout.str()
    for name in ("agent", "user", "trials", "min-score", "tools-from", "config", "output"):
        assert f"--tool-sandbox-{name}" in told
        assert f"tool_sandbox_{name.replace('-', '_')} (" in told
    folder.runpytest(*PLUGIN, "--markers").stdout.fnmatch_lines(["@pytest.mark.tool_sandbox(scenarios, agent,*"])
