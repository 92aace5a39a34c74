"""What LiteLLM charges for models that its price map does not hold under the name they are asked by."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tool_sandbox.llm.providers import qualified

OWN_SERVERS = frozenset({"hosted_vllm", "custom_openai", "llamafile", "lm_studio", "xinference"})
"""Providers that are a server of one's own: what it costs has nothing to do with what its models are called."""
_TOKENS = 1000
"""Enough to tell prices apart, and below the first tier of any provider."""


@lru_cache(maxsize=256)
def calculated_price(litellm: Any, model: str) -> Mapping[str, Any] | None:
    """Prices per token by the arithmetic that LiteLLM does for an answer, so that a budget knows what spending will."""
    with contextlib.suppress(Exception):  # LiteLLM raises bare exceptions for models it has no price of
        return {
            "input_cost_per_token": _charge(litellm, model, prompt=_TOKENS) / _TOKENS,
            "output_cost_per_token": _charge(litellm, model, completion=_TOKENS) / _TOKENS,
        }
    return None


def _charge(litellm: Any, model: str, prompt: int = 0, completion: int = 0) -> float:
    usage = litellm.Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)
    answer = litellm.ModelResponse(model=model.partition("/")[2] or model, usage=usage)
    return float(litellm.completion_cost(completion_response=answer, model=qualified(model)))
