"""Exceptions of LiteLLM, the SDKs and the HTTP clients beneath, turned into our tree."""

from __future__ import annotations

import time

from tool_sandbox.errors import ProviderError
from tool_sandbox.llm.faults import Failure, error_for
from tool_sandbox.llm.providers import provider_name


def provider_error(
    error: BaseException, *, model: str, secrets: tuple[str, ...] = (), timeout: float | None = None
) -> ProviderError:
    """Any exception of LiteLLM or a provider's SDK as a ``ProviderError``.

    Args:
        error: What was raised.
        model: The model that was asked.
        secrets: Credentials that must not show in the message.
        timeout: The call's time-out, for the message when that was the reason.
    """
    error = getattr(error, "original_exception", None) or error
    if isinstance(error, ProviderError):
        return error
    kind, text = type(error).__name__, str(error)
    if isinstance(error, TimeoutError) and not text:
        text = f"timed out after {timeout:g} s" if timeout is not None else "timed out"
    response = getattr(error, "response", None)
    headers = {**(getattr(response, "headers", None) or {}), **(getattr(error, "litellm_response_headers", None) or {})}
    status = getattr(error, "status_code", None)
    return error_for(
        Failure(
            text=text,
            status=status if isinstance(status, int) else None,
            kind=kind,
            headers=headers,
            provider=getattr(error, "llm_provider", None) or provider_name(model),
            model=model,
            secrets=secrets,
            now=time.time(),
            transport=not headers,
        )
    )


def is_foreign_error(error: BaseException) -> bool:
    """Whether an exception comes from a provider, its SDK or the network rather than from code of ours."""
    home = type(error).__module__.partition(".")[0]
    return (
        home in {"litellm", "openai", "anthropic", "httpx", "httpcore", "aiohttp", "botocore", "google"}
        or isinstance(error, (OSError, TimeoutError))
        or isinstance(getattr(error, "status_code", None), int)
    )
