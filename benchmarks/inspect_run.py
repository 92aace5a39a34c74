"""The row of Inspect AI in ``benchmarks/runs.py``; needs the package ``inspect-ai`` and nothing of this project.

``python inspect_run.py CONVERSATIONS SAMPLES CONCURRENCY SERVER FOLDER``

A solver asks what our agent asks: it generates, then adds what the tools or the user said next in the recorded
conversation. A scorer looks at the last answer, and Inspect writes its log. Prints what ``one_run.py`` prints.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai import eval as evaluate
from inspect_ai.dataset import Sample
from inspect_ai.model import ChatMessage, ChatMessageSystem, ChatMessageTool, ChatMessageUser, get_model
from inspect_ai.scorer import Score, Target, accuracy, scorer
from inspect_ai.solver import Generate, TaskState, solver
from inspect_ai.tool import ToolInfo
from processes import peak_megabytes


def messages_of(recorded: list[dict[str, Any]]) -> list[ChatMessage]:
    """Messages as Inspect has them; those of the assistant are left out, as it answers itself."""
    made: list[ChatMessage] = []
    for each in recorded:
        if each["role"] == "system":
            made.append(ChatMessageSystem(content=each["content"]))
        elif each["role"] == "user":
            made.append(ChatMessageUser(content=each["content"]))
        elif each["role"] == "tool":
            made.append(ChatMessageTool(content=each["content"], tool_call_id=each["tool_call_id"]))
    return made


def tools_of(recorded: list[dict[str, Any]]) -> list[ToolInfo]:
    """Tools as Inspect declares them."""
    functions = [each["function"] for each in recorded]
    return [
        ToolInfo(name=each["name"], description=each.get("description") or each["name"], parameters=each["parameters"])
        for each in functions
    ]


@solver
def conversation() -> Any:
    """Answer turn by turn."""

    async def solve(state: TaskState, _generate: Generate) -> TaskState:
        requests = state.metadata["requests"]
        known = 0
        state.messages = []
        for request in requests:
            state.messages += messages_of(request["messages"][known:])
            known = len(request["messages"])
            state.output = await get_model().generate(state.messages, tools=tools_of(request["tools"]))
            state.messages.append(state.output.message)
        return state

    return solve


@scorer(metrics=[accuracy()])
def said_something() -> Any:
    """Whether there is a last answer."""

    async def score(state: TaskState, _target: Target) -> Score:
        return Score(value=1 if state.output.message else 0)

    return score


@task
def conversations(recorded: list[Any], samples: int) -> Task:
    """So many samples of the recorded conversations."""
    data = [
        Sample(input=each[0]["messages"][-1]["content"], id=number, metadata={"requests": each})
        for number, each in enumerate(islice(cycle(recorded), samples))
    ]
    return Task(dataset=data, solver=conversation(), scorer=said_something())


def play(recorded: list[Any], samples: int, concurrency: int, server: str, folder: str) -> int:
    """Returns how many samples were scored."""
    model = get_model("openai-api/local/gpt-4o", base_url=server, api_key="x", memoize=False)
    (log,) = evaluate(
        conversations(recorded, samples),
        model=model,
        max_samples=concurrency,
        max_connections=concurrency,
        log_dir=folder,
        display="none",
    )
    if log.status != "success" or log.results is None:
        raise SystemExit(str(log.error))
    return log.results.completed_samples


def main() -> None:
    recorded = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    samples, concurrency, server, folder = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
    play(recorded, len(recorded), len(recorded), server, folder)
    began, used = time.monotonic(), time.process_time()
    before = peak_megabytes()
    solved = play(recorded, samples, concurrency, server, folder)
    result = {"solved": solved, "wall_s": time.monotonic() - began, "cpu_s": time.process_time() - used}
    print(json.dumps({**result, "start_cpu_s": used, "start_mb": before, "peak_mb": peak_megabytes()}))


if __name__ == "__main__":
    main()
