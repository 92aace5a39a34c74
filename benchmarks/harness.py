"""What the harness itself costs, without any model: loading, playing, evaluating and writing scenarios.

    python benchmarks/harness.py                    # 1,032 scenarios played by the oracle
    python benchmarks/harness.py --recordings 1800  # also: recorded runs, judged by the evaluator and its reference

Prints a table; ``--json FILE`` writes the numbers with the versions they belong to. Times are CPU seconds of this
process.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen
from surroundings import surroundings

sys.path.insert(0, str(Path(__file__).parents[1]))

from tool_sandbox import garbage
from tool_sandbox.common.execution.capture import dispatched_output
from tool_sandbox.common.execution.tool_code import tool_call_to_code
from tool_sandbox.common.execution_context import ExecutionContext, RoleType, isolated_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.trajectory import trajectory_files
from tool_sandbox.llm.scripted import OracleModel, ScriptedUserModel
from tool_sandbox.roles.base_role import BaseRole
from tool_sandbox.roles.execution_environment import ExecutionEnvironment
from tool_sandbox.roles.litellm_agent import LiteLLMAgent
from tool_sandbox.roles.litellm_user import LiteLLMUser
from tool_sandbox.runs.store import write_trajectory
from tool_sandbox.scenarios import bundled_suite, named_scenarios
from tool_sandbox.scenarios.library import bundled_pieces

PHASES = ("play", "evaluate", "write")
AIM_SECONDS = 3.0
LOADING_AIM_SECONDS = 0.5
PACKAGES = ("polars", "attrs", "rapidfuzz", "scipy", "pyyaml")
LOOK_UPS = ("search_contacts", {"name": "a"})
WRITES = ("add_contact", {"name": "Zoe", "phone_number": "+12065550177"})


@frozen
class Stopwatch:
    """CPU seconds of named phases, one number per scenario."""

    seconds: dict[str, list[float]] = field(factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure what happens inside the block."""
        start = time.process_time()
        yield
        self.seconds.setdefault(name, []).append(time.process_time() - start)


@frozen
class Line:
    """One line of the table; milliseconds unless the name says otherwise."""

    name: str
    median: float
    p95: float
    most: float
    total: float


def line_of(name: str, seconds: Sequence[float]) -> Line:
    """Median, 95th percentile, maximum in milliseconds, and the sum in seconds."""
    ordered = sorted(seconds)
    at = [ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95)]
    return Line(name, at[0] * 1000, at[1] * 1000, ordered[-1] * 1000, sum(ordered))


def oracle_roles(scenario: Scenario) -> Mapping[RoleType, BaseRole]:
    """The roles that play a scenario's own solution."""
    if scenario.script is None:
        message = f"{scenario.name!r} has no solution, so the oracle cannot play it."
        raise SystemExit(message)
    return {
        RoleType.AGENT: LiteLLMAgent("oracle", model=OracleModel(scenario.script)),
        RoleType.USER: LiteLLMUser("script", model=ScriptedUserModel(scenario.script)),
        RoleType.EXECUTION_ENVIRONMENT: ExecutionEnvironment(),
    }


def play_all(scenarios: Iterable[Scenario], folder: Path) -> tuple[Stopwatch, list[str]]:
    """Play, evaluate and write every scenario.

    Returns:
        The times, and the names of scenarios that the oracle did not solve.
    """
    watch, unsolved = Stopwatch(), []
    for number, scenario in enumerate(scenarios):
        roles = oracle_roles(scenario)
        with watch.phase("play"):
            context = scenario.play(roles, scenario.name or "", seed=number)
        with watch.phase("evaluate"):
            result = scenario.evaluate(context)
        with watch.phase("write"):
            write(scenario, context, result, folder / f"{number}_{scenario.name}")
        if result.similarity < 1:
            unsolved.append(f"{scenario.name} ({result.similarity:.3f})")
    return watch, unsolved


def write(scenario: Scenario, context: ExecutionContext, result: Any, folder: Path) -> None:
    """The three files of a trajectory, as a run writes them."""
    write_trajectory(folder, trajectory_files(context, scenario.conversation(context, result)))


def parallel_calls(count: int, call: tuple[str, Mapping[str, Any]], base: ExecutionContext) -> float:
    """CPU seconds in which the environment answers so many parallel calls."""
    context = base.fork()
    isolated_context(context)
    environment = ExecutionEnvironment()
    environment.respond(ending_index=0)  # makes the tools known in the console
    environment.add_messages(
        [
            Message(
                RoleType.AGENT,
                RoleType.EXECUTION_ENVIRONMENT,
                tool_call_to_code(f"call_{number}", call[0], call[1]),
                openai_tool_call_id=f"call_{number}",
                openai_function_name=call[0],
            )
            for number in range(count)
        ]
    )
    return cpu_seconds(environment.respond)


