"""A run whose every text tries to break what shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tool_sandbox.runs.run_result import RunResult, open_run
from tool_sandbox.runs.store import RESULTS, RUN

ANSWER = 10_000_000
"""Characters of the longest answer."""
CALLS, TURNS = 1000, 800
HTML = "<script>window.ran = 1</script><img src=x onerror='window.ran = 1; fetch(\"http://127.0.0.1:9/\")'>"
ACTING = "\x1b[31mred \u202eright\u2066 \ud800 half \x00 nothing"
EVIL = f"{HTML} {ACTING} \"'`${{1}}{{{{7*7}}}} 😀👩\u200d🚀 </script>-->{'w' * 300}"
"""HTML, terminal codes, turned directions, half a character, a NUL, quotes, emoji, and a very long word."""
SAMPLES = ("short", "long answer", "many calls", "many turns", "void")


def hostile_run(source: Path, into: Path) -> RunResult:
    """A copy of a run in which all that anybody could have written is hostile: one sample for each of ``SAMPLES``."""
    record = json.loads((source / RESULTS).read_text("utf-8").splitlines()[-1])
    played = json.loads((source / record["trajectory"] / "execution_context.json").read_text("utf-8"))
    for name in SAMPLES:
        folder = into / "trajectories" / name
        folder.mkdir(parents=True)
        (folder / "execution_context.json").write_text(json.dumps(_world(played, name)), encoding="utf-8")
    lines = [json.dumps(_result(record, name)) for name in SAMPLES]
    (into / RESULTS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    run = json.loads((source / RUN).read_text("utf-8"))
    run["settings"] |= {"agent": EVIL, "user": EVIL}
    (into / RUN).write_text(json.dumps(run), encoding="utf-8")
    return open_run(into)


def _result(record: dict[str, Any], name: str) -> dict[str, Any]:
    losses = [{**each, "id": EVIL, "where": EVIL, "text": EVIL} for each in record["explanation"]]
    evil = dict.fromkeys(("agent", "user", "ending"), EVIL)
    lists = {each: [EVIL] for each in ("categories", "tags", "models", "notes")}
    named = {"name": f"{name} {EVIL}", "trajectory": f"trajectories/{name}"}
    if name != "void":
        return {**record, **evil, **lists, **named, "explanation": losses}
    error = dict.fromkeys(("type", "message", "provider", "model"), EVIL) | {"cause": "provider"}
    without = dict.fromkeys(("similarity", "outcome", "milestone_similarity", "minefield_similarity"))
    void = {"status": "void", "cause": "provider", "exception_type": EVIL, "traceback": EVIL, "error": error}
    return {**record, **evil, **lists, **named, **without, **void, "explanation": []}


def _world(played: dict[str, Any], name: str) -> dict[str, Any]:
    tables = {table: [_evil(row) for row in rows] for table, rows in played["_dbs"].items()}
    log = played["_dbs"]["SANDBOX"]
    first = next(at for at, row in enumerate(log) if row["sender"] == "USER" and row["visible_to"] is None)
    said = list(_said(name, log[first]))
    begin = log[first]["sandbox_message_index"]
    rows = [{**row, "sandbox_message_index": begin + at} for at, row in enumerate(said)]
    return {**played, "_dbs": {**tables, "SANDBOX": [*log[:first], *rows]}, "annotations": {}}


def _evil(row: dict[str, Any]) -> dict[str, Any]:
    """Texts of a row that are no names of others."""
    return {key: EVIL if key in {"name", "content"} and value is not None else value for key, value in row.items()}


def _said(name: str, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    agent = {**row, "sender": "AGENT", "recipient": "USER"}
    yield {**row, "content": EVIL}
    if name == "long answer":
        yield {**agent, "content": EVIL + "x" * (ANSWER - len(EVIL))}
    for at in range(CALLS if name == "many calls" else 1):
        yield from _call(row, at)
    for at in range(TURNS if name == "many turns" else 1):
        yield {**agent, "content": f"{at} {EVIL}"}
        yield {**row, "content": EVIL}


def _call(row: dict[str, Any], at: int) -> Iterator[dict[str, Any]]:
    ids = {"openai_tool_call_id": f"call_{at}", "openai_function_name": EVIL}
    code = f"call_{at}_parameters = {{'name': {EVIL!r}}}\ncall_{at}_response = search_contacts(**call_{at}_parameters)"
    yield {
        **row,
        **ids,
        "sender": "AGENT",
        "recipient": "EXECUTION_ENVIRONMENT",
        "content": f"{code}\nprint(repr(call_{at}_response))",
    }
    failed = {"tool_call_exception": EVIL if at % 2 else None}
    yield {**row, **ids, **failed, "sender": "EXECUTION_ENVIRONMENT", "recipient": "AGENT", "content": EVIL}
