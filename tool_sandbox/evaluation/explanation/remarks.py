"""What an explanation has to say beside the messages of a conversation, and below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tool_sandbox.common.annotations import Annotations, Span, Style
from tool_sandbox.evaluation.explanation.parts import NodeExplanation, Reason

if TYPE_CHECKING:
    from tool_sandbox.evaluation.explanation.explanation import Explanation


def annotated(explanation: Explanation) -> Annotations:
    """An explanation as remarks about the conversation that it explains."""
    beside: dict[int, list[Span]] = {}
    for message, span in _beside(explanation):
        beside.setdefault(message, []).append(span)
    title = f"{explanation.name} #{explanation.trial}"
    return Annotations(title=title, beside=beside, below=tuple(_below(explanation)))


def _beside(explanation: Explanation) -> Iterator[tuple[int, Span]]:
    for message, text in explanation.troubles.items():
        yield message, Span(f"~ {text}", Style.NOTE)
    for node in explanation.milestones:
        if node.message is not None:
            yield node.message, Span(f"{_mark(node)} {node.name} {node.credit:.2f}", _style(node))
        for loss in node.losses:
            for message in loss.messages:
                yield message, Span(f"! {loss.where} changed (guard of {node.name})", Style.LOST)
    for node in (*explanation.minefields, *explanation.unasked):
        if node.message is not None:
            yield node.message, Span(f"! {node.name}", Style.LOST)


def _below(explanation: Explanation) -> Iterator[tuple[str, Span]]:
    if explanation.score is None:
        yield "void", Span(explanation.cause.removeprefix("void, "), Style.LOST)
    else:
        yield "score", Span(f"{explanation.score:.3f}   {explanation.numbers}".rstrip(), Style.TITLE)
    label = "lost"
    for text, style in _lost(explanation):
        yield label, Span(text, style)
        label = ""
    for fault in explanation.faults():
        yield "fault", Span(fault.removeprefix("fault of "))
    if explanation.ending:
        called = "" if explanation.score is None else f"; {explanation.called}"
        yield "ended", Span(f"{explanation.ending}{called}")
    if explanation.mistakes:
        shown = (f"{count} × {what}" for what, count in explanation.mistakes.items())
        yield "errors", Span("; ".join(shown), Style.ERROR)
    for broken in explanation.broken_rules:
        yield "user", Span(broken, Style.ERROR)


def _lost(explanation: Explanation) -> Iterator[tuple[str, Style]]:
    for hit in explanation.minefields:
        yield f"! {hit.name}  {_place(hit)}{_why(hit)}", Style.LOST
    unmet = [node for node in (*explanation.milestones, *explanation.unasked) if not node.is_met]
    for node in unmet:
        yield f"{_mark(node)} {node.name} {node.credit:.2f}  {_place(node)}{_why(node)}", _style(node)
    if not unmet and not explanation.minefields and explanation.score is not None and explanation.cause:
        yield explanation.cause, Style.PARTLY


def _mark(node: NodeExplanation) -> str:
    return "✓" if node.is_met else "✗"


def _style(node: NodeExplanation) -> Style:
    return Style.MET if node.is_met else Style.PARTLY if node.credit else Style.LOST


def _place(node: NodeExplanation) -> str:
    guarded = any(loss.reason is Reason.GUARD for loss in node.losses)  # its text says where
    return "" if node.message is None or guarded else f"[{node.message}] "


def _why(node: NodeExplanation) -> str:
    return "; ".join(map(str, node.losses))
