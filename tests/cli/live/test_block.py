"""The lines at the bottom of a terminal, at any size of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from tests.runs.samples import void
from tool_sandbox.cli.live.block import Block
from tool_sandbox.cli.live.status import Running, Status
from tool_sandbox.cli.live.terminals import writable
from tool_sandbox.llm.layers.budget.money import Cost
from tool_sandbox.runs.reasons import reason_of

NAMES = ("long_trip_to_paris_with_two_friends_3_distraction_tools_tool_description_scrambled", "cheap_flight")


def _status(**changes: Any) -> Status:
    error = {"type": "ProviderError", "status": 503, "model": "openai/gpt-5", "message": "The server is overloaded"}
    reason = reason_of(void(error=error))
    assert reason is not None
    usual: dict[str, Any] = {
        "done": 412,
        "total": 848,
        "running": 16,
        "judged": 0,
        "at_once": 16,
        "paused": False,
        "scored": 409,
        "score": 0.7134,
        "interval": (0.681, 0.744),
        "void": [(reason, 3)],
        "waiting": "no connection, waiting for openai/gpt-5 at http://127.0.0.1:9/v1: Connection refused",
        "slowest": [Running(name=name, trial=2, seconds=133.4) for name in NAMES],
        "spent": Cost.of(1.84),
        "budget": 5.0,
        "projected": 3.79,
        "calls": 4000,
        "calls_per_second": 5.23,
        "seconds": 761.0,
        "seconds_left": 540.0,
    }
    return Status(**(usual | changes))


def _lines(columns: int, status: Status | None = None, *, lines: int = 24, **more: str) -> list[str]:
    drawn = Block("utf-8", has_trials=True).drawn(status or _status(), columns, lines, **more)
    return [Text.from_ansi(line.decode()).plain.rstrip() for line in drawn]


def test_eighty_columns_show_everything() -> None:
    bar, *others = _lines(80)

    assert re.fullmatch(r"━+╸? *412/848  9 min left  12:41  48%", bar.replace("╺", "━"))
    assert others == [
        "score 0.713  95% 0.681–0.744  3 void  16 running  409 scored",
        "$1.84 spent  $3.79 projected  cap $5.00  5.2 calls/s",
        "no connection, waiting for openai/gpt-5 at http://127.0.0.1:9/v1: …",
        "3 void, provider: 'openai/gpt-5': HTTP 503 \"The server is overloaded\"",
        "slowest long_trip_to_paris_…_tools_tool_description_scrambled#2 2:13",
    ]


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_no_word_is_broken(columns: int) -> None:
    whole = set(" ".join(_lines(10_000)).split())
    for line in _lines(columns)[1:]:
        parts = set(line.split()) - {"…"}
        assert all(word in whole or "…" in word for word in parts), line


def test_sixty_columns_show_what_matters_most() -> None:
    text = "\n".join(_lines(60))

    for part in ("412/848", "9 min left", "score 0.713", "3 void", "16 running", "$1.84 spent", "cap $5.00", "2:13"):
        assert part in text


def test_a_run_without_models_says_nothing_of_money() -> None:
    status = _status(spent=Cost(), budget=None, projected=None, calls=0, void=[], waiting="", slowest=[])
    assert len(_lines(80, status)) == 2
    assert "$" not in "\n".join(_lines(80, status))


def test_what_nobody_knows_the_price_of_is_told() -> None:
    status = _status(spent=Cost.of(0.5) + Cost.of(None), budget=None, projected=None)
    assert _lines(80, status)[2] == "≥ $0.50 spent  1 call of unknown price  5.2 calls/s"


def test_a_run_that_is_paused_or_could_play_more_at_once_says_so() -> None:
    assert "paused  2 running  409" in _lines(80, _status(paused=True, running=2))[1]
    assert "9 running  at most 16" in _lines(80, _status(running=9))[1]
    assert "at most" not in _lines(80, _status(running=9, done=839))[1]
    assert "at most" not in _lines(80, _status(running=9, judged=3, done=836))[1]


def test_samples_that_are_only_judged_are_told_of_beside_those_in_flight() -> None:
    line = _lines(80, _status(running=256, judged=70, at_once=256))[1]

    assert line == "score 0.713  95% 0.681–0.744  3 void  256 running  70 to be judged"


def test_the_answer_to_a_key_stands_below_the_bar_and_the_hint_where_there_is_room() -> None:
    shown = _lines(80, said="20 samples at once", hint="? keys")
    assert shown[1] == "20 samples at once"
    assert shown[2].endswith("409 scored  ? keys")
    assert "? keys" not in "\n".join(_lines(60, hint="? keys"))


def test_a_low_terminal_shows_the_first_lines() -> None:
    assert _lines(80, lines=5) == _lines(80)[:3]
    assert len(_lines(80, lines=1)) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@given(
    done=st.integers(0, 900),
    columns=st.integers(1, 220),
    words=st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=120),
)
def test_no_line_reaches_the_end_of_the_terminal(encoding: str, done: int, columns: int, words: str) -> None:
    status = _status(done=done, waiting=words, slowest=[Running(name=words, trial=0, seconds=9.0)])
    for line in Block(encoding).drawn(status, columns, 24, said=words, hint="? keys"):
        shown = Text.from_ansi(line.decode(encoding))
        assert shown.cell_len < max(columns, 2)
        assert "\n" not in shown.plain


def test_what_an_encoding_lacks_is_written_in_as_many_columns() -> None:
    assert writable("0.1–0.2 … ≥ é", "ascii") == "0.1-0.2 ~ > ?"
    assert writable("0.1–0.2 … ≥ é", "utf-8") == "0.1–0.2 … ≥ é"
