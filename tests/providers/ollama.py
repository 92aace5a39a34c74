"""Ollama's own chat, as a server on one's own machine speaks it."""

from __future__ import annotations

import json
from typing import Any

from tests.providers.openai_style import WORDS
from tests.providers.wire import Answer, Fault, Recorded, Seen, pieces, text_of


class Ollama:
    """``POST /api/chat``: one JSON object per line, arguments as objects, results by tool name."""

    name = "ollama"
    base_path = ""
    chat_path = r"/api/chat"
    stream_type = "application/x-ndjson"

    def authorised(self, request: Recorded) -> bool:
        return True

    def read(self, request: Recorded) -> Seen:
        if not request.path.startswith("/api/chat"):
            msg = f"unexpected path {request.path}"
            raise ValueError(msg)
        messages = request.body["messages"]
        return Seen(
            system="".join(text_of(each["content"]) for each in messages if each["role"] == "system"),
            turns=tuple(
                (each["role"], text_of(each.get("content")))
                for each in messages
                if each["role"] in {"user", "assistant"} and text_of(each.get("content"))
            ),
            tools=tuple(tool["function"]["name"] for tool in request.body.get("tools") or ()),
            calls=tuple(
                (call["function"]["name"], call["function"]["name"], call["function"]["arguments"])
                for each in messages
                for call in each.get("tool_calls") or ()
            ),
            results=tuple(
                (each.get("tool_name") or each.get("tool_call_id") or each.get("name") or "", text_of(each["content"]))
                for each in messages
                if each["role"] == "tool"
            ),
            stream=bool(request.body.get("stream", True)),
        )

    def answer(self, answer: Answer, request: Recorded) -> dict[str, Any]:
        return self.line(request, self.message(answer, answer.text or ""), answer)

    def stream(self, answer: Answer, request: Recorded) -> list[bytes]:
        lines = [self.line(request, self.message(Answer(), piece)) for piece in pieces(answer.text or "")]
        if answer.reasoning:
            lines.insert(0, self.line(request, {"role": "assistant", "content": "", "thinking": answer.reasoning}))
        if answer.calls:
            lines.append(self.line(request, self.message(Answer(calls=answer.calls), "")))
        lines.append(self.line(request, self.message(Answer(), ""), answer))
        return [json.dumps(line).encode() + b"\n" for line in lines]

    def error(self, fault: Fault) -> dict[str, Any]:
        return {"error": WORDS[fault.status]}

    def odd(self, shape: str) -> tuple[int, dict[str, Any]]:
        if shape == "too_long":
            return 400, {"error": "the input length exceeds the available context size"}
        return 200, {"model": "llama-emulated", "created_at": "2024-01-01T00:00:00Z", "done": True}

    def headers(self) -> dict[str, str]:
        return {}

    def aside(self, path: str) -> dict[str, Any] | None:
        if path == "/api/show":
            return {"capabilities": ["completion", "tools"], "template": "{{ .Tools }}", "model_info": {}}
        return None

    def message(self, answer: Answer, text: str) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if answer.reasoning:
            message["thinking"] = answer.reasoning
        if answer.calls:
            message["tool_calls"] = [
                {"function": {"index": index, "name": call.name, "arguments": call.object}}
                for index, call in enumerate(answer.calls)
            ]
        return message

    def line(self, request: Recorded, message: dict[str, Any], done: Answer | None = None) -> dict[str, Any]:
        line = {
            "model": request.body["model"],
            "created_at": "2024-01-01T00:00:00.000000Z",
            "message": message,
            "done": done is not None,
        }
        if done is None:
            return line
        return line | {
            "done_reason": "length" if done.cut_short else "stop",
            "total_duration": 5_000_000,
            "load_duration": 1_000_000,
            "prompt_eval_count": done.prompt_tokens,
            "prompt_eval_duration": 1_000_000,
            "eval_count": done.completion_tokens,
            "eval_duration": 3_000_000,
        }
