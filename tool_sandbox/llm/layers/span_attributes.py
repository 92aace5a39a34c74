"""What a span says about a call, in the words of OpenTelemetry's conventions for generative AI and our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import asdict

from tool_sandbox.errors import ProviderError
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.layers.budget.money import as_float_or_none

_REQUEST_PARAMS = ("temperature", "top_p", "top_k", "seed", "frequency_penalty", "presence_penalty")
"""Named so after ``gen_ai.request.``, by OpenTelemetry's semantic conventions for generative AI:
https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/"""
_USAGE_ATTRIBUTES = {
    "prompt_tokens": "gen_ai.usage.input_tokens",
    "completion_tokens": "gen_ai.usage.output_tokens",
    "cached_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_write_tokens": "gen_ai.usage.cache_creation.input_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
}
_OWN_RESPONSE_ATTRIBUTES = ("cached", "replayed", "fallback", "deployment", "parse_losses", "latency")
"""Named as the fields of a response, after ``tool_sandbox.``."""


def of_request(request: ChatRequest) -> dict[str, Any]:
    """What is known before a call."""
    tag, params = request.tag, request.params
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": request.model.partition("/")[0] if "/" in request.model else None,
        "gen_ai.request.model": request.model,
        "gen_ai.request.max_tokens": params.get("max_completion_tokens", params.get("max_tokens")),
        "gen_ai.request.stream": request.stream,
        "gen_ai.conversation.id": f"{tag.run}/{tag.scenario}/{tag.trial}",
        "gen_ai.agent.name": tag.role,
        **{f"tool_sandbox.{name}": value for name, value in asdict(tag).items()},
        "tool_sandbox.tools": len(request.tools),
    }
    return _known(attributes | {f"gen_ai.request.{name}": params.get(name) for name in _REQUEST_PARAMS})


def of_response(response: ChatResponse) -> dict[str, Any]:
    """What is known after a call; what is unknown is left out."""
    usage = {} if response.usage is None else asdict(response.usage)
    return _known(
        {_USAGE_ATTRIBUTES[name]: tokens for name, tokens in usage.items()}
        | {f"tool_sandbox.{name}": getattr(response, name) for name in _OWN_RESPONSE_ATTRIBUTES}
        | {
            "gen_ai.provider.name": response.provider,
            "gen_ai.response.model": response.model or None,
            "gen_ai.response.id": response.request_id,
            "gen_ai.response.finish_reasons": [response.finish_reason],
            "tool_sandbox.cost": as_float_or_none(response.cost),
            "tool_sandbox.saved_cost": as_float_or_none(response.saved_cost),
            "tool_sandbox.attempts": len(response.attempts),
            "tool_sandbox.tool_calls": [call.name for call in response.tool_calls],
        }
    )


def of_error(error: BaseException) -> dict[str, Any]:
    """What is known of a call that failed."""
    attributes: dict[str, Any] = {"error.type": type(error).__name__}
    if isinstance(error, ProviderError):
        attributes |= {
            "http.response.status_code": error.status,
            "gen_ai.response.id": error.request_id,
            "tool_sandbox.attempts": len(error.attempts),
        }
    return _known(attributes)


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}
