"""Read a completion in OpenAI's format, as LiteLLM and compatible servers give it, into a ``ChatResponse``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import asdict, evolve

from tool_sandbox.errors import (
    ContextWindowError,
    InvalidRequestError,
    MalformedResponseError,
    ProviderError,
    ProviderUnavailableError,
    RefusalError,
)
from tool_sandbox.llm.chat import ChatRequest, ChatResponse, ToolCall
from tool_sandbox.llm.transports.completions.finish_reasons import MALFORMED_CALL, AnswerEnding, Finish, finish_of
from tool_sandbox.llm.transports.completions.json_bodies import as_json
from tool_sandbox.llm.transports.completions.streams import text_of
from tool_sandbox.llm.transports.completions.thoughts import without_thoughts
from tool_sandbox.llm.transports.completions.usage import read_usage
from tool_sandbox.llm.transports.completions.whole_text import whole, whole_data
from tool_sandbox.llm.transports.errors.classification import FailedCall, error_for
from tool_sandbox.llm.transports.errors.reported import reported_error
from tool_sandbox.llm.transports.errors.unparsed_calls import READ_FROM_REPORT, calls_in_report, unparsed_call
from tool_sandbox.redaction import redact_text

__all__ = ["MALFORMED_CALL", "read_completion", "read_tool_call", "read_usage"]

_ECHOED: Mapping[str, type | tuple[type, ...]] = {
    "reasoning_content": str,
    "thinking_blocks": list,
    "reasoning_items": list,
    "reasoning_details": (list, Mapping),
    "provider_specific_fields": Mapping,
}
_STOPPED: Mapping[AnswerEnding, type[ProviderError]] = {
    AnswerEnding.REFUSED: RefusalError,
    AnswerEnding.TOO_LONG: ContextWindowError,
    AnswerEnding.UNACCEPTABLE: InvalidRequestError,
    AnswerEnding.LOST: ProviderUnavailableError,
}
_LONGEST_SHOWN = 300


def read_completion(
    data: Mapping[str, Any], *, provider: str | None, model: str, request: ChatRequest | None = None
) -> ChatResponse:
    """The first choice of a completion, whatever JSON it is.

    Args:
        data: The completion as plain data.
        provider: Who was asked.
        model: The model that answers, unless the answer names another.
        request: What was asked: its model is the one that errors name, its tools tell calls that the server could not
            parse.

    Raises:
        MalformedResponseError: There is no choice, or something in it is not what it must be.
        RefusalError: A content filter stopped the answer.
        ContextWindowError: The conversation no longer fits.
        ProviderError: The server reports an error, or gave the answer up; what there is of it is not an answer.
    """
    usage, answering = read_usage(data.get("usage")), data.get("model")
    who = answering if isinstance(answering, str) and answering else model
    try:
        return _read(data, provider, request or ChatRequest(model=model, messages=()), {"usage": usage, "model": who})
    except ProviderError as error:
        error.usage = usage
        raise


def _read(
    data: Mapping[str, Any], provider: str | None, request: ChatRequest, facts: Mapping[str, Any]
) -> ChatResponse:
    model = request.model
    choices = data.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], Mapping) else None
    finish = finish_of(choice or {})
    reported = reported_error(data)
    if reported is not None and finish.ending is not AnswerEnding.BAD_CALL:
        unparsed = unparsed_call(reported.text, request, provider, reported.details)
        if unparsed is not None:
            return evolve(unparsed, **facts)
        raise error_for(FailedCall(**asdict(reported), provider=provider, model=model))
    if choice is None:
        raise _malformed(f"answered with no choices: {_shown(data)}; a completion has at least one", provider, model)
    if finish.ending in _STOPPED:
        raise _stopped(finish, provider, model)
    said = choice.get("message")
    if not isinstance(said, Mapping):
        if finish.ending is not AnswerEnding.BAD_CALL:
            raise _malformed(f"answered with a choice that holds no message: {_shown(choice)}", provider, model)
        said = {}
    text, fields = _without_thoughts(_text(said.get("content"), provider, model), said)
    refusal = said.get("refusal")
    given = _calls(said, provider, model)
    quoted = calls_in_report(finish.words, request) if finish.ending is AnswerEnding.BAD_CALL and not given else ()
    calls = [*given, *quoted]
    if not (text or refusal or calls or fields or finish.known):
        what = f"answered nothing, with the finish reason {whole(finish.words) or None}"
        raise _malformed(what, provider, model)
    return ChatResponse(
        text=text or (whole(refusal) if isinstance(refusal, str) and refusal else text),
        tool_calls=calls,
        finish_reason=finish.reason,
        provider=provider,
        provider_fields=fields,
        adjustments=(READ_FROM_REPORT,) if quoted else (),
        parse_losses=int(finish.ending is AnswerEnding.BAD_CALL and not calls),
        **facts,
    )


def read_tool_call(call: Mapping[str, Any]) -> ToolCall:
    """One tool call; arguments sent as an object are turned back into text."""
    function = call.get("function") or {}
    arguments = function.get("arguments")
    given = call.get("provider_specific_fields") or function.get("provider_specific_fields")
    fields = dict(given) if isinstance(given, Mapping) else {}
    if call.get("extra_content"):
        fields["extra_content"] = call["extra_content"]
    return ToolCall(
        id=whole(str(call.get("id") or "")),
        name=whole(str(function.get("name") or "")),
        arguments=whole(arguments) if isinstance(arguments, str) else as_json({} if arguments is None else arguments),
        provider_fields=fields or None,
    )


def _calls(said: Mapping[str, Any], provider: str | None, model: str) -> list[ToolCall]:
    """The calls of a message, in the form of today or in the older one."""
    given = said.get("tool_calls") or []
    older = said.get("function_call")
    if not given and older:
        given = [{"function": older}]
    if not isinstance(given, list):
        raise _malformed(f"answered with tool_calls={_shown(given)}, which is not a list", provider, model)
    for call in given:
        function = (call.get("function") or {}) if isinstance(call, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(function.get("name") or "", str):
            raise _malformed(f"answered with a tool call that is not a call: {_shown(call)}", provider, model)
    return [read_tool_call(call) for call in given]


def _text(content: Any, provider: str | None, model: str) -> str | None:
    """Text of a message whose content is text or a list of parts."""
    if content is None or isinstance(content, str):
        return None if content is None else whole(content)
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, list):
        raise _malformed(f"answered with content={_shown(content)}, which is not text", provider, model)
    return whole("".join(text_of(content))) or None


def _without_thoughts(text: str | None, said: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """The text for others to read, and what the provider wants back: thinking is often written into the text.

    Where the text is empty, thoughts that end in a closing mark and go on are an answer that the server's parser left
    among them. Other thoughts are never taken for an answer: nothing tells one from the other. Thoughts that repeat the
    text are not thoughts.
    """
    fields = {name: whole_data(said[name]) for name in _ECHOED if _worth_keeping(name, said.get(name))}
    if "reasoning_content" not in fields and isinstance(said.get("reasoning"), str) and said["reasoning"]:
        fields["reasoning_content"] = whole(said["reasoning"])
    thought = fields.get("reasoning_content")
    if isinstance(thought, str) and text and thought.strip() == text.strip():
        del fields["reasoning_content"]
    elif isinstance(thought, str) and not (text or "").strip():
        spoken = without_thoughts(thought)
        if spoken.thoughts and spoken.text.strip():
            fields["reasoning_content"], text = spoken.thoughts, spoken.text
    spoken = without_thoughts(text or "")
    if spoken.thoughts:
        fields.setdefault("reasoning_content", spoken.thoughts)
    text = spoken.text if text is not None else None
    return (text.lstrip("\n") if text and "reasoning_content" in fields else text), fields


def _worth_keeping(name: str, value: Any) -> bool:
    if not isinstance(value, _ECHOED[name]):
        return False
    if isinstance(value, Mapping):
        return any(each is not None for each in value.values())
    return bool(value)


def _stopped(finish: Finish, provider: str | None, model: str) -> ProviderError:
    kind = _STOPPED[finish.ending]
    what = redact_text(whole(f"{finish.ending.value} (finish reason {finish.words})"))
    return kind(f"{model!r} gave no answer: {what}.", provider=provider, model=model, status=200)


def _malformed(what: str, provider: str | None, model: str) -> MalformedResponseError:
    return MalformedResponseError(f"{model!r} {what}.", provider=provider, model=model, status=200)


def _shown(value: Any) -> str:
    shown = redact_text(as_json(value))
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
