"""Runs as polars frames: samples, messages, calls and milestones, one row for each.

A run is a result of ``tool_sandbox.run``, or the directory of one, also of the original. ``run`` is the name of its
directory; one that is given twice is there once. ``COLUMNS`` says what the columns of each frame mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from tool_sandbox.analysis.named_runs import Run, distinct_runs
from tool_sandbox.common.execution.tool_code import parse_tool_call_code
from tool_sandbox.common.transcript import is_few_shot, text_beside_call
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.common.world.schemas import INDEX_COLUMN, Row
from tool_sandbox.runs.sample_frame import SCHEMA, frame_of, row_of
from tool_sandbox.scenarios.presentations import base_name, presentation_of

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext
    from tool_sandbox.runs.run_result import RunResult
    from tool_sandbox.runs.stored_sample import StoredSample

_WHICH = {"run": "directory of the run", "name": "scenario", "trial": "trial of the scenario, from 0"}
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "samples": {
        **_WHICH,
        "base": "scenario without its presentation",
        "presentation": "how the tools are presented, such as `plain`",
        "category": "categories that the sample counts for",
        "tags": "tags of the scenario",
        "digest": "changes with what the score depends on beside the model",
        "agent": "who played the agent",
        "user": "who played the user",
        "status": "`scored` or `void`",
        "cause": "why it is void",
        "similarity": "score, 0 to 1; null when void",
        "outcome": "how right the end is, 0 to 1",
        "milestone_similarity": "mean of what the milestones count for",
        "minefield_similarity": "anything but 0 makes the score 0",
        "nop_floor": "what the author allows doing nothing",
        "floor": "the most that can be had without the work",
        "turn_count": "messages of the conversation, as the original counts them",
        "messages": "messages in all",
        "duration": "seconds",
        "calls": "calls of models",
        "prompt_tokens": "tokens read",
        "completion_tokens": "tokens written",
        "cost": "US dollars; null when unknown",
        "fallback": "whether a fallback answered",
    },
    "messages": {
        **_WHICH,
        "message": "number of the message",
        "sender": "role that sent it",
        "recipient": "role that got it",
        "content": "its text",
        "tool": "tool that is called or answers",
        "call": "id of the call",
        "beside": "text that the model wrote beside a call",
        "exception": "error of the tool",
    },
    "calls": {
        **_WHICH,
        "message": "number of the message with the call",
        "caller": "role that called",
        "tool": "tool, by the name that was called",
        "arguments": "JSON; null when the call cannot be read",
        "answer": "number of the message with the answer",
        "result": "text of the answer",
        "exception": "error of the tool; null when it succeeded",
    },
    "milestones": {
        **_WHICH,
        "kind": "`milestone` or `minefield`",
        "number": "its number, from 0",
        "id": "its id; null of a minefield that was not hit",
        "message": "message it was matched to",
        "similarity": "how well, 0 to 1",
        "credit": "what a milestone counts for, 0 to 1",
        "reason": "what took points, as a word; null when nothing did",
        "where": "table and column, tool and argument, or milestone that the reason is about",
        "text": "the reason in words",
        "fault": "whose fault it is: `agent`, `user`, `tool` or `scenario`; null when nothing was lost",
    },
}
"""Frame → column → what it holds."""

_TYPES: Mapping[str, Any] = {
    **dict.fromkeys(("trial", "message", "answer", "number"), pl.Int64),
    **dict.fromkeys(("similarity", "credit"), pl.Float64),
}
"""The columns that are no text."""


def samples(*runs: Run) -> pl.DataFrame:
    """One row for each sample, scored or void."""
    texts = dict.fromkeys(("run", "base", "presentation", "digest"), pl.String)
    rows = (_sample_row(run, sample) for run in distinct_runs(runs) for sample in run)
    return frame_of(rows, {**SCHEMA, **texts, "tags": pl.List(pl.String)}).select(list(COLUMNS["samples"]))


def messages(*runs: Run) -> pl.DataFrame:
    """One row for each message of the conversations; examples that only the simulated user sees are left out."""
    return _frame("messages", runs, _messages_of)


def calls(*runs: Run) -> pl.DataFrame:
    """One row for each call of a tool, by the agent or the user, with its answer."""
    return _frame("calls", runs, _calls_of)


def milestones(*runs: Run) -> pl.DataFrame:
    """One row for each milestone and minefield of the scored samples."""
    return _frame("milestones", runs, _milestones_of)


FRAMES: Mapping[str, Callable[..., pl.DataFrame]] = {
    "samples": samples,
    "messages": messages,
    "calls": calls,
    "milestones": milestones,
}


OF_CONVERSATIONS = ("messages", "calls")
"""The frames that are made of what run directories hold beside the results."""


def lost_conversations(*runs: Run) -> list[StoredSample]:
    """The samples whose conversations are gone from the run directories: ``OF_CONVERSATIONS`` are without them."""
    played = (sample for run in distinct_runs(runs) for sample in run if sample.trajectory or sample.status == "scored")
    return [sample for sample in played if not _has_conversation(sample)]


def _sample_row(run: RunResult, sample: StoredSample) -> dict[str, Any]:
    return {
        "run": run.store.directory.name,
        **row_of(sample),
        "base": base_name(sample.name),
        "presentation": presentation_of(sample.name).name,
        "digest": sample.digest,
        "tags": list(sample.tags),
    }


def _frame(
    name: str, runs: tuple[Run, ...], rows_of: Callable[[StoredSample], Iterator[dict[str, Any]]]
) -> pl.DataFrame:
    schema = {column: _TYPES.get(column, pl.String) for column in COLUMNS[name]}
    rows = (
        {"run": run.store.directory.name, "name": sample.name, "trial": sample.trial, **row}
        for run in distinct_runs(runs)
        for sample in run
        for row in rows_of(sample)
    )
    return frame_of(rows, schema)


def _messages_of(sample: StoredSample) -> Iterator[dict[str, Any]]:
    world = _world(sample)
    for row in _log(world):
        yield {
            "message": row[INDEX_COLUMN],
            **{key: str(row[key]) for key in ("sender", "recipient", "content")},
            "tool": row["openai_function_name"],
            "call": row["openai_tool_call_id"],
            "beside": text_beside_call(world, row) if world else None,
            "exception": row["tool_call_exception"],
        }


def _calls_of(sample: StoredSample) -> Iterator[dict[str, Any]]:
    log = _log(_world(sample))
    for position, row in enumerate(log):
        if row["recipient"] != RoleType.EXECUTION_ENVIRONMENT or row["sender"] == RoleType.SYSTEM:
            continue
        tool, arguments = _called(row["content"])
        answer = next((later for later in log[position + 1 :] if _answers(later, row)), None)
        yield {
            "message": row[INDEX_COLUMN],
            "caller": str(row["sender"]),
            "tool": row["openai_function_name"] or tool,
            "arguments": arguments,
            "answer": answer and answer[INDEX_COLUMN],
            "result": answer and answer["content"],
            "exception": answer and answer["tool_call_exception"],
        }


def _milestones_of(sample: StoredSample) -> Iterator[dict[str, Any]]:
    mappings = {"milestone": sample.milestone_mapping, "minefield": sample.minefield_mapping}
    told = _explained(sample)
    for kind, mapping in mappings.items():
        for number, (message, similarity) in mapping.items():
            credit = sample.milestone_credit.get(number, similarity) if kind == "milestone" else None
            why = {key: told.get((kind, number), {}).get(key) for key in ("id", "reason", "where", "text", "fault")}
            found = {"kind": kind, "number": number, "message": message, "similarity": similarity, "credit": credit}
            yield {**found, **why}


def _explained(sample: StoredSample) -> dict[tuple[str, int], Mapping[str, Any]]:
    """The compact explanation by kind and number: of every milestone, and of the minefields that were hit."""
    hit = [number for number, (_, similarity) in sorted(sample.minefield_mapping.items()) if similarity]
    keys = [*(("milestone", number) for number in sorted(sample.milestone_mapping)), *(("minefield", at) for at in hit)]
    return dict(zip(keys, sample.explanation, strict=False))


def _world(sample: StoredSample) -> ExecutionContext | None:
    """The world of a sample that was played, as far as it is kept."""
    return sample.world if _has_conversation(sample) else None


def _has_conversation(sample: StoredSample) -> bool:
    return sample.store.trajectory_of(sample.to_record()).is_dir()


def _log(world: ExecutionContext | None) -> list[Row]:
    return [row for row in world.log() if not is_few_shot(row)] if world is not None else []


def _answers(row: Row, call: Row) -> bool:
    same = row["openai_tool_call_id"] == call["openai_tool_call_id"]
    return bool(same and row["sender"] == RoleType.EXECUTION_ENVIRONMENT and row["recipient"] == call["sender"])


def _called(code: str) -> tuple[str | None, str | None]:
    """The tool and the arguments, as JSON, of the code of a call; nothing for code that a person wrote."""
    try:
        parsed = parse_tool_call_code(code)
    except (AssertionError, ValueError):
        return None, None
    return parsed.function_name, parsed.arguments
