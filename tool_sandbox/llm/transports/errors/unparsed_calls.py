"""Calls that a model wrote and its own server cannot parse: the model's mistake, although the server reports a failure.

Each server has words of its own for it, and statuses from 200 to 500. Our part in such an error is none: the arguments
in the histories that we send back are always valid.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from tool_sandbox.llm.chat import ChatRequest, ChatResponse, ToolCall
from tool_sandbox.llm.transports.completions.finish_reasons import MALFORMED_CALL
from tool_sandbox.llm.transports.completions.written_calls import parameters_by_name, read_answer

READ_FROM_REPORT = "the server could not parse the model's call; it was read from what the server quotes of it"
_CALL = r"(?:tool|function)[ _-]?(?:calls?|use|invocations?)"
_IN_OWN_WORDS = (
    rf"(?:fail\w*|could ?n[o']t|cannot|can't|unable|error\w*)\W+(?:\w+\W+){{0,2}}?(?:pars|decod|read)\w*\W+"
    rf"(?:\w+\W+){{0,4}}?{_CALL}|"
    rf"{_CALL}\W+(?:\w+\W+){{0,3}}?(?:pars(?:e|ing)|validation)\W+(?:error|fail)|"
    rf"model\W+(?:has |have )?(?:generated|produced|emitted|returned|wrote|output)\W+(?:an? )?"
    rf"(?:invalid|malformed|unpars\w+|incomplete)\W+(?:\w+\W+){{0,2}}?{_CALL}"
)
_PHRASES = (
    r"tool_use_failed|output_parse_failed|failed_generation|tool call validation failed",  # Groq
    r"failed to (?:call|generate|produce|create) (?:a |an |the |any |valid )*(?:tool|function)",  # Groq, Cerebras
    rf"error parsing {_CALL}",  # Ollama
    r"failed to parse input at pos \d+|the model produced output that does not match the expected",  # llama.cpp
    r"harmonyerror|unexpected tokens remaining in message header|while expecting start token",  # vLLM, LMDeploy
    r"validation errors? for list\[(?:function-wrap|functiondefinition)",  # vLLM with a forced call
    r"failed to parse fc related info",  # LMDeploy
    r"failed to parse generated text|tool_error.{0,40}failed to parse",  # TGI
    r"invalid sequence as part of tooluse",  # Amazon Nova behind Bedrock
    r"the model produced invalid content",  # OpenAI
    r"invalid tool generation",  # Cohere
    r"malformed[ _](?:function|tool)[ _](?:call|use)|unexpected_tool_call",  # Gemini, Bedrock, gateways
    _IN_OWN_WORDS,
)
_SIGNS = re.compile("|".join(_PHRASES), re.IGNORECASE | re.DOTALL)
_HISTORY = re.compile(
    r"messages?(?:\[|\.|\W+)\d|\bmessages\b.{0,40}\b(?:must|should)\b|tool_call_id|role\W+['\"`]?(?:tool|assistant)\b|"
    r"\b(?:past|earlier|previous|preceding|history)\b|no tool parser|tool-call-parser",
    re.IGNORECASE | re.DOTALL,
)  # a complaint about what we sent, or about how the server was started
_RAW = (
    re.compile(r'"failed_generation"\s*:\s*(?P<json>"(?:[^"\\]|\\.)*")'),  # Groq, Cerebras
    re.compile(r"failed to parse input at pos \d+:\s*(?P<text>.+)", re.IGNORECASE | re.DOTALL),  # llama.cpp
    re.compile(r"raw='(?P<text>.*)', err=", re.DOTALL),  # Ollama
    re.compile(r"malformed function call:\s*(?P<text>.+)", re.IGNORECASE | re.DOTALL),  # Gemini
)


def is_unparsed_call(text: str) -> bool:
    """Whether an error says that the server could not parse a call that the model wrote just now."""
    sign = _SIGNS.search(text)
    return sign is not None and not _HISTORY.search(_server_words(text))


def unparsed_call(text: str, request: ChatRequest, provider: str | None, body: str = "") -> ChatResponse | None:
    """The model's answer behind an error: a call that was no good; ``None`` when the error is about something else.

    Args:
        text: The error in the server's words.
        request: What was asked.
        provider: Who was asked.
        body: The error as the server sent it. Some send what the model wrote with it; a call that can be read from
            that is passed on.
    """
    if not is_unparsed_call(f"{text}\n{body}"):
        return None
    calls = calls_in_report(body, request) or calls_in_report(text, request)
    return ChatResponse(
        tool_calls=calls,
        finish_reason="tool_calls" if calls else MALFORMED_CALL,
        model=request.model,
        provider=provider,
        adjustments=(READ_FROM_REPORT,) if calls else (),
        parse_losses=1,
    )


def calls_in_report(text: str, request: ChatRequest) -> tuple[ToolCall, ...]:
    """The calls in what a server quotes of the model's words, if all of them can be read."""
    match = next(filter(None, (form.search(text) for form in _RAW)), None)
    if match is None:
        return ()
    answer = read_answer(_unescaped(match.groupdict()), parameters_by_name(request.tools))
    if any(call.lost for call in answer.calls):
        return ()
    return tuple(ToolCall(id="", name=call.name, arguments=call.arguments) for call in answer.calls)


def _server_words(text: str) -> str:
    """The text without what the model wrote."""
    for form in _RAW:
        text = form.sub("", text)
    return text


def _unescaped(found: Mapping[str, str | None]) -> str:
    if found.get("text") is not None:
        return str(found["text"])
    try:
        return str(json.loads(found["json"] or '""', strict=False))
    except ValueError:
        return ""
