"""A sample as a scenario to begin with: what was played, and what its agent did."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import define

from tool_sandbox import clock
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.errors import ScenarioError, UsageError
from tool_sandbox.runs.check import check_scenarios
from tool_sandbox.runs.outcomes import is_success
from tool_sandbox.scenarios.drafting.played import read_conversation
from tool_sandbox.scenarios.drafting.played_entry import played_texts
from tool_sandbox.scenarios.library import from_files, from_text
from tool_sandbox.scenarios.presentations import augmented, base_name

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.evaluation.explanation.parts import NodeExplanation
    from tool_sandbox.runs.explained_sample import ExplainedSample

_MOST_TRIES = 12
"""So many drafts are proved, of which each takes up to a second."""


def scenario_text(explained: ExplainedSample) -> str:
    """A scenario file whose entry says what was played, with what the agent did as its solution.

    Of a perfect sample, milestones are chosen with which the entry passes ``check``, where there are such ones; of any
    other one, comments say what lost points, for a person to correct.

    Raises:
        SettingsError: The sample has no conversation.
        UsageError: No scenario can be made of it.
    """
    sample = explained.sample
    name = f"{re.sub('[^A-Za-z0-9_]', '_', base_name(sample.name))}_played"
    known = explained.scenario.clock if explained.scenario else None
    played = read_conversation(sample.world, known or clock.current(), from_files([]).compiler())
    perfect = is_success(sample.similarity, 1)
    drafts = _Drafts(name)
    texts = [text for text in played_texts(name, played, _remarks(explained)) if drafts.loads(text)]
    if not texts:
        message = f"no scenario can be made of {sample.name!r} #{sample.trial}: {drafts.problem}"
        raise UsageError(message)
    held = next((text for text in texts[:_MOST_TRIES] if perfect and drafts.holds(text)), None)
    comments = [*_origin(explained), *_advice(explained, drafts.missing, perfect=perfect, holds=held is not None)]
    return "".join(f"# {' '.join(comment.split())}\n" for comment in comments) + (held or texts[0])


@define
class _Drafts:
    """Tries texts, and remembers what was wrong with the first that did not do."""

    name: str
    problem: str = ""
    missing: str = ""

    def loads(self, text: str) -> bool:
        """Whether it can be read and played."""
        try:
            self._scenarios(text)
        except ScenarioError as error:
            self.problem = self.problem or str(error)
            return False
        return True

    def holds(self, text: str) -> bool:
        """Whether it passes ``check``."""
        for fast in (True, False):
            report = check_scenarios(self._scenarios(text), fast=fast)
            if not report.passed:
                self.missing = self.missing or next(f"{each.check}: {each.message}" for each in report.problems)
                return False
        return True

    def _scenarios(self, text: str) -> Mapping[str, Scenario]:
        return augmented({self.name: from_text(text).scenarios()[self.name]}, ToolBackend.DEFAULT)


# -- comments ----------------------------------------------------------------------------------------------------------


def _origin(explained: ExplainedSample) -> Iterator[str]:
    sample = explained.sample
    score = "void" if sample.similarity is None else f"score {sample.similarity:.3f}"
    yield f"Made of {sample.name} #{sample.trial}, played by {sample.agent}: {score}."


def _advice(explained: ExplainedSample, problem: str, *, perfect: bool, holds: bool) -> Iterator[str]:
    if holds:
        yield "It holds as it is. Write in your own words what the user knows and says, then prove it again with check."
    elif perfect:
        yield f"It does not pass check yet: {problem}"
    else:
        yield "What the agent did stands as the solution, although it lost points. Correct it and the milestones, where"
        yield "this says so, until check passes:"
        yield from (f"- {node.name}: {node.losses[0].text}" for node in _lost(explained))


def _remarks(explained: ExplainedSample) -> dict[int, list[str]]:
    """What lost points, by the message where it was lost."""
    found: dict[int, list[str]] = {}
    for node in _lost(explained):
        if node.message is not None:
            found.setdefault(node.message, []).append(f"{node.name}: {node.losses[0].text}")
    return found


def _lost(explained: ExplainedSample) -> list[NodeExplanation]:
    found = explained.explanation
    return [node for node in (*found.minefields, *found.milestones, *found.unasked) if not node.is_met]
