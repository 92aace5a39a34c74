"""Calls written as a name, a token that is used for nothing else, and arguments as JSON."""

from __future__ import annotations

import re

from attrs import field, frozen

from tool_sandbox.llm.transports.completions.lenient_json import decode_at
from tool_sandbox.llm.transports.completions.written_calls.call import (
    Block,
    Tools,
    WrittenCall,
    after,
    pattern,
    skip_space,
    written,
)
from tool_sandbox.llm.transports.completions.written_calls.json_calls import certain_calls, values_at

MISTRAL = r"\[TOOL_CALLS\]|(?<![\w.-])[\w.-]+(?:\[CALL_ID\][\w-]+)?\[ARGS\](?=\s*+\{)"
DEEPSEEK = r"<[｜|]tool[▁_]calls[▁_]begin[｜|]>|<｜tool▁call▁begin｜>"
KIMI = r"<\|tool_calls_section_begin\|>|<\|tool_call_begin\|>"
HARMONY = r"(?:(?:<\|start\|>|assistant|<\|channel\|>|commentary|analysis)[ \t]*+)*+to=functions\.(?=\w)"


@frozen
class NamedCalls:
    """Calls, with or without a mark around all of them; what stands around each."""

    call: re.Pattern[str] = field(converter=pattern)
    """From its first mark to where the arguments begin."""
    end: re.Pattern[str] = field(converter=pattern)
    """What may follow the arguments."""

    def read(self, text: str, opener: re.Match[str], _: Tools) -> Block:
        """The calls that follow a mark."""
        end = after(_SECTION, text, opener.start())
        calls: list[WrittenCall] = []
        while named := self.call.match(text, skip_space(text, end)):
            decoded = decode_at(text, named.end())
            if decoded is None or not isinstance(decoded.value, dict):
                following = self.call.search(text, named.end())
                end = following.start() if following and following.start() > named.end() else len(text)
                calls.append(WrittenCall(named["name"], text[named.end() : end].strip(), lost=True))
                continue
            calls.append(written(named["name"], decoded.value))
            end = after(self.end, text, decoded.end)
        return Block(max(end, opener.end()), calls, sum(call.lost for call in calls) or int(not calls))


_MISTRAL = NamedCalls(
    r"(?:\[TOOL_CALLS\])?\s*+(?P<name>[\w.-]+)\s*+(?:\[CALL_ID\]\s*+[\w-]+\s*+)?(?:\[ARGS\]\s*+|(?=\{))",
    r"\s*+(?:\[/TOOL_CALLS\]|</s>)?",
)
DEEPSEEK_CALLS = NamedCalls(  # V3 with its type and fence, V3.1 without
    r"<[｜|]tool[▁_]call[▁_]begin[｜|]>\s*+(?:function\s*+<[｜|]tool[▁_]sep[｜|]>)?\s*+(?P<name>[^\s<`{]+)"
    r"\s*+(?:<[｜|]tool[▁_]sep[｜|]>)?\s*+(?:```(?:json)?)?\s*+",
    r"\s*+(?:```)?\s*+(?:<[｜|]tool[▁_]call[▁_]end[｜|]>)?\s*+(?:<[｜|]tool[▁_]calls[▁_]end[｜|]>)?"
    r"(?:<[｜|]end[▁_]of[▁_]sentence[｜|]>)?",
)
KIMI_CALLS = NamedCalls(
    r"<\|tool_call_begin\|>\s*+(?:functions\.)?(?P<name>[\w.-]+?)(?::\d+)?\s*+<\|tool_call_argument_begin\|>\s*+",
    r"\s*+(?:<\|tool_call_end\|>)?\s*+(?:<\|tool_calls_section_end\|>)?",
)
HARMONY_CALLS = NamedCalls(  # also by a server that leaves the marks out
    r"(?:<\|start\|>)?(?:assistant)?\s*+(?:<\|channel\|>)?\s*+(?:commentary|analysis)?\s*+"
    r"to=functions\.(?P<name>[\w.-]+?)\s*+(?:<\|channel\|>\s*+(?:commentary|analysis))?\s*+"
    r"(?:<\|constrain\|>)?\s*+(?:json|code)?\s*+(?:<\|message\|>\s*+|(?=\{)|$)",
    r"\s*+(?:<\|(?:call|end)\|>)?",
)
_SECTION = re.compile(r"(?:<[｜|]tool[▁_]calls[▁_]begin[｜|]>|<\|tool_calls_section_begin\|>)")


def read_mistral(text: str, opener: re.Match[str], tools: Tools) -> Block:
    """Mistral's calls: a name and ``[ARGS]`` for each, or the older list of objects."""
    listed = opener.end() if opener[0].upper().startswith("[TOOL_CALLS]") else opener.start()
    values, end = values_at(text, listed)
    if values:
        calls, losses = certain_calls(values, tools, text[opener.end() : end])
        return Block(after(_MISTRAL.end, text, end), calls, losses)
    return _MISTRAL.read(text, opener, tools)
