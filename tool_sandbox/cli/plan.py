"""What runs would take, shown before they are played, and the question whether they should be."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import typer

from tool_sandbox.cli.lines import print_line
from tool_sandbox.cli.live.loading import Loading
from tool_sandbox.cli.tables import stderr_console, stdout_console
from tool_sandbox.common.counted import counted
from tool_sandbox.llm.layers.budget.money import NOTHING, Cost
from tool_sandbox.redaction import redact_text
from tool_sandbox.runs.estimates.estimate import RANGE
from tool_sandbox.runs.preparation import planned_runs

if TYPE_CHECKING:
    from rich.console import Console

    from tool_sandbox.registry.settings import RunSettings
    from tool_sandbox.runs.estimates.estimate import Estimate

ASKED_ABOVE = Decimal(1)
"""US dollars. Runs that are expected to cost more are not begun at a terminal before somebody has agreed."""

_MINUTE, _HOUR = 60, 3600


def show_plan(every: Sequence[RunSettings], *, as_json: bool = False) -> None:
    """Tell what runs would take; nothing is sent, written or asked for.

    Raises:
        UsageError: Something about them is wrong.
    """
    with Loading.at_a_terminal("estimating"):
        estimates = planned_runs(every)
    if as_json:
        runs = [
            {"agent": redact_text(settings.agent), "user": redact_text(settings.user), **estimate.to_record()}
            for settings, estimate in zip(every, estimates, strict=True)
        ]
        print(json.dumps({"runs": runs, "range": RANGE}))
        return
    console = stdout_console()
    for settings, estimate in zip(every, estimates, strict=True):
        if len(every) > 1:
            _show(console, [f"{redact_text(settings.agent)}:"])
        _show(console, plan_lines(estimate))
    if len(every) > 1:
        _show(console, [f"together {_money_of(estimates)}"])
    if any(estimate.high.known for estimate in estimates):
        _show(console, [RANGE])


def _show(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        print_line(console, line)


def agree(estimates: Sequence[Estimate], every: Sequence[RunSettings]) -> None:
    """Ask whoever sits at the terminal before runs that are expected to cost more than ``ASKED_ABOVE``.

    Raises:
        typer.Abort: The answer is no.
    """
    budget, together = every[0].budget, every[0].until_decided
    expected = sum(map(_expected, estimates, every), NOTHING)
    if together and budget is not None:
        expected = min(expected, Decimal(str(budget)))
    if expected <= ASKED_ABOVE or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    console = stderr_console()
    for estimate in estimates:
        _show(console, plan_lines(estimate))
    whom = "them together" if together else "it" if len(every) == 1 else "each"
    capped = "" if budget is None else f", and --budget stops {whom} at {money(budget)}"
    what = "This run is" if len(every) == 1 else f"These {len(every)} runs are"
    until = ", if it is not decided before" if together else ""
    _show(console, [f"{what} expected to cost {_money_of(estimates)}{until}{capped}."])
    typer.confirm("Go on?", abort=True, err=True)


def _expected(estimate: Estimate, settings: RunSettings) -> Decimal:
    """US dollars that are expected to be spent, as far as prices are known and the budget lets it."""
    known = estimate.cost.known
    return known if settings.budget is None else min(known, Decimal(str(settings.budget)))


def plan_lines(estimate: Estimate) -> Iterator[str]:
    """The estimate of a run in one line, then for each role how it was reckoned, then what was not."""
    yield ", ".join(_parts(estimate))
    for role in estimate.roles:
        yield (
            f"  {role.role} {role.model}: {counted(role.calls, 'call')}, {role.prompt_tokens:,} tokens in, "
            f"{role.completion_tokens:,} out (by {role.tokens}); {role.latency}"
        )
    for note in estimate.notes:
        yield f"  note: {note}"


def _parts(estimate: Estimate) -> Iterator[str]:
    yield _counts(estimate)
    if not estimate.calls:
        yield "no calls to a model, no cost"
        return
    yield f"~{_rounded(estimate.calls):,} calls"
    yield f"~{_tokens(estimate.tokens)} tokens"
    yield _cost(estimate)
    yield f"{_duration(estimate.seconds)} at -p {estimate.concurrency}"


def _counts(estimate: Estimate) -> str:
    factors = [(estimate.scenarios, "scenario"), (estimate.presentations, "presentation"), (estimate.trials, "trial")]
    shown = [counted(*each) for each in factors[:1]] + [counted(*each) for each in factors[1:] if each[0] > 1]
    reused = f" ({estimate.reused:,} reused)" if estimate.reused else ""
    return f"{' × '.join(shown)} = {counted(estimate.samples, 'sample')}{reused}"


def _cost(estimate: Estimate) -> str:
    if estimate.cost.is_nothing:
        return "no cost"
    by_role: dict[str, Cost] = {}
    for role in estimate.roles:
        by_role[role.role] = by_role.get(role.role, Cost()) + role.cost
    parts = " + ".join(
        f"{role} of unknown price" if cost.unknown_calls and not cost.known else f"{_amount(cost)} {role}"
        for role, cost in by_role.items()
    )
    if estimate.cost.unknown_calls:
        return parts
    return f"{parts} (low {money(estimate.low.known)}, high {money(estimate.high.known)})"


def _money_of(estimates: Sequence[Estimate]) -> str:
    return _amount(sum((estimate.cost for estimate in estimates), Cost()))


def _amount(cost: Cost) -> str:
    if not cost.unknown_calls:
        return money(cost.known)
    return f"at least {money(cost.known)}"


def money(amount: Decimal | float) -> str:
    """US dollars in cents, or in two digits where that is less."""
    value = float(f"{amount:.1e}") if 0 < amount < 1 else float(amount)
    digits = 1 - math.floor(math.log10(value)) if 0 < value < 1 else 2
    return f"${value:,.{max(2, digits)}f}"


def _rounded(number: int) -> int:
    """Two digits of a number."""
    return round(number, 1 - math.floor(math.log10(number))) if number else 0


def _tokens(number: int) -> str:
    for size, name in ((1_000_000, " M"), (1000, "k")):
        if number >= size:
            return f"{_two_digits(number / size)}{name}"
    return str(number)


def _duration(seconds: float) -> str:
    for size, name in ((_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= 1.5 * size:
            return f"{_two_digits(seconds / size)} {name}"
    return f"{max(1, round(seconds))} s"


def _two_digits(number: float) -> str:
    return f"{number:.1f}" if number < 10 else f"{number:,.0f}"  # noqa: PLR2004 -- two digits
