"""OpenAI's chat completions, and the providers that speak it with an accent."""

from __future__ import annotations

import json
from typing import Any

from tests.providers.wire import Answer, Call, Fault, Recorded, Seen, event, pieces, text_of

TYPES = {
    400: "invalid_request_error",
    401: "invalid_request_error",
    403: "permission_denied",
    404: "invalid_request_error",
    408: "timeout",
    429: "requests",
}
CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
WORDS = {
    400: "Something about this request is not as it should be.",
    401: "Incorrect API key provided: sk-n***pe.",
    403: "Your country, region, or territory is not supported.",
    404: "The model `x` does not exist or you do not have access to it.",
    408: "The request took too long.",
    429: "Rate limit reached for requests per minute. Please try again later.",
    500: "The server had an error while processing your request.",
    502: "Bad gateway.",
    503: "The engine is currently overloaded.",
    529: "Overloaded.",
}

PROXY_NAMES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    408: "Timeout",
    429: "RateLimitError",
    500: "InternalServerError",
    502: "BadGatewayError",
    503: "ServiceUnavailableError",
}
"""How a LiteLLM proxy names what its provider answered."""


class OpenAI:
    """``POST /v1/chat/completions`` as OpenAI answers it."""

    name = "openai"
    base_path = "/v1"
    chat_path = r"/v1/chat/completions"
    stream_type = "text/event-stream"

    def authorised(self, request: Recorded) -> bool:
        return request.headers.get("Authorization", "").removeprefix("Bearer ") == "key-for-tests"

    def read(self, request: Recorded) -> Seen:
        messages = request.body["messages"]
        if not request.path.partition("?")[0].endswith("/chat/completions"):
            msg = f"unexpected path {request.path}"
            raise ValueError(msg)
        if request.body.get("tools") == []:
            msg = "[] is too short - 'tools'"
            raise ValueError(msg)
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
                (each["tool_call_id"], text_of(each["content"])) for each in messages if each["role"] == "tool"
            ),
            stream=bool(request.body.get("stream")),
        )

    def answer(self, answer: Answer, request: Recorded) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": answer.text, **self.message_extras(answer)}
        if answer.calls:
            message["tool_calls"] = [self.call(each) for each in answer.calls]
        return {
            "id": "chatcmpl-emulated",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": self.model(request),
            "choices": [
                {"index": 0, "message": message, "logprobs": None, "finish_reason": self.finish(answer)}
                | self.choice_extras()
            ],
            "usage": self.usage(answer),
            **self.extras(),
        }

    def stream(self, answer: Answer, request: Recorded) -> list[bytes]:
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [self.reasoning_delta(piece) for piece in pieces(answer.reasoning or "")]
        deltas += [{"content": piece} for piece in pieces(answer.text or "")]
        for index, call in enumerate(answer.calls):
            whole = self.call(call)
            whole["function"] = {"name": call.name, "arguments": ""}
            deltas.append({"tool_calls": [{"index": index, **whole}]})
            deltas += [
                {"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in pieces(call.arguments)
            ]
        chunks = [self.chunk(request, [{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
        chunks.append(self.chunk(request, [{"index": 0, "delta": {}, "finish_reason": self.finish(answer)}]))
        self.add_usage(chunks, answer, request)
        return [*(event(chunk) for chunk in chunks), event("[DONE]")]

    def error(self, fault: Fault) -> dict[str, Any]:
        return {
            "error": {
                "message": WORDS[fault.status],
                "type": TYPES.get(fault.status, "server_error"),
                "param": None,
                "code": CODES.get(fault.status),
            }
        }

    def odd(self, shape: str) -> tuple[int, dict[str, Any]]:
        if shape == "empty":
            return 200, {**self.answer(Answer(), Recorded(path="", headers={}, body={})), "choices": []}
        if shape == "filtered":
            return 400, {
                "error": {
                    "message": "Your request was rejected as a result of our safety system.",
                    "type": "invalid_request_error",
                    "param": None,
                    "code": "content_policy_violation",
                }
            }
        return 400, {
            "error": {
                "message": "This model's maximum context length is 8192 tokens; your messages have 9000.",
                "type": "invalid_request_error",
                "param": "messages",
                "code": "context_length_exceeded",
            }
        }

    def headers(self) -> dict[str, str]:
        return {"x-request-id": "req_emulated"}

    def aside(self, path: str) -> dict[str, Any] | None:
        return None

    # What the accents change.

    def add_usage(self, chunks: list[dict[str, Any]], answer: Answer, request: Recorded) -> None:
        if (request.body.get("stream_options") or {}).get("include_usage"):
            chunks.append({**self.chunk(request, []), "usage": self.usage(answer)})

    def call(self, call: Call) -> dict[str, Any]:
        return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}

    def finish(self, answer: Answer) -> str:
        if answer.cut_short:
            return "length"
        return "tool_calls" if answer.calls else "stop"

    def usage(self, answer: Answer) -> dict[str, Any]:
        return {
            "prompt_tokens": answer.prompt_tokens,
            "completion_tokens": answer.completion_tokens,
            "total_tokens": answer.prompt_tokens + answer.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": answer.cached_tokens, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": answer.reasoning_tokens, "audio_tokens": 0},
        }

    def message_extras(self, answer: Answer) -> dict[str, Any]:
        return {"refusal": None, "annotations": []}

    def reasoning_delta(self, piece: str) -> dict[str, Any]:
        return {"reasoning_content": piece}

    def choice_extras(self) -> dict[str, Any]:
        return {}

    def extras(self) -> dict[str, Any]:
        return {"service_tier": "default", "system_fingerprint": "fp_emulated"}

    def model(self, request: Recorded) -> str:
        return str(request.body.get("model", ""))

    def chunk(self, request: Recorded, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": "chatcmpl-emulated",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": self.model(request),
            "choices": choices,
            **self.extras(),
        }


class Azure(OpenAI):
    """Azure OpenAI: deployments in the path, ``api-key`` in the header, filter results in every answer."""

    name = "azure"
    base_path = ""
    chat_path = r"/openai/deployments/[^/]+/chat/completions"

    def authorised(self, request: Recorded) -> bool:
        return {name.lower(): value for name, value in request.headers.items()}.get("api-key") == "key-for-tests"

    def model(self, request: Recorded) -> str:
        return "gpt-4o-2024-08-06"

    def extras(self) -> dict[str, Any]:
        return {"system_fingerprint": "fp_emulated", "prompt_filter_results": [{"prompt_index": 0}]}

    def odd(self, shape: str) -> tuple[int, dict[str, Any]]:
        if shape != "filtered":
            return super().odd(shape)
        return 400, {
            "error": {
                "message": "The response was filtered: the prompt triggered Azure OpenAI's content management policy.",
                "type": None,
                "param": "prompt",
                "code": "content_filter",
                "status": 400,
                "innererror": {"code": "ResponsibleAIPolicyViolation"},
            }
        }

    def headers(self) -> dict[str, str]:
        return {"apim-request-id": "req_emulated", "x-ms-region": "Sweden Central"}


class Mistral(OpenAI):
    """Mistral: ids of nine characters, its own error bodies, no details of usage."""

    name = "mistral"

    def add_usage(self, chunks: list[dict[str, Any]], answer: Answer, request: Recorded) -> None:
        chunks[-1]["usage"] = self.usage(answer)

    def usage(self, answer: Answer) -> dict[str, Any]:
        return {
            "prompt_tokens": answer.prompt_tokens,
            "completion_tokens": answer.completion_tokens,
            "total_tokens": answer.prompt_tokens + answer.completion_tokens,
            **({"prompt_tokens_details": {"cached_tokens": answer.cached_tokens}} if answer.cached_tokens else {}),
        }

    def message_extras(self, answer: Answer) -> dict[str, Any]:
        if not answer.reasoning:
            return {}
        thinking = {"type": "thinking", "thinking": [{"type": "text", "text": answer.reasoning}]}
        return {"content": [thinking, {"type": "text", "text": answer.text or ""}]}

    def reasoning_delta(self, piece: str) -> dict[str, Any]:
        return {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": piece}]}]}

    def extras(self) -> dict[str, Any]:
        return {}

    def error(self, fault: Fault) -> dict[str, Any]:
        if fault.status == 401:
            return {"message": "Unauthorized", "request_id": "req_emulated"}
        return {
            "object": "error",
            "message": WORDS[fault.status],
            "type": TYPES.get(fault.status, "internal_server_error"),
            "param": None,
            "code": "3051" if fault.status == 400 else None,
        }

    def odd(self, shape: str) -> tuple[int, dict[str, Any]]:
        if shape == "too_long":
            return 400, {
                "object": "error",
                "message": "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum.",
                "type": "invalid_request_error",
                "param": None,
                "code": "3051",
            }
        return super().odd(shape)

    def headers(self) -> dict[str, str]:
        return {"x-kong-request-id": "req_emulated"}


class Groq(OpenAI):
    """Groq: timings in the usage, ``reasoning`` beside the text, calls it cannot read are a 400."""

    name = "groq"
    base_path = "/openai/v1"
    chat_path = r"/openai/v1/chat/completions"

    def extras(self) -> dict[str, Any]:
        return {"service_tier": "on_demand", "system_fingerprint": "fp_emulated", "x_groq": {"id": "req_emulated"}}

    def usage(self, answer: Answer) -> dict[str, Any]:
        return {**super().usage(answer), "queue_time": 0.01, "prompt_time": 0.01, "total_time": 0.1}

    def message_extras(self, answer: Answer) -> dict[str, Any]:
        return {"reasoning": answer.reasoning} if answer.reasoning else {}

    def reasoning_delta(self, piece: str) -> dict[str, Any]:
        return {"reasoning": piece}


class VLLM(OpenAI):
    """A vLLM server: ``reasoning_content``, flat error bodies, no key needed."""

    name = "vllm"

    def authorised(self, request: Recorded) -> bool:
        return True

    def message_extras(self, answer: Answer) -> dict[str, Any]:
        return {"refusal": None, "reasoning_content": answer.reasoning, "function_call": None}

    def choice_extras(self) -> dict[str, Any]:
        return {"stop_reason": None, "token_ids": None}

    def extras(self) -> dict[str, Any]:
        return {"service_tier": None, "system_fingerprint": None}

    def error(self, fault: Fault) -> dict[str, Any]:
        kind = {400: "BadRequestError", 404: "NotFoundError"}.get(fault.status, "InternalServerError")
        return {"object": "error", "message": WORDS[fault.status], "type": kind, "param": None, "code": fault.status}

    def odd(self, shape: str) -> tuple[int, dict[str, Any]]:
        status, body = super().odd(shape)
        return status, body if shape == "empty" else {"object": "error", **body["error"], "code": status}


class LiteLLMProxy(OpenAI):
    """A LiteLLM proxy: OpenAI's format, its own headers, errors that quote the provider's."""

    name = "litellm_proxy"
    base_path = ""
    chat_path = r"/(v1/)?chat/completions"

    def error(self, fault: Fault) -> dict[str, Any]:
        message = f"litellm.{PROXY_NAMES.get(fault.status, 'APIError')}: OpenAIException - {WORDS[fault.status]}"
        return {
            "error": {"message": message, "type": TYPES.get(fault.status), "param": None, "code": str(fault.status)}
        }

    def headers(self) -> dict[str, str]:
        return {
            "x-litellm-call-id": "req_emulated",
            "x-litellm-model-id": "deployment-1",
            "x-request-id": "req_emulated",
        }

    def message_extras(self, answer: Answer) -> dict[str, Any]:
        return {"reasoning_content": answer.reasoning} if answer.reasoning else {}
