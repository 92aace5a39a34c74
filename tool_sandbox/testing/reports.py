"""What pytest shows of scenarios: a word beside each test, properties, and where the runs are."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tool_sandbox.errors import ToolSandboxError
from tool_sandbox.llm.layers.budget.money import shown
from tool_sandbox.runs.run_result import RunResult, open_run
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.testing.names import MARK
from tool_sandbox.testing.nodes import ScenarioItem
from tool_sandbox.testing.play import finish
from tool_sandbox.testing.terminal import Terminal
from tool_sandbox.testing.verdict import Verdict

_NOTED = pytest.StashKey[tuple[Verdict, str]]()


class Reports:
    """Adds to the reports of tests what came of scenarios, and gathers it from them, whichever process ran them.

    Args:
        config: That of the session.
        terminal: Where they are read.
    """

    def __init__(self, config: pytest.Config, terminal: Terminal) -> None:
        self._config, self._terminal = config, terminal
        self._told: dict[str, dict[str, str]] = {}
        self._is_over = False

    def note(self, node: pytest.Item, verdict: Verdict, directory: str) -> None:
        """Remember what came of the scenario of a test."""
        if _NOTED not in node.stash:
            node.user_properties.extend(verdict.properties.items())
        node.stash[_NOTED] = verdict, directory

    def begun(self, directory: str) -> None:
        """Remember a run that was not played to its end."""
        self._told.setdefault(directory, {})

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add what came of the scenario, in a form that workers can send."""
        report = yield
        noted = item.stash.get(_NOTED, None)
        if noted is None:
            return report
        verdict, directory = noted
        if report.when == "setup":  # others may have been played meanwhile
            report.duration = max(sample.duration for sample in verdict.samples)
        if report.when != "call" and not report.failed:
            return report
        setattr(report, MARK, {"directory": directory, "verdict": str(verdict), "flaky": verdict.is_flaky})
        if isinstance(item, ScenarioItem):
            crash = getattr(report.longrepr, "reprcrash", None)
            if crash is not None:
                crash.message = crash.message.removeprefix("Failed: ").partition("\n")[0]
        elif report.failed and (explained := verdict.explanation()):
            report.sections.append(("where points were lost", self._terminal.fitting(explained)))
        return report

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Show what came of the scenario beside the word that says how the test ended."""
        told = getattr(report, MARK, None)
        if told is None or self._is_over:
            return None
        if report.when == "call" and report.outcome in ("passed", "failed"):
            return report.outcome, "." if report.passed else "F", f"{report.outcome.upper()} {told['verdict']}"
        return None

    def count(self, report: pytest.TestReport) -> None:
        """Remember which runs there are, and which tests passed only just."""
        told = getattr(report, MARK)
        lines = self._told.setdefault(told["directory"], {})
        if told["flaky"]:
            lines[report.nodeid] = told["verdict"]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Write the summaries of runs that workers played."""
        self._is_over = True
        if self._config.pluginmanager.hasplugin("dsession"):
            for directory in self._told:
                finish(Path(directory))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what each run came to, what it cost and how to see more of it."""
        if not self._told or self._config.get_verbosity() < -1:
            return
        terminalreporter.write_sep("=", "tool_sandbox")
        for directory, flaky in self._told.items():
            for line in _summary(directory, flaky):
                terminalreporter.write_line(self._terminal.fitting(line))


def _summary(directory: str, flaky: dict[str, str]) -> Iterator[str]:
    try:
        run = open_run(directory)
    except ToolSandboxError as error:
        yield f"{directory}: {error}"
        return
    yield _totals(run)
    yield from (f"  {nodeid} {line}" for nodeid, line in sorted(flaky.items()))
    yield f"  tool_sandbox explain {_short(directory)}"


def _totals(run: RunResult) -> str:
    scored = len(run) - len(run.void)
    score = f"score {run.score:.3f} over {scored} of {len(run)} samples" if scored else "no sample was scored"
    if run.void and scored:
        score += " (between {:.3f} and {:.3f} with the void ones)".format(*run.bounds)
    stopped = "" if run.ending is Ending.DONE else ", stopped before its end"
    return f"{Path(run.agent).name}: {score}{stopped}{_cost(run)}"


def _cost(run: RunResult) -> str:
    cost = run.spending.cost
    if not cost.known:
        return f", cost unknown ({cost.unknown_calls} calls)" if cost.unknown_calls else ""
    return f", ${shown(cost.known)}" + (
        f" and {cost.unknown_calls} calls of unknown price" if cost.unknown_calls else ""
    )


def _short(directory: str) -> str:
    """The directory as one would type it here, if it is below."""
    path = Path(directory)
    return os.path.relpath(path) if path.is_absolute() and path.is_relative_to(Path.cwd()) else directory
