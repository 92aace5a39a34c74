"""Tool calling for models that have none: tools go into the prompt, calls come out of the text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse, ToolCall
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.layers.prompted_tools.formats import FORMATS, ToolFormat
from tool_sandbox.llm.transports.completions.written_calls import parameters_by_name, read_answer
from tool_sandbox.nearest import hint

_TRAINED_ON_TAGS = ("hermes", "nous", "qwen", "qwq", "deephermes", "smollm3")
_CALL_PARAMS = ("tool_choice", "parallel_tool_calls", "functions", "function_call")


class PromptedTools(Wrapper):
    """A model that is told about tools in its prompt and whose calls are read from its text.

    Calls that cannot be read are counted in ``parse_losses``; where their name can be made out they are passed on as
    they are, so that the model gets an error reply and can recover.

    Args:
        inner: The model.
        format: How calls are written.
    """

    def __init__(self, inner: ChatModel, format: ToolFormat | str = "json") -> None:  # noqa: A002  # what it is called
        super().__init__(inner)
        self._format = _format(format) if isinstance(format, str) else format

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Ask in words and read the calls from the answer."""
        return self._read(request, await self.inner.acomplete(in_words(request, self._format)))

    def _read(self, request: ChatRequest, response: ChatResponse) -> ChatResponse:
        if not _offered(request):
            return response
        answer = read_answer(response.text, parameters_by_name(request.tools))
        first = len(response.tool_calls) + sum(len(message.get("tool_calls") or ()) for message in request.messages)
        calls = tuple(
            ToolCall(id=f"call{first + number:05d}", name=call.name, arguments=call.arguments)
            for number, call in enumerate(answer.calls)
        )
        fields = dict(response.provider_fields)
        if answer.reasoning is not None:
            fields.setdefault("reasoning_content", answer.reasoning)
        return evolve(
            response,
            text=answer.text,
            tool_calls=response.tool_calls + calls,
            finish_reason="tool_calls" if calls and response.finish_reason == "stop" else response.finish_reason,
            parse_losses=response.parse_losses + answer.losses,
            provider_fields=fields,
            adjustments=(*response.adjustments, f"tools: described in the prompt, format {self._format.name}"),
        )


def choose_format(model: str, supports_tools: bool | None, flag: str | bool | None = None) -> ToolFormat | None:
    """How a model is to be told about tools; ``None`` for its own tool calling.

    Args:
        model: The model's name.
        supports_tools: ``False`` only when the model is listed and its entry says that it has no tool calling;
            ``None`` when nobody knows. A model that nobody knows is taken to have it, as most do.
        flag: What the user asked for: ``json``, ``hermes``, ``on`` (whichever suits), ``off``, ``auto`` or nothing.

    Raises:
        SettingsError: If the flag is none of these.
    """
    if flag in (False, "off", "native"):
        return None
    if isinstance(flag, str) and flag not in ("on", "auto"):
        return _format(flag)
    if flag in (True, "on") or supports_tools is False:
        return FORMATS["hermes" if any(name in model.lower() for name in _TRAINED_ON_TAGS) else "json"]
    return None


def in_words(request: ChatRequest, format: ToolFormat) -> ChatRequest:  # noqa: A002  # what it is called
    """The request without anything but text: tools in the system prompt, past calls and results in words."""
    messages = list(_messages_in_words(request.messages, format))
    if _offered(request):
        instructions = "\n\n".join([format.instructions(request.tools), *_demands(request.params)])
        if messages and messages[0]["role"] == "system":
            messages[0] = {**messages[0], "content": f"{messages[0]['content']}\n\n{instructions}".strip()}
        else:
            messages.insert(0, {"role": "system", "content": instructions})
    params = {name: value for name, value in request.params.items() if name not in _CALL_PARAMS}
    return evolve(request, messages=messages, tools=(), params=params)


def _messages_in_words(messages: Sequence[Mapping[str, Any]], format: ToolFormat) -> Iterator[dict[str, Any]]:  # noqa: A002
    names: dict[str, str] = {}
    results: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            name = message.get("name") or names.get(message.get("tool_call_id", ""), "")
            results.append(format.result(name, _text(message.get("content"))))
            continue
        if results:
            yield {"role": "user", "content": "\n".join(results)}
            results = []
        parts = [_text(message.get("content"))]
        for call in message.get("tool_calls") or ():
            names[call["id"]] = call["function"]["name"]
            parts.append(format.call(call["function"]["name"], _arguments(call["function"].get("arguments"))))
        yield {"role": message["role"], "content": "\n".join(part for part in parts if part)}
    if results:
        yield {"role": "user", "content": "\n".join(results)}


def _demands(params: Mapping[str, Any]) -> Iterator[str]:
    """What ``tool_choice`` and ``parallel_tool_calls`` ask for, in words."""
    choice = params.get("tool_choice")
    if choice in ("required", "any"):
        yield "Your next answer must call at least one tool."
    elif isinstance(choice, Mapping):
        yield f"Your next answer must call the tool {choice.get('function', choice).get('name', '')}."
    if params.get("parallel_tool_calls") is False:
        yield "Make only one call in an answer."


def _offered(request: ChatRequest) -> bool:
    return bool(request.tools) and request.params.get("tool_choice") != "none"


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(part["text"] for part in content if isinstance(part.get("text"), str))
    return content or ""


def _arguments(raw: Any) -> Any:
    """Past arguments as data; as they were written when they are not JSON."""
    try:
        return json.loads(raw) if raw else {}
    except (TypeError, ValueError, RecursionError):
        return raw


def _format(name: str) -> ToolFormat:
    if name not in FORMATS:
        message = f"unknown way to prompt for tools {name!r}: {hint(name, [*FORMATS, 'on', 'off', 'auto'])}"
        raise SettingsError(message)
    return FORMATS[name]
