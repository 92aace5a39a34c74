"""What a run would meet: on this machine, or with the models that it would ask."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from attrs import define

from tool_sandbox.cli.interrupts import INTERRUPTED, Interrupts
from tool_sandbox.cli.listing import print_lines
from tool_sandbox.common.counted import counted
from tool_sandbox.llm.layers.budget.money import Cost
from tool_sandbox.llm.probes.examination import examine
from tool_sandbox.llm.probes.finding import Finding
from tool_sandbox.llm.probes.servers import without_native_tools
from tool_sandbox.llm.probes.subject import Evidence
from tool_sandbox.llm.transports.through_litellm.transport import close_litellm
from tool_sandbox.registry.probed_models import ProbedModels
from tool_sandbox.registry.settings import RunSettings

FINE, CANNOT_WORK, USAGE = 0, 1, 2


def examine_machine(*, as_json: bool = False) -> int:
    """Tell what this machine has for a run, and what it misses.

    Returns:
        The exit code: 2 when no run can work here.
    """
    from tool_sandbox.cli import machine

    found = []
    for finding in machine.examine():
        found.append(finding)
        if not as_json:
            print_lines(lines_of(finding))
    if as_json:
        print(json.dumps({"findings": [finding.to_dict() for finding in found]}))
    return USAGE if any(finding.is_problem for finding in found) else FINE


def examine_models(names: Sequence[str], settings: RunSettings, *, as_json: bool = False) -> int:
    """Ask models a few short questions, side by side, and tell what a run would meet with them.

    Args:
        names: As after ``-a``.
        settings: How they are called, and what they may cost together.
        as_json: Whether one JSON object is printed at the end.

    Returns:
        The exit code: 1 when a run cannot work with one of them.

    Raises:
        UsageError: A name, or what was set, means nothing.
    """
    with ProbedModels(names, settings) as models:
        parts = [Part(title, None if subject is None else Evidence(subject)) for title, subject in models.open()]
        report, interrupts = Report(parts, is_shown=not as_json), Interrupts.current()
        with interrupts.during(models.close):
            try:
                asyncio.run(_examined(report, interrupts))
            except asyncio.CancelledError:
                return INTERRUPTED
    return FINE if all(part.works for part in parts) else CANNOT_WORK


def lines_of(finding: Finding) -> Iterator[str]:
    """A finding in a line, and what to do about it in another."""
    took = "" if finding.seconds is None else f", {finding.seconds:.1f} s"
    probe = f"{finding.probe}{took}: " if finding.probe else ""
    yield f"{finding.state:<8} {probe}{finding.what}"
    if finding.advice:
        yield f"{'':<8} → {finding.advice}"


@define(eq=False)
class Part:
    """What is told of one model."""

    title: str
    evidence: Evidence | None
    """``None`` for a role that asks no model of ours."""
    is_over: bool = False

    @property
    def works(self) -> bool:
        """Whether nothing was found for which a run cannot work."""
        return self.evidence is None or self.evidence.works

    @property
    def verdict(self) -> str:
        """The name of a model with which a run cannot work as it is, and how it can."""
        if self.evidence is None or not self.evidence.works_prompted:
            return repr(self.title)
        return f"{self.title!r} (it can with {without_native_tools(self.evidence.subject.model)})"

    def lines(self) -> Iterator[str]:
        """The findings so far."""
        yield self.title
        if self.evidence is None:
            yield f"{'note':<8} it asks no model, so there is nothing to find out"
            return
        for finding in self.evidence.findings.values():
            yield from lines_of(finding)

    def to_dict(self) -> dict[str, Any]:
        """The part as JSON-able data."""
        evidence = self.evidence
        return {
            "model": self.title,
            "works": self.works,
            "finished": self.is_over,
            "probes": [finding.to_dict() for finding in evidence.findings.values()] if evidence else [],
            "calls": evidence.calls if evidence else 0,
            "cost": evidence.cost.total if evidence else 0.0,
        }


@define(eq=False)
class Report:
    """What is told of all models: one after the other, each finding as soon as it is its model's turn."""

    parts: Sequence[Part]
    is_shown: bool = True
    _shown: int = 0
    """How many lines were."""

    def show(self) -> None:
        """Tell what was not told yet; what comes after a model that is not finished has to wait."""
        self._show_new(list(self._lines(to_the_end=False)))

    def end(self) -> None:
        """Tell all that is known, and what it came to, or print it as one JSON object."""
        self._show_new([*self._lines(to_the_end=True), self._closing()])
        if not self.is_shown:
            print(json.dumps(self.to_dict()), flush=True)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-able data."""
        calls, cost = self._bill
        return {"models": [part.to_dict() for part in self.parts], "calls": calls, "cost": cost.total}

    @property
    def _bill(self) -> tuple[int, Cost]:
        asked = [part.evidence for part in self.parts if part.evidence is not None]
        return sum(each.calls for each in asked), sum((each.cost for each in asked), Cost())

    def _lines(self, *, to_the_end: bool) -> Iterator[str]:
        for part in self.parts:
            yield from part.lines()
            if not part.is_over:
                if not to_the_end:
                    return
                yield f"{'note':<8} broken off before the end"
            yield ""

    def _show_new(self, lines: Sequence[str]) -> None:
        if self.is_shown:
            print_lines(lines[self._shown :])
        self._shown = len(lines)

    def _closing(self) -> str:
        calls, cost = self._bill
        asked = f"{counted(calls, 'call')}, {_paid(cost)}" if calls else "Nobody was asked"
        if broken := [part.verdict for part in self.parts if not part.works]:
            return f"{asked}. A run cannot work with {' and '.join(broken)}."
        finished = all(part.is_over for part in self.parts)
        return f"{asked}. Nothing stands in the way of a run{'' if finished else ' so far'}."


def _paid(cost: Cost) -> str:
    return "nobody knows what they cost" if cost.unknown_calls and not cost.known else str(cost)


async def _examined(report: Report, interrupts: Interrupts) -> None:
    """Probe all models side by side, until that is done or somebody presses Ctrl-C."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def stop() -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile, and everything is told
            loop.call_soon_threadsafe(task.cancel)

    interrupts.stop_with(stop)
    report.show()
    try:
        await asyncio.gather(*(_part_examined(part, report) for part in report.parts))
    finally:  # here, because threads of libraries may keep the event loop from ending
        report.end()
        await close_litellm()


async def _part_examined(part: Part, report: Report) -> None:
    if part.evidence is not None:
        await examine(part.evidence, lambda _finding: report.show())
    part.is_over = True
    report.show()
