from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from tests.runs.fakes import scenarios
from tests.runs.samples import scored, void
from tool_sandbox.cli.progress import Bar, LineProgress, Progress, progress_display
from tool_sandbox.registry.sample import Sample


def _sample() -> Sample:
    ((name, scenario),) = scenarios(1).items()
    return Sample(name=name, scenario=scenario)


def test_a_log_gets_the_last_line_in_any_case(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_display(2) as display:
        assert isinstance(display, LineProgress)
        for result in (scored("a", 0.5), void("b")):
            display.started(_sample())
            display.finished(result)

    err = capsys.readouterr().err
    assert err.splitlines()[-1] == "2/2 samples, score 0.500, 1 void, 0 running"


def test_a_log_is_not_flooded(capsys: pytest.CaptureFixture[str]) -> None:
    with LineProgress(1000) as display:
        for number in range(1000):
            display.started(_sample())
            display.finished(scored(str(number)))

    assert len(capsys.readouterr().err.splitlines()) <= 2


def test_what_calls_wait_for_is_shown_on_one_line() -> None:
    display = Progress(2)
    display.started(_sample())
    display.waiting("http://127.0.0.1:9\nis down\x1b[2J")

    assert display.status() == "score -, 0 void, http://127.0.0.1:9 is down[2J"
    display.waiting("")
    assert display.status() == "score -, 0 void, 1 running"


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@given(
    done=st.integers(0, 900),
    columns=st.integers(1, 220),
    words=st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=120),
)
def test_a_bar_never_reaches_the_end_of_its_line(encoding: str, done: int, columns: int, words: str) -> None:
    line = Text.from_ansi(Bar(encoding).drawn(done, 848, words, columns).decode(encoding))

    assert line.cell_len < max(columns, 2)
    assert "\n" not in line.plain
