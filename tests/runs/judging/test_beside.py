"""A real process that judges samples beside the one that plays them: nothing is different but who judged."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import tool_sandbox
from tests.own_tables import forget
from tests.runs.samples import scored
from tests.waiting import auntil
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.world.schemas import register_namespace
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.digests import digest_of
from tool_sandbox.runs.judging import judges
from tool_sandbox.runs.judging.beside import Beside, Setup
from tool_sandbox.runs.judging.verdict import Case
from tool_sandbox.runs.outcomes import Played
from tool_sandbox.runs.run_result import RunResult
from tool_sandbox.scenarios import named_scenarios

COUNT = 100


class Watched(Beside):
    """Notes the samples that the process judged, and may be told what to do when it has."""

    has_answered = False
    judged: list[str]
    then: Callable[[Watched], None]

    async def judge(self, case: Case) -> Played | None:
        played = await super().judge(case)
        Watched.has_answered = True
        if played is not None:
            self.judged.append(case.result.name)
            self.then(self)
        return played

    def kill(self) -> None:
        """Kill the process."""
        assert self._child is not None
        os.kill(self._child._process.pid, signal.SIGKILL)


async def until_it_helps(_clock: Callable[[], float]) -> None:
    """Nobody is judged here before the process has answered, however long it takes to start."""
    await auntil(lambda: Watched.has_answered)


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> type[Watched]:
    """The process is started as soon as a sample waits, whatever this machine has."""
    Watched.has_answered, Watched.judged, Watched.then = False, [], staticmethod(lambda _self: None)
    monkeypatch.setattr(judges, "Beside", Watched)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setitem(judges.Judges.__init__.__kwdefaults__ or {}, "many", 1)
    monkeypatch.setattr(judges, "until_idle", until_it_helps)
    return Watched


def played(agent: str, folder: Path) -> RunResult:
    return tool_sandbox.run(agent, "oracle", limit=COUNT, concurrency=COUNT, output=folder)


def lines(run: RunResult) -> list[dict[str, Any]]:
    """The results as they are written, without what is different each time."""
    text = Path(run.directory or "", "results.jsonl").read_text(encoding="utf-8")
    found = [{**json.loads(line), "duration": None} for line in text.splitlines()]
    return sorted(found, key=lambda each: (each["name"], each["trial"]))


def files(run: RunResult) -> dict[str, bytes]:
    """The trajectories, by their paths."""
    folder = Path(run.directory or "", "trajectories")
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("agent", ["oracle", "saboteur"])
def test_results_and_files_are_the_same_whoever_judges(tmp_path: Path, beside: type[Watched], agent: str) -> None:
    helped = played(agent, tmp_path / "helped")
    assert beside.judged

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.cpu_count", lambda: 1)
        alone = played(agent, tmp_path / "alone")

    assert lines(helped) == lines(alone)
    assert files(helped) == files(alone)


def test_nothing_is_lost_when_the_process_is_killed(tmp_path: Path, beside: type[Watched]) -> None:
    beside.then = staticmethod(Watched.kill)

    run = played("oracle", tmp_path)

    assert 0 < len(beside.judged) < COUNT
    assert [line["similarity"] for line in lines(run)] == [1.0] * COUNT


def setup(folder: Path, **changes: Any) -> Setup:
    (folder / "run.json").write_text("{}", encoding="utf-8")
    return Setup(settings=RunSettings(agent="oracle", user="oracle", **changes), directory=str(folder))


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Beside]:
    """One that is ready."""
    process = Beside(setup(tmp_path), lambda: None)
    process.begin()
    await auntil(lambda: process.is_ready)
    yield process
    await process.aclose()


def case(**changes: Any) -> Case:
    """The beginning of a bundled scenario, as if that was all of it."""
    name = "switch_wifi_off"
    played = named_scenarios(ToolBackend.DEFAULT)[name]
    result = evolve(scored(name), **{"digest": digest_of(played), **changes})
    return Case(scenario=played, world=played.starting_context.fork(), result=result, user_is_model=False)


async def test_the_files_are_written_when_the_verdict_comes(tmp_path: Path, process: Beside) -> None:
    played = await process.judge(case())

    assert played is not None
    assert not played.files
    assert (tmp_path / str(played.result.trajectory) / "conversation.json").exists()


@pytest.mark.parametrize("digest", ["", "of another one"])
async def test_a_scenario_that_may_be_another_one_there_is_left_to_whoever_asked(process: Beside, digest: str) -> None:
    assert await process.judge(case(digest=digest)) is None


async def test_a_world_that_cannot_be_read_there_is_left_to_whoever_asked(process: Beside) -> None:
    unknown = case()
    unknown.world.annotations[0] = {"table": register_namespace("OF_THIS_PROCESS", {"name": "text"})}
    forget("OF_THIS_PROCESS")

    assert await process.judge(unknown) is None
    assert await process.judge(case()) is not None


async def test_a_world_that_cannot_be_sent_is_left_to_whoever_asked(process: Beside) -> None:
    held = case()
    held.world.annotations[0] = {"held": threading.Lock()}

    assert await process.judge(held) is None
    assert await process.judge(case()) is not None


async def test_a_process_that_cannot_load_the_scenarios_ends_and_is_not_started_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    told = asyncio.Event()
    process = Beside(setup(tmp_path, scenarios_from=(str(tmp_path / "gone.yaml"),)), told.set)
    process.begin()
    await told.wait()
    process.begin()

    assert not process.is_ready
    assert await process.judge(case()) is None
    await process.aclose()
    assert "Traceback" not in capfd.readouterr().err


async def started(process: Beside) -> bool:
    """Whether it becomes ready."""
    told = asyncio.Event()
    process._changed = told.set
    process.begin()
    await told.wait()
    is_ready = process.is_ready
    await process.aclose()
    return is_ready


async def test_a_process_that_cannot_be_started_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", None)  # as where Python is a part of another program

    assert not await started(Beside(setup(tmp_path), lambda: None))


async def test_files_of_the_working_directory_are_no_modules_of_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pickle.py").write_text("raise RuntimeError", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert await started(Beside(setup(tmp_path), lambda: None))
    assert "Traceback" not in capfd.readouterr().err


TOOL = """
from tool_sandbox import RoleType, register_as_tool

@register_as_tool(visible_to=(RoleType.AGENT,))
def found_only_here() -> int:
    \"\"\"Find something.\"\"\"
    return 1
"""


async def test_modules_are_found_where_this_process_finds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "found_only_here.py").write_text(TOOL, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    assert await started(Beside(setup(tmp_path, tools_from=("found_only_here",)), lambda: None))
