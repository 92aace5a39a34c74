"""A played conversation for people: who said what, calls as a person writes them, and remarks beside the messages.

::

    [15] user    Turn off the Wi-Fi.
    [16] agent     set_wifi_status(on=False)
    [17]         → None                        ✓ off 1.00
    [18] agent   Wi-Fi is off now.             ✓ told 1.00
         score   1.000   mean of 2 milestones
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from attrs import field, frozen

from tool_sandbox.common.annotations import Annotations, Line, Span, Style
from tool_sandbox.common.call_text import LONGEST, argument_text, one_line, real_tool, requested
from tool_sandbox.common.counted import counted
from tool_sandbox.common.transcript import is_few_shot, text_beside_call
from tool_sandbox.common.visible_text import cells, hanging, visible, wrapped
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.common.world.schemas import INDEX_COLUMN, Row

if TYPE_CHECKING:
    from tool_sandbox.common.execution_context import ExecutionContext

WIDTH = 100
"""Columns, where nobody says how many there are."""
LEAST_WIDTH = 40
"""In fewer columns nothing can be laid out."""


def transcript_text(world: ExecutionContext, annotations: Annotations | None = None, *, width: int = WIDTH) -> str:
    """The whole conversation as plain text: the instructions too, and nothing shortened."""
    page, rows = _page(world, width, full=True)
    return "".join([f"{line.rstrip()}\n" for line in page.texts(world, rows, annotations or Annotations())])


def transcript_lines(
    world: ExecutionContext, annotations: Annotations | None = None, *, width: int = WIDTH, full: bool = False
) -> list[Line]:
    """A conversation as lines.

    Args:
        world: The world after the last message.
        annotations: What is to be said about it.
        width: Columns; at least ``LEAST_WIDTH``.
        full: Also show the instructions that come before the user's first words, and shorten nothing.
    """
    page, rows = _page(world, width, full=full)
    return list(page.lines(world, rows, annotations or Annotations()))


def _page(world: ExecutionContext, width: int, *, full: bool) -> tuple[_Page, Sequence[Row]]:
    """How a conversation is laid out, and the messages that are shown."""
    rows = [row for row in world.log() if not is_few_shot(row)]
    said = [row for row in rows if row["sender"] == RoleType.USER]
    if not full and said:
        rows = [row for row in rows if row[INDEX_COLUMN] >= said[0][INDEX_COLUMN]]
    return _Page(width=max(width, LEAST_WIDTH), full=full, last=rows[-1][INDEX_COLUMN] if rows else 0), rows


_CONSOLE = RoleType.EXECUTION_ENVIRONMENT
_ROLE_WIDTH = 8
_RESULT_LINES, _TEXT_LINES = 4, 12
"""So many lines of a result, and of any other message, are shown where not everything is."""
_LONGEST_KEPT = 4096
"""Characters of a text whose lines are kept for other conversations: what a model said at great length comes once."""
_CUT = " …"
_GAP = 3
"""Columns between a message and a remark beside it."""


@frozen
class _Entry:
    """A message in lines, or something below the messages."""

    number: str
    label: str
    lines: Sequence[Span]
    beside: Sequence[Span] = ()


@frozen(kw_only=True)
class _Page:
    """What is shown, and how wide."""

    width: int
    full: bool
    last: int
    shortened: list[int] = field(factory=list)
    """The messages that are not shown whole."""

    @cached_property
    def number_width(self) -> int:
        return len(f"[{self.last}] ")

    @cached_property
    def indent(self) -> int:
        return self.number_width + _ROLE_WIDTH

    @cached_property
    def room(self) -> int:
        return self.width - self.indent

    def lines(self, world: ExecutionContext, rows: Sequence[Row], annotations: Annotations) -> Iterator[Line]:
        yield from ((span,) for span in self._title(annotations))
        entries = self._entries(world, rows, annotations)
        column = self._column(entries)
        for entry in (*entries, *self._below(annotations)):
            yield from self._laid_out(entry, column)

    def texts(self, world: ExecutionContext, rows: Sequence[Row], annotations: Annotations) -> Iterator[str]:
        """The same lines without their styles."""
        yield from (span.text for span in self._title(annotations))
        entries = self._entries(world, rows, annotations)
        column = self._column(entries)
        margin = " " * self.indent
        for entry in (*entries, *self._below(annotations)):
            if entry.beside:
                yield from ("".join([span.text for span in line]) for line in self._laid_out(entry, column))
                continue
            first = f"{entry.number:{self.number_width}}{entry.label:{_ROLE_WIDTH}}"
            for span in entry.lines:
                yield first + span.text
                first = margin

    def _title(self, annotations: Annotations) -> Sequence[Span]:
        return _spans(annotations.title, self.width, Style.TITLE) if annotations.title else ()

    def _entries(self, world: ExecutionContext, rows: Sequence[Row], annotations: Annotations) -> Sequence[_Entry]:
        entries = [self._message(world, row, rows[:at], annotations.beside) for at, row in enumerate(rows)]
        return [entry for entry in entries if entry.lines or entry.beside]

    def _below(self, annotations: Annotations) -> Iterator[_Entry]:
        for label, span in [*annotations.below, *self._note()]:
            yield _Entry("", label, [Span(line, span.style) for line in hanging(span.text, self.room)])

    # -- one message -------------------------------------------------------------------------------------------------

    def _message(
        self, world: ExecutionContext, row: Row, before: Sequence[Row], beside: Mapping[int, Sequence[Span]]
    ) -> _Entry:
        remarks = [Span(visible(each.text), each.style) for each in beside.get(row[INDEX_COLUMN], ())]
        label = "" if row["sender"] == _CONSOLE else str(row["sender"]).lower()
        lines = self._content(world, row, before, bool(remarks))
        if lines and row["visible_to"] not in (None, [row["sender"], row["recipient"]]):
            seen = ", ".join(map(str.lower, row["visible_to"]))
            lines = [*lines, Span(f"(seen by {seen or 'nobody'})", Style.NOTE)]
        return _Entry(f"[{row[INDEX_COLUMN]}]", label, lines, remarks)

    def _content(self, world: ExecutionContext, row: Row, before: Sequence[Row], has_remarks: bool) -> Sequence[Span]:
        text = row["content"] or ""
        if row["sender"] == _CONSOLE:
            if self.full or has_remarks or row["recipient"] != RoleType.USER or row["tool_call_exception"]:
                return self._result(row, before)
            return ()
        if row["sender"] == RoleType.SYSTEM:
            recipient = Span(f"(to the {str(row['recipient']).lower().replace('_', ' ')})", Style.NOTE)
            return [recipient, *self._said(row, text, Style.RESULT)]
        if row["recipient"] == _CONSOLE:
            beside_call = text_beside_call(world, row)
            said = self._said(row, beside_call, Style.PLAIN) if beside_call else ()
            return [*said, *self._call(row)]
        return self._said(row, text, Style.PLAIN)

    def _said(self, row: Row, text: str, style: Style) -> Sequence[Span]:
        text = text.strip("\n") or '""'
        if self.full:
            return (_spans if len(text) > _LONGEST_KEPT else _kept_spans)(text, self.room, style)
        return [Span(line, style) for line in self._cut(row, wrapped(text, self.room), _TEXT_LINES, self.room)]

    def _call(self, row: Row) -> Sequence[Span]:
        call = requested(row)
        if call is None:
            tried = visible(row["openai_function_name"] or "")
            lines = [f"{tried}(…)"] if tried else wrapped((row["content"] or "").strip(), self.room - 2)
        else:
            arguments = [f"{name}={self._argument(row, value)}" for name, value in call[1].items()]
            lines = _call_lines(visible(call[0]), arguments, self.room - 2)
        return [Span(f"  {line}", Style.CALL) for line in self._cut(row, lines, _TEXT_LINES, self.room - 2)]

    def _argument(self, row: Row, value: object) -> str:
        text = argument_text(value)
        if self.full or len(text) <= LONGEST:
            return visible(text)
        self.shortened.append(row[INDEX_COLUMN])
        return one_line(text)

    def _result(self, row: Row, before: Sequence[Row]) -> Sequence[Span]:
        style = Style.ERROR if row["tool_call_exception"] else Style.RESULT
        name = tool_of_several(row, before)
        lines = [*([name] if name else []), *wrapped((row["content"] or "").strip("\n"), self.room - 2)]
        shown = self._cut(row, lines, _RESULT_LINES, self.room - 2)
        return [Span(f"{'  ' if at else '→ '}{line}", style) for at, line in enumerate(shown)]

    def _cut(self, row: Row, lines: list[str], most: int, room: int) -> list[str]:
        if self.full or len(lines) <= most:
            return lines
        self.shortened.append(row[INDEX_COLUMN])
        return [*lines[: most - 1], f"{wrapped(lines[most - 1], max(1, room - cells(_CUT)))[0]}{_CUT}"]

    def _note(self) -> list[tuple[str, Span]]:
        count = len(set(self.shortened))
        note = f"({counted(count, 'message')} shortened; --full shows everything)"
        return [("", Span(note, Style.NOTE))] if count else []

    # -- side by side ------------------------------------------------------------------------------------------------

    def _column(self, entries: Sequence[_Entry]) -> int:
        """Where remarks begin: as near to the messages as most of them allow."""
        marked = [entry for entry in entries if entry.beside]
        longest = max((cells(span.text) for entry in marked for span in entry.beside), default=0)
        ends = [self._end(entry) + _GAP for entry in marked]
        return max((end for end in ends if end + longest <= self.width), default=self.indent + 2)

    def _end(self, entry: _Entry) -> int:
        return self.indent + (cells(entry.lines[-1].text) if entry.lines else 0)

    def _laid_out(self, entry: _Entry, column: int) -> Iterator[Line]:
        remarks = [Span(line, each.style) for each in entry.beside for line in wrapped(each.text, self.width - column)]
        first = remarks[0] if remarks and self._end(entry) + _GAP <= column else None
        margin, further = (self._margin(*begin) for begin in ((entry.number, entry.label), ("", "")))
        for at, span in enumerate(entry.lines):
            last = at == len(entry.lines) - 1
            gap = () if not (last and first) else (Span(" " * (column - self._end(entry))), first)
            yield *(further if at else margin), span, *gap
        for remark in remarks[1:] if first else remarks:
            yield Span(" " * column), remark

    def _margin(self, number: str, label: str) -> Line:
        return Span(f"{number:{self.number_width}}", Style.NUMBER), Span(f"{label:{_ROLE_WIDTH}}", Style.ROLE)


def _spans(text: str, width: int, style: Style) -> tuple[Span, ...]:
    """The lines of a text that is shown whole."""
    return tuple([Span(line, style) for line in wrapped(text, width)])


_kept_spans = lru_cache(maxsize=1024)(_spans)  # instructions and lists of tools are the same in many conversations


def _call_lines(tool: str, arguments: Sequence[str], room: int) -> list[str]:
    """A call on one line, or with one argument on each."""
    line = f"{tool}({', '.join(arguments)})"
    if cells(line) <= room:
        return [line]
    ends = [*("," for _ in arguments[1:]), ")"]
    shown = [f"  {argument}{end}" for argument, end in zip(arguments, ends, strict=True)]
    return [f"{tool}(", *(line for each in shown for line in hanging(each, room))]


def tool_of_several(row: Row, before: Sequence[Row]) -> str | None:
    """The tool that a result comes from, where it is not the one call right before it."""
    answered = {each["openai_tool_call_id"] for each in before if each["sender"] == _CONSOLE}
    requests = [each for each in before if each["recipient"] == _CONSOLE and each["sender"] == row["recipient"]]
    waiting = [each for each in requests if each["openai_tool_call_id"] not in answered]
    own = [each for each in requests if each["openai_tool_call_id"] == row["openai_tool_call_id"]]
    if not own or (before[-1] is own[-1] and len(waiting) <= 1):
        return None
    return visible(real_tool(own[-1]))