def cpu_seconds(work: Callable[[], Any]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def peak_megabytes() -> float:
    """The most memory this process ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def help_seconds() -> float:
    """Seconds until ``--help`` stands on the screen."""
    start = time.monotonic()
    subprocess.run([sys.executable, "-m", "tool_sandbox", "--help"], check=True, capture_output=True)
    return time.monotonic() - start


def judged_twice(scenarios: Sequence[Scenario], count: int, longest: int) -> dict[str, Any]:
    """Recorded runs judged by the evaluator and by the literal transcription of its specification."""
    from tests.evaluation import recordings, verdicts

    differences: list[str] = []
    fast = slow = 0.0
    for seed, scenario in enumerate(islice(cycle(scenarios), count)):
        context = recordings.recording(scenario, seed, longest)
        start = time.process_time()
        mine = verdicts.verdict(scenario, context)
        middle = time.process_time()
        wanted = verdicts.literal_verdict(scenario, context)
        fast, slow = fast + middle - start, slow + time.process_time() - middle
        differences += [f"{scenario.name}, seed {seed}: {each}" for each in verdicts.differences(mine, wanted)]
    return {"runs": count, "evaluator_seconds": fast, "reference_seconds": slow, "differences": differences}


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Everything that is measured, as data."""
    one = cpu_seconds(lambda: bundled_suite(ToolBackend.DEFAULT)["switch_wifi_off"])
    bundled_pieces.cache_clear()
    loading = cpu_seconds(lambda: named_scenarios(ToolBackend.DEFAULT))
    scenarios = list(named_scenarios(ToolBackend.DEFAULT).values())
    base = scenarios[0].starting_context
    with tempfile.TemporaryDirectory() as folder, garbage.SELDOM, dispatched_output():  # as runs do
        watch, unsolved = play_all(islice(cycle(scenarios), options.scenarios), Path(folder))
    report: dict[str, Any] = {
        "scenarios_played": options.scenarios,
        "scenarios_loaded": len(scenarios),
        "load_seconds": loading,
        "load_one_seconds": one,
        "phases": {name: line_of(name, watch.seconds[name]) for name in PHASES},
        "total_seconds": sum(sum(watch.seconds[name]) for name in PHASES),
        "unsolved": unsolved,
        "parallel": {
            f"{count} parallel {kind}": parallel_calls(count, call, base)
            for count in (6, 8)
            for kind, call in (("look-ups", LOOK_UPS), ("writes", WRITES))
        },
        "help_seconds": help_seconds(),
        "peak_megabytes": peak_megabytes(),
        "surroundings": surroundings(*PACKAGES),
    }
    if options.recordings:
        report["recordings"] = judged_twice(plain(scenarios), options.recordings, options.longest)
    return report


def plain(scenarios: Iterable[Scenario]) -> list[Scenario]:
    """One presentation of each scenario, each milestone counting by itself as the specification has it."""
    return [
        evolve(one, evaluation=evolve(one.evaluation, credit=None))
        for one in scenarios
        if "NO_DISTRACTION_TOOLS" in one.categories
    ]


def table(report: Mapping[str, Any]) -> str:
    """The report for people."""
    rows = [f"{'per scenario, CPU ms':<24}{'p50':>9}{'p95':>9}{'max':>9}{'sum, s':>9}"]
    rows += [
        f"{line.name:<24}{line.median:>9.2f}{line.p95:>9.2f}{line.most:>9.2f}{line.total:>9.2f}"
        for line in report["phases"].values()
    ]
    rows.append(
        f"{report['scenarios_played']} scenarios: {report['total_seconds']:.2f} CPU s "
        f"(aim: under {AIM_SECONDS:.0f} for 1,032), peak {report['peak_megabytes']:.0f} MB"
    )
    rows.append(
        f"loading {report['scenarios_loaded']} scenarios: {report['load_seconds']:.2f} CPU s "
        f"(aim: under {LOADING_AIM_SECONDS})"
    )
    rows.append(f"loading one of them by name: {report['load_one_seconds']:.2f} CPU s")
    rows.append(f"--help: {report['help_seconds']:.2f} s")
    rows += [f"{name}: {seconds * 1000:.1f} CPU ms" for name, seconds in report["parallel"].items()]
    rows += [f"not solved by the oracle: {name}" for name in report["unsolved"]]
    if judged := report.get("recordings"):
        rows.append(
            f"{judged['runs']} recorded runs: evaluator {judged['evaluator_seconds']:.1f} CPU s, reference "
            f"{judged['reference_seconds']:.1f} CPU s, {len(judged['differences'])} differences"
        )
        rows += judged["differences"]
    return "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", type=int, default=1032, help="how many to play; ours are repeated")
    parser.add_argument("--recordings", type=int, default=0, help="how many recorded runs to judge twice")
    parser.add_argument("--longest", type=int, default=57, help="messages of the longest recorded run")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    options = parser.parse_args(arguments)
    report = measured(options)
    print(table(report))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2, default=_as_data) + "\n", encoding="utf-8")
    return 1 if report["unsolved"] or report.get("recordings", {}).get("differences") else 0


def _as_data(value: Line) -> dict[str, Any]:
    from attrs import asdict

    return asdict(value)


if __name__ == "__main__":
    raise SystemExit(main())
