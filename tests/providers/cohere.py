"""Cohere's chat, second version."""

from __future__ import annotations

import json
from typing import Any

from tests.providers.openai_style import WORDS
from tests.providers.wire import Answer, Call, Fault, Recorded, Seen, event, pieces, text_of


class Cohere:
    """``POST /v2/chat``: a plan beside the calls, two kinds of token counts, named stream events."""

    name = "cohere"
    base_path = "/v2/chat"
    chat_path = r"/v2/chat"
    stream_type = "text/event-stream"

    def authorised(self, request: Recorded) -> bool:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and key == "key-for-tests"

    def read(self, request: Recorded) -> Seen:
        messages = request.body["messages"]
        return Seen(
            system="".join(text_of(each["content"]) for each in messages if each["role"] in {"system", "developer"}),
            turns=tuple(
                (each["role"], text_of(each.get("content")))
                for each in messages
                if each["role"] in {"user", "assistant"} and text_of(each.get("content"))
            ),
            tools=tuple(tool["function"]["name"] for tool in request.body.get("tools") or ()),
            calls=tuple(
                (call["id"], call["function"]["name"], json.loads(call["function"]["arguments"]))
                for each in messages
                for call in each.get("tool_calls") or ()
            ),
            results=tuple(
                (each["tool_call_id"], _result_text(each["content"])) for each in messages if each["role"] == "tool"
            ),
            stream=bool(request.body.get("stream")),
        )

    def answer(self, answer: Answer, request: Recorded) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant"}
        if answer.reasoning:
            message["content"] = [{"type": "thinking", "thinking": answer.reasoning}]
        if answer.text:
            message["content"] = [*message.get("content", ()), {"type": "text", "text": answer.text}]
        if answer.calls:
            message["tool_plan"] = "I will look it up."
            message["tool_calls"] = [_call(each, each.arguments) for each in answer.calls]
        return {
            "id": "req_emulated",
            "finish_reason": self.finish(answer),
            "message": message,
            "usage": self.usage(answer),
        }

    def stream(self, answer: Answer, request: Recorded) -> list[bytes]:
        parts = [_event("message-start", id="req_emulated", delta={"message": {"role": "assistant", "content": []}})]
        if answer.text:
            start = {"message": {"content": {"type": "text", "text": ""}}}
            parts.append(_event("content-start", index=0, delta=start))
            parts += [
                _event("content-delta", index=0, delta={"message": {"content": {"text": piece}}})
                for piece in pieces(answer.text)
            ]
            parts.append(_event("content-end", index=0))
        for index, call in enumerate(answer.calls):
            parts.append(_event("tool-call-start", index=index, delta={"message": {"tool_calls": _call(call, "")}}))
            parts += [
                _event(
                    "tool-call-delta",
                    index=index,
                    delta={"message": {"tool_calls": {"function": {"arguments": piece}}}},
                )
                for piece in pieces(call.arguments)
            ]
            parts.append(_event("tool-call-end", index=index))
        end = {"finish_reason": self.finish(answer), "usage": self.usage(answer)}
        return [*parts, _event("message-end", delta=end)]

    def error(self, fault: Fault) -> dict[str, Any]:
        return {"id": "req_emulated", "message": "invalid api token" if fault.status == 401 else WORDS[fault.status]}

    def odd(self, shape: str) -> tuple[int, dict[str, Any]]:
        if shape == "too_long":
            message = "too many tokens: total number of tokens in the prompt cannot exceed 128000 - received 130000."
            return 400, {"id": "req_emulated", "message": message}
        if shape == "filtered":
            return 400, {"id": "req_emulated", "message": "blocked output: the output was blocked by safety filters."}
        return 200, {"id": "req_emulated", "finish_reason": "COMPLETE", "usage": self.usage(Answer())}

    def headers(self) -> dict[str, str]:
        return {"x-request-id": "req_emulated", "num_tokens": "1200"}

    def aside(self, path: str) -> dict[str, Any] | None:
        return None

    def finish(self, answer: Answer) -> str:
        if answer.cut_short:
            return "MAX_TOKENS"
        return "TOOL_CALL" if answer.calls else "COMPLETE"

    def usage(self, answer: Answer) -> dict[str, Any]:
        counts = {"input_tokens": answer.prompt_tokens, "output_tokens": answer.completion_tokens}
        return {"billed_units": counts, "tokens": counts}


def _call(call: Call, arguments: str) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _event(kind: str, **fields: Any) -> bytes:
    return event({"type": kind, **fields}, kind)


def _result_text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text") or (part.get("document") or {}).get("data") or "") for part in content)
    return str(content)
