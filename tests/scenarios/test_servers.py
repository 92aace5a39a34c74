from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import tool_sandbox as ts
from tests.ports import free_port
from tests.scenarios.writing import library
from tests.waiting import until
from tool_sandbox.cli.app import exit_code
from tool_sandbox.common.execution_context import new_context
from tool_sandbox.common.tool_conversion import convert_to_openai_tools
from tool_sandbox.errors import MissingDependencyError, ScenarioError, ToolServerError
from tool_sandbox.runs.digests import digest_of
from tool_sandbox.tools.mcp.address import ServerAddress
from tool_sandbox.tools.mcp.server import ToolServer

SERVER = Path(__file__).parents[1] / "tools" / "mcp" / "library_server.py"
ENTRY = """
  - name: find_dune
    user: {knows: You want to know on which shelf Dune is., says: Where is Dune?}
    milestones:
      - {id: looked, called: {find_book: {title: Dune}}}
      - {id: told, said: Dune is on shelf B3., facts: [B3]}
    solution:
      - find_book: {title: Dune}
      - say: Dune is on shelf B3.
"""


def written(server: str, entries: str = ENTRY) -> str:
    return f"mcp:\n  library: {server}\nscenarios:{entries or ' []'}"


def command(*arguments: str) -> str:
    return f"{{command: [python, {json.dumps(str(SERVER))}{''.join(f', {each}' for each in arguments)}]}}"


def file_with(folder: Path, server: str) -> str:
    (folder / "library.yaml").write_text(written(server), encoding="utf-8")
    return str(folder / "library.yaml")


@pytest.mark.parametrize(
    ("server", "problem"),
    [
        ("{command: [no_such_program]}", "'library' (no_such_program) cannot be started: [Errno 2]"),
        ("{command: [python, -c, import nosuch]}", "it said: ModuleNotFoundError: No module named 'nosuch'"),
        ("{url: 'http://127.0.0.1:9/mcp'}", "'library' (http://127.0.0.1:9/mcp) cannot be reached"),
        ("{url: library}", "'library' is no address"),
        ("{command: [python], url: 'http://127.0.0.1:9'}", "expected 'command' or 'url', one of them"),
        ("{}", "expected 'command' or 'url', one of them"),
        ("{comand: [python]}", "the key 'comand' means nothing here; did you mean 'command'?"),
        ("[python]", "expected a mapping with the keys command, url"),
        (command("--writes"), "they do not say readOnlyHint: borrow. Write 'writes: true'"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_with_its_place(tmp_path: Path, server: str, problem: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(problem)) as caught:
        library(tmp_path, written(server, ""))
    assert str(caught.value).startswith(f"{tmp_path / 'mine.yaml'}:2: mcp.library")


def test_check_refuses_to_prove_what_a_server_is_missing_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["check", "--scenarios-from", file_with(tmp_path, "{command: [no_such_program]}")]) == 2
    assert "library.yaml:2: mcp.library: the MCP server 'library'" in capsys.readouterr().err


def test_without_the_extra_it_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(MissingDependencyError, match=r"mine\.yaml:2: mcp\.library: .*uv pip install -e '\.\[mcp\]'"):
        library(tmp_path, written(command()))


def test_tools_of_a_server_are_proved_presented_and_loaded_again_like_any(tmp_path: Path) -> None:
    source = file_with(tmp_path, command())
    assert exit_code(["check", "--scenarios-from", source]) == 0
    found = ts.load_scenarios(scenarios_from=[source], presentations="all")
    scrambled = found["find_dune_3_distraction_tools_tool_name_scrambled"].starting_context
    with new_context(scrambled.fork()) as context:
        shown = convert_to_openai_tools(context.get_available_tools(scrambling_allowed=True))
    assert "Find books by their title." in {
        each["function"]["description"] for each in shown if each["function"]["name"].startswith("library_")
    }


def test_another_tool_of_the_name_is_another_scenario(tmp_path: Path) -> None:
    one, same = (ts.load_scenarios("find_dune", scenarios_from=[file_with(tmp_path, command())]) for _ in range(2))
    changed = tmp_path / "changed.py"
    changed.write_text(SERVER.read_text("utf-8").replace("Find books by", "Look for books by"), encoding="utf-8")
    other = ts.load_scenarios("find_dune", scenarios_from=[file_with(tmp_path, "{command: [python, changed.py]}")])
    digests = [digest_of(each["find_dune"]) for each in (one, same, other)]
    assert digests[0] == digests[1] != digests[2] != ""


@contextmanager
def listening() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The server on a free port; yields its URL and its process."""
    port = free_port()
    with subprocess.Popen([sys.executable, str(SERVER), "--port", str(port)], env={**os.environ}) as process:

        def answers() -> bool:
            with socket.socket() as line:
                return line.connect_ex(("127.0.0.1", port)) == 0

        try:
            until(lambda: answers() or process.poll() is not None)
            yield f"http://127.0.0.1:{port}/mcp", process
        finally:
            process.kill()


def test_a_server_that_runs_already_is_asked_at_its_address_until_it_is_gone(tmp_path: Path) -> None:
    with listening() as (url, process):
        result = ts.run("oracle", scenarios="find_dune", scenarios_from=[file_with(tmp_path, f"{{url: '{url}'}}")])
        assert (result.score, result.record["mcp"]["library"]["url"]) == (1.0, url)
        server = ToolServer(ServerAddress(name="library", source="library.yaml", line=2, url=url))
        server.start()
        process.kill()
        process.wait()
        with pytest.raises(ToolServerError, match=re.escape(f"the MCP server 'library' ({url})")):
            server.call("find_book", {"title": "Dune"})
        server.stop()
