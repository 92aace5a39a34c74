"""What a person at a terminal sees while scenarios are played, and afterwards."""

from __future__ import annotations

import pytest

from tests.cli.pseudo_terminal import PseudoTerminal
from tests.testing.files import asked

pytest_plugins = ["pytester"]


def test_a_narrow_terminal_shows_how_far_the_run_is_and_breaks_no_word(shop: pytest.Pytester) -> None:
    terminal = PseudoTerminal("-m", "pytest", *asked("works_when_told"), columns=60)
    try:
        terminal.wait_for(lambda: "0/2 samples, score -, 0 void, 2 running" in terminal.text)
        assert terminal.lines[-1].startswith("shop.yaml 0/2 samples")
        (shop.path / "go").touch()
        assert terminal.end() == 1
    finally:
        terminal.close()
    lines = [line.rstrip() for line in terminal.lines]
    assert "shop.yaml .F                                         [100%]" in lines
    assert not any("samples, score -" in line for line in lines)
    cause = lines.index("cellular_off #0   0.000   talked, 0 of 1 tools called;")
    assert lines[cause + 1].startswith("  is_off: setting.cellular: wanted false")
