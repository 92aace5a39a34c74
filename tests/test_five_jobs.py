"""Five jobs that people come with, each done in at most five commands; the first one at a real terminal."""

from __future__ import annotations

import os
import re
import shlex
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define, field

from tests.cli.pseudo_terminal import PseudoTerminal
from tool_sandbox.cli.app import exit_code

MOST_COMMANDS = 5
AGENT = '''
def my_agent(messages, tools):
    """Talks and does nothing."""
    return {"role": "assistant", "content": "Consider it done!"}
'''


SLOW_AGENT = '''
import time
from pathlib import Path

def agent(messages, tools):
    """Says something at once to the first it is asked, and to others when there is a file called go."""
    first = Path("first")
    while first.exists() and not Path("go").exists():
        time.sleep(0.05)
    first.touch()
    return "Consider it done!"
'''
BASH = "import os; os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])"


@define
class Shell:
    """A shell in a window of 80 columns, in a fresh directory."""

    screen: PseudoTerminal
    commands: int = 0

    def begins(self, command: str) -> None:
        """Type a command, and go on."""
        self.commands += 1
        assert self.commands <= MOST_COMMANDS
        self.screen.send(f'{command}; echo "<{self.commands}:$?>"\n')

    def shows(self, what: str) -> None:
        """Wait until something can be read."""
        self.screen.wait_for(lambda: what in self.screen.text)

    def ends(self, *, ends_with: int = 0) -> str:
        """What the last command has left to be read."""
        ended = re.compile(rf"^(.*)<{self.commands}:(\d+)>$", re.MULTILINE | re.DOTALL)
        self.screen.wait_for(lambda: ended.search(self.screen.text) is not None)
        found = ended.search(self.screen.text)
        assert found is not None
        assert int(found[2]) == ends_with, self.screen.text
        return found[1].rpartition(f"<{self.commands}:$?>")[2]

    def types(self, command: str) -> str:
        """What can be read of a command."""
        self.begins(command)
        return self.ends()


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    monkeypatch.chdir(tmp_path)
    found = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    screen = PseudoTerminal("-c", BASH, columns=80, environment={"PS1": "$ ", "PATH": found})
    screen.wait_for(lambda: screen.text.startswith("$"))
    yield Shell(screen)
    screen.close()


@define
class Terminal:
    """Where a person types commands; they stand in a fresh directory."""

    capsys: pytest.CaptureFixture[str]
    commands: list[str] = field(factory=list)

    def types(self, command: str, *, ends_with: int = 0) -> str:
        """What a command prints."""
        self.commands.append(command)
        assert len(self.commands) <= MOST_COMMANDS
        _, *arguments = shlex.split(command)
        found = exit_code(arguments)
        told = self.capsys.readouterr()
        assert found == ends_with, told.err
        return told.out + told.err


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(capsys)


def test_a_first_run(shell: Shell) -> None:
    assert "switch_wifi_off" in shell.types("tool_sandbox list --tag smoke")
    told = shell.types("tool_sandbox run -a oracle -s switch_wifi_off")
    assert "Score 1.000 over 1 of 1 samples" in told
    assert "running" not in told, "what was shown while it lasted is gone"
    assert "set_wifi_status(on=False)" in shell.types("tool_sandbox view runs/latest switch_wifi_off")


def test_a_first_run_that_is_stopped_goes_on(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW_AGENT, encoding="utf-8")
    shell.begins("tool_sandbox run -a slow.py:agent -u oracle -s switch_wifi_off text_boss_by_relationship -p 1")
    shell.shows("1/2")
    shell.screen.send("\x03")
    shell.ends(ends_with=130)
    (again,) = re.findall(r"tool_sandbox resume \S+", shell.screen.raw.decode())  # what is copied, though it wraps
    (tmp_path / "go").touch()
    assert "over 2 of 2 samples" in shell.types(again)


def test_why_did_it_lose(terminal: Terminal) -> None:
    terminal.types("tool_sandbox run -a saboteur -s text_boss_by_relationship switch_wifi_off -q")
    assert "text_boss_by_relationship" in terminal.types("tool_sandbox view runs/latest --where 'score < 1'")
    assert "forbidden" in terminal.types("tool_sandbox explain runs/latest")
    assert "recipient_phone_number: wanted" in terminal.types(
        "tool_sandbox explain runs/latest text_boss_by_relationship"
    )
    assert "✗ sent" in terminal.types("tool_sandbox view runs/latest text_boss_by_relationship")


def test_an_agent_of_ones_own_fails_in_ci(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(AGENT, encoding="utf-8")
    told = terminal.types(
        "tool_sandbox run -a agent.py:my_agent -u oracle -s switch_wifi_off -q "
        "--fail-under 0.9 --junit junit.xml --summary ci.md",
        ends_with=4,
    )
    assert "0.9" in told
    (failure,) = ET.parse(tmp_path / "junit.xml").getroot().iter("failure")  # noqa: S314 -- we wrote it ourselves
    assert "setting.wifi" in str(failure.text) + str(failure.get("message"))
    assert "Below what is enough" in (tmp_path / "ci.md").read_text("utf-8")


def test_which_of_two_models_is_better(terminal: Terminal) -> None:
    terminal.types("tool_sandbox run -a oracle nop -s 'switch_*' 'text_*' --name both -q")
    told = terminal.types("tool_sandbox compare runs/both_oracle runs/both_nop --flips 1")
    assert "oracle is better" in told


def test_a_result_is_shared(terminal: Terminal, tmp_path: Path) -> None:
    terminal.types("tool_sandbox run -a saboteur -s text_boss_by_relationship -q")
    assert "1 sample of 1 run in report.html" in terminal.types("tool_sandbox report runs/latest -o report.html")
    assert "### saboteur: score 0.000" in terminal.types("tool_sandbox report runs/latest --format md")
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")
