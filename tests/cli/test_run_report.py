"""What a run came to, on terminals of any width."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from rich.console import Console

import tool_sandbox as ts
from tests.runs.samples import scored, void
from tool_sandbox.cli.run_report import print_report
from tool_sandbox.llm.layers.budget.money import Cost
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.run import Report
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.summary import summarise

WIDTHS = (60, 80, 120)
DIRECTORY = "runs/2026-11-26_17-37-25_oracle_oracle"


def report(results: Iterable[SampleResult], **more: Any) -> Report:
    every = list(results)
    summary = summarise(every, git_sha=None, **more)
    return Report(results=every, summary=summary, ending=Ending.DONE, directory=DIRECTORY)


def printed(*results: SampleResult, width: int = 140, **more: Any) -> str:
    """What a terminal of this width shows."""
    out = io.StringIO()
    print_report(
        report(results, **more), Console(file=out, width=width, force_terminal=True, color_system=None, highlight=False)
    )
    return out.getvalue()


def row(text: str, name: str) -> list[str]:
    """The words of the line that begins with ``name``."""
    return next(line.split() for line in text.splitlines() if line.split()[:1] == [name])


def trials(name: str, *scores: float) -> Iterator[SampleResult]:
    return (scored(name, score, trial=trial) for trial, score in enumerate(scores))


def test_the_interval_stands_beside_the_score_and_no_bounds_do_when_nothing_is_void() -> None:
    results = scored("a", 1.0), scored("b", 0.5), scored("c", 0.75)
    text = printed(*results)

    found = summarise(results, git_sha=None)["score"]["interval"]
    interval = f"{found['low']:.3f}–{found['high']:.3f}"
    last = next(line for line in text.splitlines() if line.startswith("Score"))
    assert last == f"Score 0.750 over 3 of 3 samples; 95% interval {interval}"
    assert row(text, "ALL_CATEGORIES") == ["ALL_CATEGORIES", "3", "0.750", interval, "0.000", "4.0"]
    assert "void" not in text


def test_void_samples_show_their_cause_and_widen_the_interval() -> None:
    text = printed(scored("a", 1.0), scored("b", 1.0), void("c", cause="timeout"))

    assert "void: timeout" in text
    line = next(line for line in text.splitlines() if line.startswith("Score"))
    assert line.startswith("Score 1.000 over 2 of 3 samples; void: 1 timeout; 95% range, whether they had failed")
    everything = row(text, "ALL_CATEGORIES")
    assert everything[:4] == ["ALL_CATEGORIES", "3", "1", "1.000"]
    assert line.endswith(everything[4])
    low, high = map(float, everything[4].split("–"))
    assert low < 2 / 3
    assert high == 1


def test_a_run_without_a_score_has_no_table_of_categories() -> None:
    text = printed(void("a"), void("b"))

    assert "category" not in text
    assert "Score - over 0 of 2 samples" in text


def test_one_scenario_has_no_interval() -> None:
    text = printed(scored("a", 1.0))

    assert "interval" not in text
    assert "Score 1.000 over 1 of 1 samples\n" in text


def test_repeated_trials_are_one_row_and_say_how_steady_the_agent_is() -> None:
    text = printed(*trials("steady", 1, 1, 1), *trials("unsteady", 1, 0.5, 0), *trials("bad", 0, 0, 0))

    assert text.index("bad") < text.index("unsteady") < text.index("steady  ")
    assert row(text, "unsteady") == ["unsteady", "0.500", "1", "of", "3", "4.0"]
    assert "All of k trials succeed (score 1): pass^1 0.444, pass^2 0.333, pass^3 0.333" in text
    assert "At least one of k succeeds: pass@2 0.556, pass@3 0.667" in text
    assert "Flip rate 0.222: so often one of two trials succeeds and one does not; flaky scenarios: 1" in text


def test_of_many_trials_some_numbers_say_how_steady_the_agent_is() -> None:
    text = printed(*trials("steady", *[1] * 1500))

    lines = [line for line in text.splitlines() if "pass@" in line]
    assert re.findall(r"pass@(\d+)", " ".join(lines)) == [*(str(2**power) for power in range(1, 11)), "1500"]


def test_a_lower_score_is_a_success_when_that_is_asked_for() -> None:
    text = printed(*trials("unsteady", 1, 0.5, 0), pass_at=0.5)

    assert row(text, "unsteady")[2:5] == ["2", "of", "3"]
    assert "(score 0.5 or more): pass^1 0.667" in text


def test_void_trials_are_counted_beside_their_scenario() -> None:
    text = printed(*trials("a", 1, 0), void("a", trial=2), scored("b", trial=0))

    assert row(text, "a") == ["a", "0.500", "1", "of", "3", "4.0", "1", "void:", "provider"]


def test_a_long_run_lists_only_the_worst_and_says_where_the_rest_is() -> None:
    good = [scored(f"good_{number}", 1.0) for number in range(60)]
    bad = [scored(f"bad_{number}", number / 100) for number in range(30)]

    text = printed(*good, *bad, void("gone"))

    assert "The 20 lowest of 91 scenarios" in text
    assert [line.split()[0] for line in text.splitlines() if line.startswith("  bad")] == [
        f"bad_{number}" for number in range(20)
    ]
    assert f"11 more are below 1 or void; why: tool_sandbox explain {DIRECTORY}" in text
    assert "good_1" not in text


def test_a_long_run_without_a_loss_lists_no_scenario() -> None:
    assert "good_1" not in printed(*(scored(f"good_{number}", 1.0) for number in range(60)))


def test_points_that_are_not_the_agents_fault_are_told_and_others_are_not() -> None:
    lost = {"id": "a", "similarity": 0.5, "credit": 0.5, "message": 17, "reason": "fact", "where": "x", "text": "y"}
    by_a_tool = scored("a", 0.5, explanation=({**lost, "fault": "tool"},))

    assert "Lost 0.250, of which 0.250 by the tool; why: tool_sandbox explain" in printed(by_a_tool, scored("b", 1.0))
    assert "Lost" not in printed(scored("a", 0.5, explanation=({**lost, "fault": "agent"},)))


def test_an_unknown_price_is_not_free() -> None:
    cost = Cost(known=Decimal("0.25"), unknown_calls=1)
    text = printed(scored("a", spending=Spending(calls=3, prompt_tokens=9, cost=cost)))

    assert "3 calls, 9 tokens in, 0 out, ≥ 0.2500 USD (1 call of unknown price)" in text


def test_names_are_never_read_as_markup() -> None:
    assert "[red]x[/red]" in printed(scored("[red]x[/red]"))


def test_presentations_are_told_apart_only_where_there_are_several() -> None:
    plain = ("SINGLE_TOOL_CALL", "NO_DISTRACTION_TOOLS")
    three = ("SINGLE_TOOL_CALL", "THREE_DISTRACTION_TOOLS")
    one = scored("a", categories=plain)

    assert "DISTRACTION" not in printed(one)
    assert row(printed(one, scored("a_3_distraction_tools", categories=three)), "THREE_DISTRACTION_TOOLS")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("some_void", [False, True])
def test_columns_of_categories_are_left_out_where_they_do_not_fit(width: int, *, some_void: bool) -> None:
    categories = ("TOOL_DESCRIPTION_SCRAMBLED", "SINGLE_TOOL_CALL")
    last = void("c") if some_void else scored("c", 0.5)
    results = [
        evolve(each, categories=categories) for each in (scored("a", 0.25, outcome=1.0), scored("b", 0.75), last)
    ]
    text = printed(*results, scored("d", outcome=0.0), width=width)

    head = next(line for line in text.splitlines() if line.split()[:1] == ["category"])
    certain = ["void", "score", "95% range"] if some_void else ["score", "95% interval"]
    more = {60: [], 80: ["outcome", "floor"], 120: ["samples", "outcome", "floor", "turns"]}[width]
    assert [title for title in certain + more if title not in head] == []
    assert len(row(text, "TOOL_DESCRIPTION_SCRAMBLED")) == 1 + len(certain) + len(more)


def test_no_word_and_no_name_of_a_bundled_scenario_is_broken() -> None:
    every = list(ts.load_scenarios())
    for start in range(0, len(every), 20):
        names = every[start : start + 20]
        results = [scored(name, 0.5, trial=trial, outcome=1.0) for name in names for trial in range(2)]
        if start % 40:
            results.append(void(names[0], trial=2, error={"type": "RateLimitError", "message": "slow down " * 12}))
        whole = {*printed(*results, width=500).split(), *names}
        for width in WIDTHS:
            text = printed(*results, width=width)

            words = {word for word in text.split() if set(word) != {"─"}}
            assert set(names) <= words <= whole
            too_wide = [line for line in text.splitlines() if len(line) > width and len(line.split()) > 1]
            assert [line for line in too_wide if "tool_sandbox resume" not in line] == []
