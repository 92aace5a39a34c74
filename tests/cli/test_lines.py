from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tool_sandbox.cli.lines import print_line
from tool_sandbox.common.visible_text import KEPT


def shown(text: str, width: int, *, terminal: bool = True) -> str:
    out = io.StringIO()
    print_line(Console(file=out, width=width, force_terminal=terminal, color_system=None), text)
    return out.getvalue()


@given(words=st.lists(st.text("abc[]/", min_size=1, max_size=30), min_size=1), width=st.integers(10, 80))
def test_no_word_is_broken_or_lost(words: list[str], width: int) -> None:
    lines = shown(" ".join(words), width).splitlines()

    assert " ".join(lines).split() == words
    assert all(len(line) <= width or len(line.split()) == 1 for line in lines)


def test_a_line_that_is_too_long_goes_on_indented() -> None:
    assert shown("one two three", 8) == "one two\n  three\n"
    assert shown("  one two three", 10) == "  one two\n    three\n"
    assert shown("tags   one two three", 14) == "tags   one two\n  three\n"


def test_no_line_ends_at_a_space_that_is_kept() -> None:
    assert shown(f"one two{KEPT}three", 12) == "one\n  two three\n"


@pytest.mark.parametrize("width", [20, 60, 200])
def test_a_command_stays_in_one_piece(width: int) -> None:
    command = "tool_sandbox resume runs/one --retry-void"

    assert shown(f"3 void, provider: down. Again: {command}", width).splitlines()[-1].endswith(command)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Prove it again:\n  tool_sandbox check --tag smoke -s a_b", "  tool_sandbox check --tag smoke -s a_b"),
        ("Set one, for example: export OPENAI_API_KEY=… This model is the user", "  export OPENAI_API_KEY=… This"),
        ("There is no 'mcp': .venv/bin/uv pip install -e '.[mcp]'", "  .venv/bin/uv pip install -e '.[mcp]'"),
    ],
)
def test_a_command_has_a_line_that_can_be_copied(text: str, whole: str) -> None:
    assert whole in shown(text, 30).splitlines()


def test_what_is_no_terminal_gets_the_line_as_it_is() -> None:
    assert shown("one two three", 8, terminal=False) == "one two three\n"
