"""Recorded runs of all bundled scenarios are judged like by the literal transcription of the specification."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise

import pytest
from attrs import evolve

from tests.evaluation import recordings, verdicts
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.scenarios import named_scenarios


@pytest.fixture(scope="module")
def plain() -> Mapping[str, Scenario]:
    """The bundled scenarios, each milestone counting by itself as the specification has it."""
    scenarios = named_scenarios(ToolBackend.DEFAULT)
    return {
        name: evolve(one, evaluation=evolve(one.evaluation, credit=None))
        for name, one in scenarios.items()
        if "NO_DISTRACTION_TOOLS" in one.categories
    }


def test_recorded_runs_are_judged_like_the_specification_says(plain: Mapping[str, Scenario]) -> None:
    found, scores = [], set()
    for seed, scenario in enumerate(plain.values()):
        context = recordings.recording(scenario, seed, 24)
        mine = verdicts.verdict(scenario, context)
        scores.add(round(mine.similarity, 6))
        found += [f"{scenario.name}, seed {seed}: {each}" for each in verdicts.differences(
            mine, verdicts.literal_verdict(scenario, context))]  # fmt: skip
    assert found == []
    assert len(scores) > 6


def test_a_run_read_back_from_its_file_gets_the_verdict_of_the_live_one(plain: Mapping[str, Scenario]) -> None:
    for seed, scenario in enumerate(plain.values()):
        context = recordings.recording(scenario, 1000 + seed, 57)
        again = ExecutionContext.from_dict(json.loads(context.to_json()))
        assert verdicts.verdict(scenario, again) == verdicts.verdict(scenario, context)


def test_the_same_seed_gives_the_same_recording(plain: Mapping[str, Scenario]) -> None:
    scenario = next(iter(plain.values()))
    first, second = (recordings.recording(scenario, 7).to_json() for _ in range(2))
    assert first == second


def test_recordings_hold_what_real_runs_hold(plain: Mapping[str, Scenario]) -> None:
    logs = [recordings.recording(one, seed).log() for seed, one in enumerate(plain.values())]
    rows = [row for log in logs for row in log]
    ids = {row["openai_tool_call_id"] for row in rows}
    assert "functions.add:0" in ids
    assert any(row["tool_call_exception"] for row in rows)
    assert any("no_such_tool" in (row["tool_call_exception"] or "") for row in rows)
    requests = [[row["sender"] == "AGENT" and row["openai_tool_call_id"] is not None for row in log] for log in logs]
    assert any(one and two for log in requests for one, two in pairwise(log))
    assert max(len(log) for log in logs) > 40


def test_a_difference_is_told() -> None:
    one = verdicts.Verdict({0: (3, 1.0)}, {}, 1.0, 4)
    other = verdicts.Verdict({0: (4, 1.0)}, {}, 0.5, 5)
    assert len(verdicts.differences(one, other)) == 3
    assert verdicts.differences(one, one) == []
