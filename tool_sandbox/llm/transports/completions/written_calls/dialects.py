"""The ways in which models write calls: by which mark each is known, and who reads it."""

from __future__ import annotations

import re

from attrs import field, frozen

from tool_sandbox.llm.transports.completions.written_calls import (
    blocks,
    json_calls,
    python_calls,
    token_calls,
    xml_calls,
)
from tool_sandbox.llm.transports.completions.written_calls.call import Reader


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.MULTILINE)


@frozen
class Dialect:
    """One way to write calls."""

    name: str
    mark: re.Pattern[str] = field(converter=_pattern)
    read: Reader


MARKED: tuple[Dialect, ...] = (
    # Hermes, Qwen, GLM, Granite, Jamba, Hunyuan, Nemotron
    Dialect("tags", rf"<{blocks.TAGS}\b[^>\n|｜]*>", blocks.read_tag),
    # Qwen3-Coder, Seed-OSS; Llama 3.1
    Dialect("function tags", xml_calls.FUNCTION, xml_calls.read_tags),
    # MiniMax, Anthropic, Step, DeepSeek V3.2
    Dialect("invoke tags", xml_calls.INVOKE, xml_calls.read_tags),
    Dialect("mistral", token_calls.MISTRAL, token_calls.read_mistral),
    Dialect("deepseek", token_calls.DEEPSEEK, token_calls.DEEPSEEK_CALLS.read),
    Dialect("kimi", token_calls.KIMI, token_calls.KIMI_CALLS.read),
    Dialect("harmony", token_calls.HARMONY, token_calls.HARMONY_CALLS.read),
    # Llama, LFM, Phi, Command R, InternLM, Functionary
    Dialect("tokens", rf"<(?:{blocks.TOKENS})>|<\|tool_call>|\bfunctools(?=\[\s*\{{)", blocks.read_token),
)
"""By marks that are used for nothing else: whatever stands there is a call, also of a tool that does not exist."""
UNMARKED: tuple[Dialect, ...] = (
    Dialect("fences", r"```[ \t]*(?!tool_result\b)(?P<language>[\w+-]*)[ \t]*\r?\n?", blocks.read_fence),
    Dialect("python list", r"^[ \t]*\[\s*+(?:\w+\.)*+\w+\(", python_calls.read_list),  # Llama 3.2 and 4
    Dialect("json", r"^[ \t]*(?=[{\[])", json_calls.read_bare),
)
"""By nothing but their form: only what names a tool on offer is a call."""
UNREAD = _pattern(
    r"<[|｜/]?[\w:▁-]*(?:tool|function)[▁_ -]?calls?[\w▁]*[|｜]?>|<[\w:]*(?:invoke|function)\b[^>\n]*=[^>\n]*>"
    r"|^Action:[ \t]*\S.*\n+Action Input:"
)
"""Marks of calls that nobody above has read."""
