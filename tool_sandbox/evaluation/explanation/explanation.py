"""Why a sample scored what it did: for programs as data, printed for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from attrs import Factory, frozen

from tool_sandbox.common.counted import counted
from tool_sandbox.evaluation.explanation.parts import Fault, NodeExplanation, Party

_COLOURS: Mapping[str, str] = defaultdict(lambda: "inherit", {"✓": "#14683b", "✗": "#b3261e", "!": "#b3261e"})
"""Of a line in a notebook, by the mark that it begins with."""


@frozen(kw_only=True)
class Explanation:
    """Why a sample scored what it did."""

    name: str
    """The scenario."""
    trial: int = 0
    """Which trial of it."""
    score: float | None
    """In [0, 1]; ``None`` when the sample is void."""
    outcome: float | None = None
    """How well the end is the wanted one, in [0, 1]; ``None`` where nobody said which it is."""
    floor: float | None = None
    """The most that an agent scores here which does not do the work; ``None`` where nobody played them."""
    cause: str
    """What took the first points, in one line; why it is void, where it is; empty when nothing is lost."""
    milestones: tuple[NodeExplanation, ...] = ()
    """Every milestone, in the order of the scenario."""
    minefields: tuple[NodeExplanation, ...] = ()
    """The minefields that were hit."""
    unasked: tuple[NodeExplanation, ...] = ()
    """What is different in the end and nobody asked for; each counts as one more milestone that is not met."""
    ending: str = ""
    """How the conversation ended."""
    tools_called: tuple[str, ...] = ()
    """The tools that the agent called, each once."""
    tools_wanted: tuple[str, ...] = ()
    """The tools that the solution, or without one the milestones, call."""
    troubles: Mapping[int, str] = Factory(dict)
    """Message → what the scenario made go wrong with the call that it answers."""
    mistakes: Mapping[str, int] = Factory(dict)
    """What the agent did wrong and was told about, in words, and how often."""

    broken_rules: tuple[str, ...] = ()
    """Where the simulated user left its part, in words."""

    def to_records(self) -> tuple[dict[str, Any], ...]:
        """The compact form in ``results.jsonl``: a record for each milestone, minefield hit and unasked change."""
        return tuple(node.to_record() for node in self._nodes)

    @property
    def _nodes(self) -> tuple[NodeExplanation, ...]:
        return (*self.milestones, *self.minefields, *self.unasked)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        """It in a notebook: what was met in green, what was lost in red."""
        shown = (f'<span style="color:{_COLOURS[line[:3].strip()[:1]]}">{escape(line)}</span>' for line in self.lines())
        return f"<pre>{'<br>'.join(shown)}</pre>"

    def lines(self) -> Iterator[str]:
        """It for people; the first line names the sample, its score and the cause."""
        shown = [f"{self.name} #{self.trial}", "" if self.score is None else f"{self.score:.3f}", self.cause]
        yield "   ".join(filter(None, shown))
        if self.numbers:
            yield f"  {self.numbers}"
        width = max((len(node.name) for node in self._nodes), default=0)
        for node in self.milestones:
            yield _node_line(node, "✓" if node.is_met else "✗", width)
        for node in self.unasked:
            yield _node_line(node, "✗", width)
        for node in self.minefields:
            yield _node_line(node, "!", width)
        yield from (f"  {line}" for line in self.faults())
        yield f"  ended: {self.ending}" + ("" if self.score is None else f"; {self.called}")
        if self.troubles:
            yield f"  trouble: {'; '.join(f'[{message}] {text}' for message, text in self.troubles.items())}"
        if self.mistakes:
            mistakes = (f"{count} × {what}" for what, count in self.mistakes.items())
            yield f"  agent's mistakes: {'; '.join(mistakes)}"
        yield from (f"  simulated user: {broken}" for broken in self.broken_rules)

    def faults(self) -> Iterator[str]:
        """A line for each loss that is not the agent's fault."""
        nodes: dict[Fault, list[str]] = {}
        for node in self._nodes:
            if node.losses and node.fault.party is not Party.AGENT:
                nodes.setdefault(node.fault, []).append(node.name)
        for fault, names in nodes.items():
            yield f"fault of the {fault.party} ({', '.join(names)}): {fault.why}"

    @property
    def numbers(self) -> str:
        """How the score comes about, and what stands beside it."""
        further = [counted(len(self.unasked), "unasked change")] if self.unasked else []
        milestones = "1 milestone" if len(self.milestones) == 1 else f"{len(self.milestones)} milestones"
        shown = [" and ".join([f"mean of {milestones}", *further])] if self.milestones else []
        if self.minefields:
            shown = ["0 because a minefield was hit"]
        shown += [] if self.outcome is None else [f"outcome {self.outcome:.2f}"]
        shown += [] if self.floor is None else [f"highest floor {self.floor:.2f}"]
        return "   ".join(shown)

    @property
    def called(self) -> str:
        """How many of the tools that it takes were called, and which others; without a solution, which at all."""
        if not self.tools_wanted:
            return f"called {', '.join(self.tools_called)}" if self.tools_called else "talked, no tool called"
        called = sum(tool in self.tools_called for tool in self.tools_wanted)
        other = [tool for tool in self.tools_called if tool not in self.tools_wanted]
        more = f", and {', '.join(other)}" if other else ""
        talked = "talked, " if not self.tools_called else ""
        return f"{talked}{called} of {len(self.tools_wanted)} tools called{more}"


def _node_line(node: NodeExplanation, mark: str, width: int) -> str:
    return f"  {mark} {node.name:{width}}  {node.credit:.2f}  {node.in_words()}"
