"""The command line as somebody at a terminal sees it."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run_directory
from tests.cli.pseudo_terminal import PseudoTerminal
from tests.cli.terminal_roles import MAY_END

ROLES = "tests.cli.terminal_roles"
Terminal = Callable[..., PseudoTerminal]


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    opened: list[PseudoTerminal] = []

    def start(*arguments: str, **how: Any) -> PseudoTerminal:
        opened.append(PseudoTerminal("-m", "tool_sandbox", *arguments, **how))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def _run(base: Path, agent: str = "oracle", *more: str) -> list[str]:
    return ["run", "-a", agent, "-u", "oracle", "-s", "switch_wifi_off", "-o", str(base), *more]


@pytest.mark.parametrize("columns", [60, 200])
def test_a_run_leaves_its_report_in_the_scrollback_and_nothing_else(
    terminal: Terminal, tmp_path: Path, columns: int
) -> None:
    arguments = ("run", "-a", "oracle", "-s", "switch_wifi_off", "--trials", "40", "-o", str(tmp_path))
    screen = terminal(*arguments, columns=columns)

    assert screen.end() == 0
    assert screen.raw.index(b"loading scenarios") < screen.raw.index(b"running")
    assert "loading" not in screen.text
    assert "━" not in screen.text
    assert "running" not in screen.text
    assert screen.lines[0] == "Scenarios"
    assert [line.split()[1] for line in screen.lines if line.split()[:1] == ["category"]] in (["samples"], ["score"])
    assert any(line.startswith("Score 1.000 over 40 of 40 samples") for line in screen.lines)


def test_a_message_goes_on_between_words_and_a_command_in_it_stays_whole(terminal: Terminal, tmp_path: Path) -> None:
    mistyped = terminal("run", "-a", "oracle", "-s", "text_plumer", "-o", str(tmp_path), columns=60)
    keyless = terminal("run", "-a", "gpt-5", "-o", str(tmp_path), columns=60, environment={"OPENAI_API_KEY": ""})

    assert (mistyped.end(), keyless.end()) == (2, 2)
    assert "did you mean 'text_plumber_with_cellular_off' or " in " ".join(line.strip() for line in mistyped.lines)
    assert all(line.startswith("  ") for line in mistyped.lines[1:])
    assert keyless.lines[-1].endswith("export OPENAI_API_KEY=…")


@pytest.mark.parametrize(
    ("command", "meanwhile"),
    [
        (["list"], b"loading scenarios"),
        (["show", "switch_wifi_off"], b"loading scenarios"),
        (["tools"], b"loading tools"),
        (["worlds"], b"loading worlds"),
        (["check", "--fast", "-s", "switch_wifi_off"], b"checking"),
        (["plan", "-a", "oracle", "-s", "switch_wifi_off"], b"estimating"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_takes_a_moment_says_what_it_does_and_takes_that_away(
    terminal: Terminal, command: list[str], meanwhile: bytes
) -> None:
    screen = terminal(*command)

    assert screen.end() == 0
    assert meanwhile in screen.raw
    assert meanwhile.decode() not in screen.text
    assert screen.text


def test_a_comparison_says_that_it_starts_before_its_arithmetic_is_loaded(terminal: Terminal, tmp_path: Path) -> None:
    screen = terminal("compare", str(tmp_path / "one"), str(tmp_path / "two"))

    assert screen.end() == 2
    assert screen.raw.index(b"starting") < screen.raw.index(b"is not a run directory")
    assert "starting" not in screen.text


class Talking:
    """A run whose agent writes in every way, and ends when it is let."""

    def __init__(self, start: Terminal, base: Path, *more: str, **how: Any) -> None:
        self._may_end = base / "may end"
        environment = {MAY_END: str(self._may_end), **how.pop("environment", {})}
        self.screen = start(*_run(base / "runs", f"{ROLES}:Talker", *more), environment=environment, **how)

    def shows(self, what: bytes) -> None:
        """Wait until it has been drawn."""
        self.screen.wait_for(lambda: what in self.screen.raw)

    def end(self) -> int:
        self._may_end.touch()
        return self.screen.end()


SAID = (
    "printed", "printed to stderr", "logged", "printed by a thread",
    "written to 1", "written to 2", "echoed by a child",
)  # fmt: skip


def test_whatever_an_agent_writes_stands_above_the_bar_once_and_whole(terminal: Terminal, tmp_path: Path) -> None:
    run = Talking(terminal, tmp_path, "--trials", "2", "-p", "1", columns=60)
    run.shows(b"1 running")

    assert run.end() == 0
    lines = run.screen.lines
    above = lines[: lines.index("Scenarios")]
    assert all(above.count(line) == 2 for line in SAID), above
    assert "UserWarning: warned" in "".join(above)
    assert "running" not in run.screen.text


def test_what_a_tool_writes_beside_its_answer_is_shown_and_what_it_prints_is_its_answer(
    terminal: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "talking.py").write_text(
        "import sys, time\nfrom tool_sandbox.common.tool import register_as_tool\n\n"
        "@register_as_tool()\ndef talk() -> str:\n"
        '    """Talk."""\n'
        "    print('part of the answer')\n    print('beside the answer', file=sys.stderr)\n    time.sleep(0.3)\n"
        "    return 'done'\n"
    )
    (tmp_path / "suite.yaml").write_text(
        "- name: talk_once\n  user: {knows: Nothing else., says: Talk}\n  tools: [talk]\n"
        "  milestones:\n    - {id: told, said: done, match: likeness}\n  solution:\n    - talk\n    - say: done\n"
    )
    screen = terminal(
        "run", "-a", "oracle", "-o", str(tmp_path / "runs"), "--scenarios-from", str(tmp_path / "suite.yaml"),
        "--tools-from", str(tmp_path / "talking.py"),
    )  # fmt: skip

    assert screen.end() == 0
    assert screen.lines[0] == "beside the answer"
    assert "part of the answer" not in screen.text
    trajectory = next(run_directory(tmp_path / "runs").rglob("conversation.json")).read_text()
    assert "part of the answer" in trajectory
    assert "beside the answer" not in trajectory


def test_a_line_that_is_not_finished_keeps_the_bar_away(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "asking.py").write_text(
        "from tool_sandbox.common.message import Message\nfrom tool_sandbox.common.vocabulary import RoleType\n"
        "from tool_sandbox.roles.base_role import BaseRole\n\n"
        "class Asking(BaseRole):\n    role_type = RoleType.AGENT\n\n"
        "    def respond(self, ending_index=None):\n        said = input('What shall I say? ')\n"
        "        self.add_messages([Message(sender=RoleType.AGENT, recipient=RoleType.USER, content=said)])\n"
    )
    path = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), str(tmp_path)])}
    screen = terminal(*_run(tmp_path / "runs", "asking:Asking"), environment=path)
    screen.wait_for(lambda: "What shall I say?" in screen.text)
    screen.send("It is off")
    screen.wait_for(lambda: "It is off" in screen.text)

    assert "What shall I say? It is off" in screen.lines
    screen.send("\n")
    assert screen.end() == 0


def test_only_what_is_a_terminal_gets_a_bar(terminal: Terminal, tmp_path: Path) -> None:
    arguments = _run(tmp_path / "runs", f"{ROLES}:Talker")
    quiet = terminal(*arguments, redirect={2: tmp_path / "err"})
    assert quiet.end() == 0
    in_order = {"PYTHONUNBUFFERED": "1"}
    run = Talking(terminal, tmp_path / "piped", redirect={1: tmp_path / "out"}, environment=in_order)
    run.shows(b"1 running")
    assert run.end() == 0
    piped = run.screen

    assert "running" not in quiet.raw.decode()
    assert quiet.lines[:2] == ["printed", "printed by a thread"]
    assert "1/1 samples, score" in (tmp_path / "err").read_text()
    assert "\x1b" not in (tmp_path / "err").read_text()
    assert "Score" not in piped.text
    assert "running" not in piped.text
    assert "\x1b" not in (tmp_path / "out").read_text()
    assert (tmp_path / "out").read_text().startswith("printed\nprinted by a thread\nwritten to 1\n")


def test_a_dumb_terminal_gets_lines(terminal: Terminal, tmp_path: Path) -> None:
    screen = terminal(*_run(tmp_path, f"{ROLES}:Talker"), environment={"TERM": "dumb"})

    assert screen.end() == 0
    assert b"\x1b" not in screen.raw
    assert any("1/1 samples, score" in line for line in screen.lines)


def test_a_bar_without_colours(terminal: Terminal, tmp_path: Path) -> None:
    run = Talking(terminal, tmp_path, environment={"NO_COLOR": "1"})
    run.shows(b"1 running")

    assert run.end() == 0
    assert not re.search(rb"\x1b\[[\d;]*[34]\d", run.screen.raw)


def test_a_window_that_changes_its_width_in_the_middle(terminal: Terminal, tmp_path: Path) -> None:
    run = Talking(terminal, tmp_path, "--trials", "4", "-p", "2", columns=120)
    run.shows(b"running")
    with run.screen.stopped():
        run.screen.resize(60)
        seen = len(run.screen.raw)

    def drawn() -> list[bytes]:
        return [line for line in re.split(rb"\r|\n", run.screen.raw[seen:]) if b"running" in line]

    run.screen.wait_for(lambda: len(drawn()) > 1)
    assert run.end() == 0
    later = drawn()[1:]  # the first may have been on its way
    assert all(len(re.sub(rb"\x1b\[[\d;?]*[a-zA-Z]", b"", line).decode()) < 60 for line in later)
    assert "running" not in run.screen.text


def test_a_run_goes_on_after_it_was_stopped_and_called_back(terminal: Terminal, tmp_path: Path) -> None:
    run = Talking(terminal, tmp_path)
    run.shows(b"running")
    with run.screen.stopped():
        pass

    assert run.end() == 0
    assert "Score" in run.screen.text


# -- Ctrl-C ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "presses"), [("Deaf", 1), ("Deaf", 3), ("Blocking", 1), ("Blocking", 2), ("Stubborn", 1), ("Stubborn", 3)]
)
def test_ctrl_c_ends_a_run_whose_agent_is_stuck(terminal: Terminal, tmp_path: Path, role: str, presses: int) -> None:
    screen = terminal(*_run(tmp_path, f"{ROLES}:{role}"))
    screen.wait_for(lambda: "stuck" in screen.text)
    screen.send("\x03" * presses)

    assert screen.end() == 130
    assert "Interrupted. Go on with: tool_sandbox resume" in " ".join(screen.text.split())
    assert "Traceback" not in screen.text


def test_a_signal_that_another_thread_gets_wakes_the_main_thread(terminal: Terminal, tmp_path: Path) -> None:
    screen = terminal(*_run(tmp_path, f"{ROLES}:Struck"))

    assert screen.end() == 130
    assert "Score - over 0 of 1 samples; void: 1 cancelled" in screen.text


def test_how_to_go_on_is_said_even_if_the_report_cannot_be_printed(terminal: Terminal, tmp_path: Path) -> None:
    screen = terminal(*_run(tmp_path, f"{ROLES}:Mute"))

    assert screen.end() == 130
    assert "Interrupted. Go on with: tool_sandbox resume" in " ".join(screen.text.split())


@pytest.mark.parametrize("presses", [1, 3])
def test_ctrl_c_in_the_middle_of_a_run(terminal: Terminal, tmp_path: Path, presses: int) -> None:
    screen = terminal("run", "-a", "oracle", "-s", "switch_wifi_off", "--trials", "9999", "-o", str(tmp_path))
    screen.wait_for(lambda: re.search(rb"\d\d/\d{4}", screen.raw) is not None)
    for _ in range(presses):
        screen.send("\x03")
        time.sleep(0.05)

    assert screen.end() == 130
    assert "tool_sandbox resume" in screen.text
    assert "Traceback" not in screen.text
    assert (run_directory(tmp_path) / "results.jsonl").read_bytes().endswith(b"}\n")


def test_ctrl_c_while_scenarios_are_loaded(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time\nprint('loading', flush=True)\ntime.sleep(600)\n")
    screen = terminal("list", "--scenarios-from", str(tmp_path / "slow.py"))
    screen.wait_for(lambda: "loading" in screen.text)
    screen.send("\x03")

    assert screen.end() == 130
    assert "Traceback" not in screen.text


@pytest.mark.parametrize("presses", [1, 3])
def test_ctrl_c_while_litellm_is_imported(terminal: Terminal, tmp_path: Path, presses: int) -> None:
    (tmp_path / "litellm.py").write_text("import time\nprint('importing', flush=True)\ntime.sleep(600)\n")
    screen = terminal(
        "run", "-a", "openai/gpt-4o", "-u", "oracle", "-s", "switch_wifi_off", "-o", str(tmp_path / "runs"),
        environment={
            "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])]),
            "OPENAI_API_KEY": "sk-anything",
        },
    )  # fmt: skip
    screen.wait_for(lambda: "importing" in screen.text)
    screen.send("\x03" * presses)

    assert screen.end() == 130
    assert "Traceback" not in screen.text


# -- a person --------------------------------------------------------------------------------------------------------


def _person(terminal: Terminal, base: Path) -> PseudoTerminal:
    screen = terminal("run", "-a", "human", "-u", "oracle", "-s", "switch_wifi_off", "-o", str(base))
    screen.wait_for(lambda: "Text, or 'tool' to call a tool:" in screen.text)
    return screen


def test_nothing_is_written_over_what_a_person_types(terminal: Terminal, tmp_path: Path) -> None:
    screen = _person(terminal, tmp_path)
    screen.send("tool\n")
    screen.wait_for(lambda: "Tool call:" in screen.text)
    screen.send("set_wifi_status(on=False)\n")
    screen.wait_for(lambda: screen.text.count("Text, or") == 2)
    screen.send("Wi-Fi is ")
    deadline = time.monotonic() + 0.5
    while time.monotonic() < deadline:
        screen.read(0.05)
    screen.send("off.\n")

    assert screen.end() == 0
    assert "Text, or 'tool' to call a tool: Wi-Fi is off." in screen.lines
    assert "running" not in screen.raw.decode()


def test_what_a_person_reads_is_broken_between_words(terminal: Terminal, tmp_path: Path) -> None:
    screen = _person(terminal, tmp_path)
    screen.send("Wi-Fi is off.\n")

    assert screen.end() == 0
    assert "Only pass argument values that the person gave you" in " ".join(screen.text.split())


def test_the_end_of_a_persons_input_cancels_the_run(terminal: Terminal, tmp_path: Path) -> None:
    screen = _person(terminal, tmp_path)
    screen.send("\x04")

    assert screen.end() == 130
    (result,) = json.loads((run_directory(tmp_path) / "result_summary.json").read_text())["per_scenario_results"]
    assert (result["status"], result["cause"]) == ("void", "cancelled")
    assert "tool_sandbox resume" in screen.text


def test_ctrl_c_while_a_person_is_asked(terminal: Terminal, tmp_path: Path) -> None:
    screen = _person(terminal, tmp_path)
    screen.send("half a sen\x03")

    assert screen.end() == 130
    assert "tool_sandbox resume" in screen.text
