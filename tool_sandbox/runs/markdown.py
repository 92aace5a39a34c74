"""Runs in Markdown, for the page of a build or a comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from typing import TYPE_CHECKING, Any

from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.runs.estimates.estimate import told_afterwards
from tool_sandbox.runs.outcomes import UNFINISHED_CAUSES
from tool_sandbox.runs.reasons import void_groups
from tool_sandbox.runs.run_explanation import lost_in_words
from tool_sandbox.runs.summary import ALL_CATEGORIES, shown_numbers, shown_range

if TYPE_CHECKING:
    from tool_sandbox.runs.outcomes import SampleResult
    from tool_sandbox.runs.run import Report

_SHOWN = 10
_ESCAPED = str.maketrans({character: f"\\{character}" for character in "\\|*_`<>[]#"} | {"\n": " ", "\r": " "})


def markdown(reports: Sequence[Report]) -> str:
    """A section for each run: score, what is missing, categories, the lowest samples, why samples are void, cost."""
    return "\n".join(line for report in reports for line in _section(report))


def what_was_played(
    categories: Mapping[str, Mapping[str, Any]], results: Sequence[SampleResult], *, raw: bool = False
) -> Iterator[str]:
    """The categories, the lowest samples, and why samples are void.

    Args:
        categories: By name, what ``Score`` writes of each.
        results: The samples.
        raw: Whether nothing is escaped, for readers that are no renderers of Markdown.
    """
    yield from markdown_table(_CATEGORY, map(_category_row, *zip(*categories.items(), strict=True)), raw=raw)
    scores = ((result.similarity, at) for at, result in enumerate(results))
    below = [(score, at) for score, at in scores if score is not None and score < 1]
    if below:
        lowest = [results[at] for _, at in nsmallest(_SHOWN, below)]
        yield ""
        yield f"The {len(lowest)} lowest of {len(below)} samples below 1:"
        yield ""
        rows = ([f"{each.name} #{each.trial}", _number(each.similarity), _number(each.outcome)] for each in lowest)
        yield from markdown_table(("sample", "score", "outcome"), rows, raw=raw)
    for group in void_groups(results):
        yield ""
        words = group.reason.told if raw else markdown_text(group.reason.told)
        yield f"{group.samples} void, {group.reason.cause}: {words}"


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]], *, raw: bool = False) -> Iterator[str]:
    """The lines of a table whose columns but the first hold numbers; the cells are texts, or Markdown if ``raw``."""
    yield _row(head)
    yield _row(["---", *("---:" for _ in head[1:])], raw=True)
    for row in rows:
        yield _row(row, raw=raw)


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return str(text).translate(_ESCAPED)


def _section(report: Report) -> Iterator[str]:
    score, outcomes = report.summary["score"], report.summary["outcomes"]
    facts = report.summary["run"]
    yield f"### {markdown_text(facts['agent'])}: score {_number(score['similarity'])}"
    yield ""
    user = markdown_text(facts["user"])
    yield f"{outcomes['scored']} of {outcomes['samples']} samples are scored; {user} plays the user."
    for missed in (facts["below"], [facts["below_coverage"]] if facts["below_coverage"] else []):
        if missed:
            yield ""
            yield f"**Below what is enough**: {markdown_text('; '.join(missed))}."
    if lost := lost_in_words(score["lost_by_fault"]):
        yield ""
        yield f"{lost}."
    if len(score["pass_hat_k"]) > 1:
        yield ""
        yield from _of_trials(score)
    if regression := report.summary.get("regression"):
        told = "**Below what is enough**" if regression["is_too_large"] else "Within --fail-on-regression"
        yield ""
        yield f"{told}: {markdown_text(regression['text'])}."
    yield ""
    yield from what_was_played(report.summary["categories"], report.results)
    spent = f"{spending_line(report)}. " if Spending.from_record(report.summary["spending"]).calls else ""
    yield ""
    yield markdown_text(f"{spent}Run directory {report.directory}")
    yield ""


def spending_line(report: Report) -> str:
    """What a run took, and what it was expected to take."""
    spending, estimate = Spending.from_record(report.summary["spending"]), report.summary.get("estimate")
    if estimate is None:
        return str(spending)
    is_finished = UNFINISHED_CAUSES.isdisjoint(report.summary["outcomes"]["void"])
    return f"{spending}; {told_afterwards(estimate, is_finished=is_finished)}"


def _of_trials(score: Mapping[str, Any]) -> Iterator[str]:
    """How steady the agent is, where trials were repeated."""
    yield f"A trial succeeds with score {score['pass_at']:g}. Flip rate of two trials: {_number(score['flip_rate'])}."
    yield ""
    shown = map(str, shown_numbers(len(score["pass_hat_k"])))
    rates = [(k, score["pass_hat_k"][k], score["pass_at_k"][k]) for k in shown]
    head = ("k", "all of k trials succeed (pass^k)", "at least one does (pass@k)")
    yield from markdown_table(head, ([k, _number(every), _number(some)] for k, every, some in rates))


_CATEGORY = ("category", "samples", "void", "score", "95% range", "outcome", "floor")


def _category_row(name: str, score: Mapping[str, Any]) -> list[str]:
    shown = "all" if name == ALL_CATEGORIES else name.lower()
    counts = [str(score["samples"]), str(score["samples"] - score["scored"])]
    sure, outcome, floor = shown_range(score) or "–", _number(score["outcome"]), _number(score["floor"])
    return [shown, *counts, _number(score["similarity"]), sure, outcome, floor]


def _row(cells: Sequence[str], *, raw: bool = False) -> str:
    return f"| {' | '.join(cell if raw else markdown_text(cell) for cell in cells)} |"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
