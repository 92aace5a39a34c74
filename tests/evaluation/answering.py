"""Shipped scenarios, played by their own solutions with another last sentence."""

from __future__ import annotations

from functools import lru_cache

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.evaluation.credit import Kind
from tool_sandbox.llm.scripted import OracleModel
from tool_sandbox.runs.scripted_play import play
from tool_sandbox.scenarios import library


@lru_cache(maxsize=1 << 5)
def _scenario(name: str) -> Scenario:
    bundled = library.bundled()
    return bundled.compiler().scenario(next(entry for entry in bundled.entries if entry.name == name))


def worth(name: str, text: str) -> float:
    """What a last sentence is worth where everything before it was done."""
    scenario = _scenario(name)
    assert scenario.script is not None
    assert scenario.evaluation.credit is not None
    script = scenario.script.ending(text)
    words = [number for number, kind in enumerate(scenario.evaluation.credit.kinds) if kind is Kind.WORDS]
    return play(scenario, OracleModel(script), script).result.milestone_credit[words[-1]]
