"""What pytest loads at its start: options, the mark and the fixtures. The rest is imported when they are used.

Nothing here asserts, and it may have been imported before (PYTEST_DONT_REWRITE).
"""

from __future__ import annotations

from argparse import ArgumentError
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tool_sandbox.testing.names import MARK, OPTIONS, RESULT, RUN, SCENARIOS, SEVERAL, SHORT

if TYPE_CHECKING:
    from tool_sandbox import RunResult
    from tool_sandbox.testing.session import SandboxTests

_STARTED = pytest.StashKey[str]()
_TESTS = pytest.StashKey["SandboxTests"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options under names that no other plug-in has."""
    group = parser.getgroup("tool_sandbox", "tool_sandbox: tests of agents that use tools")
    group.addoption(
        SCENARIOS,
        action="append",
        metavar="PATH",
        dest="tool_sandbox",
        help="Play the scenarios in a file or folder, one test each. May be repeated.",
    )
    for name, (metavar, meaning) in OPTIONS.items():
        told = f"{meaning[0].upper()}{meaning[1:]}."
        beside = f" Beside {SCENARIOS} also {_flag(name)}." if name in SHORT else ""
        _add(group, f"{SCENARIOS}-{name.replace('_', '-')}", name, metavar, told + beside)
        kind: Any = "args" if name in SEVERAL else "string"
        parser.addini(f"tool_sandbox_{name}", told, type=kind)


@pytest.hookimpl(hookwrapper=True)  # also known to the pytest of those who never use this plug-in
def pytest_load_initial_conftests(parser: pytest.Parser, args: list[str]) -> Iterator[None]:
    """Add the short names, where they mean something and a user's own conftest.py has not taken them."""
    yield
    if any(each.partition("=")[0] == SCENARIOS for each in args):
        group = parser.getgroup("tool_sandbox")
        for name in SHORT:
            try:
                _add(group, _flag(name), name, *OPTIONS[name])
            except (ValueError, ArgumentError):  # taken; the long name means the same
                continue


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark; load what plays scenarios if there are some on the command line."""
    config.addinivalue_line(
        "markers",
        f"{MARK}(scenarios, agent, user, trials, tools_from, …): play scenarios with an agent; the function gets the "
        f"result as {RESULT} (one test per scenario) or {RUN} (all of them).",
    )
    config.pluginmanager.register(_Counter(config), "tool_sandbox-counter")
    if config.getoption("tool_sandbox"):
        sandbox_tests(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist when the tests began: all of them write into the same directories."""
    node.config.stash.setdefault(_STARTED, datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S"))
    node.workerinput[MARK] = f"{node.config.stash[_STARTED]}-{node.workerinput['testrunuid'][:4]}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test per scenario of functions that ask for the result of one."""
    if {RESULT, RUN} & {*metafunc.fixturenames} and metafunc.definition.get_closest_marker(MARK):
        names = sandbox_tests(metafunc.config).scenarios_of(metafunc.definition)
        if RESULT in metafunc.fixturenames:
            metafunc.parametrize(RESULT, names, indirect=True, ids=names)


class _Counter:
    """Has tests that played scenarios counted in the process that reports them, whichever process ran them.

    Args:
        config: That of the session.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test."""
        if hasattr(report, MARK):
            sandbox_tests(self._config).reports.count(report)


@pytest.fixture
def tool_sandbox_result(request: pytest.FixtureRequest) -> RunResult:
    """What playing one scenario came to: a ``RunResult`` of all of its trials."""
    return sandbox_tests(request.config).result_for(request.node, getattr(request, "param", None))


@pytest.fixture
def tool_sandbox_run(request: pytest.FixtureRequest) -> RunResult:
    """What playing all scenarios of the mark came to."""
    return sandbox_tests(request.config).result_for(request.node, None)


def sandbox_tests(config: pytest.Config) -> SandboxTests:
    """What plays scenarios in these tests; it is loaded when it is first asked for."""
    if _TESTS not in config.stash:
        from tool_sandbox.testing.session import SandboxTests

        tests = config.stash[_TESTS] = SandboxTests(config)
        config.pluginmanager.register(tests, "tool_sandbox-tests")
        config.pluginmanager.register(tests.reports, "tool_sandbox-reports")
    return config.stash[_TESTS]


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _add(group: pytest.OptionGroup, flag: str, name: str, metavar: str, told: str) -> None:
    action = "append" if name in SEVERAL else "store"
    group.addoption(flag, action=action, metavar=metavar, dest=f"tool_sandbox_{name}", help=told)
