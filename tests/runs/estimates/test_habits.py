"""How a model answered in former runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tool_sandbox.llm.chat import CallTag, ChatRequest, ChatResponse, Usage
from tool_sandbox.llm.layers.journal.entry import CallKey, written_line
from tool_sandbox.llm.local.models import parse_local
from tool_sandbox.runs.estimates.habits import Habits, habits_of

MODEL = "openai/gpt-4o"


def line(model: str = MODEL, latency: float = 1.0, reasoning: int = 0, **more: Any) -> bytes:
    """A line of a journal as a run writes it."""
    usage = Usage(prompt_tokens=100, completion_tokens=50, reasoning_tokens=reasoning)
    key = CallKey(request="r", scenario="s", trial=0, role="AGENT", turn=1)
    request = ChatRequest(model=model, messages=(), tag=CallTag(scenario="s"))
    return written_line(key, request, ChatResponse(text="hi", latency=latency, usage=usage, **more))


def journal(base: Path, name: str, *lines: bytes) -> Path:
    file = base / name / "calls.jsonl"
    file.parent.mkdir()
    file.write_bytes(b"".join(lines))
    return file


def test_the_calls_of_former_runs_say_how_long_a_model_takes_and_how_much_it_thinks(tmp_path: Path) -> None:
    journal(tmp_path, "a", line(latency=1.0, reasoning=10), line(latency=2.0, reasoning=30), line("openai/other"))
    journal(tmp_path, "b", line(latency=3.0, reasoning=20))
    assert habits_of(MODEL, str(tmp_path)) == Habits(2.0, 20, 3)


def test_answers_that_nobody_waited_for_say_nothing(tmp_path: Path) -> None:
    cached, replayed = line(latency=0.001, cached=True), line(latency=0.001, replayed=True)
    journal(tmp_path, "a", cached, replayed, line(latency=4.0))
    assert habits_of(MODEL, str(tmp_path)) == Habits(4.0, 0, 1)


def test_what_somebody_tore_is_left_out(tmp_path: Path) -> None:
    journal(tmp_path, "a", b"{}\n", b"[]\n", b'{"model": 3, "response": []}\n', b"\xff\n", line(), line()[:40])
    journal(tmp_path, "b", line(latency=5.0), b"no JSON\n")
    assert habits_of(MODEL, str(tmp_path)).calls == 2


def test_the_newest_runs_say_it_and_a_link_to_one_of_them_does_not_count_twice(tmp_path: Path) -> None:
    for number in range(25):
        file = journal(tmp_path, f"{number}", line(latency=1.0 if number < 10 else 9.0))
        os.utime(file, (1000 + number, 1000 + number))
    (tmp_path / "latest").symlink_to("24", target_is_directory=True)
    found = habits_of(MODEL, str(tmp_path))
    assert 15 < found.calls < 20
    assert found.seconds > 7


@pytest.mark.parametrize(("model", "seconds"), [(MODEL, 3.0), ("local", 20.0)])
def test_without_former_runs_it_is_assumed(model: str, seconds: float, tmp_path: Path) -> None:
    assert habits_of(model, str(tmp_path / "none")) == Habits(seconds)
    assert habits_of(model, "memory://runs") == Habits(seconds)
    assert Habits(seconds).described == f"{seconds:g} s a call, assumed"


def test_a_local_model_is_known_by_the_name_that_its_server_has(tmp_path: Path) -> None:
    journal(tmp_path, "a", line(f"openai/{parse_local('local').name}", latency=7.0))
    assert habits_of("local", str(tmp_path)).seconds == 7.0
