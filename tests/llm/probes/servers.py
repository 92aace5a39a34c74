"""Servers of one's own, as they speak of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.providers.ollama import Ollama
from tests.providers.openai_style import VLLM, OpenAI
from tests.providers.wire import Answer, Recorded, RefusedError

MODEL = "somebody/brand-new-model"
NO_PARSER = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
WITHOUT_JINJA = "tools param requires --jinja flag"


class Listed(VLLM):
    """A server that lists what it serves; ``pages`` are further answers by path."""

    def __init__(self, owner: str, *models: str, pages: Mapping[str, Any] | None = None, **facts: Any) -> None:
        entries = [{"id": name, "object": "model", "owned_by": owner, **facts} for name in models or (MODEL,)]
        self.pages = {"/v1/models": {"object": "list", "data": entries}, **(pages or {})}

    def aside(self, path: str) -> dict[str, Any] | None:
        return self.pages.get(path)


class WithoutToolParser(Listed):
    """A server that refuses tools, because it was started without what reads their calls."""

    refusal = NO_PARSER

    def read(self, request: Recorded) -> Any:
        if request.body.get("tools"):
            raise RefusedError(self.refusal)
        return super().read(request)


class WithoutJinja(WithoutToolParser):
    """llama.cpp's, started without its templates."""

    refusal = WITHOUT_JINJA


class WithoutStreams(VLLM):
    """A server that refuses to stream."""

    def read(self, request: Recorded) -> Any:
        if request.body.get("stream"):
            message = "Streaming is not implemented by this server."
            raise RefusedError(message)
        return super().read(request)


class WithoutTemperature(VLLM):
    """A server that samples as it likes."""

    def read(self, request: Recorded) -> Any:
        if "temperature" in request.body:
            message = "Unsupported parameter: 'temperature' is not supported with this model."
            raise RefusedError(message)
        return super().read(request)


class WithoutUsage(VLLM):
    """A server that counts no tokens."""

    def answer(self, answer: Answer, request: Recorded) -> dict[str, Any]:
        return {**super().answer(answer, request), "usage": None}

    def add_usage(self, chunks: list[dict[str, Any]], answer: Answer, request: Recorded) -> None:
        """Add none."""


class Limited(OpenAI):
    """OpenAI with the headers that tell its limits."""

    def headers(self) -> dict[str, str]:
        return {
            **super().headers(),
            "x-ratelimit-limit-requests": "500",
            "x-ratelimit-remaining-requests": "499",
            "x-ratelimit-reset-requests": "120ms",
            "x-ratelimit-limit-tokens": "30000",
            "x-ratelimit-remaining-tokens": "29000",
            "x-ratelimit-reset-tokens": "2s",
        }


class Listing(Ollama):
    """Ollama with its other pages."""

    def __init__(self, *capabilities: str) -> None:
        entries = [{"id": "llama-emulated:latest", "object": "model", "owned_by": "library"}]
        self.pages: dict[str, dict[str, Any]] = {
            "/v1/models": {"object": "list", "data": entries},
            "/api/show": {"capabilities": capabilities},
        }

    def aside(self, path: str) -> dict[str, Any] | None:
        return self.pages.get(path)
