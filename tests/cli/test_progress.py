from __future__ import annotations

import io
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from tests.runs.fakes import scenarios
from tests.runs.samples import scored, void
from tool_sandbox.cli.progress import Bar, LineProgress, Progress, progress_display
from tool_sandbox.cli.tables import print_report
from tool_sandbox.llm.layers.budget.money import Cost
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.run import Report
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.summary import summarise


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


def _printed(*results: SampleResult) -> str:
    out = io.StringIO()
    report = Report(
        results=results, summary=summarise(results, git_sha=None), ending=Ending.DONE, directory="/runs/one"
    )
    print_report(report, Console(file=out, width=140))
    return out.getvalue()


def test_void_samples_show_their_cause_and_the_bounds() -> None:
    text = _printed(scored("a", 1.0), void("b", cause="timeout"))

    assert "void: timeout" in text
    assert "Score 1.000 over 1 of 2 samples; void: 1 timeout; bounds 0.500 to 1.000" in text
    assert text.rstrip().endswith("Run directory /runs/one")


def test_an_unknown_price_is_not_free() -> None:
    text = _printed(
        scored("a", spending=Spending(calls=3, prompt_tokens=9, cost=Cost(known=Decimal("0.25"), unknown_calls=1)))
    )

    assert "3 calls, 9 tokens in, 0 out, ≥ 0.2500 USD (1 call of unknown price)" in text


def test_a_large_run_lists_only_the_worst() -> None:
    results = [scored(f"good_{number}", 1.0) for number in range(60)]

    text = _printed(*results, scored("bad", 0.25), void("gone"))

    assert "The 2 lowest of 62 samples" in text
    assert text.index("gone") < text.index("bad")
    assert "good_1" not in text


def test_names_are_never_read_as_markup() -> None:
    assert "[red]x[/red]" in _printed(scored("[red]x[/red]"))


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_the_table_of_categories_fits_with_whole_numbers_and_names(width: int) -> None:
    categories = ("TOOL_DESCRIPTION_SCRAMBLED",)
    results = (evolve(scored("a", 0.125), categories=categories), evolve(void("b"), categories=categories))
    report = Report(results=results, summary=summarise(results, git_sha=None), ending=Ending.DONE, directory="d")
    out = io.StringIO()
    print_report(report, Console(file=out, width=width))

    row = next(line.split() for line in out.getvalue().splitlines() if "TOOL_DESCRIPTION_SCRAMBLED" in line)
    everything = ["TOOL_DESCRIPTION_SCRAMBLED", "2", "1", "0.125", "0.062", "0.562", "0.000", "4.0"]
    assert row == {60: ["TOOL_DESCRIPTION_SCRAMBLED", "2", "0.125"], 80: everything[:-2]}.get(width, everything)
