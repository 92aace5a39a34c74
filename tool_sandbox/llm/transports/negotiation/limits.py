"""Refusals of the token limit, answers that it left no tokens for, and what a server says of the room it has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve

from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.transports.negotiation.fitting import LEAST_ROOM, length_of, limit_name
from tool_sandbox.llm.transports.negotiation.profile import Change, Profile, Window

DEFAULT_LIMIT = 1024
"""The limit before any room for thinking was added to it."""
_STARVED_FACTOR = 8
_MOST_TOKENS = 32768

_LEAST_LIMIT = 256
"""The lowest number that is taken for a highest limit; lower ones stand for other things."""
_NUMBER = re.compile(r"(?<![\w.-])\d+(?![\w-])")

_ABOUT_LIMITS = re.compile(
    r"(?i)max_(?:completion_|output_|new_)?tokens|maxOutputTokens|(?:output|completion) tokens|in the completion|"
    r"for the completion|context (?:length|window|size|limit)|can only afford|tokens per minute|prompt is too long"
)
_CONTEXT = re.compile(r"(?i)context (?:length|window|size|limit)\D{0,30}?(\d+)")
_PROMPT = re.compile(
    r"(?i)(\d+) (?:input|prompt) tokens|(\d+) (?:tokens )?(?:in|from) (?:the |your )?(?:input |messages|prompt)|"
    r"(?:prompt|input)(?: contains| has| is| of| length)?(?: at least)? (\d+)"
)
_SUM = re.compile(r"(\d+) \+ \d+ > (\d+)|(?:<=?|at most) (\d+)\D+Given: (\d+)")
_PER_MINUTE = re.compile(r"(?i)limit:? (\d+),? requested:? (\d+)")


def lower_limits(text: str, request: ChatRequest, profile: Profile) -> Iterator[Profile]:
    """Profiles with a lower token limit, the best first, when a refusal is about the limit that was sent.

    Servers add the limit to the length of the conversation and refuse what does not fit their context (vLLM, SGLang,
    Anthropic), or have a highest limit of their own (OpenAI, Groq, DeepSeek, Anthropic's older models, 2026-11).
    """
    limit = request.params.get(limit_name(request.params))
    text = re.sub(r"\(HTTP \d+\)|(?<=\d),(?=\d{3}\b)", "", text)
    if not isinstance(limit, int) or not _ABOUT_LIMITS.search(text):
        return
    if match := _PER_MINUTE.search(text):
        yield from _if_lower(profile, limit - (int(match[2]) - int(match[1])), limit)
    window = _window(text)
    if window is not None:
        context, prompt = window
        rate = prompt / max(1, length_of(request))
        learned = evolve(profile, window=Window(context=context, tokens_per_character=rate))
        yield from _if_lower(learned, context - prompt, limit)
    elif highest := [number for number in map(int, _NUMBER.findall(text)) if _LEAST_LIMIT <= number < limit]:
        yield evolve(profile, longest_answer=max(highest), limit_for_now=None)
    yield from _if_lower(profile, DEFAULT_LIMIT, limit)


def room_for_an_answer(response: ChatResponse, params: Mapping[str, Any]) -> Change | None:
    """A higher limit when the model used all of ours up without a word: it reasons, although nobody said so.

    Thoughts written into the text are out of it by now: an answer that is nothing but thoughts cut short has no word.
    """
    if response.finish_reason != "length" or (response.text or "").strip() or response.tool_calls:
        return None
    name = limit_name(params)
    limit = params.get(name)
    if not isinstance(limit, int) or limit >= _MOST_TOKENS:
        return None
    return Change(name, name, min(_MOST_TOKENS, limit * _STARVED_FACTOR), "the limit was used up before any answer")


def _if_lower(profile: Profile, room: int, limit: int) -> Iterator[Profile]:
    if LEAST_ROOM <= room < limit:
        yield evolve(profile, limit_for_now=room)


def _window(text: str) -> tuple[int, int] | None:
    """The context and the length of the conversation, in tokens, when a text names both."""
    if match := _SUM.search(text):
        context, prompt = (match[2], match[1]) if match[1] else (match[3], match[4])
    elif (context_match := _CONTEXT.search(text)) and (prompt_match := _PROMPT.search(text)):
        context, prompt = context_match[1], next(filter(None, prompt_match.groups()))
    else:
        return None
    return (int(context), int(prompt)) if 0 < int(prompt) < int(context) else None
