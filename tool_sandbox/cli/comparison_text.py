"""What a comparison of runs looks like, on a terminal and in Markdown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tool_sandbox.analysis.comparison import Comparison, Contrast, Flip
from tool_sandbox.cli.columns import Column, print_table
from tool_sandbox.cli.lines import KEPT, print_line
from tool_sandbox.runs.markdown import markdown_table, markdown_text

if TYPE_CHECKING:
    from rich.console import Console

    from tool_sandbox.analysis.power import Need
    from tool_sandbox.analysis.statistics import RunStatistics

_WIDE = 100
"""Characters for the names of scenarios in Markdown."""
_ALL_TRIALS_UP_TO = 5
_LEAST_P = 0.0001
_DIFFERENCES = (
    Column("difference"),
    Column("score", is_number=True),
    Column("95% interval"),
    Column("p", is_number=True),
    Column("better", is_number=True, left_out=1),
    Column("worse", is_number=True, left_out=1),
    Column("equal", is_number=True, left_out=2),
    Column("pairs", is_number=True, left_out=3),
    Column("can show", is_number=True, left_out=4),
)


def print_comparison(comparison: Comparison, console: Console) -> None:
    """The runs side by side, the differences, and what to know about them."""
    _print_tables(comparison, console)
    for line in _lines(comparison, console.width):
        print_line(console, line)


def print_short_comparison(comparison: Comparison, console: Console, *, quiet: bool = False) -> None:
    """The same for those who have just seen each run; the differences alone if it has to be ``quiet``."""
    if not quiet:
        _print_tables(comparison, console)
    lines = map(_difference, comparison.contrasts) if quiet else _lines(comparison, console.width, brief=True)
    for line in lines:
        print_line(console, line)


def _print_tables(comparison: Comparison, console: Console) -> None:
    print_table(console, _columns(comparison), list(_rows(comparison)))
    if len(comparison.contrasts) > 1:
        print_table(console, _DIFFERENCES, list(_difference_rows(comparison)))


def markdown_of(comparison: Comparison) -> str:
    """The same for the page of a build or a comment."""
    parts = [_markdown_table(_columns(comparison), list(_rows(comparison)))]
    if len(comparison.contrasts) > 1:
        parts.append(_markdown_table(_DIFFERENCES, list(_difference_rows(comparison))))
    parts.append([f"- {markdown_text(line.strip())}".replace(KEPT, " ") for line in _lines(comparison, _WIDE)])
    return "".join(f"{line}\n" for part in parts for line in (*part, ""))


def _markdown_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """A table of the columns that hold anything."""
    told = [at for at in range(len(columns)) if any(row[at] for row in rows)]
    return markdown_table([columns[at].title for at in told], [[row[at] for at in told] for row in rows])


def _columns(comparison: Comparison) -> list[Column]:
    """The largest k stays longest, as it says most of how reliable a model is."""
    several = _numbers_of_trials(comparison)
    order = {1: 0, several[-1]: 1}
    return [
        Column("run"),
        Column("score", is_number=True),
        Column("95% interval"),
        *(Column(f"pass^{k}", is_number=True, left_out=order.get(k, 3 + k)) for k in several),
        Column("void", is_number=True),
        Column("cost", is_number=True, left_out=2),
        Column("per sample", is_number=True, left_out=3),
    ]


def _numbers_of_trials(comparison: Comparison) -> list[int]:
    """The k of pass^k that are shown: all that there are, or of many the powers of two and the last."""
    most = max(statistics.trials for statistics in comparison.runs.values())
    return [k for k in range(1, most + 1) if most <= _ALL_TRIALS_UP_TO or k & (k - 1) == 0 or k == most]


def _rows(comparison: Comparison) -> Iterator[list[str]]:
    paid = any(statistics.cost != 0 for statistics in comparison.runs.values())
    for name, statistics in comparison.runs.items():
        rates = {rate.k: f"{rate.all_pass.value:.2f}" for rate in statistics.pass_rates}
        money = (statistics.cost, statistics.cost_per_sample)
        yield [
            name,
            *_score(statistics),
            *(rates.get(k, "-") for k in _numbers_of_trials(comparison)),
            str(statistics.overall.void),
            *(map(_dollars, money) if paid else ("", "")),
        ]


def _score(statistics: RunStatistics) -> tuple[str, str]:
    score = statistics.overall.score
    return ("-", "-") if score is None else (f"{score.value:.3f}", f"{score.low:.3f}–{score.high:.3f}")


def _difference_rows(comparison: Comparison) -> Iterator[list[str]]:
    for contrast in comparison.contrasts:
        yield [
            f"− {contrast.second}" if _has_one_first(comparison) else _names(contrast),
            _signed(contrast.difference.value),
            _interval(contrast.difference.low, contrast.difference.high).replace(KEPT, " "),
            _p_value(contrast.adjusted_p_value).replace(KEPT, " ").removeprefix("p ").removeprefix("= "),
            *(str(count) for count in (len(contrast.better), len(contrast.worse), contrast.equal, contrast.pairs)),
            "-" if contrast.detectable is None else f"{contrast.detectable:.3f}",
        ]


def _has_one_first(comparison: Comparison) -> bool:
    return len({contrast.first for contrast in comparison.contrasts}) == 1


def _lines(comparison: Comparison, width: int, *, brief: bool = False) -> Iterator[str]:
    if len(comparison.contrasts) == 1:
        yield from _contrast_lines(comparison.contrasts[0], comparison.pass_at, width, brief=brief)
    else:
        of_one = f" of {comparison.contrasts[0].first} to the others" if _has_one_first(comparison) else ""
        holm = "p-values are raised by Holm's rule"
        yield f"{len(comparison.contrasts)} differences{of_one}, paired by scenario and trial; {holm}"
    if brief:
        return
    yield f"pass^k: all of k trials succeed; a success is a score of at least {comparison.pass_at:g} (--pass-at)"
    for condition in dict.fromkeys(each for contrast in comparison.contrasts for each in contrast.conditions):
        yield f"note: {condition}"


def _contrast_lines(contrast: Contrast, pass_at: float, width: int, *, brief: bool) -> Iterator[str]:
    yield _difference(contrast)
    better, worse = len(contrast.better), len(contrast.worse)
    yield f"{contrast.first} is better in {_count(better, 'scenario')}, worse in {worse}, equal in {contrast.equal}"
    if better:
        yield _named("  better: ", contrast.better, width)
    if worse:
        yield _named("  worse: ", contrast.worse, width)
    yield from _left_out(contrast)
    if not brief:
        yield _success(contrast, pass_at)
        yield from _power(contrast)


def _difference(contrast: Contrast) -> str:
    found = contrast.difference
    return (
        f"{_names(contrast)} {_signed(found.value)}, 95% interval {_interval(found.low, found.high)}, "
        f"{_p_value(contrast.adjusted_p_value)}; paired by scenario and trial, {_count(contrast.pairs, 'pair')}"
    )


def _left_out(contrast: Contrast) -> Iterator[str]:
    counts = {contrast.first: contrast.only_first, contrast.second: contrast.only_second}
    only = [f"{_count(count, 'sample')} that only {name} has" for name, count in counts.items() if count]
    if only:
        yield f"left out: {', '.join(only)}"
    if contrast.void_pairs:
        found = contrast.range_with_void
        yield (
            f"left out: {_count(contrast.void_pairs, 'pair')} with a void sample; whatever those had scored, the "
            f"difference is {_interval(found.low, found.high)}"
        )


def _success(contrast: Contrast, pass_at: float) -> str:
    success = contrast.success
    return (
        f"success (score {pass_at:g}): only {contrast.first} in {_count(success.better, 'pair')}, only "
        f"{contrast.second} in {success.worse}; {_p_value(success.p_value)} (McNemar)"
    )


def _power(contrast: Contrast) -> Iterator[str]:
    scenarios = len(contrast.flips) + contrast.equal
    if contrast.detectable is None:
        yield "one scenario says nothing of others, so nobody knows how sure the difference is"
    elif contrast.detectable >= 1:
        yield f"{scenarios} scenarios are too few to show any difference"
    else:
        half = contrast.need_of_half
        told = f"smallest difference this size can show: {contrast.detectable:.3f}"
        yield f"{told}; {_in_words(half)}" if half else told


def _in_words(need: Need) -> str:
    if need.trials is None:
        return f"{need.difference:.3f} would take {need.scenarios} such scenarios, whatever the number of trials"
    price = f" (≈ {_dollars(need.cost)})" if need.cost else ""
    least = "at least " if need.at_least else ""
    trials = f"{_count(need.trials, 'more trial')} of every scenario"
    return f"{least}{trials}{price} would show {need.difference:.3f}"


def _named(start: str, flips: Sequence[Flip], width: int) -> str:
    """As many scenarios as fit into one line, at least one."""
    line, shown = start, 0
    for flip in flips:
        more = f"{', ' if shown else ''}{flip.scenario} " + f"{flip.first:.2f} vs {flip.second:.2f}".replace(" ", KEPT)
        rest = f" and {len(flips) - shown - 1} more" if shown + 1 < len(flips) else ""
        if shown and len(line + more + rest) > width:
            break
        line, shown = line + more, shown + 1
    return line + (f" and {len(flips) - shown} more" if shown < len(flips) else "")


def _names(contrast: Contrast) -> str:
    return f"{contrast.first} − {contrast.second}"


def _signed(value: float) -> str:
    return re.sub("^-", "−", f"{value:+.3f}")


def _interval(low: float, high: float) -> str:
    return f"{_signed(low)} to {_signed(high)}".replace(" ", KEPT)


def _p_value(value: float) -> str:
    if value < _LEAST_P:
        return f"p < {_LEAST_P}".replace(" ", KEPT)
    return (f"p = {value:.2f}" if value >= 0.1 else f"p = {value:.2g}").replace(" ", KEPT)  # noqa: PLR2004 -- digits


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _dollars(amount: float | None) -> str:
    """Two digits that say something, and cents."""
    if amount is None:
        return "unknown"
    digits = max(2, 1 - math.floor(math.log10(amount))) if amount else 0
    return f"${amount:,.{digits}f}"
