"""What pytest collects: a file or folder of scenarios, and each scenario in it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from tool_sandbox.testing.names import MARK
from tool_sandbox.testing.verdict import Verdict

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.runs.run_result import RunResult
    from tool_sandbox.testing.terminal import Terminal


class Player(Protocol):
    """What has scenarios and plays them."""

    min_score: float
    terminal: Terminal

    def scenarios_in(self, source: Path) -> Mapping[str, Scenario]:
        """The scenarios in a file or folder, by name."""

    def result_for(self, node: pytest.Item, name: str | None) -> RunResult:
        """What a scenario came to."""


class ScenarioSource(pytest.File):
    """A file or folder with scenarios."""

    player: Player
    named: frozenset[str]

    def collect(self) -> Iterable[pytest.Item]:
        """The scenarios; those that were named on the command line, if some were."""
        for name, scenario in self.player.scenarios_in(self.path).items():
            if not self.named or name in self.named:
                item = ScenarioItem.from_parent(self, name=name)
                item.player = self.player
                item.add_marker(MARK)
                item.extra_keyword_matches.update(map(str, (*scenario.tags, *scenario.categories)))
                yield item


class ScenarioItem(pytest.Item):
    """A scenario that is played as often as there are trials, and passes if their mean score is high enough."""

    player: Player
    verdict: Verdict

    def setup(self) -> None:
        """Play it; when nothing is decided, as the samples are void, that is an error and no failure of the agent."""
        self.verdict = Verdict(self.player.result_for(self, self.name).samples, self.player.min_score)
        if self.verdict.is_open:
            pytest.fail(self.player.terminal.fitting(self.verdict.reason()), pytrace=False)

    def runtest(self) -> None:
        """Judge it."""
        if not self.verdict.passes:
            pytest.fail(self.player.terminal.fitting(self._told()), pytrace=False)

    def reportinfo(self) -> tuple[os.PathLike[str], None, str]:
        """Where it is, for reports."""
        return self.path, None, self.name

    def _told(self) -> str:
        score, least, explained = self.verdict.score, self.verdict.least, self.verdict.explanation()
        if len(self.verdict.samples) > 1:
            return f"{self.verdict}: score {score:.3f}, wanted {least:g}\n\n{explained}"
        return explained if least >= 1 else f"{explained}\n  wanted: a score of {least:g}"


def taken_from(arguments: list[str], sources: Iterable[Path], folder: Path) -> dict[Path, frozenset[str]]:
    """Take what names our sources and scenarios out of the arguments of pytest, which knows no such files.

    Args:
        arguments: Is changed.
        sources: The files and folders with scenarios.
        folder: Where relative paths begin.

    Returns:
        For each source the scenarios that were named in it; none for all of them.
    """
    named: dict[Path, list[str] | None] = {source: [] for source in sources}
    for argument in list(arguments):
        place, _, name = argument.partition("::")
        source = (folder / place).resolve()
        if source in named and (name or not source.is_dir()):
            arguments.remove(argument)
            known = named[source]
            named[source] = [*known, name] if name and known is not None else None
    return {source: frozenset(names or ()) for source, names in named.items()}
