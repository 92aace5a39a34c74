"""Keys at a real terminal, and the terminal afterwards."""

from __future__ import annotations

import json
import re
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import openai_server, run_directory
from tests.cli.pseudo_terminal import PseudoTerminal
from tool_sandbox.cli.live.keyboard import Keyboard

Terminal = Callable[..., PseudoTerminal]
SHELL = "import os; os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])"


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    opened: list[PseudoTerminal] = []

    def start(*arguments: str, **how: Any) -> PseudoTerminal:
        opened.append(PseudoTerminal(*arguments, **how))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def _long_run(base: Path) -> list[str]:
    """Samples that take a second each, and many of them."""
    slow = "tests.cli.terminal_roles:Slow"
    flags = ("-u", "oracle", "-s", "switch_wifi_off", "--trials", "500", "-p", "2", "-o", str(base))
    return ["-m", "tool_sandbox", "run", "-a", slow, *flags]


def _adjustments(base: Path) -> list[tuple[Any, ...]]:
    record = json.loads((run_directory(base) / "run.json").read_text())
    return [(each["what"], each["before"], each["after"]) for each in record["adjustments"]]


def test_keys_change_a_run_and_the_terminal_is_given_back(terminal: Terminal, tmp_path: Path) -> None:
    screen = terminal(*_long_run(tmp_path))
    screen.wait_for(lambda: "? keys" in screen.text)
    assert not screen.is_line_by_line()
    screen.send("?")
    screen.wait_for(lambda: b"p: pause, + and -: samples at once, Ctrl-C: stop" in screen.raw)
    screen.send("+++")
    screen.wait_for(lambda: "5 running" in screen.text)
    screen.send("-")
    screen.wait_for(lambda: b"4 samples at once" in screen.raw)
    screen.send("p")
    screen.wait_for(lambda: "paused  0 running" in screen.text)
    screen.send("p")
    screen.wait_for(lambda: "4 running" in screen.text)
    screen.send("\x03")

    assert screen.end() == 130
    assert "tool_sandbox resume" in screen.text
    assert "running" not in screen.text
    assert screen.is_line_by_line()
    pressed = [("concurrency", number, number + 1) for number in (2, 3, 4)]
    rest = [("concurrency", 5, 4), ("paused", False, True), ("paused", True, False)]
    assert _adjustments(tmp_path) == pressed + rest
    assert json.loads((run_directory(tmp_path) / "run.json").read_text())["settings"]["concurrency"] == 4


def test_b_sets_a_budget_that_stops_a_run_which_began_without_one(terminal: Terminal, tmp_path: Path) -> None:
    prices = 'prices={"input_per_million": 1000, "output_per_million": 0}'
    with openai_server() as url:
        model = ("-a", f"direct:m@{url}", "-u", "oracle", "--param", prices, "--param", "api_key=k")
        flags = ("-s", "switch_wifi_off", "--trials", "9999", "-p", "2", "-o", str(tmp_path), "--yes")
        screen = terminal("-m", "tool_sandbox", "run", *model, *flags, columns=200)
        screen.wait_for(lambda: "? keys" in screen.text and "spent" in screen.text)
        screen.send("p")
        screen.wait_for(lambda: "paused  0 running" in screen.text)
        spent = float(re.findall(r"\$([\d.]+) spent", screen.text)[-1])
        budget = int(spent) + 20
        screen.send("b")
        screen.wait_for(lambda: "(none yet;" in screen.text)
        screen.send(f"{budget}\r")
        screen.wait_for(lambda: f"cap ${budget}.00" in screen.text)
        screen.send("p")

        assert screen.end() == 3
    assert b"--budget USD" in screen.raw
    assert ("budget", None, budget) in _adjustments(tmp_path)
    record, summary = (
        json.loads((run_directory(tmp_path) / name).read_text()) for name in ("run.json", "result_summary.json")
    )
    assert record["settings"]["budget"] == budget
    assert spent < summary["spending"]["cost"] <= budget


@pytest.mark.parametrize("role", ["Slow", "Deaf"])
def test_a_run_that_is_terminated_gives_the_terminal_back(terminal: Terminal, tmp_path: Path, role: str) -> None:
    arguments = [each.replace("Slow", role) for each in _long_run(tmp_path)]
    screen = terminal(*arguments)
    screen.wait_for(lambda: "? keys" in screen.text and not screen.is_line_by_line())
    screen.process.send_signal(signal.SIGTERM)

    assert screen.end() == 130
    assert screen.is_line_by_line()


def test_ctrl_z_gives_the_terminal_back_and_fg_goes_on(terminal: Terminal, tmp_path: Path) -> None:
    shell = terminal("-c", SHELL, columns=100, environment={"PS1": "shell> "})
    shell.wait_for(lambda: "shell>" in shell.text)
    shell.send(shlex.join([sys.executable, *_long_run(tmp_path)]) + "\n")
    shell.wait_for(lambda: "? keys" in shell.text and not shell.is_line_by_line())
    shell.send("\x1a")
    shell.wait_for(lambda: "Stopped" in shell.text)
    shell.send("stty -a | grep -wo -e -icanon -e -echo; echo looked\n")
    shell.wait_for(lambda: "\nlooked" in shell.text)
    assert "\n-icanon" not in shell.text
    assert "\n-echo" not in shell.text

    shell.send("fg\n")
    shell.wait_for(lambda: "? keys" in shell.text.rpartition("looked")[2])
    shell.send("p")
    shell.wait_for(lambda: "paused" in shell.text.rpartition("looked")[2])
    assert "Stopped" in shell.text, "what the shell has written stays"
    shell.send("\x03")
    shell.wait_for(lambda: "tool_sandbox resume" in shell.text)
    shell.send("exit\n")
    shell.end()


def test_a_run_in_the_background_leaves_what_is_typed_to_the_shell(terminal: Terminal, tmp_path: Path) -> None:
    shell = terminal("-c", SHELL, columns=100, environment={"PS1": "shell> "})
    shell.wait_for(lambda: "shell>" in shell.text)
    shell.send(shlex.join([sys.executable, *_long_run(tmp_path)]) + " &\n")
    shell.wait_for(lambda: "2 running" in shell.text)
    shell.send("echo ty''ped\n")
    shell.wait_for(lambda: "typed" in shell.text)
    assert "? keys" not in shell.text
    shell.send("fg\n")
    shell.wait_for(lambda: "? keys" in shell.text)
    shell.send("\x03")
    shell.wait_for(lambda: "tool_sandbox resume" in shell.text)


def test_where_nobody_types_there_is_no_keyboard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "input").write_text("p+++")
    with (tmp_path / "input").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        with pytest.raises(OSError, match="not a terminal"):
            Keyboard()
        assert file.read() == "p+++"
