from __future__ import annotations

import io

import pytest
from rich.console import Console

from tests.runs.acting import scenarios
from tests.runs.samples import scored, void
from tool_sandbox.cli import progress
from tool_sandbox.cli.progress import BarProgress, LineProgress, progress_display
from tool_sandbox.cli.tables import print_report
from tool_sandbox.runs.outcomes import SampleResult, Spending
from tool_sandbox.runs.run import Report
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.session import Sample
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


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    with BarProgress(2, done=1) as display:
        display.started(_sample())
        display.finished(scored("a"))

        assert display.status() == "score 0.500, 0 void, 0 running"


def test_ending_the_hard_way_leaves_nothing_running() -> None:
    stopped: list[bool] = []

    progress.Progress(1, abort=lambda: stopped.append(True)).stopping()

    assert stopped == [True]


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
    text = _printed(scored("a", spending=Spending(calls=3, prompt_tokens=9, cost=0.25, unpriced_calls=1)))

    assert "3 calls, 9 tokens in, 0 out, 0.2500 USD + 1 calls of unknown price" in text


def test_a_large_run_lists_only_the_worst() -> None:
    results = [scored(f"good_{number}", 1.0) for number in range(60)]

    text = _printed(*results, scored("bad", 0.25), void("gone"))

    assert "The 2 lowest of 62 samples" in text
    assert text.index("gone") < text.index("bad")
    assert "good_1" not in text


def test_names_are_never_read_as_markup() -> None:
    assert "[red]x[/red]" in _printed(scored("[red]x[/red]"))
