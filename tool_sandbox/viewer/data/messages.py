"""The messages of a conversation as plain data, as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.annotated_transcript import tool_of_several
from tool_sandbox.common.annotations import Annotations, Span
from tool_sandbox.common.call_text import argument_text, real_tool, requested
from tool_sandbox.common.transcript import is_few_shot, text_beside_call
from tool_sandbox.common.visible_text import visible
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.common.world.schemas import INDEX_COLUMN, Row
from tool_sandbox.viewer.data.turns import answered_by_model, dollars, seconds_in_words

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext

_CONSOLE = RoleType.EXECUTION_ENVIRONMENT


def messages_data(world: ExecutionContext, said: Annotations) -> list[dict[str, Any]]:
    """One mapping for each message: who said what to whom, and what is to be said about it.

    Keys: ``number``; ``kind``, which is ``instructions``, ``text``, ``call`` or ``result``; ``sender``, ``recipient``
    and ``text``. Of a call also ``tool``, ``arguments`` (pairs of name and text) and ``real_tool`` where the name was
    scrambled, or ``code`` where it cannot be read. Of a result ``failed`` and, where it is not the one of the call
    before, ``tool``. Of an answer of a model ``answered``: who gave it and what it took, in words, and ``seconds``.
    ``seen_by`` where somebody else sees the message, and ``remarks`` (text and style) where there are any.
    """
    rows = [row for row in world.log() if not is_few_shot(row)]
    return [dict(_message(world, row, rows[:at], said.beside)) for at, row in enumerate(rows)]


def remark_data(span: Span) -> dict[str, str]:
    """A remark: its text, and what it is."""
    return {"text": visible(span.text), "style": str(span.style)}


def _message(
    world: ExecutionContext, row: Row, before: Sequence[Row], beside: Mapping[int, Sequence[Span]]
) -> Iterator[tuple[str, Any]]:
    yield "number", row[INDEX_COLUMN]
    yield "sender", _role(row["sender"])
    yield "recipient", _role(row["recipient"])
    if row["sender"] == _CONSOLE:
        yield from _result(row, before)
    elif row["sender"] == RoleType.SYSTEM:
        yield from (("kind", "instructions"), ("text", _text(row["content"])))
    elif row["recipient"] == _CONSOLE:
        yield from _call(row, text_beside_call(world, row) or "")
    else:
        yield from (("kind", "text"), ("text", _text(row["content"])))
    if answered := answered_by_model(world, row):
        yield "answered", list(_answered(answered))
        yield "seconds", answered.get("seconds")
    if row["visible_to"] not in (None, [row["sender"], row["recipient"]]):
        yield "seen_by", [_role(role) for role in row["visible_to"]]
    if remarks := beside.get(row[INDEX_COLUMN]):
        yield "remarks", [remark_data(span) for span in remarks]


def _answered(facts: Mapping[str, Any]) -> Iterator[str]:
    """Who gave an answer and what it took, each in a few words; what is as usual is not told."""
    yield from (visible(str(facts[name])) for name in ("model", "deployment") if name in facts)
    yield seconds_in_words([facts])
    if (cost := facts.get("cost")) is not None:
        yield dollars(cost)
    for name, words in _HOW.items():
        if name in facts:
            yield words.format(facts[name])
    yield from (visible(f"adjusted: {each}") for each in facts.get("adjustments", ()))


_HOW = {
    "fallback": "a fallback",
    "cached": "from the cache",
    "replayed": "from the journal",
    "attempts": "{} tries",
    "finish_reason": "ended by {}",
    "parse_losses": "{} calls that nobody could read",
}


def _call(row: Row, beside: str) -> Iterator[tuple[str, Any]]:
    yield from (("kind", "call"), ("text", _text(beside)))
    call = requested(row)
    if call is None:  # code that a person wrote, or a call that cannot be read
        yield "tool", visible(row["openai_function_name"] or "")
        yield "code", _text(row["content"])
        return
    tool, arguments = call
    yield "tool", visible(tool)
    yield "arguments", [[visible(name), _text(argument_text(value))] for name, value in arguments.items()]
    if (real := real_tool(row)) != tool:
        yield "real_tool", visible(real)


def _result(row: Row, before: Sequence[Row]) -> Iterator[tuple[str, Any]]:
    yield from (("kind", "result"), ("text", _text(row["content"])))
    yield "failed", bool(row["tool_call_exception"])
    if tool := tool_of_several(row, before):
        yield "tool", tool


def _role(role: object) -> str:
    return str(role).lower().replace("_", " ")


def _text(text: str | None) -> str:
    """A text whose characters that act on a screen, or turn its direction, are shown as what they are."""
    return visible(text or "")
