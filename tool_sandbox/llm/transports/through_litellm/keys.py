"""Which key LiteLLM sends when it was given none: OpenAI's must not go to everybody who speaks OpenAI's dialect."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from tool_sandbox.llm.config import NO_KEY
from tool_sandbox.llm.providers import qualified

_HOMES = frozenset({"openai", "text-completion-openai"})


def own_key(litellm: Any, model: str, connection: Mapping[str, Any]) -> dict[str, str]:
    """A placeholder where LiteLLM would send ``OPENAI_API_KEY`` to another provider for want of that one's own key.

    Args:
        litellm: The module.
        model: A LiteLLM model string.
        connection: What the call is made with.
    """
    if connection.get("api_key"):
        return {}
    with contextlib.suppress(Exception):  # names LiteLLM cannot place are its own to refuse, when it is called
        _, provider, key, _ = litellm.get_llm_provider(
            qualified(model),
            custom_llm_provider=connection.get("custom_llm_provider"),
            api_base=connection.get("api_base"),
        )
        if key is None and provider not in _HOMES and _speaks_openai(litellm, provider):
            return {"api_key": NO_KEY}
    return {}


def _speaks_openai(litellm: Any, provider: str) -> bool:
    if provider == "custom_openai" or provider in litellm.openai_compatible_providers:
        return True
    with contextlib.suppress(AttributeError):  # a private place that moves between releases
        return bool(litellm.main.JSONProviderRegistry.exists(provider))
    return False
