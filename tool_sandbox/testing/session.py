"""Scenarios as tests in one session of pytest, or in one worker of pytest-xdist."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.testing import options
from tool_sandbox.testing.asked import Asked, asked_by_mark, asked_on_command_line, together
from tool_sandbox.testing.names import MARK, RESULT, RUN
from tool_sandbox.testing.nodes import ScenarioItem, ScenarioSource, taken_from
from tool_sandbox.testing.play import AllAtOnce, PieceByPiece, Play, who_plays
from tool_sandbox.testing.reports import Reports
from tool_sandbox.testing.terminal import Terminal
from tool_sandbox.testing.verdict import Verdict

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.runs.run_result import RunResult

_COMMAND_LINE = "scenarios"
"""The key of the run that the command line asks for; that of a marked function is its node id."""


class SandboxTests:
    """What plays scenarios for tests.

    Args:
        config: That of the session.

    Raises:
        pytest.UsageError: An option has no meaning.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._shared: str | None = getattr(config, "workerinput", {}).get(MARK)
        """In a worker, how the names of the run directories begin that all workers share."""
        self._plays: dict[str, Play] = {}
        self._wanted: dict[str, None] = {}
        self.terminal = Terminal(config)
        self.reports = Reports(config, self.terminal)
        with _told_by_pytest():
            self._settings = options.settings_of(config)
            self.min_score = options.min_score(config)
            self._sources = options.sources(config)
        if self._sources and not {"", str(config.invocation_params.dir)} & {*sys.path}:
            sys.path.append(str(config.invocation_params.dir))  # modules of the user's own, named by --agent
        self._named = taken_from(config.args, self._sources, config.invocation_params.dir)

    # -- collection --------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Add the files and folders with scenarios to what is collected."""
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            report.result.extend(self._source(collector, path) for path in self._sources)
        return report

    def scenarios_in(self, source: Path) -> Mapping[str, Scenario]:
        """The scenarios in a file or folder of the command line, by name."""
        return self._asked[str(source)].scenarios

    def scenarios_of(self, definition: pytest.Function) -> list[str]:
        """The names of the scenarios that the mark of a test function asks for.

        Raises:
            pytest.Collector.CollectError: It asks for something without meaning.
        """
        try:
            return self._play_of(definition).scenarios
        except UsageError as error:
            message = f"{definition.nodeid}: {error}"
            raise pytest.Collector.CollectError(message) from error

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which scenarios are needed by the tests that were selected.

        Raises:
            pytest.UsageError: A mark asks for something without meaning.
        """
        with _told_by_pytest():
            for item in session.items:
                if isinstance(item, ScenarioItem):
                    self._want(item, [item.name])
                elif isinstance(item, pytest.Function) and item.get_closest_marker(MARK):
                    self._want_for(item)

    # -- playing -----------------------------------------------------------------------------------------------------

    def pytest_sessionstart(self) -> None:
        """Load the scenarios of the command line; find what else is wrong before each worker finds it.

        Raises:
            pytest.UsageError: A source cannot be loaded, or a key is missing.
        """
        with _told_by_pytest():
            if self._asked and self._config.pluginmanager.hasplugin("dsession"):
                PieceByPiece(together(self._asked), self.terminal).check()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Find what is wrong with any run before the first test, and make the run directories.

        Raises:
            pytest.UsageError: Something is wrong, such as a key that is missing.
        """
        broken = session.testsfailed and not session.config.option.continue_on_collection_errors
        if session.config.option.collectonly or broken:
            return
        self.terminal.open()
        self._plays = {key: self._plays[key] for key in self._wanted}
        for play in self._plays.values():
            with _told_by_pytest() if self._shared is None else suppress(UsageError):  # a worker's tests will tell
                play.prepare()

    def result_for(self, node: pytest.Item, name: str | None) -> RunResult:
        """What one scenario came to, or all that the test asks for.

        Raises:
            pytest.fail.Exception: There is nothing to play, or no sample was scored.
            pytest.exit.Exception: What every scenario needs is missing.
        """
        play = self._plays.get(_key(node))
        if play is None:
            pytest.fail(f"it is not said what is played: mark {node.name} with {MARK}(scenarios=…).", pytrace=False)
        try:
            result = play.result(name)
        except UsageError as error:
            self._give_up(error)
        except KeyboardInterrupt:
            self.reports.begun(play.directory or "")
            raise
        verdict = Verdict(result.samples, self.min_score)
        self.reports.note(node, verdict, result.directory or "")
        if not verdict.scored:  # that is no failure of the agent
            pytest.fail(self.terminal.fitting(verdict.reason()), pytrace=False)
        return result

    def pytest_sessionfinish(self) -> None:
        """Leave the run directories as runs leave them."""
        for play in self._plays.values():
            play.end()
        self.terminal.close()

    @cached_property
    def _asked(self) -> dict[str, Asked]:
        return asked_on_command_line([str(source) for source in self._sources], self._settings)

    def _source(self, session: pytest.Session, path: Path) -> ScenarioSource:
        source: ScenarioSource = ScenarioSource.from_parent(session, path=path)
        source.player, source.named = self, self._named[path]
        return source

    def _play_of(self, node: pytest.Item) -> Play:
        key = _key(node)
        if key not in self._plays:
            if isinstance(node, ScenarioItem):
                self._plays[key] = self._new_play(together(self._asked))
            else:
                self._plays[key] = self._new_play(self._asked_by(node), node)
        return self._plays[key]

    def _asked_by(self, node: pytest.Item) -> Asked:
        given: dict[str, Any] = {}
        for mark in reversed(list(node.iter_markers(MARK))):  # that of the module first
            if len(mark.args) > 1:
                message = f"the mark {MARK} takes scenarios and names for all else, such as agent=; got {mark.args!r}."
                raise SettingsError(message)
            given |= {**dict(zip(("scenarios",), mark.args, strict=False)), **mark.kwargs}
        return asked_by_mark(given, self._settings, [node.path.parent, self._config.rootpath])

    def _new_play(self, asked: Asked, node: pytest.Item | None = None) -> Play:
        if self._shared is not None:
            label = "_".join(who_plays(asked.settings)) if node is None else _function(node)
            return PieceByPiece(asked, self.terminal, shared=f"{self._shared}_{label}")
        kind = PieceByPiece if self._config.getvalue("maxfail") else AllAtOnce
        return kind(asked, self.terminal)

    def _want_for(self, item: pytest.Function) -> None:
        if RUN in item.fixturenames:
            self._want(item, self._play_of(item).scenarios)
        elif RESULT in item.fixturenames:
            self._want(item, [str(item.callspec.params[RESULT])])

    def _want(self, item: pytest.Item, names: list[str]) -> None:
        self._play_of(item).want(names)
        self._wanted[_key(item)] = None

    def _give_up(self, error: UsageError) -> NoReturn:
        """End the tests: no scenario can be played. Only this test, where there are other workers that find it, too."""
        if self._shared is not None:
            pytest.fail(str(error), pytrace=False)
        pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)


def _key(node: pytest.Item) -> str:
    """What the tests of one run have in common."""
    if isinstance(node, ScenarioItem) or node.parent is None:
        return _COMMAND_LINE
    return f"{node.parent.nodeid}::{_function(node)}"


def _function(node: pytest.Item) -> str:
    """The name of a test function without what tells its tests apart."""
    return str(getattr(node, "originalname", node.name))


@contextmanager
def _told_by_pytest() -> Iterator[None]:
    """Have a mistake told as pytest tells mistakes: one line, and exit code 4."""
    try:
        yield
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
