"""Deployments as a person writes them."""

from __future__ import annotations

from typing import Any

from tests.llm.loopback import Server


def at(server: Server, ident: str, group: str = "m", /, **params: Any) -> dict[str, Any]:
    """A deployment in LiteLLM's form, reached through LiteLLM."""
    litellm_params = {"model": "openai/gpt-4o", "api_key": f"sk-{ident}", "api_base": server.base, **params}
    return {"model_name": group, "litellm_params": litellm_params, "model_info": {"id": ident}}
