"""Anthropic's messages."""

from __future__ import annotations

from typing import Any

from tests.providers.openai_style import WORDS
from tests.providers.wire import Answer, Fault, Recorded, Seen, event, pieces, text_of

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class Anthropic:
    """``POST /v1/messages``: content blocks, tool results in user turns, thinking with signatures."""

    name = "anthropic"
    base_path = ""
    chat_path = r"/v1/messages"
    stream_type = "text/event-stream; charset=utf-8"

    def authorised(self, request: Recorded) -> bool:
        headers = {name.lower(): value for name, value in request.headers.items()}
        return headers.get("x-api-key") == "key-for-tests" and "anthropic-version" in headers

    def read(self, request: Recorded) -> Seen:
        body = request.body
        if not body.get("max_tokens"):
            msg = "max_tokens: field required"
            raise ValueError(msg)
        blocks = [(each["role"], block) for each in body["messages"] for block in _blocks(each["content"])]
        _check_thinking(body, blocks)
        return Seen(
            system=text_of(body.get("system")),
            turns=tuple((role, block["text"]) for role, block in blocks if block["type"] == "text" and block["text"]),
            tools=tuple(tool["name"] for tool in body.get("tools") or ()),
            calls=tuple((each["id"], each["name"], each["input"]) for _, each in blocks if each["type"] == "tool_use"),
            results=tuple(
                (each["tool_use_id"], text_of(each["content"])) for _, each in blocks if each["type"] == "tool_result"
            ),
            stream=bool(body.get("stream")),
        )

    def answer(self, answer: Answer, request: Recorded) -> dict[str, Any]:
        return {
            "id": "msg_emulated",
            "type": "message",
            "role": "assistant",
            "model": request.body["model"],
            "content": self.content(answer),
            "stop_reason": self.finish(answer),
            "stop_sequence": None,
            "usage": self.usage(answer) | {"output_tokens": answer.completion_tokens},
        }

    def stream(self, answer: Answer, request: Recorded) -> list[bytes]:
        start = {**self.answer(Answer(), request), "content": [], "stop_reason": None}
        start["usage"] = self.usage(answer) | {"output_tokens": 1}
        parts = [_event({"type": "message_start", "message": start})]
        for index, block in enumerate(self.content(answer)):
            parts += _stream_block(index, block, answer)
        delta = {"stop_reason": self.finish(answer), "stop_sequence": None}
        parts.append(
            _event({"type": "message_delta", "delta": delta, "usage": {"output_tokens": answer.completion_tokens}})
        )
        return [*parts, _event({"type": "message_stop"})]

    def error(self, fault: Fault) -> dict[str, Any]:
        kind = TYPES.get(fault.status, "api_error")
        message = "invalid x-api-key" if fault.status == 401 else WORDS[fault.status]
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_emulated"}

    def odd(self, shape: str) -> tuple[int, dict[str, Any]]:
        if shape == "too_long":
            error = {"type": "invalid_request_error", "message": "prompt is too long: 209000 tokens > 200000 maximum"}
            return 400, {"type": "error", "error": error, "request_id": "req_emulated"}
        whole = self.answer(Answer(), Recorded(path="", headers={}, body={"model": "claude-emulated"}))
        if shape == "filtered":
            return 200, {**whole, "stop_reason": "refusal"}
        del whole["content"]
        return 200, whole

    def headers(self) -> dict[str, str]:
        return {"request-id": "req_emulated"}

    def aside(self, path: str) -> dict[str, Any] | None:
        return None

    def content(self, answer: Answer) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = []
        if answer.reasoning:
            blocks.append({"type": "thinking", "thinking": answer.reasoning, "signature": answer.signature})
        if answer.text:
            blocks.append({"type": "text", "text": answer.text})
        return blocks + [
            {"type": "tool_use", "id": each.id, "name": each.name, "input": each.object} for each in answer.calls
        ]

    def finish(self, answer: Answer) -> str:
        if answer.cut_short:
            return "max_tokens"
        return "tool_use" if answer.calls else "end_turn"

    def usage(self, answer: Answer) -> dict[str, Any]:
        return {
            "input_tokens": answer.prompt_tokens - answer.cached_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": answer.cached_tokens,
        }


def _blocks(content: Any) -> list[dict[str, Any]]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return list(content)


def _check_thinking(body: Any, blocks: list[tuple[str, dict[str, Any]]]) -> None:
    """With thinking on, a turn that calls tools has to begin with its thinking, as the real API insists."""
    if (body.get("thinking") or {}).get("type") not in {"enabled", "adaptive"}:
        return
    kinds = {block["type"] for role, block in blocks if role == "assistant"}
    if "tool_use" in kinds and not kinds & {"thinking", "redacted_thinking"}:
        msg = "messages: expected `thinking`, but found `tool_use`"
        raise ValueError(msg)


def _stream_block(index: int, block: dict[str, Any], answer: Answer) -> list[bytes]:
    empty = dict(block)
    deltas: list[dict[str, Any]] = []
    if block["type"] == "text":
        empty["text"] = ""
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
    elif block["type"] == "thinking":
        empty |= {"thinking": "", "signature": ""}
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(block["thinking"])]
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    else:
        empty["input"] = {}
        raw = next(call.arguments for call in answer.calls if call.id == block["id"])
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ["", *pieces(raw)]]
    return [
        _event({"type": "content_block_start", "index": index, "content_block": empty}),
        *(_event({"type": "content_block_delta", "index": index, "delta": delta}) for delta in deltas),
        _event({"type": "content_block_stop", "index": index}),
    ]


def _event(data: dict[str, Any]) -> bytes:
    return event(data, data["type"])
