"""What a run came to, for people: the scenarios that lost most, the categories, and how sure the score is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import define, field

from tool_sandbox.cli.columns import Column, print_table
from tool_sandbox.cli.lines import print_line
from tool_sandbox.cli.tables import stdout_console
from tool_sandbox.cli.void import void_lines
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.runs.markdown import spending_line
from tool_sandbox.runs.outcomes import SampleResult, is_success
from tool_sandbox.runs.run_explanation import broken_in_words, lost_in_words
from tool_sandbox.runs.summary import ALL_CATEGORIES, shown_numbers, shown_range
from tool_sandbox.scenarios.presentations import AUGMENTATIONS

if TYPE_CHECKING:
    from rich.console import Console

    from tool_sandbox.runs.run import Report

MOST_SCENARIOS = 20
"""A run with more scenarios than this lists only those that lost points, and at most so many of them."""


def print_report(report: Report, console: Console | None = None, *, brief: bool = False) -> None:
    """The scenarios, the categories, the score and where it all is; no tables when it has to be ``brief``."""
    console = console or stdout_console()
    if report.results and not brief:
        _print_scenarios(report, console)
        if report.summary["score"]["scored"]:  # else every number in it would be a dash
            _print_categories(report.summary["categories"], console)
    void = report.results if report.summary["outcomes"]["void"] else ()
    for line in [*void_lines(void, report.directory), *_closing_lines(report)]:
        print_line(console, line)


_NUMBERS = ("similarity", "outcome", "turn_count")


@define
class _Trials:
    """What all samples of one scenario come to."""

    name: str
    samples: int = 0
    passed: int = 0
    perfect: int = 0
    numbers: dict[str, list[float]] = field(factory=lambda: {name: [0, 0.0] for name in _NUMBERS})
    """How many samples have a number, and the sum of these."""
    remarks: Counter[str] = field(factory=Counter)

    def add(self, result: SampleResult, pass_at: float) -> None:
        self.samples += 1
        self.passed += is_success(result.similarity, pass_at)
        self.perfect += is_success(result.similarity, 1)
        for name, sums in self.numbers.items():
            if (value := getattr(result, name)) is not None:
                sums[0] += 1
                sums[1] += value
        if remark := _remark(result):
            self.remarks[remark] += 1

    def mean(self, name: str) -> float | None:
        count, total = self.numbers[name]
        return total / count if count else None

    def cells(self) -> list[str]:
        """Name, score, successes, outcome, turns, and what is to be said beside."""
        several = self.samples > 1
        return [
            self.name,
            _number(self.mean("similarity")),
            f"{self.passed} of {self.samples}" if several else "-",
            _number(self.mean("outcome")),
            _number(self.mean("turn_count"), 1 if several else 0),
            ", ".join(f"{count} {remark}" if several else remark for remark, count in self.remarks.items()),
        ]


def _remark(result: SampleResult) -> str:
    if result.status == "void":
        return f"void: {result.cause}"
    return "by a fallback" if result.fallback else ""


def _print_scenarios(report: Report, console: Console) -> None:
    """One row for each scenario, the worst first; of a long run only those that are not perfect.

    What a stopped run never came to is left out: the closing line counts it.
    """
    every = sorted(_by_scenario(report), key=_worst_first)
    lacking = [each for each in every if each.perfect < each.samples]
    shown = every if len(every) <= MOST_SCENARIOS else lacking[:MOST_SCENARIOS]
    if not shown:
        return
    title = "Scenarios" if len(shown) == len(every) else f"The {len(shown)} lowest of {len(every)} scenarios"
    columns = [
        Column("scenario"),
        Column("score", is_number=True),
        Column("passed", is_number=True),
        Column("outcome", is_number=True, left_out=2),
        Column("turns", is_number=True, left_out=3),
        Column("remarks"),
    ]
    rows = _without_empty([each.cells() for each in shown])
    print_line(console, title)
    print_table(console, columns, rows)
    if (more := len(lacking) - len(shown)) > 0:
        print_line(console, f"{more} more are below 1 or void; why: tool_sandbox explain {report.directory}")


def _worst_first(trials: _Trials) -> float:
    mean = trials.mean("similarity")
    return 2.0 if mean is None else mean


def _by_scenario(report: Report) -> Iterable[_Trials]:
    found: dict[str, _Trials] = {}
    for result in report.results:
        if result.finished:
            found.setdefault(result.name, _Trials(result.name)).add(result, report.summary["score"]["pass_at"])
    return found.values()


_PRESENTED = {str(category) for each in AUGMENTATIONS for category in each.categories}
"""The categories that say how tools are presented."""


def _print_categories(categories: Mapping[str, Mapping[str, Any]], console: Console) -> None:
    """The score of each category; of presentations only where there are several; everything together last."""
    everything = categories[ALL_CATEGORIES]
    void = everything["samples"] > everything["scored"]
    columns = [
        Column("category"),
        Column("samples", is_number=True, left_out=3),
        Column("void", is_number=True),
        Column("score", is_number=True),
        Column("95% range" if void else "95% interval", is_number=True),
        Column("outcome", is_number=True, left_out=2),
        Column("floor", is_number=True, left_out=1),
        Column("turns", is_number=True, left_out=4),
    ]
    others = [name for name in categories if name not in _PRESENTED | {ALL_CATEGORIES}]
    presented = [
        name for name in categories if name in _PRESENTED and categories[name]["samples"] < everything["samples"]
    ]
    shown = [*others, *presented, ALL_CATEGORIES]
    rows = _without_empty([_cells(name, categories[name], void=void) for name in shown])
    parts = (rows[: len(others)], rows[len(others) : -1], rows[-1:])
    print_table(console, columns, [row for part in parts if part for row in (None, *part)][1:])


def _cells(name: str, score: Mapping[str, Any], *, void: bool) -> list[str]:
    return [
        name,
        str(score["samples"]),
        str(score["samples"] - score["scored"]) if void else "-",
        _number(score["similarity"]),
        shown_range(score) or "-",
        _number(score["outcome"]),
        _number(score["floor"]),
        _number(score["turn_count"], 1),
    ]


def _closing_lines(report: Report) -> Iterator[str]:
    score, outcomes = report.summary["score"], report.summary["outcomes"]
    spending = Spending.from_record(report.summary["spending"])
    void = ", ".join(f"{count} {cause}" for cause, count in outcomes["void"].items())
    interval = shown_range(score)
    sure = f"; 95% interval {interval}" if interval else ""
    if void:
        sure = f"; void: {void}; 95% range, whether they had failed or passed, {interval}"
    yield f"Score {_number(score['similarity'])} over {outcomes['scored']} of {outcomes['samples']} samples{sure}"
    if reused := report.summary["run"].get("reused"):
        played = sum(result.reused_from is None and result.finished for result in report.results)
        yield f"{reused} samples are taken over from an earlier run and judged anew, {played} were played"
    yield from _lines_of_trials(score)
    if lost := lost_in_words(score["lost_by_fault"]):
        yield f"{lost}; why: tool_sandbox explain {report.directory}"
    if broken := broken_in_words(score["broken_rules"]):
        yield f"{broken}; where: tool_sandbox explain {report.directory} NAME"
    if score["right_in_the_end"]:
        others = f"{score['right_in_the_end']} samples are right in the end, not by the expected way"
        yield f"Outcome {_number(score['outcome'])}; {others}"
    if score["without_insufficient_information"] != score["similarity"]:
        yield f"Without INSUFFICIENT_INFORMATION {_number(score['without_insufficient_information'])}"
    if score["samples_with_fallback"]:
        yield f"{score['samples_with_fallback']} samples had a fallback; without them {_number(score['pure'])}"
    if spending.prompt_tokens or not spending.cost.is_nothing or spending.failed_calls:
        yield spending_line(report)
    yield f"Run directory {report.directory}"


def _lines_of_trials(score: Mapping[str, Any]) -> Iterator[str]:
    """How steady the agent is, where trials were repeated; the numbers are named as the field names them."""
    every, some = score["pass_hat_k"], score["pass_at_k"]
    if len(every) < 2:  # noqa: PLR2004 -- nothing was repeated
        return
    success = f"score {score['pass_at']:g}" + (" or more" if score["pass_at"] < 1 else "")
    shown = shown_numbers(len(every))
    all_pass = ", ".join(f"pass^{k} {_number(every[str(k)])}" for k in shown)
    any_passes = ", ".join(f"pass@{k} {_number(some[str(k)])}" for k in shown[1:])
    yield f"All of k trials succeed ({success}): {all_pass}"
    yield f"At least one of k succeeds: {any_passes}"
    unsteady = f"; flaky scenarios: {len(score['flaky'])}" if score["flaky"] else ""
    yield f"Flip rate {_number(score['flip_rate'])}: so often one of two trials succeeds and one does not{unsteady}"


def _without_empty(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows, with nothing in columns where no row has a number, which leaves these out."""
    known = [any(cell != "-" for cell in column) for column in zip(*rows, strict=True)]
    return [[cell if is_known else "" for cell, is_known in zip(row, known, strict=True)] for row in rows]


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
