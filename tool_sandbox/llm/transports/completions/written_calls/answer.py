"""Take a model's text apart: what it thought, what it says, and what it calls."""

from __future__ import annotations

import re

from attrs import define, field, frozen

from tool_sandbox.llm.transports.completions.lenient_json import decode_at
from tool_sandbox.llm.transports.completions.thoughts import is_quoted, without_thoughts
from tool_sandbox.llm.transports.completions.written_calls.call import Block, Tools, WrittenCall, written
from tool_sandbox.llm.transports.completions.written_calls.dialects import MARKED, UNMARKED, UNREAD, Dialect
from tool_sandbox.llm.transports.completions.written_calls.python_calls import python_calls

_INVENTED = re.compile(r"<tool_response\b|```[ \t]*tool_result\b", re.IGNORECASE)
"""Where a model begins to make the results of its calls up."""
_NAME_AND_JSON = re.compile(r"\s*+(?P<name>[\w.-]+)\s*+(?=\{)")
_EMPTY_FENCE = re.compile(r"```[\w+-]*\s*+```")


@frozen
class ReadAnswer:
    """A model's text, taken apart."""

    text: str | None
    """What is not a tool call."""
    calls: tuple[WrittenCall, ...] = ()
    losses: int = 0
    """Calls that could not be read, whether or not their name was recognised."""
    reasoning: str | None = None
    """What the model thought, which is not said to anybody."""


def read_answer(text: str | None, tools: Tools) -> ReadAnswer:
    """Take a model's text apart into thoughts, tool calls and what it says beside them.

    Args:
        text: What the model wrote.
        tools: The tools on offer, by name; with their parameters, where those are known, so that arguments written as
            text get the types that they should have. Without marks that are used for nothing else, only what names one
            of the tools is a call; within such marks any name is, so that the model can be told that the tool does not
            exist.
    """
    spoken = without_thoughts(text or "")
    reader = _Reader(text=spoken.text, tools=tools)
    reader.read()
    return ReadAnswer(reader.said(), tuple(reader.calls), reader.losses, spoken.thoughts)


@define
class _Reader:
    """Walks through a text from one mark to the next."""

    text: str
    tools: Tools
    calls: list[WrittenCall] = field(factory=list)
    losses: int = 0
    _pieces: list[str] = field(factory=list)
    _kept_to: int = 0
    """Up to where the text is either taken as a call or among the pieces."""
    _closings: set[int] = field(factory=set)
    """Where fences close whose inside was read."""
    _next: dict[str, re.Match[str] | None] = field(factory=dict)
    """The next mark of each dialect, as far as it was looked for."""

    def read(self) -> None:
        """Find every call."""
        position = 0
        while (found := self._found(position)) is not None:
            dialect, mark = found
            if self.calls and _INVENTED.search(self.text, position, mark.start()):
                break
            if mark.start() in self._closings:
                position = mark.end()
                continue
            block = dialect.read(self.text, mark, self.tools)
            self._take(mark.start(), block)
            self._closings |= {block.closing} if block.closing is not None else set()
            position = max(block.end, position, mark.start() + 1)
        if self.calls and (invented := _INVENTED.search(self.text, self._kept_to)):
            self._cut(invented.start())
        if not self.calls and not self.losses:
            self._whole()
        self.losses = self.losses or int(self._holds_unread())

    def said(self) -> str | None:
        """What is left when the calls are taken out."""
        rest = "".join([*self._pieces, self.text[self._kept_to :]])
        if self.calls:
            rest = re.sub(r"\n{3,}", "\n\n", _EMPTY_FENCE.sub("", rest))
        return rest.strip() or None

    def _found(self, position: int) -> tuple[Dialect, re.Match[str]] | None:
        """The first mark from a place on that is meant, and the dialect that it is of."""
        found: tuple[Dialect, re.Match[str]] | None = None
        for dialect in (*MARKED, *UNMARKED):
            mark = self._next.get(dialect.name)
            if dialect.name not in self._next or (mark is not None and mark.start() < position):
                marks = dialect.mark.finditer(self.text, position)
                mark = self._next[dialect.name] = next((one for one in marks if not is_quoted(one, self.text)), None)
            if mark is not None and (found is None or mark.start() < found[1].start()):
                found = dialect, mark
        return found

    def _take(self, start: int, block: Block) -> None:
        self.losses += block.losses
        if block.calls:  # without even a name the words stay, so that nothing the model said disappears
            self._pieces.append(self.text[self._kept_to : start])
            self._kept_to = block.end
            self.calls += block.calls

    def _cut(self, position: int) -> None:
        """Drop what follows a result that the model made up; calls made on that ground are lost."""
        self.losses += sum(1 for dialect in MARKED for _ in dialect.mark.finditer(self.text, position))
        self._pieces.append(self.text[self._kept_to : position])
        self._kept_to = len(self.text)

    def _whole(self) -> None:
        """Read a text that is nothing but one call in a form that would be no call within a text."""
        named = _NAME_AND_JSON.match(self.text)
        if named and named["name"] in self.tools and (decoded := decode_at(self.text, named.end())):
            if isinstance(decoded.value, dict) and not self.text[decoded.end :].strip():
                self._take(0, Block(len(self.text), [written(named["name"], decoded.value)]))
        elif self.text.rstrip().endswith(")"):
            calls = python_calls(self.text, self.tools) or []
            if calls and all(call.name in self.tools for call in calls):
                self._take(0, Block(len(self.text), calls, sum(call.lost for call in calls)))

    def _holds_unread(self) -> bool:
        rest = "".join([*self._pieces, self.text[self._kept_to :]])
        fences = [fence.start() for fence in re.finditer("```", rest)]
        return any(
            not is_quoted(mark, rest) and sum(start < mark.start() for start in fences) % 2 == 0
            for mark in UNREAD.finditer(rest)
        )
