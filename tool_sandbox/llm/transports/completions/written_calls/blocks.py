"""Blocks that may hold calls in more than one form: tags for calls, tokens for calls, and fences."""

from __future__ import annotations

import re

from tool_sandbox.llm.transports.completions.lenient_json import decode_at
from tool_sandbox.llm.transports.completions.written_calls import json_calls, python_calls, xml_calls
from tool_sandbox.llm.transports.completions.written_calls.call import Block, Tools, after

TAGS = r"(?:[\w-]+:|[｜|]DSML[｜|])?(?:tool_?calls?|function_?calls?|tool_use)"
TOKENS = (
    r"\|python_tag\||\|python_start\||\|tool_calls?\||\|tool_calls?_start\||\|START_ACTION\|"
    r"|\|action_start\|>\s*+<\|plugin\|"
)

_TAG_CLOSER = re.compile(rf"</{TAGS}\s*+>|(?=<{TAGS}\b)", re.IGNORECASE)
_TAG_END = re.compile(rf"\s*+(?:```)?\s*+</{TAGS}\s*+>", re.IGNORECASE)
_TOKEN_END = re.compile(
    r"\s*+<\|(?:python_end|/?tool_calls?|tool_calls?_end|END_ACTION|action_end|eom_id|eot_id)\|>|\s*+<tool_call\|>"
)
_FENCE_CLOSER = re.compile("```")
_FENCE_END = re.compile(rf"\s*+(?:```)?\s*+</{TAGS}\s*+>|\s*+```", re.IGNORECASE)
_INNER_FENCE = re.compile(r"\s*+```[ \t]*\w*[ \t]*\r?\n?")
_CALL_WITHIN = re.compile(r"\s*+(?:<[\w:｜|▁]*(?:tool|function|invoke)|\[TOOL_CALLS\])", re.IGNORECASE)
_CALL_LANGUAGES = ("tool_call", "tool_calls", "tool", "tool-call")
_PYTHON_LANGUAGES = ("tool_code", "python", "py", "")
_DATA_LANGUAGES = ("", "json", "jsonc", "json5", "xml", "html", "text", "plaintext")


def read_tag(text: str, opener: re.Match[str], tools: Tools) -> Block:
    """What stands in a tag for calls: JSON, tags, GLM's keys and values, or Python."""
    fence = _INNER_FENCE.match(text, opener.end())
    body = fence.end() if fence else opener.end()
    if (block := _read_values(text, body, _TAG_END, tools)) is not None:
        return block
    for read in (xml_calls.tagged_calls, xml_calls.glm_call, xml_calls.named_call):
        calls, end = read(text, body, tools)
        if calls:
            return Block(after(_TAG_END, text, end), calls, sum(call.lost for call in calls))
    return _repaired(text, body, _TAG_CLOSER, tools)


def read_token(text: str, opener: re.Match[str], tools: Tools) -> Block:
    """What stands behind a token for calls: JSON or Python, to the closing token or the end."""
    block = _read_values(text, opener.end(), _TOKEN_END, tools)
    return block or _repaired(text, opener.end(), _TOKEN_END, tools)


def read_fence(text: str, opener: re.Match[str], tools: Tools) -> Block:
    """A fence for calls, or one for data that may be calls or anything else."""
    language = (opener["language"] or "").lower()
    body = opener.end()
    if language in _CALL_LANGUAGES:
        return _read_values(text, body, _FENCE_END, tools) or _repaired(text, body, _FENCE_CLOSER, tools)
    close = _FENCE_CLOSER.search(text, body)
    inner, end = close.span() if close else (len(text), len(text))
    if language in _PYTHON_LANGUAGES:
        source = text[body:inner].strip()
        found = python_calls.python_calls(source, tools) if source.startswith("[") or language == "tool_code" else None
        if found and all(call.name in tools for call in found):
            return Block(end, found, sum(call.lost for call in found))
    if language in _DATA_LANGUAGES:
        decoded = decode_at(text, body) or decode_at(text, body, until=inner)
        listed = None if decoded is None else json_calls.calls_in(decoded.value, tools, certain=False)
        if decoded is not None and listed is not None:
            return Block(after(_FENCE_END, text, decoded.end), listed)
    return Block(body, closing=inner) if _CALL_WITHIN.match(text, body, inner) else Block(end)


def _read_values(text: str, start: int, end: re.Pattern[str], tools: Tools) -> Block | None:
    """Calls as JSON; ``None`` when there is none."""
    values, stop = json_calls.values_at(text, start)
    if not values:
        return None
    calls, losses = json_calls.certain_calls(values, tools, text[start:stop])
    return Block(after(end, text, stop), calls, losses)


def _repaired(text: str, body: int, closer: re.Pattern[str], tools: Tools) -> Block:
    """What could not be read as it is, up to its closing mark: with forgotten braces, as Python, or lost."""
    closing = closer.search(text, body)
    close, end = closing.span() if closing else (len(text), len(text))
    raw = text[body:close]
    if (found := python_calls.python_calls(raw, tools)) and ("[" in raw or all(call.name in tools for call in found)):
        return Block(end, found, sum(call.lost for call in found))
    repaired = decode_at(text, body, until=close) if closing else None
    calls, losses = json_calls.certain_calls([repaired.value] if repaired else [], tools, raw)
    return Block(end, calls, losses)
