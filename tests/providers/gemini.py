"""Google's generateContent."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from tests.providers.openai_style import WORDS
from tests.providers.wire import Answer, Fault, Recorded, Seen, event, pieces, text_of

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


class Gemini:
    """``POST /v1beta/models/NAME:generateContent``: parts, calls without ids, thought signatures."""

    name = "gemini"
    base_path = "/v1beta"
    chat_path = r"/v1beta/models/[^:]+:(generateContent|streamGenerateContent)"
    stream_type = "text/event-stream"

    def authorised(self, request: Recorded) -> bool:
        headers = {name.lower(): value for name, value in request.headers.items()}
        return headers.get("x-goog-api-key") == "key-for-tests" or "key=key-for-tests" in request.path

    def read(self, request: Recorded) -> Seen:
        if not re.search(self.chat_path, request.path):
            msg = f"unexpected path {request.path}"
            raise ValueError(msg)
        body = request.body
        system = body.get("system_instruction") or body.get("systemInstruction") or {}
        parts = [(each.get("role", "user"), part) for each in body["contents"] for part in each["parts"]]
        calls = [call for _, part in parts if (call := part.get("function_call") or part.get("functionCall"))]
        results = [got for _, part in parts if (got := part.get("function_response") or part.get("functionResponse"))]
        return Seen(
            system=text_of(system.get("parts")),
            turns=tuple(
                ("assistant" if role == "model" else "user", part["text"])
                for role, part in parts
                if part.get("text") and not part.get("thought")
            ),
            tools=tuple(
                declared["name"]
                for tool in body.get("tools") or ()
                for declared in tool.get("function_declarations") or tool.get("functionDeclarations") or ()
            ),
            calls=tuple((call["name"], call["name"], call["args"]) for call in calls),
            results=tuple((result["name"], _result_text(result["response"])) for result in results),
            stream="streamGenerateContent" in request.path,
        )

    def answer(self, answer: Answer, request: Recorded) -> dict[str, Any]:
        return self.body(self.parts(answer), self.finish(answer), answer)

    def stream(self, answer: Answer, request: Recorded) -> list[bytes]:
        parts: list[dict[str, Any]] = []
        for part in self.parts(answer):
            parts += [{**part, "text": piece} for piece in pieces(part["text"])] if "text" in part else [part]
        bodies = [self.body([part], None, answer) for part in parts[:-1]]
        bodies.append(self.body(parts[-1:], self.finish(answer), answer))
        return [event(body) for body in bodies]

    def error(self, fault: Fault) -> dict[str, Any]:
        message = "API key not valid. Please pass a valid API key." if fault.status == 401 else WORDS[fault.status]
        status = STATUSES.get(fault.status, "UNKNOWN")
        return {"error": {"code": fault.status, "message": message, "status": status, "details": []}}

    def odd(self, shape: str) -> tuple[int, dict[str, Any]]:
        if shape == "too_long":
            message = "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
            return 400, {"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}
        whole = self.body([], "STOP", Answer())
        if shape == "filtered":
            whole["candidates"] = [{"finishReason": "SAFETY", "index": 0, "safetyRatings": []}]
        else:
            whole["candidates"] = []
        return 200, whole

    def headers(self) -> dict[str, str]:
        return {"x-goog-request-id": "req_emulated"}

    def aside(self, path: str) -> dict[str, Any] | None:
        return None

    def body(self, parts: list[dict[str, Any]], finish: str | None, answer: Answer) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
        if finish:
            candidate["finishReason"] = finish
        if not parts:
            candidate["content"] = {"role": "model"}
        return {
            "candidates": [candidate],
            "usageMetadata": self.usage(answer),
            "modelVersion": "gemini-emulated",
            "responseId": "req_emulated",
        }

    def parts(self, answer: Answer) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = []
        if answer.reasoning:
            parts.append({"text": answer.reasoning, "thought": True})
        if answer.text:
            parts.append({"text": answer.text})
        for call in answer.calls:
            if not isinstance(call.object, dict):
                return parts
            part: dict[str, Any] = {"functionCall": {"name": call.name, "args": call.object}}
            if call.signature:
                part["thoughtSignature"] = call.signature
            parts.append(part)
        return parts

    def finish(self, answer: Answer) -> str:
        if any(not isinstance(call.object, dict) for call in answer.calls):
            return "MALFORMED_FUNCTION_CALL"
        return "MAX_TOKENS" if answer.cut_short else "STOP"

    def usage(self, answer: Answer) -> dict[str, Any]:
        return {
            "promptTokenCount": answer.prompt_tokens,
            "candidatesTokenCount": answer.completion_tokens - answer.reasoning_tokens,
            "thoughtsTokenCount": answer.reasoning_tokens,
            "cachedContentTokenCount": answer.cached_tokens,
            "totalTokenCount": answer.prompt_tokens + answer.completion_tokens,
        }


class Vertex(Gemini):
    """The same under ``/v1/projects/…``, for bearers of a token that a service account is given at ``/token``."""

    name = "vertex"
    base_path = ""
    chat_path = r"/v1/projects/p/locations/l/publishers/google/models/[^:]+:(generateContent|streamGenerateContent)"

    def authorised(self, request: Recorded) -> bool:
        return request.headers.get("Authorization") == "Bearer key-for-tests"

    def aside(self, path: str) -> dict[str, Any] | None:
        token = {"access_token": "key-for-tests", "expires_in": 3600, "token_type": "Bearer"}
        return token if path == "/token" else None


@cache
def service_account(root: str) -> str:
    """A service account's credentials as Google hands them out, with a key of its own."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    account = {
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "1",
        "private_key": pem.decode(),
        "client_email": "tests@p.example",
        "client_id": "1",
        "token_uri": f"{root}/token",
    }
    return json.dumps(account)


def _result_text(response: Any) -> str:
    if isinstance(response, dict):
        return str(response.get("content", response.get("result", json.dumps(response))))
    return str(response)
