"""What LiteLLM gives back: answers and streams of its own types, read, priced and closed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from tool_sandbox.llm.chat import ChatRequest, Usage
from tool_sandbox.llm.providers import qualified
from tool_sandbox.redaction import redact_text


def usage_cost(litellm: Any, usage: Usage | None, request: ChatRequest) -> float | None:
    """The price of so many tokens by LiteLLM's arithmetic; ``None`` when it does not know the model.

    For answers that it does not price itself: streamed ones, and those that it could not read.
    """
    if usage is None:
        return None
    with contextlib.suppress(Exception):  # LiteLLM raises bare exceptions for models it has no price of
        prompt, completion = litellm.cost_per_token(
            model=qualified(request.model),
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cache_read_input_tokens=usage.cached_tokens,
            cache_creation_input_tokens=usage.cache_write_tokens,
        )
        return float(prompt + completion)
    return None


def plain(answer: Any) -> dict[str, Any]:
    """An answer or a chunk as plain data."""
    if isinstance(answer, Mapping):
        return dict(answer)
    dump: Callable[..., dict[str, Any]] = answer.model_dump
    return dump(exclude_none=True, warnings=False)


async def aclose(stream: Any) -> None:
    """End a stream for good: one dropped half-read dead-locks a later call (encode/httpcore#990)."""
    for layer in (stream, getattr(stream, "completion_stream", None)):
        close = getattr(layer, "aclose", None) or getattr(layer, "close", None)
        if callable(close):
            with contextlib.suppress(Exception):  # closing twice, or after the connection broke
                closing = close()
                if asyncio.iscoroutine(closing):
                    await closing


def without_query(url: Any) -> str | None:
    """An address without what may hold keys."""
    return redact_text(str(url).partition("?")[0]) if url else None
