"""What the command line says of Ray clusters, with and without Ray."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Self

import pytest
from attrs import frozen

from tests.cli.command import ROOT, call, openai_server, run_directory, spawn
from tests.cli.test_workers import PRICES, arguments, asked, held, journaled, results
from tests.waiting import HANG
from tool_sandbox.cli.app import exit_code

HAS_RAY = find_spec("ray") is not None
with_ray = pytest.mark.skipif(not HAS_RAY, reason="the extra ray is not installed")


@frozen
class TwoNodes:
    """A cluster in a process of its own."""

    process: subprocess.Popen[str]
    flags: tuple[str, ...]
    """Have a run played there."""

    @classmethod
    def start(cls) -> Self:
        command = [sys.executable, str(ROOT / "benchmarks" / "two_nodes.py")]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        return cls(process, ("--executor", "ray", "--ray-address", process.stdout.readline().strip()))

    def lose_the_second(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "lost\n"


@pytest.fixture(scope="module")
def two_nodes() -> Iterator[TwoNodes]:
    """A Ray cluster on this machine."""
    cluster = TwoNodes.start()
    yield cluster
    cluster.process.communicate()


@pytest.mark.skipif(HAS_RAY, reason="the extra ray is installed")
def test_without_ray_one_sentence_says_what_to_install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["run", "-a", "oracle", "-o", str(tmp_path), "--executor", "ray"]) == 2
    assert "needs the package 'ray', which is not installed: .venv/bin/uv pip install -e '.[ray]'" in (
        capsys.readouterr().err
    )


def test_the_address_of_a_cluster_alone_has_no_effect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["run", "-a", "oracle", "-o", str(tmp_path), "--ray-address", "127.0.0.1:1"]) == 2
    assert "ray_address='127.0.0.1:1' would have no effect without --executor ray" in capsys.readouterr().err


@with_ray
def test_a_cluster_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["run", "-a", "oracle", "-o", str(tmp_path), "--executor", "ray", "--ray-address", "127.0.0.1:1"]
    assert exit_code(given) == 2
    assert "no Ray cluster answers at '127.0.0.1:1'" in capsys.readouterr().err


@with_ray
def test_two_runs_may_call_their_workers_the_same_on_one_cluster(two_nodes: TwoNodes) -> None:
    script = """if True:
        import asyncio, sys
        from tool_sandbox.runs.workers.actors import Actors

        async def start_twice():
            actors = Actors(sys.argv[1])
            links = [await actors.start("same") for _ in range(2)]
            await asyncio.gather(*(link.end(0) for link in links))

        asyncio.run(start_twice())
    """
    run = subprocess.run(
        [sys.executable, "-c", script, two_nodes.flags[-1]], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


@with_ray
def test_a_lost_node_costs_no_more_than_its_calls_in_flight(tmp_path: Path, two_nodes: TwoNodes) -> None:
    with openai_server("--hold-after", "6") as url:
        process = spawn(*arguments(url, tmp_path, "--trials", "2", "-p", "4", *two_nodes.flags))
        held(url, process, 8)
        two_nodes.lose_the_second()
        asked(url, "/release")
        out, err = process.communicate(timeout=HANG)
        calls = asked(url)["calls"]

    assert process.returncode == 0, out + err
    played = results(run_directory(tmp_path))
    assert len(played) == len(journaled(run_directory(tmp_path))), "each sample is one call"
    assert len(played) <= calls <= len(played) + 4, "four were in flight"


@with_ray
def test_actors_on_two_nodes_stay_under_one_cap_and_use_nearly_all_of_it(tmp_path: Path, two_nodes: TwoNodes) -> None:
    """By the count of the server: a call costs a quarter of a cent, and twice as much at most."""
    limits = ("--budget", "0.50", "--param", PRICES, "--max-tokens", "20")
    with openai_server() as url:
        given = arguments(url, tmp_path, "--trials", "40", "-p", "128", *limits, "--workers", "4", *two_nodes.flags)
        run = call(*given)
        paid = asked(url)["completion_tokens"] * 250 / 1e6

    assert run.returncode == 3, run.stdout + run.stderr
    assert 0.95 * 0.50 <= paid <= 0.50
