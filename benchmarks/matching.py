"""How long the best assignment of milestones to messages takes: ``python benchmarks/matching.py [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

from surroundings import surroundings

from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext
from tool_sandbox.evaluation.constraints import Milestone, SnapshotConstraint
from tool_sandbox.evaluation.matching.matching import MilestoneMatcher
from tool_sandbox.evaluation.snapshots import snapshot_similarity

PACKAGES = ("polars", "rapidfuzz", "scipy")
_WORDS = [
    "send",
    "the",
    "message",
    "about",
    "milk",
    "and",
    "call",
    "Ann",
    "tomorrow",
    "at",
    "nine",
    "in",
    "Paris",
    "with",
    "ten",
    "friends",
    "or",
    "change",
    "wifi",
]

SHAPES: dict[str, tuple[int, list[tuple[int, int]] | None]] = {
    "chain of 6": (6, None),
    "chain of 12": (12, None),
    "12 independent": (12, []),
    "11 independent, then 1": (12, [(node, 11) for node in range(11)]),
    "5 independent, then 1": (6, [(node, 5) for node in range(5)]),
    "3 branches of 4": (12, [(node, node + 3) for node in range(9)]),
    "1, then 10, then 1": (12, [(0, node) for node in range(1, 11)] + [(node, 11) for node in range(1, 11)]),
    "3 layers of 4": (12, [(4 * at + one, 4 * at + 4 + two) for at in (0, 1) for one in range(4) for two in range(4)]),
    "diamonds": (12, [(3 * at, 3 * at + step) for at in range(3) for step in (1, 2)]
                 + [(3 * at + step, 3 * at + 3) for at in range(3) for step in (1, 2)] + [(9, 10), (9, 11)]),
}  # fmt: skip


def trajectory(seed: int, messages: int, changes: int) -> ExecutionContext:
    """A conversation of random sentences in which the device changes now and then."""
    source = random.Random(seed)
    context = ExecutionContext()
    for at in range(messages):
        if at and at % max(1, messages // max(1, changes)) == 0:
            for namespace, row in _rows(at).items():
                context.add_rows(DatabaseNamespace(namespace), [row])
        sender, recipient = ("USER", "AGENT") if at % 2 == 0 else ("AGENT", "USER")
        content = " ".join(source.choices(_WORDS, k=source.randint(3, 12)))
        message = {"sender": sender, "recipient": recipient, "content": content, "visible_to": [sender, recipient]}
        context.add_rows(DatabaseNamespace.SANDBOX, [message])
    return context


def _rows(at: int) -> dict[str, dict[str, object]]:
    return {
        "REMINDER": {"reminder_id": str(at), "content": f"number {at}"},
        "CONTACT": {"person_id": str(at), "name": f"Person {at}"},
    }


def milestones(seed: int, count: int) -> list[Milestone]:
    """Wanted messages that no message meets exactly."""
    source = random.Random(-seed - 1)
    wanted = [
        {"sender": "AGENT", "recipient": "USER", "content": " ".join(source.choices(_WORDS, k=8))} for _ in range(count)
    ]
    return [
        Milestone([SnapshotConstraint.of_rows(DatabaseNamespace.SANDBOX, snapshot_similarity, [row])]) for row in wanted
    ]


def main() -> None:
    """Print a table and write it as JSON if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the numbers")
    options = parser.parse_args()
    results = []
    print(f"{'milestones':28}{'messages':>9}{'device changes':>16}{'median s':>10}{'worst s':>10}")
    for name, (count, edges) in SHAPES.items():
        for messages, changes in ((30, 0), (60, 0), (60, 6)):
            seconds = []
            for seed in range(5):
                context = trajectory(seed, messages, changes)
                matcher = MilestoneMatcher(milestones(seed, count), None if edges is None else list(edges))
                start = time.perf_counter()
                matcher.compute_mapping_and_similarity(context)
                seconds.append(time.perf_counter() - start)
            seconds.sort()
            results.append(
                {"shape": name, "messages": messages, "changes": changes, "median": seconds[2], "worst": seconds[-1]}
            )
            print(f"{name:28}{messages:9}{changes:16}{seconds[2]:10.3f}{seconds[-1]:10.3f}", flush=True)
    if options.json:
        options.json.write_text(
            json.dumps({"surroundings": surroundings(*PACKAGES), "rows": results}, indent=2) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
