"""Five jobs that people come with, each done in at most five commands."""

from __future__ import annotations

import shlex
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from attrs import define, field

from tool_sandbox.cli.app import exit_code

MOST_COMMANDS = 5
AGENT = '''
def my_agent(messages, tools):
    """Talks and does nothing."""
    return {"role": "assistant", "content": "Consider it done!"}
'''


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


def test_a_first_run(terminal: Terminal) -> None:
    assert "switch_wifi_off" in terminal.types("tool_sandbox list")
    told = terminal.types("tool_sandbox run -a oracle -s switch_wifi_off")
    assert "Score 1.000 over 1 of 1 samples" in told
    assert "set_wifi_status(on=False)" in terminal.types("tool_sandbox view runs/latest switch_wifi_off")


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
