"""Refusals of parameters, and refusals that ask for a parameter or an endpoint that was not used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tool_sandbox.llm.transports.negotiation.profile import Change

_DROPPABLE = (
    "temperature", "top_p", "seed", "stop", "parallel_tool_calls", "frequency_penalty", "presence_penalty",
    "reasoning_effort", "tool_choice", "top_k", "user", "n", "logprobs", "thinking", "service_tier", "response_format",
)  # fmt: skip
_REFUSING = re.compile(
    r"(?i)unsupported|not support|n't support|not permitted|not allowed|unrecognized|unknown (?:parameter|field|name)|"
    r"deprecated|may only be set|only the default|must be (?:set to )?1\b|unexpected keyword|not available|"
    r"cannot be specified|cannot specify|only \S+ is allowed|not compatible|incompatible|extra (?:fields|inputs)"
)
_ASKED_FOR = re.compile(r"(?i)\bset [`'\"]?(?P<name>\w+)[`'\"]? (?:to|=) ?[`'\"]?(?P<value>[a-z]+)\b")
_MUST_BE = re.compile(
    r"(?i)(?P<name>(?:parameter\.)?enable_thinking)[`'\"]? (?:must|should) be (?:set to )?(?P<value>true|false)\b"
)
_SETTABLE = {
    "reasoning_effort": frozenset({"none", "minimal", "low", "medium", "high"}),
    "tool_choice": frozenset({"auto"}),
    "service_tier": frozenset({"auto", "default"}),
}
"""Parameters that are set when a provider asks for it, and to what: nothing that offers fewer tools."""


def refused_parameter(text: str, params: Mapping[str, Any]) -> Change | None:
    """The change that answers a provider's complaint about a parameter, if it is about one of those we sent.

    * Reasoning models take ``max_completion_tokens``, not ``max_tokens`` (OpenAI, 2026-11).
      https://platform.openai.com/docs/guides/reasoning
    * Most current flagships refuse ``temperature`` other than 1 (OpenAI, Anthropic, Gemini, Moonshot, 2026-11).
    * ``seed`` is unknown to Anthropic, ``parallel_tool_calls`` to the o-series and Cohere (2026-11).
    * ``thinking`` beside ``reasoning_effort`` is refused by Moonshot (2026-05).
    """
    if not _REFUSING.search(text):
        return None
    if "max_completion_tokens" in text and "max_tokens" in params and re.search(r"\bmax_tokens\b", text):
        return Change("max_tokens", "max_completion_tokens", reason="the model refuses max_tokens")
    named = {name: match.start() for name in _DROPPABLE if name in params and (match := mention(name, text))}
    if not named:
        return None
    return Change(min(named, key=named.__getitem__), reason="the model refuses it")


def wanted_parameters(text: str, params: Mapping[str, Any]) -> Iterator[Change]:
    """The changes that answer a complaint about a parameter that is missing or has to have another value.

    * Tools only without reasoning: "use /v1/responses or set reasoning_effort to 'none'" (OpenAI, gpt-5.6, 2026-09).
    * "parameter.enable_thinking must be set to false for non-streaming calls" (Alibaba, Qwen 3, 2025-06).
    """
    for match in _ASKED_FOR.finditer(text):
        name, value = match["name"], match["value"].lower()
        if value in _SETTABLE.get(name, ()) and params.get(name) != value:
            yield Change(name, name, value, "the provider asks for it", missing=True)
    if must := _MUST_BE.search(text):
        body = {"enable_thinking": must["value"].lower() == "true"}
        yield Change("extra_body", "extra_body", body, "the provider asks for it", missing=True)


def mention(name: str, text: str) -> re.Match[str] | None:
    """Where a text names a parameter or field."""
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text)
