"""How long explanations of a thousand samples take: ``python benchmarks/explaining.py``.

The samples are those of the shipped scenarios, each solved but for one step that is left out.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator

from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.script import SayStep, Script, ToolStep
from tool_sandbox.errors import ScenarioError
from tool_sandbox.evaluation.explanation.explain import explain
from tool_sandbox.llm.scripted import OracleModel
from tool_sandbox.registry.sources import all_scenarios
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.run_explanation import RunExplanation
from tool_sandbox.runs.scripted_play import play

SAMPLES = 1000


def shorter(script: Script) -> Iterator[Script]:
    """The script without each one of the agent's steps."""
    for at, step in enumerate(script.steps):
        if isinstance(step, SayStep | ToolStep):
            yield script.without(at)


def broken() -> Iterator[tuple[Scenario, str]]:
    """A scenario and the text of the world that an agent left which lost some points."""
    for scenario in all_scenarios().values():
        for script in shorter(scenario.script or Script()):
            try:
                world = play(scenario, OracleModel(script), script).world
            except ScenarioError:
                continue  # a later step needs what was left out
            yield scenario, world.to_json()


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> None:
    """Print one line for each way."""
    samples = list(itertools.islice(broken(), SAMPLES))
    worlds = [(scenario, ExecutionContext.from_dict(json.loads(text))) for scenario, text in samples]
    judged = [(scenario, world, scenario.evaluate(world)) for scenario, world in worlds]
    results = [
        SampleResult(
            name=scenario.name or "",
            status="scored",
            similarity=result.similarity,
            milestone_similarity=result.milestone_similarity,
            explanation=explain(scenario, world, result).to_records(),
        )
        for scenario, world, result in judged
    ]
    ways: dict[str, Callable[[], object]] = {
        "judged already (as in a run)": lambda: [explain(*each) for each in judged],
        "judged anew": lambda: [explain(scenario, world) for scenario, world in worlds],
        "read from execution_context.json and judged anew": lambda: [
            explain(scenario, ExecutionContext.from_dict(json.loads(text))) for scenario, text in samples
        ],
        "grouped over the run": lambda: str(RunExplanation.of(results)),
    }
    for name, work in ways.items():
        print(f"{len(samples)} samples, {name:50} {seconds(work):6.2f} CPU s")


if __name__ == "__main__":
    main()
